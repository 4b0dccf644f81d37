"""Two platforms at once, each with its response and people at its desk: whatever comes in between, each ends as it must.

`test_convergence.py` does so with the acting core alone; here campaigns, plans, requests and the guard are in it, and
one of the platforms can do less than the other. Each platform has its own response on its own record, so that an outage
here is none there.
"""

from contextlib import suppress

import pyarrow as pa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.response.conftest import SCAM, START, Town

from holdfast.backends import SqlStore
from holdfast.containment import Restriction, Subject, SubjectKind, place
from holdfast.errors import NotAllowedError, UsageError
from holdfast.events import POSTS, Batch
from holdfast.guard import Action, Person, Question, Role, Verdict
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.response import Pace, Response, ResponseSettings
from holdfast.response.conduct import LIVE
from holdfast.response.executor import Way, way_of
from holdfast.response.nearest import native
from holdfast.response.reconcile import MOMENTARY
from holdfast.testing import (
    Crash,
    Faults,
    FaultyPlatform,
    FaultyStore,
    NearestPlatform,
    SetClock,
    SmallEngine,
    When,
    small_read,
)
from holdfast.testing.nearest_platform import NEAREST

SECOND, MINUTE = 1_000, 60_000
STARS = ("star0", "star1", "star2", "star3")
ACCOUNTS = st.sampled_from(STARS[:3])
RESTRICTIONS = st.sampled_from([Restriction.NO_POSTING, Restriction.HIDE_ACCOUNT, Restriction.NO_SIGN_IN])
TEAM = tuple(Person(id=name, roles=(Role.RESPONDER, Role.APPROVER)) for name in ("ann", "bob", "cid", "ANN"))
PEOPLE = st.sampled_from([person.id for person in TEAM])
SIDES = st.integers(0, 1)
CALM = 6 * MINUTE
RESPONSE = ResponseSettings(pace=Pace(tries=2), dead_every=MINUTE)


def account(name):
    """An account as a subject."""
    return Subject(kind=SubjectKind.ACCOUNT, id=name)


class Side(Town):
    """One platform, its response and its record; a crash throws away all but the last two."""

    def __init__(self, clock, platform):
        self.memory = Faults()
        self.record = SqlStore(":memory:", signer=seeded_signer(7), salt=seeded_salts(7))
        self.told = []
        self.foreign = set()
        self.placed = 0
        self.again = None
        seams = FaultyStore(self.record, self.memory), FaultyPlatform(platform, self.memory)
        super().__init__(*seams, clock, RESPONSE, people=TEAM)
        self.real = platform

    def start(self):
        """A new process: all that is not in the store is told again."""
        self.response = Response(
            self.platform,
            self.store,
            SmallEngine(),
            self.clock,
            RESPONSE,
            read=small_read,
            key=bytes(16),
            people=TEAM,
        )
        for batch in self.told:
            self.response.observe(batch, self.clock.now())

    def surviving(self, deed, *given):
        """Do it; when the process is killed on the way, start it again."""
        try:
            deed(*given)
        except Crash:
            self.start()

    def work(self):
        """Do what is due, and know when to come back."""
        self.again = self.clock.now()  # unless it is killed on the way
        self.again = self.response.work(self.clock.now())

    def hear(self, batch):
        """Events come in, and are there to be told again."""
        self.told.append(batch)
        self.response.observe(batch, self.clock.now())

    def put(self, name, restriction, minutes, occasion):
        """A hold is wanted; the same with a later end and another occasion is how a hold is extended."""
        now = self.clock.now()
        until = None if minutes is None else now + minutes * MINUTE
        hold = place(account(name), restriction, starts=now, until=until, why="test", occasion=occasion)
        with self.response.book.change(now) as page:
            page.place(hold)

    def wanted(self):
        """What should stand on the platform now, by its own actions."""
        able, now = self.real.capabilities, self.clock.now()
        live = [held.hold for held in self.response.book.holds.values() if held.state in LIVE]
        return {
            (hold.subject, native(able, hold.restriction))
            for hold in live
            if hold.in_force(now) and way_of(hold, self.real) is Way.PUSH and hold.restriction not in MOMENTARY
        }

    def standing(self):
        """What stands on it, by its own actions."""
        able = self.real.capabilities
        return {(subject, native(able, each)) for subject, each in self.real.flags() if each not in MOMENTARY}


