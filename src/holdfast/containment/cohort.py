"""Cohorts: sets of accounts named by what is true of them, asked at the moment of the question, never a frozen list."""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class AccountFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a cohort may ask of one account. `credential_changed_at` is milliseconds since 1970 UTC or None.

    `factors` are the keys (`investigation.Factor.key`) of what touched the account, such as `tool_session:ts-7`.
    """

    account: str
    verified: bool = False
    reach: int = 0
    tier: str = "ordinary"
    org: str = ""
    credential_changed_at: int | None = None
    factors: frozenset[str] = frozenset()


class Verified(msgspec.Struct, frozen=True, tag="verified"):
    """Accounts the platform vouches for."""


class ReachAbove(msgspec.Struct, frozen=True, tag="reach_above"):
    """Accounts with more than `reach` followers."""

    reach: int


class TouchedBy(msgspec.Struct, frozen=True, tag="touched_by"):
    """Accounts touched by a factor, for example `tool_session:ts-7`."""

    factor: str


class CredentialChangedWithin(msgspec.Struct, frozen=True, tag="credential_changed_within"):
    """Accounts whose credentials changed in the last `milliseconds`."""

    milliseconds: int


class Explicit(msgspec.Struct, frozen=True, tag="explicit"):
    """Exactly these accounts."""

    accounts: tuple[str, ...]


class InShare(msgspec.Struct, frozen=True, tag="in_share"):
    """The share of all accounts that draws a lot (`lots.lot`) below `below` under `seed`; `lots.LOTS` is everybody."""

    seed: str
    below: int


class AllOf(msgspec.Struct, frozen=True, tag="all_of"):
    """Accounts in every one of these cohorts."""

    cohorts: tuple[Cohort, ...]


class AnyOf(msgspec.Struct, frozen=True, tag="any_of"):
    """Accounts in at least one of these cohorts."""

    cohorts: tuple[Cohort, ...]


class Except(msgspec.Struct, frozen=True, tag="except"):
    """Accounts in `cohort` but not in `exempt`."""

    cohort: Cohort
    exempt: Cohort


Cohort: TypeAlias = (
    Verified | ReachAbove | TouchedBy | CredentialChangedWithin | Explicit | InShare | AllOf | AnyOf | Except
)
