"""July 2020 again: the President's e-mail is swapped by a talked-out credential, and this time it is not silent."""

import hashlib
import io

import pytest

from holdfast.app.live import LiveWatch
from holdfast.app.server.logs import make_log
from holdfast.app.server.memory import Memory
from holdfast.app.server.worker import Worker
from holdfast.connectors.simulated.letters import SimulatedLetters
from holdfast.containment import SubjectKind
from holdfast.events import Account, Batch, Dialect, ResetRequested, SignIn
from holdfast.guard import PERSON_SCOPES, Caller, Passkey, Role, Via
from holdfast.guard.staff import Stage, Tier, ToolAction, ToolQuestion
from holdfast.response.case import Concern
from holdfast.response.staff import Take
from holdfast.testing import SetClock

AT = 1_594_836_000_000  # 18:00 UTC, 15 July 2020
MINUTE, HOUR = 60_000, 3_600_000
OWN, THIEF = "potus@example.gov", "thief@example.net"


class StoryClock(SetClock):
    """A clock that the story moves, and no stream."""

    def saw(self, batch):
        """Nothing comes of it."""

    def reached(self, time):
        """Nothing comes of it."""


class Afternoon:
    """A platform with a gate, a specialist whose credential was talked out of them, and the President's mailbox."""

    def __init__(self, store=None):
        """Everything is quiet."""
        self.clock = StoryClock(AT)
        self.run = LiveWatch(approve_after=None, store=store, memory_mb=64, clock=self.clock)
        self.gate = self.run.response.staff
        self.letters = SimulatedLetters()
        self.letters.on_file("president", "email", OWN, AT - HOUR)
        self.letters.opened("president", "app", AT - HOUR)
        self.run.response.people.add("sam", "", [Role.SPECIALIST], "root", AT, vouched=True)
        self.gate.protecting.protect("president", Tier.HIGH_REACH, "root", "head of state", AT)
        self.heard(
            Account(account="president", time=AT - HOUR, verified=True, reach=80_000_000),
            SignIn(account="president", time=AT - HOUR, outcome="ok", device="own"),
        )
        caller = Caller(
            person="sam",
            roles=frozenset({Role.SPECIALIST}),
            scopes=PERSON_SCOPES,
            via=Via.PASSKEY,
            credential="k",
            signed_in_at=AT,
        )
        self.session = hashlib.sha256(b"talked out").hexdigest()
        self.gate.sessions.open(self.session, caller, AT, tool="support_desk", network="elsewhere", device="theirs")

    def heard(self, *events):
        """The platform tells what happened, and the service does what is due."""
        self.run.take(Batch(others=events))
        self.work()

    def work(self):
        """Do what is due, and tell holders."""
        self.run.tick()
        for notice in self.gate.changing.due(self.clock.now()):
            self.letters.tell(notice)
            self.gate.changing.told(notice.id, self.clock.now())

    def swap(self, function="account.email.replace"):
        """The intruder changes what proves the holder, with everything the gate asks of one person."""
        now = self.clock.now()
        passkey = Passkey(id="k", person="sam", public_key=b"", added_at=0)
        self.gate.sessions.step_up(self.session, "credentials", passkey, now)
        question = ToolQuestion(
            session=self.session,
            action=ToolAction(tool="support_desk", function=function, target="president", payload={"email": THIEF}),
            reason="the holder called",
            ticket="T-1",
            network="elsewhere",
            time=now,
        )
        (answer,) = self.gate.take([Take(question=question, answer=self.gate.state.answer(question, unseen=0))], now)
        self.work()
        return answer

    def stage(self, id_):
        """How far a change has come."""
        return self.gate.changing.stage(self.gate.changing.kept[id_], self.clock.now())

    def offer(self):
        """What the responders have on their desk about takeovers through this session."""
        (found,) = [each for each in self.run.response.desk.offers if each.concern is Concern.TAKEOVERS]
        assert found.about == f"takeovers/{self.session}"
        return found


@pytest.fixture
def afternoon():
    """The afternoon, at six."""
    made = Afternoon()
    yield made
    made.run.store.close()


