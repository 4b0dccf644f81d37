"""How does whoever runs the service have accounts given back: in which waves, how fast, and watched for how long?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from holdfast.containment import Exemption
from holdfast.recovery import Order, Schedule
from holdfast.response import ResponseSettings
from holdfast.response.brakes import Caps

Minutes = Annotated[float, Meta(gt=0, le=10_080)]
_MINUTE = 60_000  # milliseconds
_USUAL = ResponseSettings()


def _minutes(milliseconds: int) -> float:
    return milliseconds / _MINUTE


class Recovery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How accounts are given back: cohorts in waves, hijacked ones on probation."""

    cases: Annotated[
        bool,
        Meta(
            description="Hijacked accounts stay held until their recovery case is walked, of which the platform tells "
            "(POST /v1/recoveries/{id}/told). `false`: their holds end after a day, whoever has them."
        ),
    ] = True
    order: Annotated[
        Order, Meta(description="`random`: cohorts go by lot. `risk`: those with the fewest followers first.")
    ] = _USUAL.waves.order
    shares: Annotated[
        tuple[float, ...],
        Meta(description="How much of a cohort is free after each wave; they grow to 1. The file only."),
    ] = _USUAL.waves.shares
    quiet_minutes: Annotated[
        Minutes, Meta(description="Without a new lure or takeover before a cohort's first wave.")
    ] = _minutes(_USUAL.waves.quiet)
    every_minutes: Annotated[Minutes, Meta(description="Between its further waves.")] = _minutes(_USUAL.waves.every)
    account_quiet_minutes: Annotated[
        Minutes, Meta(description="The same before accounts go that are held by name though not hijacked.")
    ] = _minutes(_USUAL.account_waves.quiet)
    account_every_minutes: Annotated[Minutes, Meta(description="Between their further waves.")] = _minutes(
        _USUAL.account_waves.every
    )
    probation_minutes: Annotated[
        Minutes, Meta(description="How long an account is watched that was given back to its owner.")
    ] = _minutes(_USUAL.probation)


def behaviour(recovery: Recovery, exempt: Mapping[str, str], caps: Caps) -> ResponseSettings:
    """What these settings come to; `exempt` maps accounts to why no brake holds them, `caps` bound what goes out.

    Raises:
        SettingsError: the shares do not grow to 1.

    """
    waves = Schedule(
        order=recovery.order,
        shares=recovery.shares,
        quiet=round(recovery.quiet_minutes * _MINUTE),
        every=round(recovery.every_minutes * _MINUTE),
    )
    accounts = msgspec.structs.replace(
        _USUAL.account_waves,
        quiet=round(recovery.account_quiet_minutes * _MINUTE),
        every=round(recovery.account_every_minutes * _MINUTE),
    )
    return ResponseSettings(
        caps=caps,
        waves=waves,
        account_waves=accounts,
        probation=round(recovery.probation_minutes * _MINUTE),
        exempt=tuple(Exemption(account=account, reason=exempt[account]) for account in sorted(exempt)),
    )
