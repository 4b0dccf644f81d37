"""How well did it go: the figures of one drill, beside what happened in the real attack."""

from __future__ import annotations

import enum
from typing import Any

import msgspec


class CauseScore(msgspec.Struct, frozen=True, kw_only=True):
    """The cause that was named, first at RFC 3339 time `at`, and the true one; "unknown" and "none" are answers too.

    `also` is whatever else was named, of any campaign or incident and at any time; if anything of it all was wrong,
    `named` is that, and not `right`.
    """

    named: str
    truth: str
    right: bool
    at: str | None = None
    also: tuple[str, ...] = ()


@enum.unique
class Warnings(enum.StrEnum):
    """What became of the proposals made before any campaign was seen."""

    ANSWERED = "answered"  # like all others
    WAITED = "waited"  # until a campaign was answered
    UNANSWERED = "unanswered"  # like all others


class AccountScore(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts the attackers went for, those that posted a lure, those held before they did, and innocents held."""

    targeted: int
    posted: int
    held_unused: int
    innocent_held: int


class LureScore(msgspec.Struct, frozen=True, kw_only=True):
    """Lure posts made, refused when written, removed or hidden; `live_seconds` summed over all of them."""

    made: int
    refused_at_write: int
    removed: int
    live_seconds: float


class ExposureScore(msgspec.Struct, frozen=True, kw_only=True):
    """Inboxes read and archives taken away by the attackers."""

    inboxes_read: int
    exports: int


class WaveScore(msgspec.Struct, frozen=True, kw_only=True):
    """One move of a cohort's waves, at RFC 3339 time `at`: how many are free again and how many still held after it."""

    at: str
    cohort: str
    restored: int
    held: int


class RestorationScore(msgspec.Struct, frozen=True, kw_only=True):
    """The giving back in waves: of the `accounts` in `cohorts` whom nothing else held, those `restored` and `held`.

    `waves` are the moves in order of time, of cohorts in which there was anybody; `pauses` are waves taken back.
    """

    cohorts: int
    accounts: int
    restored: int
    held: int
    pauses: int
    waves: tuple[WaveScore, ...]


class RecoveryScore(msgspec.Struct, frozen=True, kw_only=True):
    """The recovery cases, as far as each has come or further; `closed` is the end.

    `reopened` were held again on probation; `set_aside` counts facts that proved nothing, `put_back` and `lost` what
    the attackers had changed. Of those released, the adversary can still get into `wrong_hands`, which has to be 0.
    Half of them were back within `median_minutes` of their holds.
    """

    opened: int
    attacker_out: int
    owner_proven: int
    released: int
    closed: int
    reopened: int
    set_aside: int
    put_back: int
    lost: int
    wrong_hands: int
    median_minutes: float | None


class LedgerScore(msgspec.Struct, frozen=True, kw_only=True):
    """The record of the run: entries, the root that vouches for them, and whether every byte was checked."""

    size: int
    root: str
    verified: bool


class Scoreboard(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one drill. The same options give the same, so nothing in it is measured with a clock of ours.

    Times are RFC 3339 in UTC; `history` has the same keys where history has them.
    """

    scenario: str
    seed: int
    first_lure_at: str | None
    detected_at: str | None
    detected_after_lure_posts: int | None
    cause: CauseScore
    accounts: AccountScore
    lure_posts: LureScore
    exposure: ExposureScore
    last_lure_live_at: str | None
    innocent_account_minutes: float
    history: dict[str, Any]
    ledger: LedgerScore
    campaigns: int
    proposals: int
    warned_at: str | None
    warnings: Warnings
    restoration: RestorationScore
    recovery: RecoveryScore
    posts_seen: int
    events_seen: int
