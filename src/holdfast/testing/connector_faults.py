"""What must the response make of a connector that fails? Subclass the suite, give it a `store`, run it with pytest.

class TestMine(ConnectorFaults):
    @pytest.fixture
    def store(self): ...
"""

from __future__ import annotations

from holdfast.containment import Hold, Restriction, Subject, SubjectKind, place
from holdfast.errors import PlatformError
from holdfast.ports import Store
from holdfast.response.breaker import BreakerState
from holdfast.response.conduct import HoldState
from holdfast.response.timeline import HappeningKind

from .bad_platform import DAY, SECOND, Badness, BadPlatform
from .clock import SetClock
from .small_platform import SmallPlatform
from .small_response import SmallResponse

START = 1_000_000  # milliseconds since 1970 UTC
MINUTE = 60 * SECOND
_LIMITS = (
    Badness.ASKS_FOR_QUIET,
    Badness.ASKS_WITHOUT_TIME,
    Badness.ASKS_BY_A_SLOW_CLOCK,
    Badness.ASKS_BY_A_FAST_CLOCK,
)
_NO_ANSWER = (
    Badness.BREAKS,
    Badness.BREAKS_AFTER,
    Badness.TIMES_OUT,
    Badness.TIMES_OUT_AFTER,
    Badness.LEAKS_A_TIMEOUT,
)


def _holds(count: int, badness: Badness) -> list[Hold]:
    """One hold on each of so many accounts, the first of the greatest harm; others for each way of failing."""
    return [
        place(
            Subject(kind=SubjectKind.ACCOUNT, id=f"a{number}"),
            Restriction.NO_POSTING,
            starts=START,
            why="contract",
            occasion=badness.name,
            harm=float(count - number),
        )
        for number in range(count)
    ]


class _Bad:
    """A small response on a platform that behaves badly."""

    def __init__(
        self, store: Store, badness: Badness, *, times: int, subject: str = "", looks_too: bool = False
    ) -> None:
        self.clock = SetClock(START)
        self.there = SmallPlatform(self.clock)
        self.bad = BadPlatform(self.there, self.clock, badness, times=times, subject=subject, looks_too=looks_too)
        self.small = SmallResponse(store, self.bad, self.clock)

    def rounds(self, minutes: int) -> None:
        """A round of the reconciler each minute, and what is due in between."""
        for _ in range(minutes):
            end = self.clock.now() + MINUTE
            again = self.small.executor.work(self.clock.now())
            while again is not None and again < end:
                self.clock.set(max(again, self.clock.now()))
                again = self.small.executor.work(self.clock.now())
            self.clock.set(max(end, self.clock.now()))
            self.small.reconciler.once(self.clock.now())


