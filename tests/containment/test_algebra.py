"""Holds add up to the union of those in force, in whatever order they are told."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.containment import (
    EFFECTS,
    AccountFacts,
    Explicit,
    Hold,
    Restriction,
    Subject,
    SubjectKind,
    Verified,
    cohort_subject,
    desired,
    desired_for,
    extend,
    fold,
    join,
    lift,
    place,
    text_subject,
)
from holdfast.errors import HoldError

NAMED = [kind for kind in SubjectKind if kind is not SubjectKind.COHORT]
PAIRS = [(kind, restriction) for restriction in Restriction for kind in NAMED if kind in EFFECTS[restriction].subjects]
TIMES = st.integers(0, 40)


@st.composite
def first_versions(draw: st.DrawFn) -> Hold:
    """A hold as it was placed, over few subjects and few moments, so that holds meet."""
    kind, restriction = draw(st.sampled_from(PAIRS))
    starts = draw(TIMES)
    return place(
        Subject(kind=kind, id=f"link:{draw(st.integers(0, 2))}"),
        restriction,
        starts=starts,
        until=draw(st.none() | st.integers(starts + 1, 60)),
        why="test",
        plan=draw(st.sampled_from(["one", "two"])),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Hold]:
    """Every version of some holds that anybody was told: placed, extended, lifted, in the order of the deeds."""
    told: list[Hold] = []
    for first in draw(st.lists(first_versions(), max_size=6)):
        version = first
        told.append(version)
        for _ in range(draw(st.integers(0, 4))):
            later = draw(TIMES)
            version = extend(version, later) if draw(st.booleans()) else lift(version, later)
            told.append(version)
    return told


@given(histories(), st.data(), TIMES)
def test_any_interleaving_gives_the_union(told: list[Hold], data: st.DataObject, now: int) -> None:
    """However versions are shuffled, repeated and lost to a later one, what is desired is the union of the holds in force."""
    again = data.draw(st.lists(st.sampled_from(told), max_size=5)) if told else []
    shuffled = data.draw(st.permutations([*told, *again]))
    expected: dict[Subject, set[Restriction]] = {}
    for name in {version.id for version in told}:
        versions = [version for version in told if version.id == name]
        starts = min(version.starts for version in versions)
        ends = None if any(v.until is None for v in versions) else max(v.until for v in versions)
        lifts = [version.lifted_at for version in versions if version.lifted_at is not None]
        if starts <= now and (ends is None or now < ends) and (not lifts or now < min(lifts)):
            expected.setdefault(versions[0].subject, set()).add(versions[0].restriction)
    assert desired(fold(shuffled).values(), now) == expected


@given(histories(), st.data())
def test_the_join_is_a_semilattice(told: list[Hold], data: st.DataObject) -> None:
    """Joining is commutative, associative and idempotent, so redelivery and reordering cannot matter."""
    if not told:
        return
    one = data.draw(st.sampled_from(told))
    versions = [version for version in told if version.id == one.id]
    two, three = data.draw(st.sampled_from(versions)), data.draw(st.sampled_from(versions))
    assert join(one, one) == one
    assert join(one, two) == join(two, one)
    assert join(join(one, two), three) == join(one, join(two, three))


@given(first_versions(), TIMES, TIMES)
def test_extending_never_shortens_and_lifting_is_final(hold: Hold, later: int, at: int) -> None:
    """A hold extended stands wherever it stood before; once lifted, no extension brings it back."""
    extended = extend(hold, later)
    assert all(extended.in_force(now) for now in range(61) if hold.in_force(now))
    assert extend(hold, None).until is None
    lifted = lift(hold, at)
    assert lift(lifted, at + 5) == lifted
    assert not any(extend(lifted, None).in_force(now) for now in range(at, 61))


@given(TIMES, st.integers(1, 60), TIMES)
def test_expiry_holds_to_the_millisecond_with_no_deed(starts: int, lasting: int, now: int) -> None:
    """A hold stands from its start up to, not including, its end; nobody has to sweep."""
    subject = Subject(kind=SubjectKind.ACCOUNT, id="a1")
    hold = place(subject, Restriction.NO_POSTING, starts=starts, until=starts + lasting, why="test")
    assert (subject in desired([hold], now)) == (starts <= now < starts + lasting)


@given(TIMES, TIMES)
def test_lifting_the_cohort_hold_never_frees_a_hijacked_account(lifted_at: int, now: int) -> None:
    """The account's own hold stands after the brake on its cohort has ended."""
    hijacked = AccountFacts(account="a1", verified=True)
    innocent = AccountFacts(account="a2", verified=True)
    own = place(Subject(kind=SubjectKind.ACCOUNT, id="a1"), Restriction.NO_POSTING, starts=0, why="carrier")
    brake = place(
        cohort_subject(Verified()), Restriction.NO_POSTING, starts=0, until=30, why="brake", cohort=Verified()
    )
    holds = fold([own, brake, lift(brake, lifted_at)]).values()
    assert desired_for(holds, hijacked, now) == {Restriction.NO_POSTING}
    assert bool(desired_for(holds, innocent, now)) == (now < min(lifted_at, 30))


