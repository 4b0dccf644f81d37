"""Who is in a cohort just now, what is it called, and how is it said to people?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import assert_never

import msgspec
import rfc8785

from .cohort import (
    AccountFacts,
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
from .lots import LOTS, lot

KEY_HEX = 16
NAMED_ACCOUNTS = 3  # how many of an explicit list a sentence names before it counts the rest

_MINUTE = 60_000
_HOUR = 60 * _MINUTE


def includes(cohort: Cohort, facts: AccountFacts, now: int) -> bool:  # noqa: PLR0911  (one answer for each kind of cohort)
    """Whether the account that `facts` tell of is in `cohort` at `now` (milliseconds since 1970 UTC)."""
    match cohort:
        case Verified():
            return facts.verified
        case ReachAbove(reach=reach):
            return facts.reach > reach
        case TouchedBy(factor=factor):
            return factor in facts.factors
        case CredentialChangedWithin(milliseconds=milliseconds):
            return changed_within(facts.credential_changed_at, milliseconds, now)
        case Explicit(accounts=accounts):
            return facts.account in accounts
        case InShare(seed=seed, below=below):
            return lot(facts.account, seed) < below
        case AllOf(cohorts=cohorts):
            return all(includes(each, facts, now) for each in cohorts)
        case AnyOf(cohorts=cohorts):
            return any(includes(each, facts, now) for each in cohorts)
        case Except(cohort=inner, exempt=exempt):
            return includes(inner, facts, now) and not includes(exempt, facts, now)
        case _:
            assert_never(cohort)


def changed_within(changed_at: int | None, milliseconds: int, now: int) -> bool:
    """Whether a change at `changed_at` lies in the last `milliseconds` up to `now`; what lies ahead does not."""
    return changed_at is not None and now - milliseconds < changed_at <= now


def canonical(cohort: Cohort) -> Cohort:
    """The same cohort in its one spelling: parts of like kind flattened, parts and accounts sorted, repeats dropped."""
    match cohort:
        case Explicit(accounts=accounts):
            return Explicit(accounts=tuple(sorted(set(accounts))))
        case AllOf(cohorts=cohorts):
            parts = _parts(each.cohorts if isinstance(each, AllOf) else (each,) for each in map(canonical, cohorts))
            return parts[0] if len(parts) == 1 else AllOf(cohorts=parts)
        case AnyOf(cohorts=cohorts):
            parts = _parts(each.cohorts if isinstance(each, AnyOf) else (each,) for each in map(canonical, cohorts))
            return parts[0] if len(parts) == 1 else AnyOf(cohorts=parts)
        case Except(cohort=inner, exempt=exempt):
            return Except(cohort=canonical(inner), exempt=canonical(exempt))
        case Verified() | ReachAbove() | TouchedBy() | CredentialChangedWithin() | InShare():
            return cohort
        case _:
            assert_never(cohort)


def _parts(groups: Iterable[tuple[Cohort, ...]]) -> tuple[Cohort, ...]:
    spelled = {msgspec.json.encode(each): each for group in groups for each in group}
    return tuple(spelled[key] for key in sorted(spelled))


def cohort_key(cohort: Cohort) -> str:
    """The short name of a cohort: the same for every spelling of it. 16 hex of SHA-256 over its RFC 8785 form."""
    spelled = rfc8785.dumps(msgspec.to_builtins(canonical(cohort)))
    return hashlib.sha256(spelled).hexdigest()[:KEY_HEX]


def describe(cohort: Cohort) -> str:  # noqa: PLR0911  (one answer for each kind of cohort)
    """The cohort in words: "verified accounts with more than 1 M followers, except @weather"."""
    match cohort:
        case AllOf(cohorts=cohorts) if cohorts:
            adjectives = ["verified" for each in cohorts if isinstance(each, Verified)]
            clauses = [_clause(each) for each in cohorts if not isinstance(each, Verified)]
            return " ".join([*adjectives[:1], "accounts", " and ".join(clauses)]).strip()
        case AnyOf(cohorts=cohorts) if cohorts:
            return ", or ".join(describe(each) for each in cohorts)
        case Except(cohort=inner, exempt=exempt):
            return f"{describe(inner)}, except {describe(exempt)}"
        case Explicit(accounts=accounts):
            return _listed(accounts)
        case AllOf():
            return "all accounts"
        case AnyOf():
            return "no accounts"
        case Verified():
            return "verified accounts"
        case ReachAbove() | TouchedBy() | CredentialChangedWithin() | InShare():
            return f"accounts {_clause(cohort)}"
        case _:
            assert_never(cohort)


def _clause(cohort: Cohort) -> str:
    match cohort:
        case ReachAbove(reach=reach):
            return f"with more than {_short(reach)} followers" if reach >= 0 else "with any number of followers"
        case TouchedBy(factor=factor):
            kind, _, value = factor.partition(":")
            return f"touched by {kind.replace('_', ' ')} {value}".rstrip()
        case CredentialChangedWithin(milliseconds=milliseconds):
            return f"whose credentials changed within {_lasting(milliseconds)}"
        case InShare(below=below):
            return f"drawn by lot ({below / LOTS:.2%})"
        case Verified() | Explicit() | AllOf() | AnyOf() | Except():
            return f"among ({describe(cohort)})"
        case _:
            assert_never(cohort)


def _listed(accounts: tuple[str, ...]) -> str:
    if not accounts:
        return "no accounts"
    named = ", ".join(accounts[:NAMED_ACCOUNTS])
    rest = len(accounts) - NAMED_ACCOUNTS
    return f"{named} and {rest} more" if rest > 0 else named


def _short(count: int) -> str:
    for unit, name in ((1_000_000, " M"), (1_000, " k")):
        if count >= unit and count % (unit // 10) == 0:
            return f"{count / unit:g}{name}"
    return f"{count:,}"


def _lasting(milliseconds: int) -> str:
    for unit, name in ((_HOUR, "hour"), (_MINUTE, "minute")):
        count, rest = divmod(milliseconds, unit)
        if count and not rest:
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{milliseconds / 1000:g} seconds"
