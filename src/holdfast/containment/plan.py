"""What is a plan, what does it still have to do, and what has changed since somebody looked at it?"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable

import msgspec
import rfc8785

from holdfast.guard import Size, action_hash, required

from .blast import BlastRadius
from .harm import StoppedHarm
from .hold import Hold
from .membership import cohort_key
from .undoing import one_way


@enum.unique
class PlanKind(enum.StrEnum):
    """The kinds of plan; those of a campaign from narrow to wide, each holding all that the ones before it hold."""

    LURES = "lures"  # what was posted
    CARRIERS = "carriers"  # and who posted it
    CAUSE = "cause"  # and why they could, with all it touched
    CLASS = "class"  # and the accounts like them
    BRAKE = "brake"  # and every verified account: what was done in 2020
    SESSION = "session"  # one session of an internal tool
    STAFF = "staff"  # and the staff member whose it is
    TOUCHED = "touched"  # and the accounts they changed


class Exemption(msgspec.Struct, frozen=True, kw_only=True):
    """An account that the plan's cohorts leave free, and why. Its own holds, if it has any, still stand."""

    account: str
    reason: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Holds to be placed together, with what they should stop and what they will cost.

    `id` follows from the campaign, its revision and the kind, so the same plan proposed again has the same id;
    what exactly is agreed to is its `action_hash`. `title` says what it does beyond the plan before it, `steps` all
    that it does. Times are milliseconds since 1970 UTC.
    """

    id: str
    campaign: str
    kind: PlanKind
    title: str
    steps: tuple[str, ...] = ()
    holds: tuple[Hold, ...]
    exempt: tuple[Exemption, ...] = ()
    preview: BlastRadius
    stops: StoppedHarm
    proposed_at: int

    @property
    def one_way(self) -> tuple[Hold, ...]:
        """The holds whose effect nothing can undo."""
        return tuple(hold for hold in self.holds if one_way(hold.restriction))

    @property
    def reversible(self) -> bool:
        """Whether all of it can be undone."""
        return not self.one_way

    @property
    def needs(self) -> Size:
        """How many people besides the requester must agree to it, and why."""
        return required(accounts=self.preview.accounts, one_way=not self.reversible)

    @property
    def action_hash(self) -> str:
        """The hash that an approval names: of every hold, every exemption and the preview that was shown."""
        return action_hash(self)


def plan_id(campaign: str, revision: int, kind: PlanKind) -> str:
    """16 hex, the same for the same revision of the same campaign."""
    return hashlib.sha256(rfc8785.dumps([campaign, revision, kind.value])).hexdigest()[:16]


def outstanding(plan: Plan, holds: Iterable[Hold], now: int) -> tuple[Hold, ...]:
    """What of `plan` is not yet in force by `holds`: the difference to place when a campaign has grown.

    A hold counts as there when one of the same subject, restriction and cohort stands now and will for at least half of
    the time that the plan wants; one that ends sooner is renewed by the plan's own.
    """
    standing: dict[tuple[object, ...], list[Hold]] = {}
    for hold in holds:
        if hold.in_force(max(now, hold.starts)):  # the time asked about may lie before it: a stream read again
            standing.setdefault(_same(hold), []).append(hold)
    return tuple(
        hold
        for hold in plan.holds
        if not any(there.in_force(_midway(hold, now)) for there in standing.get(_same(hold), ()))
    )


def _same(hold: Hold) -> tuple[object, ...]:
    return (hold.subject, hold.restriction, None if hold.cohort is None else cohort_key(hold.cohort))


_FAR_OFF = 365 * 24 * 3_600_000  # a year: stands for "until lifted", which only a hold about as long can replace


def _midway(hold: Hold, now: int) -> int:
    return now + (_FAR_OFF if hold.until is None else max(0, hold.until - now)) // 2


class Tolerance(msgspec.Struct, frozen=True, kw_only=True):
    """How far reality may move between preview and deed before the plan is offered again.

    A count may grow by `share` of itself or by `few`, whichever is more. It may shrink freely: less harm needs no new
    consent. No official, emergency service or account restricted by others may come in unseen.
    """

    share: float = 0.05  # a twentieth: well below what would change a person's mind
    few: int = 10  # so that small plans are not asked about again for each account that comes in


TOLERANCE = Tolerance()


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of the preview that has grown beyond the tolerance."""

    figure: str
    before: float
    now: float
    allowed: float


def drift(preview: BlastRadius, now: BlastRadius, tolerance: Tolerance = TOLERANCE) -> tuple[Drift, ...]:
    """What has grown beyond `tolerance` since `preview` was agreed to; when it is not empty, nothing may be done."""
    return grown(preview, now, _MAY_GROW_A_LITTLE, _NOT_ONE_MORE, tolerance)


def grown(
    before: msgspec.Struct, now: msgspec.Struct, little: Iterable[str], not_one: Iterable[str], tolerance: Tolerance
) -> tuple[Drift, ...]:
    """Which figures have grown too far: those named in `little` beyond `tolerance`, those in `not_one` at all."""
    found = []
    for figure, slackens in (*((each, True) for each in little), *((each, False) for each in not_one)):
        first, current = float(getattr(before, figure)), float(getattr(now, figure))
        slack = max(first * tolerance.share, tolerance.few) if slackens else 0
        if current > first + slack:
            found.append(Drift(figure=figure, before=first, now=current, allowed=first + slack))
    return tuple(found)


_MAY_GROW_A_LITTLE = ("accounts", "innocent", "refused_per_hour", "app_accounts")
_NOT_ONE_MORE = ("officials", "emergency", "already_restricted")
