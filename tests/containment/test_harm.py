"""Harm stopped and harm done, against sums taken by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.containment import (
    Danger,
    Directory,
    Explicit,
    Hold,
    ReachAbove,
    Restriction,
    Subject,
    SubjectKind,
    TouchedBy,
    Verified,
    blast_radius,
    cohort_subject,
    danger,
    place,
    stopped,
)
from holdfast.containment.harm import KNOWN_LURE_SHARE
from holdfast.detection import Campaign
from holdfast.investigation import Cause, FactorKind


def on_account(account: str, restriction: Restriction = Restriction.NO_POSTING) -> Hold:
    """A hold on one account."""
    return place(Subject(kind=SubjectKind.ACCOUNT, id=account), restriction, starts=0, why="test")


def on_verified(restriction: Restriction = Restriction.NO_POSTING) -> Hold:
    """A hold on all verified accounts."""
    return place(cohort_subject(Verified()), restriction, starts=0, why="test", cohort=Verified())


LURE = place(Subject(kind=SubjectKind.LURE, id="domain:x.com"), Restriction.REFUSE_LURE, starts=0, why="test")
SESSION = place(Subject(kind=SubjectKind.TOOL_SESSION, id="ts-7"), Restriction.NO_TOOL, starts=0, why="test")


def test_stopped_harm_is_the_sum_the_docstring_states(directory: Callable[..., Directory]) -> None:
    """Views of silenced accounts count whole, of others by the known-lure share, of those to come once the cause is cut."""
    accounts = directory(20)
    reach = accounts.reach.astype(float)
    perils = Danger(carriers=("a0",), next={"a1": 0.5}, to_come=2.0, reach_each=1_000.0)
    everything = reach[0] + 0.5 * reach[1] + 2_000.0
    nothing = stopped((), perils, accounts, 0)
    assert (nothing.views, nothing.of) == (0.0, pytest.approx(everything))
    silent = stopped((on_account("a0"),), perils, accounts, 0)
    assert silent.views == pytest.approx(reach[0])
    lure = stopped((LURE, on_account("a0")), perils, accounts, 0)
    assert lure.views == pytest.approx(reach[0] + KNOWN_LURE_SHARE * (0.5 * reach[1] + 2_000.0))
    cut = stopped((SESSION, on_account("a0"), on_account("a1")), perils, accounts, 0)
    assert cut.share == pytest.approx(1.0)


def test_a_hold_that_does_not_stop_posting_stops_no_views(directory: Callable[..., Directory]) -> None:
    """Credentials that cannot change do not hide a post."""
    perils = Danger(carriers=("a0",))
    assert stopped((on_account("a0", Restriction.NO_CREDENTIAL_CHANGE),), perils, directory(20), 0).views == 0.0


def test_a_revoked_app_silences_what_it_touched(directory: Callable[..., Directory]) -> None:
    """The intruder posts through the app, so its accounts need not be held."""
    accounts = directory(20, touches={"app:quiz": ["a0", "a1"]})
    revoke = place(Subject(kind=SubjectKind.APP, id="quiz"), Restriction.REVOKE_APP, starts=0, why="test")
    perils = Danger(carriers=("a0",), next={"a1": 0.1}, to_come=3.0, reach_each=10.0)
    assert stopped((revoke,), perils, accounts, 0).share == pytest.approx(1.0)
    radius = blast_radius((revoke,), perils, accounts, 0)
    assert (radius.accounts, radius.app_accounts) == (0, 2)


def test_a_cohort_of_what_the_cause_touches_cuts_it(directory: Callable[..., Directory]) -> None:
    """Accounts fall under it as they are touched, so what the cause would still give is worth nothing."""
    cohort = TouchedBy(factor="network:AS1")
    hold = place(cohort_subject(cohort), Restriction.NO_POSTING, starts=0, why="test", cohort=cohort)
    perils = Danger(carriers=(), to_come=3.0, reach_each=10.0)
    assert stopped((hold,), perils, directory(20), 0).share == pytest.approx(1.0)
    assert stopped((on_verified(),), perils, directory(20), 0).share == 0.0


@given(st.sets(st.integers(0, 19)), st.sets(st.integers(0, 19)), st.dictionaries(st.integers(0, 19), st.floats(0, 1)))
def test_more_holds_never_stop_less_nor_cost_less(
    directory: Callable[..., Directory], one: set[int], more: set[int], weights: dict[int, float]
) -> None:
    """Both harm stopped and blast radius grow with the holds."""
    accounts = directory(20)
    perils = Danger(carriers=("a2", "a13"), next={f"a{row}": p for row, p in weights.items()}, background=0.1)
    few = tuple(on_account(f"a{row}") for row in sorted(one))
    many = tuple(on_account(f"a{row}") for row in sorted(one | more))
    assert stopped(few, perils, accounts, 0).views <= stopped(many, perils, accounts, 0).views + 1e-6
    narrow, wide = blast_radius(few, perils, accounts, 0), blast_radius(many, perils, accounts, 0)
    assert narrow.refused_per_hour <= wide.refused_per_hour + 1e-9
    assert narrow.accounts <= wide.accounts == wide.carriers + wide.next + wide.innocent


def test_the_blast_radius_counts_each_account_once(directory: Callable[..., Directory]) -> None:
    """Several holds on an account, by name and by cohort, are one account held."""
    accounts = directory(40)
    perils = Danger(carriers=("a0", "a1"), next={"a2": 0.25})
    holds = (on_account("a0"), on_account("a0", Restriction.NO_EXPORT), on_account("a30"), on_verified())
    radius = blast_radius(holds, perils, accounts, 0, before=("a5", "a39"))
    assert (radius.accounts, radius.carriers, radius.next, radius.innocent) == (21, 2, 1, 18)
    innocent = [row for row in (*range(20), 30) if row not in {0, 1, 2}]
    assert radius.officials == sum(row % 7 == 3 for row in innocent)
    assert radius.emergency == sum(row % 10 == 9 for row in innocent)
    assert radius.already_restricted == 1
    assert radius.reach == int(accounts.reach[[*range(20), 30]].sum())
    rate = accounts.posts_per_hour.astype(np.float64)
    assert radius.refused_per_hour == pytest.approx(rate[innocent].sum() + 0.75 * rate[2])
    assert radius.innocent_expected == pytest.approx(18 + 0.75)
    assert set(radius.named) == {name for name in radius.named if name.lstrip("@") in {"a9", "a19", "a3", "a10", "a17"}}
    assert len(radius.named) == 5


def test_only_silence_refuses_posts(directory: Callable[..., Directory]) -> None:
    """A cohort whose credentials are held goes on posting."""
    radius = blast_radius((on_verified(Restriction.NO_CREDENTIAL_CHANGE),), Danger(carriers=()), directory(40), 0)
    assert (radius.innocent, radius.refused_per_hour) == (20, 0.0)


def test_accounts_unknown_to_the_directory_count(directory: Callable[..., Directory]) -> None:
    """A carrier made a minute ago is held and counted, though it has no row."""
    radius = blast_radius((on_account("new"), on_account("other")), Danger(carriers=("new",)), directory(10), 0)
    assert (radius.accounts, radius.carriers, radius.innocent, radius.reach) == (2, 1, 1, 0)


def test_what_is_to_come_follows_the_named_cause(
    directory: Callable[..., Directory], campaign: Callable[..., Campaign], cause: Callable[..., Cause]
) -> None:
    """A cause that explains all is expected to bring as many again; without one, they come from accounts alike."""
    accounts = directory(100)
    carriers = tuple(f"a{row}" for row in range(6))
    known = danger(
        campaign(carriers), cause(FactorKind.STAFF, "s1", touched=6, of=6), {"a7": 0.9, "a0": 1.0}, accounts, 0
    )
    assert known.to_come == 6
    assert known.next == {"a7": 0.9}
    unknown = danger(campaign(carriers), None, {}, accounts, 0)
    assert unknown.to_come == 0
    assert unknown.background > known.background > 0
    alike = accounts.mask(unknown.alike, 0)
    assert alike[:50].sum() == alike.sum()
    assert unknown.background * (alike.sum() - alike[:6].sum()) == pytest.approx(6)


def test_bystanders_are_in_no_danger_and_no_carriers(
    directory: Callable[..., Directory], campaign: Callable[..., Campaign]
) -> None:
    """Who quoted the lure or warned of it is not expected to post it."""
    told = campaign(("a0", "a1"), bystanders=("a1", "a2"))
    perils = danger(told, None, {"a2": 0.9}, directory(20), 0)
    assert perils.carriers == ("a0",)
    assert perils.next == {}
    radius = blast_radius((on_account("a0"), on_account("a2")), perils, directory(20), 0)
    assert radius.innocent_expected == pytest.approx(1.0)


def test_accounts_alike_are_said_in_one_breath(
    directory: Callable[..., Directory], campaign: Callable[..., Campaign]
) -> None:
    """The cohort of likeness uses a round number; small carriers make no rule of small reach."""
    ordinary = danger(campaign(("a15",)), None, {}, directory(20), 0).alike
    assert all(str(part.reach).strip("0") == "1" for part in ordinary.cohorts if isinstance(part, ReachAbove))
    nobody = danger(campaign(("new",)), None, {}, directory(20), 0).alike
    assert nobody == Verified()


def test_explicit_cohorts_of_next_accounts_count_as_next(directory: Callable[..., Directory]) -> None:
    """It does not matter for the split whether an account is held by name or by a list."""
    listed = Explicit(accounts=("a0", "a1", "a5"))
    hold = place(cohort_subject(listed), Restriction.NO_POSTING, starts=0, why="test", cohort=listed)
    radius = blast_radius((hold,), Danger(carriers=("a0",), next={"a1": 0.4}), directory(20), 0)
    assert (radius.carriers, radius.next, radius.innocent) == (1, 1, 1)
