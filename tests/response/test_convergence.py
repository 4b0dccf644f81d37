"""Placing, lifting, expiry, outages, rivals, crashes and restarts, in any order: it ends up as it should be."""

from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from holdfast.backends import SqlStore
from holdfast.containment import Restriction, Subject, SubjectKind, desired, place
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.response.outbox import Pace
from holdfast.testing import Crash, Faults, FaultyPlatform, FaultyStore, SetClock, SmallPlatform, SmallResponse, When

MINUTE = 60_000
PACE = Pace(tries=2)  # so that dead letters come up often
SUBJECTS = st.sampled_from("abc").map(lambda name: Subject(kind=SubjectKind.ACCOUNT, id=name))
RESTRICTIONS = st.sampled_from([Restriction.NO_POSTING, Restriction.NO_SIGN_IN])


class Interleaving(RuleBasedStateMachine):
    """One small response whose platform, clock, rivals and process do as they please; at the end all is calm again."""

    def __init__(self):
        super().__init__()
        self.clock = SetClock(1_000_000)
        self.platform = self.small = None
        self.store = SqlStore(":memory:", signer=seeded_signer(7), salt=seeded_salts(7))
        self.placed = []
        self.foreign = set()

    @initialize(counts_holds=st.booleans())
    def begin(self, counts_holds):
        """The platform knows one flag, or counts holds."""
        self.platform = SmallPlatform(self.clock, counts_holds=counts_holds)
        self.small = SmallResponse(self.store, self.platform, self.clock, PACE)

    @rule(subject=SUBJECTS, restriction=RESTRICTIONS, minutes=st.none() | st.integers(1, 5))
    def place_hold(self, subject, restriction, minutes):
        """A hold is wanted."""
        now = self.clock.now()
        until = None if minutes is None else now + minutes * MINUTE
        occasion = str(len(self.placed))
        hold = place(subject, restriction, starts=now, until=until, why="test", occasion=occasion)
        with suppress(Crash):
            self.small.put(hold)
        self.placed.append(hold.id)

    @precondition(lambda self: self.placed)
    @rule(data=st.data())
    def end_hold(self, data):
        """A hold is lifted."""
        hold = data.draw(st.sampled_from(self.placed))
        if hold in self.small.book.holds:
            self.small.end(hold)

    @rule()
    def work(self):
        """The queue is worked."""
        self.small.executor.work(self.clock.now())

    @rule()
    def reconcile(self):
        """The platform is looked at."""
        self.small.reconciler.sweep(self.clock.now())
        self.small.reconciler.once(self.clock.now())

    @rule(at=st.integers(1, 40), when=st.sampled_from(When))
    def crash_on_the_way(self, at, when):
        """The process is killed somewhere in a round of work, and started again."""
        faults = Faults(at, when)
        with suppress(Crash):
            small = SmallResponse(
                FaultyStore(self.store, faults), FaultyPlatform(self.platform, faults), self.clock, PACE
            )
            small.executor.work(self.clock.now())
            small.reconciler.sweep(self.clock.now())
            small.reconciler.once(self.clock.now())
        self.small = SmallResponse(self.store, self.platform, self.clock, PACE)

    @rule(milliseconds=st.integers(0, 3 * MINUTE))
    def time_passes(self, milliseconds):
        """The clock moves."""
        self.clock.advance(milliseconds)

    @rule(subject=SUBJECTS, restriction=RESTRICTIONS)
    def rival_places(self, subject, restriction):
        """Another administrator restricts."""
        self.platform.rival_places(subject, restriction)
        self.foreign.add((subject, restriction))

    @rule(subject=SUBJECTS, restriction=RESTRICTIONS)
    def rival_lifts(self, subject, restriction):
        """Another administrator clears a flag, whoever's it was."""
        self.platform.rival_lifts(subject, restriction)
        self.foreign.discard((subject, restriction))

    @rule(reachable=st.booleans())
    def outage(self, reachable):
        """The platform goes, or comes back."""
        self.platform.reachable = reachable

    @rule(milliseconds=st.integers(0, 5_000))
    def pressed(self, milliseconds):
        """The platform asks for quiet."""
        self.platform.pressed_until = self.clock.now() + milliseconds

    def teardown(self):
        """All is calm again; then everything must fit."""
        self.platform.reachable = True
        self.small.settle()
        self.the_platform_is_as_it_should_be()
        self.the_record_is_whole()
        self.store.close()

    def the_platform_is_as_it_should_be(self):
        """The union of the holds in force stands, and what the rivals placed."""
        wanted = desired((held.hold for held in self.small.book.holds.values()), self.clock.now())
        assert {(subject, each) for subject, all_of in wanted.items() for each in all_of} == self.platform.flags()
        assert self.foreign == self.platform.rival_flags()

    def the_record_is_whole(self):
        """Each key once, each intent before its one outcome."""
        keys = self.small.keys()
        at = {key: number for number, key in enumerate(keys)}
        outcomes = self.small.keys("outcome/")
        assert len(at) == len(keys)
        assert len(outcomes) == len(self.small.keys("intent/"))
        assert all(at[key.replace("outcome", "intent", 1)] < at[key] for key in outcomes)


TestInterleaving = Interleaving.TestCase
TestInterleaving.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
