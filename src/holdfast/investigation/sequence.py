"""What came first: the factor, the break-in, or the response to it?

Whoever helps a locked-out holder, scores a strange sign-in, or looks ahead at accounts that may be next touches these
accounts more than all others, shortly before they are used. What tells them from the hand behind it all is the order of
things: the break-in shows before the one and after the other.

Entrances (networks, clients) are asked the same: intruders who come in after a number was taken over, an e-mail was
replaced or a reset was asked for were let in by that, wherever they came from.

Both are weighed by the delay (likelihood ratios, in nats). What brings a thing about does so after some delay of which
only the order of magnitude is known, from a minute to two weeks, each as likely (the log-uniform law).
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import msgspec

from .cause import Factor, FactorKind
from .exact import log_tail
from .touches import Touch

MINUTE = 60_000  # milliseconds
DAY = 1_440 * MINUTE
LONGEST_DELAY = 14 * DAY
_MAGNITUDES = math.log(LONGEST_DELAY / MINUTE)

# How often an account shows such a sign though nothing is wrong, a day, if others show no more: one holder
# in five comes from a new place or changes a credential in three days; of accounts that were never seen before, two in
# three are seen first in that time.
STRANGE = 0.07
_FIRST = 0.3
STEP = 0.01  # a holder changes a credential, or forgets a password, every hundred days
_LEAST_REACH = 360 * MINUTE  # in less time too few of a sample do anything
_LATE = 0.1
FIRST_ONES = 3  # accounts that are used before anybody responds
_MOST = 2.3  # nats from one account: a single coincidence is not enough
_ON_RECORD = 0.75  # the share of break-ins that leave a sign
_OPENED = (0.5, _ON_RECORD)  # shares of the accounts: the rest were opened off the record, or by other means
_PLACES = frozenset({FactorKind.NETWORK, FactorKind.COUNTRY_CHANGE})


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """What an account shows of break-ins, oldest first (times in milliseconds since 1970 UTC).

    `entries` are sign-ins from a place new to an account that was seen elsewhere before, `arrivals` those and the first
    on record. `signs` are arrivals and changed credentials that staff did not change. `steps` are what opens an account
    to others: credentials changed by anybody, and resets. Signs and steps stand with how often a day such a thing
    happens though nothing is wrong, if others show no more of it just then.
    """

    signs: tuple[tuple[int, float], ...] = ()
    steps: tuple[tuple[int, float], ...] = ()
    entries: tuple[int, ...] = ()
    arrivals: tuple[int, ...] = ()

    def entered(self, start: int, end: int) -> int:
        """When others seem to have come in after `start`: the first entry, else the first arrival, else `end`."""
        first = (min((time for time in times if time > start), default=None) for times in (self.entries, self.arrivals))
        return next((time for time in first if time is not None), end)


class Usual(msgspec.Struct, frozen=True, kw_only=True):
    """When so many other `accounts` showed signs and took steps, sorted (milliseconds since 1970 UTC).

    There are platforms on which every sign-in is from a new place, and hours after a mailing in which half of all
    holders ask for a reset: what everybody does is followed by nothing.
    """

    accounts: int = 0
    signs: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()


def life(history: Sequence[Touch], end: int) -> Life:
    """Read one account's history, oldest first, up to `end` (milliseconds since 1970 UTC)."""
    seen: set[object] = set()
    signs: list[tuple[int, float]] = []
    steps: list[tuple[int, float]] = []
    entries: list[int] = []
    arrivals: list[int] = []
    for touch in history:
        if touch.time > end:
            break
        places = {factor for factor in touch.contents.factors if factor.kind in _PLACES}
        if places - seen and seen:
            entries.append(touch.time)
        if places - seen:
            arrivals.append(touch.time)
        if places - seen or touch.contents.proof:
            signs.append((touch.time, STRANGE if seen or touch.contents.proof else _FIRST))
        if touch.contents.opens:
            steps.append((touch.time, STEP))
        seen |= places
    return Life(signs=tuple(signs), steps=tuple(steps), entries=tuple(entries), arrivals=tuple(arrivals))


def usual(histories: Collection[Sequence[Touch]], end: int) -> Usual:
    """What the histories of others show up to `end` (milliseconds since 1970 UTC)."""
    lives = [life(history, end) for history in histories]
    return Usual(
        accounts=len(lives),
        signs=tuple(sorted(time for each in lives for time, rate in each.signs if rate != _FIRST)),
        steps=tuple(sorted(time for each in lives for time, _ in each.steps)),
    )


