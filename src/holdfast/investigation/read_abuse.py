"""Which staff member looks at accounts that nobody asked them to look at: abuse by reading, without a single post.

A staff member (or one tool session) is compared with the colleagues in the same stretch of time, by exact tests:

* tickets: more of the accounts they touched had no ticket than is common among colleagues;
* reach: more were accounts of high reach than colleagues' queues hold;
* rate: more of their work falls into this stretch than of the colleagues', both counted with their own past.

One sign alone is somebody's job (the desk for the famous, the night shift), so suspicion takes two; reach with rate,
which is also the desk for the famous on a busy day, only if the reach is out of line with their own past too. Where no
staff member writes tickets there is no ticket sign, and where nobody else works there is nobody to compare with.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import msgspec
import numpy as np

from holdfast.detection import Term

from .cause import Factor, FactorKind
from .common_cause import HOUR
from .exact import log_tail
from .touches import Touches


class ReadAbuseSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to suspect somebody. `window` and `past` are milliseconds; `high_reach` counts followers."""

    window: int = 72 * HOUR
    past: int = 28 * 24 * HOUR
    high_reach: int = 100_000
    least_accounts: int = 5
    least_signs: int = 2
    most_p: float = 1e-3


DEFAULT = ReadAbuseSettings()
_SIGNS = ("tickets", "reach", "rate")


class ReadAbuse(msgspec.Struct, frozen=True, kw_only=True):
    """A suspicion against a staff member or a tool session, with its evidence (nats of surprise, corrected).

    `accounts` are those touched without a ticket in the window, most followed first; `touched` counts all. Times are
    milliseconds since 1970 UTC. It is a reason to ask, not a verdict.
    """

    factor: Factor
    first_at: int
    last_at: int
    touched: int
    unticketed: int
    high_reach: int
    accounts: tuple[str, ...]
    evidence: tuple[Term, ...]

    @property
    def score(self) -> float:
        """The sum of the evidence."""
        return sum(term.log_likelihood for term in self.evidence)


class _Work:
    """What one staff member or tool session did in the window."""

    def __init__(self) -> None:
        self.ticketed: set[str] = set()
        self.unticketed: set[str] = set()
        self.past: set[tuple[str, int]] = set()
        self.times: list[int] = []

    @property
    def accounts(self) -> set[str]:
        """All accounts touched in the window."""
        return self.ticketed | self.unticketed

    @property
    def never_ticketed(self) -> set[str]:
        """The accounts for which no ticket asked at any time in the window."""
        return self.unticketed - self.ticketed


class _Total:
    """What all at one desk did together; an account counts once for each who touched it."""

    def __init__(self, desk: Iterable[_Work], high: frozenset[str]) -> None:
        desk = tuple(desk)
        self.touched = sum(len(each.accounts) for each in desk)
        self.unticketed = sum(len(each.never_ticketed) for each in desk)
        self.high = sum(len(each.accounts & high) for each in desk)
        self.past = sum(len(each.past) for each in desk)


def staff_outliers(
    touches: Touches,
    at: int,
    reach: Callable[[str], int],
    settings: ReadAbuseSettings = DEFAULT,
    *,
    exempt: Iterable[Factor] = (),
) -> tuple[ReadAbuse, ...]:
    """The staff members and tool sessions suspected at `at` (milliseconds since 1970 UTC), the strongest first.

    `reach` gives an account's followers. `exempt` are, for example, responders at work on an incident.
    """
    exempt = frozenset(exempt)
    work = _work(touches, at, settings)
    found: list[ReadAbuse] = []
    for kind in (FactorKind.STAFF, FactorKind.TOOL_SESSION):
        desk = {factor: each for factor, each in work.items() if factor.kind is kind and each.times}
        found += [each for each in _compare(desk, reach, settings) if each.factor not in exempt]
    return tuple(sorted(found, key=lambda each: (-each.score, each.factor)))


