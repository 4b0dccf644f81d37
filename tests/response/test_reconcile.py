"""What is on the platform comes to be what should be there, whatever happened in between."""

from holdfast.containment import Restriction, Subject, SubjectKind, place
from holdfast.ports import Standing
from holdfast.response.conduct import Held, HoldState
from holdfast.response.found import FoundInPlace
from holdfast.response.reconcile import Difference, Reconciler, difference

START = 1_000_000
MINUTE = 60_000
OURS = Standing(restriction=Restriction.NO_POSTING, ours=True)


def account(name):
    """An account as a subject."""
    return Subject(kind=SubjectKind.ACCOUNT, id=name)


def hold(name="a", restriction=Restriction.NO_POSTING, **fields):
    """A hold on an account."""
    return place(account(name), restriction, **{"starts": START, "why": "test", **fields})


def held(state, **fields):
    """A hold that has come so far."""
    return Held(hold=hold(**fields), state=state, applies=1)


def test_what_should_stand_and_does_is_left_alone():
    """No difference, nothing to do."""
    assert Difference() == difference([held(HoldState.IN_FORCE)], [OURS], START)


def test_what_is_missing_and_what_is_left_over_are_told_apart():
    """Missing holds are applied again, holds that are over are lifted again."""
    over = held(HoldState.ENDED, until=START + 1, occasion="over")

    assert (held(HoldState.IN_FORCE).hold.id,) == difference([held(HoldState.IN_FORCE)], [], START).missing
    assert (over.hold.id,) == difference([over], [OURS], START + 1).surplus


def test_what_is_under_way_is_left_to_its_errand():
    """A deed that is queued is not queued twice."""
    assert Difference() == difference([held(HoldState.WANTED)], [], START)
    assert Difference() == difference([held(HoldState.ENDING, until=START + 1)], [OURS], START + 1)


def test_a_hold_that_is_over_is_not_lifted_from_under_another():
    """The union of the holds in force stays."""
    over = held(HoldState.ENDED, until=START + 1, occasion="over")

    assert Difference() == difference([over, held(HoldState.IN_FORCE)], [OURS], START + 1)


def test_ended_sessions_are_not_ended_for_ever():
    """A deed that leaves nothing standing is not taken for one that was lost."""
    assert Difference() == difference([held(HoldState.IN_FORCE, restriction=Restriction.END_SESSIONS)], [], START)


def test_a_lift_that_was_given_up_is_settled_where_another_hold_wants_the_same(small, platform):
    """Nothing is left to lift, so it is no dead letter that waits for the other to end."""
    small.put(hold(), hold(occasion="second"))
    small.settle()
    platform.reachable = False
    small.end(hold().id)
    small.end(hold(occasion="second").id)
    small.work_through()
    assert HoldState.STUCK is small.state(hold().id)
    platform.reachable = True
    small.put(hold(occasion="third"))

    small.settle()

    assert {HoldState.ENDED, HoldState.IN_FORCE} == {each.state for each in small.book.holds.values()}
    assert 1 == len(platform.flags())


def test_sessions_that_could_not_be_ended_are_tried_again(small, platform):
    """A dead letter of a deed that leaves nothing standing is one like all others: nothing says that it was done."""
    assert () != difference([held(HoldState.FAILED, restriction=Restriction.END_SESSIONS)], [], START).missing
    small.put(hold(restriction=Restriction.END_SESSIONS))
    platform.reachable = False
    small.work_through()
    platform.reachable = True

    small.settle()

    assert [("apply", account("a"), Restriction.END_SESSIONS)] == platform.deeds


def test_what_nobody_here_placed_is_reported():
    """Ours by the platform's word, unknown to the book: told, not touched."""
    assert (Restriction.NO_SIGN_IN,) == difference(
        [held(HoldState.IN_FORCE)], [OURS, Standing(restriction=Restriction.NO_SIGN_IN, ours=True)], START
    ).unaccounted


def test_a_rivals_change_is_repaired_and_what_the_rival_placed_is_kept_apart(small, platform):
    """Drift is applied again under its own intent; a foreign restriction is recorded once and outlives ours."""
    small.put(hold(until=START + MINUTE))
    small.settle()
    platform.rival_lifts(account("a"), Restriction.NO_POSTING)
    platform.rival_places(account("a"), Restriction.NO_SIGN_IN)

    small.settle()

    assert {(account("a"), Restriction.NO_POSTING)} == platform.flags()
    assert ["found/account:a/no_sign_in"] == small.keys("found/")
    assert [f"intent/{hold().id}/apply/{number}" for number in (1, 2)] == small.keys("intent/")

    small.clock.advance(MINUTE)
    small.settle()
    assert not platform.flags()
    assert {(account("a"), Restriction.NO_SIGN_IN)} == platform.rival_flags()
    assert 1 == len(small.keys("found/"))


def test_an_expired_hold_is_lifted_from_the_platform(small, platform, clock):
    """The sweep has the platform follow what is already true at read time."""
    small.put(hold(until=START + MINUTE))
    small.settle()

    clock.set(START + MINUTE)
    assert 1 == small.reconciler.sweep(clock.now())
    small.work_through()

    assert not platform.flags()
    assert HoldState.ENDED is small.state(hold().id)


def test_a_platform_that_claimed_to_have_lifted_is_asked_again(small, platform):
    """The reconciler believes what it sees, not what it was told."""
    small.put(hold())
    small.settle()
    small.end(hold().id)
    small.work_through()
    platform.apply(hold())  # it comes back, for reasons of the platform's own

    small.settle()

    assert not platform.flags()
    assert f"intent/{hold().id}/lift/2" == small.keys("intent/")[-1]


def test_a_platform_that_cannot_be_read_is_counted_not_guessed(small, platform):
    """Subjects that could not be looked at are in the report, and nothing is repaired blindly."""
    small.put(hold(), hold("b"))
    small.work_through()
    platform.reachable = False

    report = small.reconciler.once(START)

    assert (2, 0, 0) == (report.unreadable, report.checked, report.applied_again)


def test_dead_letters_come_alive_by_themselves_now_and_then(small, platform, clock):
    """An outage that outlasts the queue's patience needs a person at once, but not for ever."""
    reconciler = Reconciler(platform, small.book, FoundInPlace(small.book), dead_every=15 * MINUTE)
    small.put(hold())
    small.settle()
    assert 0 == reconciler.once(clock.now()).applied_again
    platform.rival_lifts(account("a"), Restriction.NO_POSTING)
    small.reconciler.once(clock.now())
    platform.refuses = {"a"}
    small.work_through()
    platform.refuses = set()
    assert HoldState.FAILED is small.state(hold().id)

    clock.set(START + 15 * MINUTE - 1)
    assert 0 == reconciler.once(clock.now()).applied_again
    clock.advance(1)
    assert 1 == reconciler.once(clock.now()).applied_again


def test_a_round_cut_short_goes_on_where_it_stopped(small, platform, clock):
    """A platform that is pressed half way through is looked at whole in the end."""
    small.put(*(hold(name) for name in "abcd"))
    small.work_through()
    looked = []
    real = platform.in_force

    def slow(subject):
        looked.append(subject.id)
        if len(looked) == 2:
            platform.pressed_until = clock.now() + 1_000
        return real(subject)

    platform.in_force = slow
    first = small.reconciler.once(clock.now())
    clock.set(first.again_at)
    second = small.reconciler.once(clock.now())

    assert (1, START + 1_000) == (first.checked, first.again_at)
    assert (4, None) == (second.checked, second.again_at)
    assert ["a", "b", "b", "c", "d", "a"] == looked