def test_the_presidents_mailbox_hears_of_the_swap_and_undoes_it(afternoon):
    """Told at once, followed when the intruder hurries, told again when they chain, undone by one link, never in force."""
    first = afternoon.swap()
    assert first.allowed, first
    assert [each.kind for each in afternoon.letters.at(OWN)] == ["asked"]
    afternoon.letters.on_file("president", "email", THIEF, AT + 1)

    afternoon.clock.set(AT + 5 * MINUTE)
    afternoon.heard(ResetRequested(account="president", time=AT + 5 * MINUTE, channel="email"))
    offer = afternoon.offer()
    assert offer.wanted
    plans = [afternoon.run.response.desk.plan(id_) for id_ in offer.plans]
    held = {(each.subject.kind, each.subject.id) for plan in plans for each in plan.holds}
    assert {(SubjectKind.TOOL_SESSION, afternoon.session), (SubjectKind.ACCOUNT, "president")} <= held

    afternoon.clock.set(AT + 10 * MINUTE)
    second = afternoon.swap("account.phone.replace")
    assert second.allowed, second
    assert {each.change for each in afternoon.letters.at(OWN)} == {first.attempt, second.attempt}

    afternoon.clock.set(AT + 40 * MINUTE)
    of_chain = [each for each in afternoon.letters.at(OWN) if each.change == second.attempt]
    afternoon.gate.changing.reverse(of_chain[0].link.removeprefix("/changes/"), afternoon.clock.now())
    afternoon.work()
    assert {afternoon.stage(first.attempt), afternoon.stage(second.attempt)} == {Stage.REVERSED}
    assert [each.as_of for each in afternoon.letters.at(OWN) if each.kind == "reversed"] == 2 * [AT - MINUTE]
    assert not afternoon.letters.at(THIEF)

    afternoon.clock.set(AT + 200 * HOUR)
    afternoon.work()
    assert {afternoon.stage(first.attempt), afternoon.stage(second.attempt)} == {Stage.REVERSED}


def test_an_honest_swap_counts_after_a_day_and_nobody_is_warned(afternoon):
    """The holder at home does nothing, signs in as ever, and has the new address the next day."""
    change = afternoon.swap()
    afternoon.clock.set(AT + HOUR)
    afternoon.heard(SignIn(account="president", time=AT + HOUR, outcome="ok", device="own"))
    afternoon.clock.set(AT + 24 * HOUR)
    afternoon.work()
    assert afternoon.stage(change.attempt) is Stage.IN_FORCE
    assert [each.kind for each in afternoon.letters.at(OWN)] == ["asked", "in_force"]
    assert not [each for each in afternoon.run.response.desk.offers if each.concern is Concern.TAKEOVERS]


def test_the_service_is_brought_down_for_the_hour_in_which_the_holder_could_object(tmp_path):
    """What had not cooled when it went cools on when it is back: the link works again, and for as long as was left."""
    before = Afternoon(tmp_path / "store")
    change = before.swap()
    before.run.store.close()
    clock = StoryClock(AT + 48 * HOUR)
    run = LiveWatch(approve_after=None, store=tmp_path / "store", memory_mb=64, clock=clock)
    worker = Worker(run, Memory(None), dialect=Dialect(), log=make_log(io.StringIO()))
    worker.start()
    try:
        changing = run.response.staff.changing
        look = worker.ask(lambda _: changing.stage(changing.kept[change.attempt], clock.now())).result(120)
        assert look is Stage.COOLING
        (notice,) = before.letters.at(OWN)
        worker.ask(lambda _: changing.reverse(notice.link.removeprefix("/changes/"), clock.now())).result(120)
        assert changing.stage(changing.kept[change.attempt], clock.now()) is Stage.REVERSED
    finally:
        worker.stop(120)
        run.store.close()


class LongPast(Memory):
    """A folder of events so large that to hear them again takes two hours."""

    def recall(self, run, log):
        """Hear them."""
        super().recall(run, log)
        run.clock.set(run.clock.now() + 2 * HOUR)


def test_the_time_that_a_start_takes_to_hear_the_past_is_no_cooling(tmp_path):
    """Two hours of it, of which no holder's no was heard; afterwards it cools for as long as was left."""
    before = Afternoon(tmp_path / "store")
    change = before.swap()
    before.run.store.close()
    clock = StoryClock(AT + 23 * HOUR)
    run = LiveWatch(approve_after=None, store=tmp_path / "store", memory_mb=64, clock=clock)
    worker = Worker(run, LongPast(None), dialect=Dialect(), log=make_log(io.StringIO()))
    worker.start()
    try:
        changing = run.response.staff.changing
        until = worker.ask(lambda _: changing.kept[change.attempt].until).result(120)
        assert until == AT + 25 * HOUR + 24 * HOUR
    finally:
        worker.stop(120)
        run.store.close()


def test_an_honest_new_telephone_is_a_warning_and_no_plan(afternoon):
    """A device never seen, at home: responders read of it, and nobody is asked to hold anybody. Elsewhere, they are."""
    afternoon.heard(SignIn(account="president", time=AT - MINUTE, outcome="ok", device="own", asn="AS1", country="US"))
    change = afternoon.swap()
    when = AT + 20 * MINUTE
    afternoon.clock.set(when)
    afternoon.heard(SignIn(account="president", time=when, outcome="ok", device="new", asn="AS1", country="US"))
    assert afternoon.gate.changing.kept[change.attempt].signal == "new_device_while_cooling"
    assert not [each for each in afternoon.run.response.desk.offers if each.concern is Concern.TAKEOVERS]
    assert any("looks taken over" in each.text for each in afternoon.run.response.timeline)
    afternoon.clock.set(when + MINUTE)
    afternoon.heard(
        SignIn(account="president", time=when + MINUTE, outcome="ok", device="new", asn="AS9", country="BR")
    )
    assert afternoon.gate.changing.kept[change.attempt].signal == "stranger_while_cooling"
    assert afternoon.offer().wanted