class ConnectorFaults:
    """Each way of failing, for a while and for good."""

    def test_what_fails_for_a_while_is_done_in_the_end(self, store: Store) -> None:
        """Whatever went wrong at first, the holds stand, each attempt has one outcome, and nothing is left to do."""
        for badness in Badness:
            run = _Bad(store, badness, times=2)
            holds = _holds(3, badness)
            run.small.put(*holds)
            run.rounds(45)
            assert len(run.there.flags()) == len(holds), f"{badness}: not all of them stand"
            states = {run.small.state(hold.id) for hold in holds}
            assert states == {HoldState.IN_FORCE}, f"{badness}: {states}"
            assert not run.small.book.errands, f"{badness}: something is left to do"
            for hold in holds:
                run.small.end(hold.id)
            run.rounds(45)
            assert not run.there.flags(), f"{badness}: not all were lifted"
        intents, outcomes = (
            {key.partition("/")[2] for key in map(str, run.small.keys(kind))} for kind in ("intent/", "outcome/")
        )
        assert intents == outcomes

    def test_a_plea_for_quiet_is_heard_and_uses_up_no_try(self, store: Store) -> None:
        """With a time, without one, or by a clock that is wrong: few calls are made, and never a wait of a day."""
        for badness in _LIMITS:
            run = _Bad(store, badness, times=10)
            (hold,) = _holds(1, badness)
            run.small.put(hold)
            run.small.work_through()
            assert run.small.book.holds[hold.id].applies == 1, f"{badness}: a plea for quiet counted as a try"
            assert run.bad.calls == 11, f"{badness}: {run.bad.calls} calls"
            assert run.clock.now() - START < DAY / 4, f"{badness}: it waited too long"
            run.small.end(hold.id)
            run.small.settle()

    def test_a_platform_that_is_gone_is_left_alone_and_nothing_is_given_up(self, store: Store) -> None:
        """An hour without an answer: the breaker is open, calls are few, no try is used up, a person was told."""
        for badness in _NO_ANSWER:
            run = _Bad(store, badness, times=1_000_000, looks_too=True)
            holds = _holds(20, badness)
            run.small.put(*holds)
            run.rounds(60)
            assert run.bad.calls < 100, f"{badness}: {run.bad.calls} calls in an hour"
            assert run.small.line.state(run.clock.now()) is not BreakerState.CLOSED, str(badness)
            assert {run.small.state(hold.id) for hold in holds} == {HoldState.WANTED}, f"{badness}: given up"
            told = [each.kind for each in run.small.timeline]
            assert told.count(HappeningKind.ALARM) == 1, f"{badness}: {told}"
            run.bad.left = 0
            run.rounds(3)
            assert len(run.there.flags()) == len(holds), f"{badness}: not all stand once it is back"
            if badness in {Badness.BREAKS, Badness.TIMES_OUT, Badness.LEAKS_A_TIMEOUT}:
                order = [int(subject.id[1:]) for _, subject, _ in run.there.deeds]
                rest = order[1:-1]  # all but the one that showed it is back, and the one tried in vain just before
                assert rest == sorted(rest), f"{badness}: not by harm: {order}"
            for hold in holds:
                run.small.end(hold.id)
            run.small.settle()

    def test_one_subject_that_is_never_answered_does_not_stop_the_others(self, store: Store) -> None:
        """It becomes a dead letter, seen and told of; the others stand, and the breaker is closed."""
        for badness in (Badness.TIMES_OUT, Badness.REFUSES, Badness.LEAKS):
            run = _Bad(store, badness, times=1_000_000, subject="a0")
            holds = _holds(12, badness)
            run.small.put(*holds)
            run.rounds(10)
            assert len(run.there.flags()) == len(holds) - 1, str(badness)
            assert run.small.state(holds[0].id) is not HoldState.IN_FORCE, str(badness)
            assert any("was given up" in each.text for each in run.small.timeline), str(badness)
            assert run.small.line.state(run.clock.now()) is BreakerState.CLOSED, str(badness)
            run.bad.left = 0
            run.small.again(holds[0].id)
            run.small.settle()
            assert run.small.state(holds[0].id) is HoldState.IN_FORCE, str(badness)
            for hold in holds:
                run.small.end(hold.id)
            run.small.settle()

    def test_a_platform_that_lies_is_found_out_and_told_of(self, store: Store) -> None:
        """It says done and does nothing: after a few repairs the hold is a dead letter, not one in force."""
        run = _Bad(store, Badness.LIES, times=1_000_000)
        (hold,) = _holds(1, Badness.LIES)
        run.small.put(hold)
        run.rounds(6)
        assert any(each.kind == "alarm" and "though it was done" in each.text for each in run.small.timeline)
        assert run.small.keys("untrue/")
        run.bad.left = 0
        run.rounds(3)
        assert run.small.state(hold.id) is HoldState.IN_FORCE
        run.bad.left = 1_000_000
        run.small.end(hold.id)
        run.rounds(6)
        assert [key for key in run.small.keys("untrue/") if "/lift/" in key]
        run.bad.left = 0
        run.rounds(3)
        assert not run.there.flags()
        assert run.small.state(hold.id) is HoldState.ENDED

    def test_a_dead_letter_that_was_done_after_all_is_none(self, store: Store) -> None:
        """The platform refused each time, and somebody there has done it meanwhile: what shows is believed."""
        run = _Bad(store, Badness.REFUSES, times=1_000_000)
        (hold,) = _holds(1, Badness.REFUSES)
        run.small.put(hold)
        run.small.work_through()
        assert run.small.state(hold.id) is HoldState.FAILED
        run.there.apply(hold)
        run.small.reconciler.once(run.clock.now())
        assert run.small.state(hold.id) is HoldState.IN_FORCE
        assert len(run.small.keys("seen/")) == 1
        run.small.end(hold.id)
        run.small.work_through()
        assert run.small.state(hold.id) is HoldState.STUCK
        run.there.lift(hold)
        run.small.reconciler.once(run.clock.now())
        assert run.small.state(hold.id) is HoldState.ENDED

    def test_a_connector_that_leaks_is_no_fault_of_ours(self, store: Store) -> None:
        """Nothing but PlatformError comes out of the line, whatever the connector raised."""
        for badness in Badness:
            run = _Bad(store, badness, times=1, looks_too=True)
            try:
                run.small.line.in_force(_holds(1, badness)[0].subject)
            except PlatformError:
                continue
            assert badness in {Badness.LIES, Badness.IS_SLOW}, str(badness)
