"""What is queued is done, on the record, at the platform's pace."""

import pytest

from holdfast.containment import Restriction, Subject, SubjectKind, Verified, cohort_subject, place
from holdfast.errors import PlatformError
from holdfast.ledger import RecordKind
from holdfast.response.conduct import HoldState
from holdfast.response.executor import Way, way_of
from holdfast.testing import Faults, FaultyPlatform, SetClock, SmallPlatform, SmallResponse, When

START = 1_000_000
MINUTE = 60_000


def account(name):
    """An account as a subject."""
    return Subject(kind=SubjectKind.ACCOUNT, id=name)


def hold(name="a", restriction=Restriction.NO_POSTING, **fields):
    """A hold on an account."""
    return place(account(name), restriction, **{"starts": START, "why": "test", **fields})


def test_the_intent_stands_on_record_before_the_deed_and_the_outcome_after(small):
    """Placing does nothing to the platform; working does, and says so."""
    small.put(hold())

    assert ["intent"] == [entry.record.kind for entry in small.store.entries()]
    assert not small.platform.flags()

    assert small.executor.work(START) is None
    assert {(account("a"), Restriction.NO_POSTING)} == small.platform.flags()
    intent, outcome = small.store.entries()
    assert RecordKind.OUTCOME is outcome.record.kind
    assert "done" == outcome.record.body["result"]
    assert intent.record.key.replace("intent", "outcome") == outcome.record.key


def test_placing_twice_is_placing_once(small):
    """A plan that is carried out again after a crash intends nothing new."""
    small.put(hold())
    small.put(hold())

    assert 1 == len(small.keys())


def test_the_greatest_harm_is_stopped_first(small):
    """Within what the platform allows in a second, reach decides who is held first."""
    small.put(hold("small", harm=1.0), hold("great", harm=9.0), hold("middle", harm=5.0))

    small.executor.work(START)

    assert ["great", "middle", "small"] == [subject.id for _, subject, _ in small.platform.deeds]


def test_the_platforms_pace_is_kept(store, clock):
    """No more than `per_second`, and the executor says when to come back."""
    platform = SmallPlatform(clock, per_second=2.0)
    small = SmallResponse(store, platform, clock)
    small.put(*(hold(f"a{number}") for number in range(5)))

    again = small.executor.work(START)

    assert 2 == len(platform.deeds)
    assert START < again <= START + 501
    small.work_through()
    assert 5 == len(platform.deeds)
    assert START + 1_500 <= clock.now() <= START + 1_510


def test_a_platform_that_asks_for_quiet_is_left_alone_until_then(small, clock):
    """A rate limit is no failure: nothing is on record but the intent, and the deed waits for the time it named."""
    small.platform.pressed_until = START + 30_000
    small.put(hold())

    assert START + 30_000 == small.executor.work(START)
    assert 1 == len(small.keys())

    clock.set(START + 30_000)
    assert small.executor.work(clock.now()) is None
    assert 2 == len(small.keys())


def test_a_failed_deed_is_tried_again_later_each_attempt_on_record(small, clock):
    """An outage shorter than the patience of the queue needs nobody's help."""
    small.platform.reachable = False
    small.put(hold())
    again = small.executor.work(START)
    assert START < again <= START + 1_000

    clock.set(again)
    small.platform.reachable = True
    assert small.executor.work(again) is None

    name = hold().id
    assert [f"{kind}/{name}/apply/{number}" for number in (1, 2) for kind in ("intent", "outcome")] == small.keys()


def test_after_so_many_tries_it_is_a_dead_letter_that_a_person_sees_and_retries(small, clock):
    """A dead letter is in the book, on the time line, and comes alive by a person's word."""
    small.platform.refuses = {"a"}
    small.put(hold())

    assert 7 == small.work_through()  # 8 tries, the first at once

    held = small.book.holds[hold().id]
    assert (HoldState.FAILED, "small refuses a") == (held.state, held.note)
    assert ["alarm"] == [happening.kind for happening in small.timeline]

    small.platform.refuses = set()
    small.again(hold().id, "asked by r")
    small.executor.work(clock.now())
    assert HoldState.IN_FORCE is small.book.holds[hold().id].state


def test_what_the_platform_cannot_do_is_not_tried_again(small):
    """A restriction that was never claimed is a dead letter at once."""
    small.put(hold(restriction=Restriction.HIDE_ACCOUNT))

    assert small.executor.work(START) is None
    assert HoldState.FAILED is small.book.holds[hold(restriction=Restriction.HIDE_ACCOUNT).id].state


