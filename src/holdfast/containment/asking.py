"""Is this account in that cohort just now? A cohort as a function, over whatever knows the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias, assert_never

from .cohort import (
    AllOf,
    AnyOf,
    Cohort,
    CredentialChangedWithin,
    Except,
    Explicit,
    InShare,
    ReachAbove,
    TouchedBy,
    Verified,
)
from .lots import lot

Asks: TypeAlias = Callable[[str, int], bool]
Leaf: TypeAlias = Verified | ReachAbove | TouchedBy | CredentialChangedWithin
"""The cohorts that need to be told something of an account; all others follow from its id and from these."""


def asks(cohort: Cohort, fact: Callable[[Leaf], Asks]) -> Asks:
    """`cohort` as a function of account and time (milliseconds since 1970 UTC); `fact` answers for its leaves.

    About 0.2 us a predicate, so it can stand on a write path.
    """
    match cohort:
        case Verified() | ReachAbove() | TouchedBy() | CredentialChangedWithin():
            return fact(cohort)
        case Explicit(accounts=accounts):
            listed = frozenset(accounts)
            return lambda account, _: account in listed
        case InShare(seed=seed, below=below):
            return lambda account, _: lot(account, seed) < below
        case AllOf(cohorts=cohorts):
            parts = tuple(asks(each, fact) for each in cohorts)
            return lambda account, now: all(part(account, now) for part in parts)
        case AnyOf(cohorts=cohorts):
            parts = tuple(asks(each, fact) for each in cohorts)
            return lambda account, now: any(part(account, now) for part in parts)
        case Except(cohort=inner, exempt=exempt):
            inside, left_free = asks(inner, fact), asks(exempt, fact)
            return lambda account, now: inside(account, now) and not left_free(account, now)
        case _:
            assert_never(cohort)


def leaves(cohort: Cohort) -> Iterator[Leaf]:
    """The leaves of `cohort`, repeats and all."""
    match cohort:
        case Verified() | ReachAbove() | TouchedBy() | CredentialChangedWithin():
            yield cohort
        case Explicit() | InShare():
            return
        case AllOf(cohorts=cohorts) | AnyOf(cohorts=cohorts):
            for each in cohorts:
                yield from leaves(each)
        case Except(cohort=inner, exempt=exempt):
            yield from leaves(inner)
            yield from leaves(exempt)
        case _:
            assert_never(cohort)
