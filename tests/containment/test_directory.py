"""Cohorts over a directory: the columns, the single question and a plain oracle say the same."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.containment import (
    AllOf,
    AnyOf,
    Cohort,
    CredentialChangedWithin,
    Directory,
    Except,
    Explicit,
    InShare,
    ReachAbove,
    TouchedBy,
    Verified,
    cohort_key,
    describe,
    includes,
    lot,
)
from holdfast.containment.compile import Within
from holdfast.errors import HoldError
from holdfast.events import ACCOUNTS

COUNT = 12
ROWS = [  # account, verified, reach
    (f"a{place}", place % 2 == 0, 10**place) for place in range(COUNT)
]
IDS = [account for account, _, _ in ROWS] + ["stranger"]
FACTORS = ["app:x", "tool_session:ts-7"]

simple = st.one_of(
    st.just(Verified()),
    st.integers(0, 12).map(lambda power: ReachAbove(reach=10**power)),
    st.sampled_from(FACTORS).map(lambda factor: TouchedBy(factor=factor)),
    st.integers(1, 50).map(lambda span: CredentialChangedWithin(milliseconds=span)),
    st.builds(InShare, seed=st.sampled_from(["one", "two"]), below=st.integers(0, 10_000)),
    st.lists(st.sampled_from(IDS), max_size=4).map(lambda accounts: Explicit(accounts=tuple(accounts))),
)
cohorts = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: AllOf(cohorts=tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(cohorts=tuple(parts))),
        st.tuples(inner, inner).map(lambda pair: Except(cohort=pair[0], exempt=pair[1])),
    ),
    max_leaves=6,
)
changes = st.dictionaries(st.sampled_from(IDS), st.integers(0, 60), max_size=8)
touches = st.fixed_dictionaries({factor: st.frozensets(st.sampled_from(IDS)) for factor in FACTORS})


def _directory(changed: dict[str, int], touched: dict[str, frozenset[str]]) -> Directory:
    columns = {
        "account": [row[0] for row in ROWS],
        "handle": [None] * COUNT,
        "verified": [row[1] for row in ROWS],
        "reach": [row[2] for row in ROWS],
        "tier": ["ordinary"] * COUNT,
        "org": [None] * COUNT,
        "emergency": [False] * COUNT,
        "created": [None] * COUNT,
        "posts_per_hour": [1.0] * COUNT,
    }
    batch = pa.record_batch([pa.array(columns[field.name], type=field.type) for field in ACCOUNTS], schema=ACCOUNTS)
    return Directory(batch, credential_changes=changed, touched=lambda factor: touched[factor])


def _oracle(cohort: Cohort, changed: dict[str, int], touched: dict[str, frozenset[str]], now: int) -> set[str]:  # noqa: C901, PLR0911  (one answer for each kind of cohort)
    """The members by set arithmetic over everything that exists."""
    match cohort:
        case Verified():
            return {account for account, verified, _ in ROWS if verified}
        case ReachAbove(reach=floor):
            return {account for account, _, reach in ROWS if reach > floor}
        case TouchedBy(factor=factor):
            return set(touched[factor])
        case CredentialChangedWithin(milliseconds=span):
            return {account for account, at in changed.items() if at in range(now - span + 1, now + 1)}
        case Explicit(accounts=accounts):
            return set(accounts)
        case InShare(seed=seed, below=below):
            return {account for account in IDS if lot(account, seed) < below}
        case AllOf(cohorts=parts):
            members = set(IDS)
            for part in parts:
                members &= _oracle(part, changed, touched, now)
            return members
        case AnyOf(cohorts=parts):
            return set().union(*(_oracle(part, changed, touched, now) for part in parts))
        case Except(cohort=inner, exempt=exempt):
            return _oracle(inner, changed, touched, now) - _oracle(exempt, changed, touched, now)


@given(cohorts, changes, touches, st.integers(0, 70))
def test_every_way_of_asking_gives_the_same_members(
    cohort: Cohort, changed: dict[str, int], touched: dict[str, frozenset[str]], now: int
) -> None:
    """The mask, the facts of one account, and the guard's single and bulk questions all agree with set arithmetic."""
    members = _oracle(cohort, changed, touched, now)
    directory = _directory(changed, touched)
    mask = directory.mask(cohort, now)
    assert {account for account, inside in zip(IDS, mask.tolist(), strict=False) if inside} == members - {"stranger"}
    assert {a for a in IDS if includes(cohort, directory.facts(a, FACTORS), now)} == members
    within = Within(cohort, directory)
    assert {account for account in IDS if within(account, now)} == members
    bulk = IDS * 3  # enough of them to be answered by a mask
    assert within.among(bulk, now).tolist() == [account in members for account in bulk]


@given(cohorts, st.randoms(use_true_random=False))
def test_a_cohort_has_one_key_in_every_spelling(cohort: Cohort, shuffler: object) -> None:
    """Order, repeats and nesting do not change the key."""

    def respell(each: Cohort) -> Cohort:
        match each:
            case AllOf(cohorts=parts) | AnyOf(cohorts=parts):
                again = [respell(part) for part in (*parts, *parts[:1])]
                shuffler.shuffle(again)
                return type(each)(cohorts=(type(each)(cohorts=tuple(again)),))
            case Except(cohort=inner, exempt=exempt):
                return Except(cohort=respell(inner), exempt=respell(exempt))
            case Explicit(accounts=accounts):
                return Explicit(accounts=tuple(reversed(accounts)) + accounts[:1])
            case _:
                return each

    assert cohort_key(respell(cohort)) == cohort_key(cohort)