class Interleaving(RuleBasedStateMachine):
    """One clock, two platforms: one of all restrictions, one that takes the nearest; the same people at both desks."""

    def __init__(self):
        super().__init__()
        self.clock = SetClock(START)
        each_its_own = {each: each for each in NEAREST}  # a platform of more flags, none of which stands for another
        able = NearestPlatform(self.clock, accounts=STARS, nearest=each_its_own)
        self.sides = [Side(self.clock, able), Side(self.clock, NearestPlatform(self.clock, accounts=STARS))]
        self.posts = 0

    @rule(names=st.lists(st.sampled_from(STARS), min_size=1, max_size=3))
    def lures(self, names):
        """The scam is posted on both platforms."""
        for name in names:
            self.posts += 1
            row = {"id": f"p{self.posts}", "time": self.clock.now(), "account": name, "text": SCAM}
            for side in self.sides:
                side.surviving(side.hear, batch_of(row))

    @rule(side=SIDES, by=PEOPLE, agrees=PEOPLE, pick=st.integers(0, 9))
    def ask_and_agree(self, side, by, agrees, pick):
        """Somebody asks for a plan, somebody agrees."""
        side = self.sides[side]

        def decide():
            plans = [plan for offer in side.desk.offers for plan in offer.plans]
            if plans:
                side.desk.request(plans[pick % len(plans)], by, self.clock.now())
                side.desk.approve(list(side.desk.requests)[-1], agrees, self.clock.now())

        with suppress(NotAllowedError):
            side.surviving(decide)

    @rule(name=ACCOUNTS, restriction=RESTRICTIONS, minutes=st.none() | st.integers(1, 5))
    def place_or_extend(self, name, restriction, minutes):
        """The same is wanted on both, once more or for the first time."""
        for side in self.sides:
            side.placed += 1
            side.surviving(side.put, name, restriction, minutes, str(side.placed))

    @rule(side=SIDES, by=PEOPLE, agrees=PEOPLE, pick=st.integers(0, 99))
    def lift(self, side, by, agrees, pick):
        """Somebody asks for one hold to end, somebody agrees."""
        side = self.sides[side]

        def decide():
            holds = sorted(side.response.book.holds)
            if holds:
                side.desk.request_lift([holds[pick % len(holds)]], by, "a mistake", self.clock.now())
                side.desk.approve(list(side.desk.requests)[-1], agrees, self.clock.now())

        with suppress(UsageError, NotAllowedError):
            side.surviving(decide)

    @rule(seconds=st.integers(0, 200))
    def work(self, seconds):
        """Both work for a while."""
        until = self.clock.now() + seconds * SECOND
        while True:
            for side in self.sides:
                side.surviving(side.work)
            due = min((side.again for side in self.sides if side.again is not None), default=until + 1)
            if due > until:
                break
            self.clock.set(max(due, self.clock.now() + 1))
        self.clock.set(max(until, self.clock.now()))

    @rule(milliseconds=st.integers(0, 5 * MINUTE))
    def sleep(self, milliseconds):
        """The clock moves, and nobody works."""
        self.clock.advance(milliseconds)

    @rule(side=SIDES, at=st.integers(1, 60), when=st.sampled_from(When))
    def kill(self, side, at, when):
        """A process will be killed at one of its next calls across a seam."""
        memory = self.sides[side].memory
        memory.arm(memory.calls + at, when)

    @rule(side=SIDES)
    def restart(self, side):
        """A process is started anew, and told all events once more."""
        self.sides[side].surviving(self.sides[side].start)

    @precondition(lambda self: self.posts)
    @rule(count=st.integers(1, 4))
    def redeliver(self, count):
        """The last events come once more, the latest first."""
        for side in self.sides:
            for batch in side.told[-count:][::-1]:
                side.surviving(side.response.observe, batch, self.clock.now())

    @rule(side=SIDES, name=ACCOUNTS, restriction=RESTRICTIONS)
    def rival_places(self, side, name, restriction):
        """Another administrator restricts."""
        side = self.sides[side]
        before = side.real.rival_flags()
        side.real.rival_places(account(name), restriction)
        side.foreign |= side.real.rival_flags() - before

    @rule(side=SIDES, name=ACCOUNTS, restriction=RESTRICTIONS)
    def rival_lifts(self, side, name, restriction):
        """Another administrator clears a flag, whoever's it was."""
        side = self.sides[side]
        before = side.real.rival_flags()
        side.real.rival_lifts(account(name), restriction)
        side.foreign -= before - side.real.rival_flags()

    @rule(side=SIDES, reachable=st.booleans())
    def outage(self, side, reachable):
        """A platform goes, or comes back."""
        self.sides[side].real.reachable = reachable

    @invariant()
    def nothing_foreign_is_lifted(self):
        """At no moment."""
        assert all(side.foreign == side.real.rival_flags() for side in self.sides)

    @invariant()
    def the_guard_ends_holds_to_the_millisecond(self):
        """What it answers is the union of the holds, now and on both sides of each end, swept or not."""
        now = self.clock.now()
        for side in self.sides:
            live = [held.hold for held in side.response.book.holds.values() if held.state in LIVE]
            ends = {hold.until for hold in live if hold.until is not None and hold.until >= now}
            for time in {now, *ends, *(end - 1 for end in ends if end > now)}:
                for name in STARS:
                    question = Question(account=name, action=Action.SIGN_IN, time=time)
                    held = any(
                        hold.in_force(time)
                        and (hold.subject, hold.restriction) == (account(name), Restriction.NO_SIGN_IN)
                        for hold in live
                    )
                    assert held is (side.response.gate.ask(question).verdict is not Verdict.ALLOW)

    def teardown(self):
        """All is calm again; then each platform stands as its own holds say."""
        for side in self.sides:
            side.memory.arm(0)
            side.real.reachable = True
        self.work(CALM // SECOND)
        for side in self.sides:
            assert side.wanted() == side.standing()
            keys = [entry.record.key for entry in side.record.entries()]
            at = {key: number for number, key in enumerate(keys)}
            outcomes = [key for key in keys if key.startswith("outcome/")]
            assert len(at) == len(keys)
            assert len(outcomes) == sum(key.startswith("intent/") for key in keys)
            assert all(at[key.replace("outcome", "intent", 1)] < at[key] for key in outcomes)
            side.record.close()


def batch_of(*rows):
    """Posts that came together."""
    return Batch(posts=pa.RecordBatch.from_pylist(list(rows), schema=POSTS))


TestInterleaving = Interleaving.TestCase
TestInterleaving.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