def test_a_cohort_is_in_force_by_the_guard_without_a_call(small):
    """The outcome says by what it is enforced; the platform heard nothing."""
    cohort = Verified()
    small.put(place(cohort_subject(cohort), Restriction.NO_POSTING, starts=START, why="brake", cohort=cohort))

    assert small.executor.work(START) is None

    *_, outcome = small.store.entries()
    assert "by guard" == outcome.record.body["detail"]
    assert not small.platform.deeds


def test_a_platform_that_does_not_ask_gets_lists_of_what_it_can_do(clock):
    """Where neither pushing nor asking can enforce a hold, there is no way, and nobody is told that there is."""
    deaf = SmallPlatform(clock, asks_guard=False)
    asking = SmallPlatform(clock)
    cohort = Verified()
    brake = place(cohort_subject(cohort), Restriction.NO_POSTING, starts=START, why="brake", cohort=cohort)
    lure = place(
        Subject(kind=SubjectKind.LURE, id="domain:x.example"), Restriction.REFUSE_LURE, starts=START, why="lure"
    )

    silence = place(cohort_subject(cohort), Restriction.NO_MESSAGING, starts=START, why="brake", cohort=cohort)

    assert (Way.LIST, Way.NONE, Way.NONE) == tuple(way_of(each, deaf) for each in (brake, silence, lure))
    assert (Way.ASK, Way.ASK) == (way_of(brake, asking), way_of(lure, asking))
    assert Way.PUSH is way_of(hold(), deaf)
    assert Way.ASK is way_of(hold(restriction=Restriction.NO_EXPORT), asking)


@pytest.mark.parametrize("counts_holds", [False, True])
def test_lifting_one_hold_leaves_what_another_wants(store, clock, counts_holds):
    """In force is the union, on platforms that know one flag and on those that count holds: nothing is left behind."""
    small = SmallResponse(store, SmallPlatform(clock, counts_holds=counts_holds), clock)
    one, other = hold(), hold(occasion="second")
    small.put(one, other)
    small.executor.work(START)

    small.end(one.id)
    small.work_through()
    assert 1 == len(small.platform.flags())

    small.end(other.id)
    small.work_through()
    assert not small.platform.flags()
    assert {HoldState.ENDED} == {held.state for held in small.book.holds.values()}


def test_what_has_just_run_out_is_lifted_by_its_own_intent(store, clock):
    """Another hold's lift does not take it along before the record says that it is meant."""
    small = SmallResponse(store, SmallPlatform(clock, counts_holds=True), clock)
    one, other = hold(until=START + 1), hold(occasion="second")
    small.put(one, other)
    small.executor.work(START)
    clock.advance(1)

    small.end(other.id)
    small.work_through()
    assert 1 == len(small.platform.flags())

    small.settle()
    assert not small.platform.flags()


def test_what_has_ended_holds_nothing_though_the_clock_is_set_back(store, platform):
    """A hold that ran out before a restart does not keep another's restriction standing after it."""
    small = SmallResponse(store, platform, SetClock(START))
    one, other = hold(until=START + MINUTE), hold(occasion="second")
    small.put(one, other)
    small.settle()
    small.clock.advance(MINUTE)
    small.settle()

    anew = SmallResponse(store, platform, SetClock(START + 1))
    anew.end(other.id)
    anew.work_through()

    assert not platform.flags()


def test_a_hold_for_later_waits_for_its_start(small):
    """Nothing is applied before the hold begins."""
    small.put(hold(starts=START + MINUTE))

    assert START + MINUTE == small.executor.work(START)
    assert not small.platform.deeds


def test_a_book_opened_anew_is_the_same_book(small, store, platform, clock):
    """Everything needed to go on is in the store."""
    small.platform.reachable = False
    small.put(hold(), hold("b"))
    small.executor.work(START)

    anew = SmallResponse(store, platform, clock)

    assert small.book.holds == anew.book.holds
    assert small.book.errands == anew.book.errands


@pytest.mark.parametrize("when", When)
def test_an_answer_lost_on_the_way_does_the_deed_again_harmlessly(store, platform, clock, when):
    """A time-out leaves it open whether the platform acted; the second attempt settles it."""
    faults = Faults(1, when, lambda: PlatformError("the answer was lost"))
    small = SmallResponse(store, FaultyPlatform(platform, faults), clock)
    small.put(hold())

    small.work_through()

    assert ["apply"] == [deed for deed, *_ in platform.deeds]
    assert HoldState.IN_FORCE is small.book.holds[hold().id].state