def test_placing_again_is_the_same_hold() -> None:
    """The id follows from what is placed, not from when, so a repeated plan places nothing twice."""
    subject = Subject(kind=SubjectKind.ACCOUNT, id="a1")
    first = place(subject, Restriction.NO_POSTING, starts=5, why="once", plan="p", campaign="c")
    again = place(subject, Restriction.NO_POSTING, starts=9, why="twice", plan="p", campaign="c")
    assert first.id == again.id
    assert len(first.id) == 16
    others = {
        place(subject, Restriction.NO_POSTING, starts=5, why="once", plan="q", campaign="c").id,
        place(subject, Restriction.NO_POSTING, starts=5, why="once", plan="p", campaign="d").id,
        place(subject, Restriction.NO_MESSAGING, starts=5, why="once", plan="p", campaign="c").id,
        place(subject, Restriction.NO_POSTING, starts=5, why="once", plan="p", campaign="c", occasion="wave-2").id,
    }
    assert len(others | {first.id}) == 5


def test_what_was_lifted_is_placed_anew_only_on_a_new_occasion() -> None:
    """A redelivered placing does not undo a lift; a new occasion does."""
    subject = Subject(kind=SubjectKind.ACCOUNT, id="a1")
    hold = place(subject, Restriction.NO_POSTING, starts=0, why="carrier")
    redelivered = fold([hold, lift(hold, 10), hold]).values()
    assert desired(redelivered, 20) == {}
    anew = place(subject, Restriction.NO_POSTING, starts=15, why="used again", occasion="probation")
    assert desired([*redelivered, anew], 20) == {subject: {Restriction.NO_POSTING}}


@pytest.mark.parametrize("restriction", Restriction)
def test_a_restriction_goes_only_with_its_subjects(restriction: Restriction) -> None:
    """What is not in the table cannot be made."""
    for kind in set(NAMED) - EFFECTS[restriction].subjects:
        with pytest.raises(HoldError, match="cannot be placed"):
            place(Subject(kind=kind, id="x"), restriction, starts=0, why="test")


def test_impossible_holds_cannot_be_made() -> None:
    """Ending before the start, a cohort under another's name, and a held text without the text are refused."""
    account = Subject(kind=SubjectKind.ACCOUNT, id="a1")
    with pytest.raises(HoldError, match="before it starts"):
        place(account, Restriction.NO_POSTING, starts=5, until=5, why="test")
    with pytest.raises(HoldError, match="does not carry the cohort"):
        place(cohort_subject(Verified()), Restriction.NO_POSTING, starts=0, why="test")
    with pytest.raises(HoldError, match="does not carry the cohort"):
        place(
            cohort_subject(Verified()), Restriction.NO_POSTING, starts=0, why="test", cohort=Explicit(accounts=("a1",))
        )
    with pytest.raises(HoldError, match="cannot carry a cohort"):
        place(account, Restriction.NO_POSTING, starts=0, why="test", cohort=Verified())
    with pytest.raises(HoldError, match="does not carry the text"):
        place(text_subject("send me coins"), Restriction.REFUSE_LURE, starts=0, why="test")


def test_versions_of_different_holds_do_not_join() -> None:
    """Two holds are never taken for one, even when somebody gave them one id."""
    one = place(Subject(kind=SubjectKind.ACCOUNT, id="a1"), Restriction.NO_POSTING, starts=0, why="test")
    other = place(Subject(kind=SubjectKind.ACCOUNT, id="a2"), Restriction.NO_POSTING, starts=0, why="test")
    for stranger in (other, msgspec.structs.replace(other, id=one.id)):
        with pytest.raises(HoldError, match="not the same hold"):
            join(one, stranger)
