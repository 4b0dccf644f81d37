"""One native action for several restrictions: it stands while any of them is in force."""

import pytest

from holdfast.containment import Restriction, Subject, SubjectKind, place
from holdfast.ports import Capability, Standing
from holdfast.response.conduct import HoldState
from holdfast.response.nearest import as_wanted
from holdfast.testing import NearestPlatform, SmallResponse

START, MINUTE = 1_000_000, 60_000
ACCOUNT = Subject(kind=SubjectKind.ACCOUNT, id="a")
SILENCED = {(ACCOUNT, Restriction.NO_POSTING)}


def hold(restriction, **fields):
    """A hold on the account."""
    return place(ACCOUNT, restriction, **{"starts": START, "why": "test", **fields})


@pytest.fixture
def platform(clock):
    """One that cannot hide an account, and silences it instead."""
    return NearestPlatform(clock)


@pytest.mark.parametrize("first", [Restriction.NO_POSTING, Restriction.HIDE_ACCOUNT])
def test_ending_one_leaves_what_the_other_wants(small, first):
    """Whichever of two ends first, by a lift or by itself, the account stays silenced; then it is free."""
    one, other = Restriction.NO_POSTING, Restriction.HIDE_ACCOUNT
    second = other if first is one else one
    small.put(hold(first), hold(second, until=START + MINUTE))
    small.settle()

    small.end(hold(first).id)
    small.settle()
    assert SILENCED == small.platform.flags()

    small.clock.advance(MINUTE)
    small.settle()
    assert not small.platform.flags()
    assert {HoldState.ENDED} == {held.state for held in small.book.holds.values()}


def test_what_shows_for_another_is_not_lifted_again_and_again(small):
    """The reconciler knows why the flag stands: round after round nothing is repaired, and nothing is unaccounted for."""
    small.put(hold(Restriction.NO_POSTING), hold(Restriction.HIDE_ACCOUNT))
    small.settle()
    small.end(hold(Restriction.HIDE_ACCOUNT).id)
    small.settle()
    size = len(small.keys())

    report = small.reconciler.once(small.clock.now())

    assert (1, 0, 0, 0) == (report.checked, report.applied_again, report.lifted_again, report.unaccounted)
    assert size == len(small.keys())


def test_what_a_rival_cleared_is_missing_for_all_that_want_it(small):
    """Both are applied again, each on its own record."""
    small.put(hold(Restriction.NO_POSTING), hold(Restriction.HIDE_ACCOUNT))
    small.settle()
    small.platform.rival_lifts(ACCOUNT, Restriction.HIDE_ACCOUNT)

    small.settle()

    assert SILENCED == small.platform.flags()
    assert 4 == len(small.keys("intent/"))


def test_a_restart_knows_it_as_well(small, store, clock):
    """What one native action stands for is worked out from the holds, and is nowhere else."""
    small.put(hold(Restriction.NO_POSTING), hold(Restriction.HIDE_ACCOUNT))
    small.settle()
    anew = SmallResponse(store, small.platform, clock)

    anew.end(hold(Restriction.NO_POSTING).id)
    anew.settle()

    assert SILENCED == anew.platform.flags()


def test_what_stands_is_named_by_the_holds():
    """Wanted restrictions first, then those that were, then the platform's own word; a foreign one keeps its name."""
    able = {each: Capability(native="silence") for each in (Restriction.NO_POSTING, Restriction.HIDE_ACCOUNT)}
    hide, post = hold(Restriction.HIDE_ACCOUNT), hold(Restriction.NO_POSTING, until=START + 1)
    ours = [
        Standing(restriction=Restriction.NO_POSTING, ours=True),
        Standing(restriction=Restriction.HIDE_ACCOUNT, ours=True),
    ]
    foreign = Standing(restriction=Restriction.NO_POSTING, ours=False)

    assert [ours[1]] == as_wanted(ours, [hide, post], able, START + 1)
    assert ours[::-1] == as_wanted(ours, [hide, post], able, START)
    assert [ours[0]] == as_wanted(ours, [post], able, START + 1)
    assert ours == as_wanted(ours, [], able, START)
    assert [foreign] == as_wanted([foreign], [hide], able, START)