def first_at_home(history: Sequence[Touch], client: Factor) -> bool | None:
    """Whether an account first signed in with `client` from where it had been before; None when that cannot be told."""
    seen: set[object] = set()
    for touch in history:
        places = {factor for factor in touch.contents.factors if factor.kind is FactorKind.NETWORK}
        if client in touch.contents.factors:
            return places <= seen if places and seen else None
        seen |= places
    return None


def evidence_after(touched: Mapping[str, int], lives: Mapping[str, Life], others: Usual) -> float:
    """How much likelier (nats) it is that break-ins brought the touches about than that holders' doings came before.

    For each account the last sign before the touch counts, or that there is none.
    """
    rate = _Rate(others.signs, others.accounts)
    return math.fsum(_followed(at, lives[name].signs, rate) for name, at in touched.items())


def evidence_opened(touched: Mapping[str, int], lives: Mapping[str, Life], others: Usual) -> float:
    """How much likelier (nats) it is that steps opened the accounts to who entered than that holders took them.

    Steps may have opened only a part of them; the share is taken under which they are most likely.
    """
    rate = _Rate(others.steps, others.accounts)
    return max(
        math.fsum(_followed(at, lives[name].steps, rate, share) for name, at in touched.items()) for share in _OPENED
    )


class _Rate(NamedTuple):
    """How often others did such a thing."""

    times: Sequence[int]
    accounts: int

    def before(self, at: int, delay: int) -> float:
        """A day and account, in twice the delay before `at`, or in `_LEAST_REACH`."""
        reach = max(2 * delay, _LEAST_REACH)
        count = bisect.bisect_right(self.times, at) - bisect.bisect_right(self.times, at - reach)
        return count * DAY / (self.accounts * reach) if self.accounts else 0.0


def _followed(at: int, doings: Sequence[tuple[int, float]], others: _Rate, on_record: float = _ON_RECORD) -> float:
    """How much likelier (nats) a touch of one account came of the last doing before it than by itself.

    What it came of may not be on record; then, and when there is none, the doings are those of any account. That long
    silence is rare for who does much is no evidence: holders do things in spells.
    """
    last = max(((time, rate) for time, rate in doings if time < at), default=None)
    if last is None or at - last[0] > LONGEST_DELAY:
        return math.log(1 - on_record)
    delay = at - last[0]
    rate = max(last[1], others.before(at, delay))
    return min(math.log(1 - on_record + on_record * _soon(delay / DAY) / rate), _MOST)


def evidence_before(touched: Mapping[str, int], lives: Mapping[str, Life], window: int) -> float:
    """How much likelier (nats) it is that the touches brought break-ins about than that each fell on any account.

    Every account's first entry after its touch is compared with those of the other touches by the same factor: what
    happens to be done on the day of the attack is near all entries alike. By the product of the rows' means, which
    bounds the permanent, it holds for the exchange of touches among accounts: at most the log of n factorial.
    """
    entries = {
        account: entry
        for account, at in touched.items()
        if (entry := min((time for time in lives[account].entries if time > at), default=None)) is not None
    }
    n = len(entries)
    if n < 2:
        return 0.0
    times = [touched[account] for account in entries]
    total = 0.0
    for account, entry in entries.items():
        likely = [_brings(entry - at, window) for at in times]
        total += math.log(_brings(entry - touched[account], window) * n / math.fsum(likely))
    return max(0.0, total + math.lgamma(n + 1) - n * math.log(n))


def _brings(delay: int, window: int) -> float:
    """How likely (a day) an entry is so long after a touch, if touches bring most entries about."""
    by_itself = (1 - _ON_RECORD) * DAY / window
    return by_itself + _ON_RECORD * _soon(delay / DAY) if delay > 0 else by_itself


def _soon(days: float) -> float:
    """The density, a day, of the log-uniform law."""
    return DAY / (_MAGNITUDES * max(days * DAY, MINUTE))


def late(touched: Mapping[str, int], first_used: Mapping[str, int]) -> bool:
    """Whether more accounts were used before the first touch than chance puts there, and at least three.

    What is behind a campaign touched its first accounts as often as its last. What came with the response did not.
    """
    began = min(touched.values())
    before = sum(at < began for at in first_used.values())
    untouched = len(first_used) - len(touched)
    return before >= FIRST_ONES and float(log_tail(before, before, untouched, len(first_used))[0]) < math.log(_LATE)
