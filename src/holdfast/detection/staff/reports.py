"""Is somebody working on the staff as a whole? Reports of calls and messages, counted by person.

A report is a help, never a sign against whoever makes it. A flood of them, by one or by many, proposes a lockdown that people
decide about, and holds nobody.
"""

from __future__ import annotations

from itertools import islice
from math import exp, lgamma, log

from holdfast.detection.campaign import Term
from holdfast.events import StaffReport

from . import figures
from .alarm import ReportWave

TRIED = frozenset({"vishing", "phishing"})
_KEPT = 10_000
_SHOWN = 100
_LEVEL, _LEVEL_OF_MANY, _MANY = 1, 2, 10
"""Justify everything; from ten reporters on, two persons for everything."""


class Reports:
    """The reports of the last hours, and the waves that came of them."""

    def __init__(self) -> None:
        """Nothing was reported."""
        self._first: dict[str, int] = {}  # when each reported first within the hours that count, oldest first
        self._told_people, self._told_at = 0, 0

    def hear(self, report: StaffReport, staff: int) -> ReportWave | None:
        """Take one report in, of a staff of so many; a wave where it makes or doubles one."""
        if report.kind not in TRIED:
            return None
        now = report.time
        first = self._first
        while first and (now - first[oldest := next(iter(first))] > figures.WAVE_WITHIN or len(first) > _KEPT):
            del first[oldest]
        first.setdefault(report.staff, now)
        if now - self._told_at > figures.WAVE_WITHIN:
            self._told_people = 0
        chance = log_tail(len(first), expected(staff))
        if len(first) < max(figures.WAVE, 2 * self._told_people) or chance > log(figures.WAVE_CHANCE):
            return None
        self._told_people, self._told_at = len(first), now
        return ReportWave(
            since=min(first.values()),
            at=now,
            people=len(first),
            staff=tuple(islice(first, _SHOWN)),
            level=_LEVEL_OF_MANY if len(first) >= _MANY else _LEVEL,
            evidence=(
                Term(
                    term="reports",
                    log_likelihood=-chance,
                    note=f"{len(first)} people reported calls or messages within hours; {expected(staff):.2g} are usual",
                ),
            ),
        )


def expected(staff: int) -> float:
    """Reports that are usual within `WAVE_WITHIN` among so many."""
    return max(1, staff) * figures.USUAL_PER_DAY * figures.WAVE_WITHIN / figures.DAY


def log_tail(count: int, mean: float) -> float:
    """The log (nats) of a bound on the Poisson chance of `count` or more where `mean` are expected.

    The first term of the tail over (1 - mean / (count + 1)): a geometric series lies above the rest. 0 where that says nothing.
    """
    if count <= mean:
        return 0.0
    first = count * log(mean) - mean - lgamma(count + 1)
    return min(0.0, first - log(1 - min(mean / (count + 1), 1 - exp(-36))))
