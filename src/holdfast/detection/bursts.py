"""Does another campaign run inside a crowd? A burst in it, much faster than the rest, in words that only the burst shares.

Accounts that each cast a lure of their own are one crowd by its class and by the time alone, so that two campaigns at once would be
one. Neither words nor pace tell them apart: one attacker may write in twelve languages, or by fits and starts. Both at once do.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import model
from .likeness import words_of

_NO_WORD = re.compile(r"\S*\d\S*")  # addresses and amounts differ in any two posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One account of a crowd: the number of its post, when that was, in ms, and what it said, each word once."""

    sequence: int
    time: int
    words: frozenset[str]


def said(text: str) -> frozenset[str]:
    """The words of a text, each once, without what holds a digit."""
    return frozenset(words_of(_NO_WORD.sub(" ", text)))


def burst_among(latest: Sequence[Member], before: Iterable[frozenset[str]], started: int, others: int) -> list[Member]:
    """Those of the latest members, in order of time, who are a campaign of their own; none where nobody is.

    `before` is what members said who came earlier, `started` ms when the first of all came, `others` how many came before the
    latest. A burst is of `BURST_CARRIERS` at least, who share words with each other that they do not share with the others, each
    so many times sooner after the last than the others came.
    """
    theirs = frozenset[str]().union(*before)
    foreign = [member for member in latest if shared(member.words, theirs) <= model.BURST_FOREIGN]
    rest = [member for member in latest if member not in foreign]
    last_other = max((member.time for member in rest), default=latest[0].time)
    usual = (last_other - started) / max(1, others + len(rest) - 1)
    burst = list(_run(foreign, usual / model.BURST_FASTER))
    if len(burst) < model.BURST_CARRIERS or others + len(latest) - len(burst) < model.MIN_CARRIERS:
        return []
    return burst if _together(burst) >= model.BURST_ALIKE else []


def goes_back(
    words: frozenset[str], waited: int, pace: float, burst: Iterable[frozenset[str]], others: Iterable[frozenset[str]]
) -> bool:
    """Whether a further member is none of a burst, `pace` ms fast, but of the others beside it.

    It speaks in other words than the burst, and in theirs, or comes late, after `waited` ms.
    """
    if shared(words, frozenset[str]().union(*burst)) > model.BURST_FOREIGN:
        return False
    return waited > model.BURST_FASTER * pace or shared(words, frozenset[str]().union(*others)) > model.BURST_FOREIGN


def shared(words: frozenset[str], theirs: frozenset[str]) -> float:
    """The share of words that are theirs too; 1 where there are no words, which tell nobody apart."""
    return len(words & theirs) / len(words) if words else 1.0


def _run(members: Sequence[Member], longest: float) -> list[Member]:
    """The latest members between whom no gap is longer, in ms."""
    gaps = [after.time - before.time for before, after in itertools.pairwise(members)]
    short = sum(1 for _ in itertools.takewhile(lambda gap: gap <= longest, reversed(gaps)))
    return list(members[len(members) - short - 1 :]) if members else []


def _together(burst: Sequence[Member]) -> float:
    """The share of all their words that another of them says too."""
    common = sum(
        len(one.words & frozenset[str]().union(*(other.words for other in burst if other is not one))) for one in burst
    )
    return common / max(1, sum(len(member.words) for member in burst))