def test_different_cohorts_have_different_keys() -> None:
    """A key names one set of accounts, so a hold on it cannot come to mean another."""
    different = [
        Verified(),
        ReachAbove(reach=1),
        ReachAbove(reach=2),
        TouchedBy(factor="app:x"),
        Explicit(accounts=("a", "b")),
        InShare(seed="a", below=1),
        InShare(seed="b", below=1),
        InShare(seed="a", below=2),
        AllOf(cohorts=()),
        AnyOf(cohorts=()),
        AllOf(cohorts=(Verified(), ReachAbove(reach=1))),
        AnyOf(cohorts=(Verified(), ReachAbove(reach=1))),
        Except(cohort=Verified(), exempt=ReachAbove(reach=1)),
        Except(cohort=ReachAbove(reach=1), exempt=Verified()),
    ]
    assert len({cohort_key(cohort) for cohort in different}) == len(different)


def test_members_come_and_go_between_two_questions(directory: Callable[..., Directory]) -> None:
    """A cohort is asked at the moment of the question: a new touch counts at once, an old change no longer does."""
    changed: dict[str, int] = {}
    touched: dict[str, list[str]] = {"tool_session:ts-7": []}
    accounts = directory(20, changes=changed, touches=touched)
    cohort = AnyOf(cohorts=(TouchedBy(factor="tool_session:ts-7"), CredentialChangedWithin(milliseconds=100)))
    within = Within(cohort, accounts)
    assert not accounts.mask(cohort, 1_000).any()
    touched["tool_session:ts-7"].append("a3")
    changed["a4"] = 950
    assert accounts.mask(cohort, 1_000).nonzero()[0].tolist() == [3, 4]
    assert within("a4", 1_000)
    assert not within("a4", 1_050)


@pytest.mark.parametrize(
    ("cohort", "said"),
    [
        (Verified(), "verified accounts"),
        (AllOf(cohorts=(Verified(), ReachAbove(reach=1_000_000))), "verified accounts with more than 1 M followers"),
        (ReachAbove(reach=2_500), "accounts with more than 2.5 k followers"),
        (ReachAbove(reach=1_234), "accounts with more than 1,234 followers"),
        (
            Except(cohort=Verified(), exempt=Explicit(accounts=("@weather", "@police"))),
            "verified accounts, except @weather, @police",
        ),
        (Explicit(accounts=("a", "b", "c", "d", "e")), "a, b, c and 2 more"),
        (
            AnyOf(cohorts=(Verified(), CredentialChangedWithin(milliseconds=24 * 3_600_000))),
            "verified accounts, or accounts whose credentials changed within 24 hours",
        ),
        (TouchedBy(factor="tool_session:ts-7"), "accounts touched by tool session ts-7"),
        (InShare(seed="x", below=1_000), "accounts drawn by lot (10.00%)"),
        (AllOf(cohorts=()), "all accounts"),
        (AnyOf(cohorts=()), "no accounts"),
    ],
)
def test_a_cohort_is_said_in_words(cohort: Cohort, said: str) -> None:
    """A responder reads who is meant, not an expression."""
    assert describe(cohort) == said


def test_a_directory_without_a_column_is_refused_with_its_name() -> None:
    """What cannot be asked is said at once, not at the first question."""
    batch = pa.record_batch({"account": ["a1"], "verified": [True]})
    with pytest.raises(HoldError, match=r"lacks the columns handle, reach"):
        Directory(batch)


def test_lots_are_drawn_evenly_and_anew_for_each_seed(directory: Callable[..., Directory]) -> None:
    """A tenth of the lots is a tenth of the accounts, and another seed draws another tenth."""
    accounts = directory(10_000)
    one, two = (accounts.mask(InShare(seed=seed, below=1_000), 0) for seed in ("one", "two"))
    assert 900 < one.sum() < 1_100
    assert 60 < (one & two).sum() < 140


def test_an_unknown_account_is_an_ordinary_one(directory: Callable[..., Directory]) -> None:
    """An account newer than the directory has no reach and no tier, but what happens to it is known."""
    facts = directory(5, changes={"new": 7}, touches={"app:x": ["new"]}).facts("new", ["app:x", "app:y"])
    assert (facts.verified, facts.reach, facts.tier) == (False, 0, "ordinary")
    assert facts.credential_changed_at == 7
    assert facts.factors == {"app:x"}


def test_names_are_handles_of_the_foremost(directory: Callable[..., Directory]) -> None:
    """A preview names the accounts that most people follow, by handle where there is one."""
    accounts = directory(30)
    everybody = accounts.mask(AllOf(cohorts=()), 0)
    foremost = accounts.reach.argsort()[::-1][:3].tolist()
    assert accounts.names(everybody, 3) == tuple(f"@a{row}" if row % 3 else f"a{row}" for row in foremost)


def test_an_account_is_called_by_its_handle(directory: Callable[..., Directory]) -> None:
    """Where none is known, and for strangers, by its id."""
    known = directory(4)
    assert ["a0", "@a1", "@a2", "a3", "a9"] == [known.called(account) for account in ("a0", "a1", "a2", "a3", "a9")]


def test_who_is_of_high_reach_or_tier_and_who_runs_it(directory: Callable[..., Directory]) -> None:
    """By followers or by tier, whether verified or not; of an account that nobody has named nothing is known."""
    known = directory(30)
    tiers, reach = known.column("tier").to_pylist(), known.reach.tolist()
    high = [known.body_of(f"a{row}")[1] for row in range(30)]
    assert high == [tier != "ordinary" or followers >= 100_000 for tier, followers in zip(tiers, reach, strict=True)]
    assert {True, False} == set(high)
    assert known.body_of("stranger") == ("", False)
