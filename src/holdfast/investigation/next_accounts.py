"""Who is next: accounts that the named cause touched as it touched the carriers, and that are not used yet."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence

import msgspec

from .cause import Cause, Factor, FactorKind
from .common_cause import HOUR
from .found import touched_before_use
from .touches import ALWAYS, Touch, Touches

# What an account's risk is made of. Only the order matters: an account treated like the carriers goes before one whose
# takeover has begun, that before one that was reset, and recency and reach decide among the like.
_ALIKE = 4.0
_SIGNED_IN = 3.0
_RESET = 2.0
_RECENT = 2.0  # for a touch just now; halved with every half-life
_REACH = 0.25  # for every tenfold of followers
_HALF_LIFE = 12 * HOUR
_MANY = 0.5  # a deed is the cause's way if it was done to this share of the carriers


class NextSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How far back before the first carrier the cause may have begun (milliseconds), and how many accounts to name."""

    window: int = 72 * HOUR
    limit: int = 5_000


DEFAULT = NextSettings()


class NextAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One account that may be next. `touched_at` is milliseconds since 1970 UTC; `reach` counts followers.

    `likely` says that it was touched in the same way as the carriers (the same deed, as little of a ticket); the others
    were touched by the cause too, but as its rightful holder would have done. `reasons` are for a person to read.
    """

    account: str
    factor: Factor
    touched_at: int
    likely: bool
    risk: float
    reach: int = 0
    reasons: tuple[str, ...] = ()


class _Way(msgspec.Struct, frozen=True, kw_only=True):
    """How a cause touched the carriers: by which deeds, whether tickets asked for them, and since when."""

    factor: Factor
    deeds: frozenset[str]
    ticketed: bool
    start: int

    def alike(self, touch: Touch) -> bool:
        """Whether `touch` is one of the same kind."""
        said = touch.contents
        return self.factor in said.factors and said.deed in self.deeds and (self.ticketed or not said.ticketed)


def next_accounts(  # noqa: PLR0913  (the question has these parts)
    cause: Cause,
    touches: Touches,
    used: Collection[str],
    at: int,
    *,
    reach: Callable[[str], int] = lambda _account: 0,
    settings: NextSettings = DEFAULT,
) -> tuple[NextAccount, ...]:
    """The accounts touched by the cause up to `at` (milliseconds since 1970 UTC) and not `used`, highest risk first.

    Nothing when the cause is unknown. `reach` gives an account's followers. At most `settings.limit` accounts are
    weighed for each factor of the cause: those touched last and followed most.
    """
    used = frozenset(used)
    best: dict[str, NextAccount] = {}
    for way in _ways(cause, touches, settings.window):
        touched = touches.accounts_of(way.factor, way.start, at)
        unused = (
            (_recency(time, at) + _weight_of_reach(reach(name)), name)
            for name, time in touched.items()
            if name not in used
        )
        short = [name for _, name in heapq.nlargest(settings.limit, unused)]
        histories = touches.of_accounts(short)
        for name in short:
            candidate = _weigh(name, histories[name], way, at, reach(name))
            if candidate and (name not in best or candidate.risk > best[name].risk):
                best[name] = candidate
    return tuple(sorted(best.values(), key=lambda each: (-each.risk, each.account))[: settings.limit])


def _ways(cause: Cause, touches: Touches, window: int) -> list[_Way]:
    """How each factor of the answer touched the carriers that it explains."""
    if cause.named is None:
        return []
    parts = [each for each in (cause.named, *cause.also) if each is cause.named or each.factor in cause.parts]
    ways = []
    for part in parts:
        rows = [
            (name, touch)
            for name, history in touches.of_accounts(part.explained).items()
            for touch in _lately(history, part.factor, cause.at, window)
        ]
        if not rows:
            continue
        done = Counter(deed for _, deed in {(name, touch.contents.deed) for name, touch in rows})
        with_ticket = sum(touch.contents.ticketed for _, touch in rows)
        first = min(touch.time for _, touch in rows)
        ways.append(
            _Way(
                factor=part.factor,
                deeds=frozenset(deed for deed, accounts in done.items() if accounts >= _MANY * part.touched),
                ticketed=2 * with_ticket > len(rows),
                start=ALWAYS if part.factor.kind is FactorKind.APP else first - window,
            )
        )
    return ways


def _lately(history: Sequence[Touch], factor: Factor, at: int, window: int) -> list[Touch]:
    """The touches of one account by `factor` up to `at`, not more than `window` before the last of them."""
    by_factor = [touch for touch in history if factor in touch.contents.factors and touch.time <= at]
    return [touch for touch in by_factor if touch.time > by_factor[-1].time - window]


def _weigh(name: str, history: Sequence[Touch], way: _Way, at: int, reach: int) -> NextAccount | None:
    """One touched account with its risk; None when the factor is a habit of the account or was revoked."""
    touched_at = touched_before_use(history, way.start, at).get(way.factor)
    if touched_at is None:
        return None
    known = [touch for touch in history if touch.time <= at]
    deeds = {touch.contents.deed: touch for touch in known if touch.time > way.start and way.alike(touch)}
    since = min((touch.time for touch in deeds.values()), default=touched_at)
    reset = any(_says(touch, FactorKind.RESET_CHANNEL) for touch in known if touch.time >= since)
    entered = _entered(known, since)
    risk = _recency(touched_at, at) + _weight_of_reach(reach) + _RESET * reset + _SIGNED_IN * bool(entered)
    if way.deeds:
        risk += _ALIKE * len(deeds) / len(way.deeds)
    reasons = [f"{deed}, {_ago(at - touch.time)} ago, by {way.factor.key}" for deed, touch in sorted(deeds.items())]
    if not deeds:
        reasons.append(f"touched by {way.factor.key} {_ago(at - touched_at)} ago, in another way than the carriers")
    reasons += ["a reset was asked for since"] * reset
    reasons += [f"signed in since from {entered}, new to the account"] * bool(entered)
    return NextAccount(
        account=name,
        factor=way.factor,
        touched_at=touched_at,
        likely=2 * len(deeds) >= max(1, len(way.deeds)) and bool(deeds),
        risk=risk,
        reach=reach,
        reasons=tuple(reasons),
    )


def _entered(history: Sequence[Touch], since: int) -> str:
    """The first network from `since` on that the account was never signed in from before; empty when there is none."""
    seen: set[str] = set()
    for touch in history:
        networks = [factor.value for factor in touch.contents.factors if factor.kind is FactorKind.NETWORK]
        if touch.time >= since and networks and not seen.intersection(networks):
            return networks[0]
        seen.update(networks)
    return ""


def _says(touch: Touch, kind: FactorKind) -> bool:
    """Whether a factor of this kind is in the touch."""
    return any(factor.kind is kind for factor in touch.contents.factors)


def _recency(touched_at: int, at: int) -> float:
    """The weight of how recent a touch is."""
    return float(_RECENT * 0.5 ** (max(0, at - touched_at) / _HALF_LIFE))


def _weight_of_reach(reach: int) -> float:
    """The weight of an account's followers."""
    return _REACH * math.log10(1 + max(0, reach))


def _ago(milliseconds: int) -> str:
    """A length of time as a person says it."""
    minutes = max(0, milliseconds) // 60_000
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"