def _work(touches: Touches, at: int, settings: ReadAbuseSettings) -> dict[Factor, _Work]:
    """Everybody's work in the window, and how much they did before it."""
    work: dict[Factor, _Work] = defaultdict(_Work)
    start = at - settings.window
    for account, touch in touches.deeds(start - settings.past, at):
        for factor in touch.contents.factors:
            if factor.kind not in {FactorKind.STAFF, FactorKind.TOOL_SESSION}:
                continue
            mine = work[factor]
            if touch.time <= start:
                mine.past.add((account, (start - touch.time) // settings.window))
                continue
            (mine.ticketed if touch.contents.ticketed else mine.unticketed).add(account)
            mine.times.append(touch.time)
    return work


def _compare(
    desk: dict[Factor, _Work], reach: Callable[[str], int], settings: ReadAbuseSettings
) -> Iterable[ReadAbuse]:
    """Those at one desk whose work is out of line with the others'."""
    seen = frozenset().union(*(each.accounts for each in desk.values()))
    high = frozenset(account for account in seen if reach(account) >= settings.high_reach)
    everybody = len(desk) * len(_SIGNS)
    total = _Total(desk.values(), high)
    enough = {factor: mine for factor, mine in desk.items() if len(mine.accounts) >= settings.least_accounts}
    for (factor, mine), log_p in zip(enough.items(), _signs(tuple(enough.values()), high, total), strict=True):
        surprise = {name: -each - math.log(everybody) for name, each in log_p.items()}
        signs = {name: nats for name, nats in surprise.items() if nats >= -math.log(settings.most_p)}
        if "tickets" not in signs and not _new_to_them(mine, high, reach, settings):
            signs.pop("reach", None)
        if len(signs) >= settings.least_signs:
            yield _suspicion(factor, mine, high, signs, reach)


def _signs(desk: Sequence[_Work], high: frozenset[str], total: _Total) -> list[dict[str, float]]:
    """For each at the desk, the log of the chance (nats) that each sign is as strong as it is; all in one pass."""
    if not desk:
        return []
    n = np.array([len(mine.accounts) for mine in desk])
    past = np.array([len(mine.past) for mine in desk])
    never_ticketed = [len(mine.never_ticketed) for mine in desk]
    famous = [len(mine.accounts & high) for mine in desk]
    tickets = log_tail(never_ticketed, n, total.unticketed, total.touched)
    reach = log_tail(famous, n, total.high, total.touched)
    rate = log_tail(n, n + past, total.touched, total.touched + total.past)
    return [
        {"tickets": float(tickets[place]), "reach": float(reach[place])}
        | ({"rate": float(rate[place])} if past[place] else {})
        for place in range(len(desk))
    ]


def _new_to_them(mine: _Work, high: frozenset[str], reach: Callable[[str], int], settings: ReadAbuseSettings) -> bool:
    """Whether they touch more accounts of high reach than they themselves used to."""
    now, before = len(mine.accounts & high), sum(reach(account) >= settings.high_reach for account, _ in mine.past)
    if not mine.past:
        return True
    n = len(mine.accounts)
    return float(log_tail(now, n, now + before, n + len(mine.past))[0]) <= math.log(settings.most_p)


def _suspicion(
    factor: Factor, mine: _Work, high: frozenset[str], signs: dict[str, float], reach: Callable[[str], int]
) -> ReadAbuse:
    """The suspicion as a record, with each sign in words."""
    n = len(mine.accounts)
    words = {
        "tickets": f"no ticket for {len(mine.never_ticketed)} of {n} accounts, unlike the colleagues",
        "reach": f"{len(mine.accounts & high)} of {n} accounts are of high reach, unlike the colleagues'",
        "rate": f"{n} accounts in this window after {len(mine.past)} in all windows before",
    }
    unasked = mine.never_ticketed or mine.accounts
    return ReadAbuse(
        factor=factor,
        first_at=min(mine.times),
        last_at=max(mine.times),
        touched=n,
        unticketed=len(mine.never_ticketed),
        high_reach=len(mine.accounts & high),
        accounts=tuple(sorted(unasked, key=lambda account: (-reach(account), account))),
        evidence=tuple(Term(term=name, log_likelihood=nats, note=words[name]) for name, nats in signs.items()),
    )
