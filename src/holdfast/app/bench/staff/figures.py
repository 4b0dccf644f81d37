"""What came of it in figures: each way of abuse, and how often honest work is told of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from holdfast.app.bench.hijack.poisson import bounds
from holdfast.detection.staff import StaffAlarm, StaffTier

from .attacks import Attack

_THOUSAND = 1_000
_FALSE_SHOWN = 20


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """False alarms, with the bounds of their rate at 95 % (both sides): per 1,000 agent-days at work."""

    count: int
    agent_days: int
    per_thousand: float
    at_least: float
    at_most: float


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How some numbers are spread."""

    median: float
    p90: float


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """How many abuses were seen, and when: by abusive actions done before, and seconds since it began. None: never."""

    seen: int
    actions: Spread | None
    seconds: Spread | None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One way of abuse: how many there were; told of at all, with watching or a hold proposed, and with a hold."""

    attacks: int
    asked: Seen
    watched: Seen
    held: Seen


class FalseAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """An honest agent who was told of, and why."""

    staff: str
    tier: str
    score: float
    evidence: tuple[str, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one alarm did for one abuse: actions done and milliseconds passed before it; None where there was none."""

    way: str
    asked: tuple[int, int] | None
    watched: tuple[int, int] | None
    held: tuple[int, int] | None


def outcomes(attacks: Iterable[Attack], alarms: Sequence[StaffAlarm]) -> list[Outcome]:
    """What became of each abuse."""
    of: dict[str, list[StaffAlarm]] = {}
    for alarm in alarms:
        of.setdefault(alarm.staff, []).append(alarm)
    return [
        Outcome(
            way=str(attack.way),
            asked=_first(attack, of.get(attack.staff, ()), StaffTier),
            watched=_first(attack, of.get(attack.staff, ()), (StaffTier.WATCH, StaffTier.HOLD)),
            held=_first(attack, of.get(attack.staff, ()), (StaffTier.HOLD,)),
        )
        for attack in attacks
    ]


def _first(attack: Attack, alarms: Iterable[StaffAlarm], tiers: Iterable[StaffTier]) -> tuple[int, int] | None:
    times = [alarm.at for alarm in alarms if alarm.at >= attack.begins and alarm.tier in tuple(tiers)]
    if not times:
        return None
    at = min(times)
    return sum(time < at for time in attack.actions), at - attack.begins


def row_of(found: Sequence[Outcome]) -> Row:
    """The figures of some abuses."""
    return Row(
        attacks=len(found),
        asked=_seen(each.asked for each in found),
        watched=_seen(each.watched for each in found),
        held=_seen(each.held for each in found),
    )


def before_of(found: Iterable[Outcome]) -> dict[str, tuple[int, ...]]:
    """The abusive actions done before each was asked about, and before its hold was proposed; only those told of."""
    each = list(found)
    return {
        "asked": tuple(sorted(one.asked[0] for one in each if one.asked is not None)),
        "watched": tuple(sorted(one.watched[0] for one in each if one.watched is not None)),
        "held": tuple(sorted(one.held[0] for one in each if one.held is not None)),
    }


def _seen(found: Iterable[tuple[int, int] | None]) -> Seen:
    known = [each for each in found if each is not None]
    if not known:
        return Seen(seen=0, actions=None, seconds=None)
    actions, times = zip(*known, strict=True)
    return Seen(seen=len(known), actions=_spread(actions), seconds=_spread([each / _THOUSAND for each in times]))


def _spread(numbers: Sequence[float]) -> Spread:
    median, p90 = np.quantile(numbers, (0.5, 0.9)).tolist()
    return Spread(median=median, p90=p90)


def false_among(attacks: Iterable[Attack], alarms: Iterable[StaffAlarm]) -> list[StaffAlarm]:
    """The alarms about people whose access nobody abused, or had yet."""
    begins = {attack.staff: attack.begins for attack in attacks}
    return [alarm for alarm in alarms if alarm.at < begins.get(alarm.staff, alarm.at + 1)]


def rate_of(count: int, agent_days: int) -> Rate:
    """A count among agent-days as a rate."""
    per = _THOUSAND / max(1, agent_days)
    low, high = bounds(count)
    return Rate(count=count, agent_days=agent_days, per_thousand=count * per, at_least=low * per, at_most=high * per)


def told(alarms: Iterable[StaffAlarm]) -> tuple[FalseAlarm, ...]:
    """The first few false alarms, those that propose a hold first."""
    order = sorted(alarms, key=lambda alarm: (alarm.tier is not StaffTier.HOLD, alarm.at))
    return tuple(
        FalseAlarm(
            staff=alarm.staff,
            tier=str(alarm.tier),
            score=alarm.score,
            evidence=tuple(f"{term.log_likelihood:+.1f} {term.note or term.term}" for term in alarm.evidence),
        )
        for alarm in order[:_FALSE_SHOWN]
    )
