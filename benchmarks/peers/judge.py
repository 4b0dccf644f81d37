"""Which campaigns do somebody's groups of accounts find, how soon, and what else do they accuse?

One rule for every contestant: a group finds a campaign when it has at least three accounts and at least half of them
carry the campaign. A group is a false alarm when fewer than half of its accounts carry any campaign at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

SMALLEST = 3  # accounts of a group: two may be one person's
HOUR = 3_600_000  # ms: a tool that reads a whole file is run every full hour at best

Posts: TypeAlias = Sequence[tuple[str, int]]  # account and time (ms since 1970) of each, in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Accounts that belong together, and when that was said (ms since 1970; None by a tool that reads whole files)."""

    accounts: frozenset[str]
    found_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a world is made of: so many real posts, campaigns by name, and so many posts of benign look-alikes.

    `variants` says of which variant each campaign is.
    """

    background: int
    campaigns: Mapping[str, Posts]
    variants: Mapping[str, str]
    lookalikes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A campaign that was found: how many of its posts it took, and which share of its accounts is named."""

    posts_until: int
    recalled: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One contestant in one world; `innocent` counts the accounts in its groups that carry no campaign."""

    found: Mapping[str, Found | None]
    false_groups: int
    innocent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Some campaigns together; `posts_until` is the median over those found, None where none was."""

    campaigns: int
    found: int
    recalled: float
    posts_until: float | None = None


def scored(results: Iterable[Found | None]) -> Score:
    """The share of accounts recalled is the mean over all campaigns: one that was missed recalls none."""
    results = list(results)
    found = [result for result in results if result is not None]
    return Score(
        campaigns=len(results),
        found=len(found),
        recalled=sum(result.recalled for result in found) / len(results) if results else 0.0,
        posts_until=median(result.posts_until for result in found) if found else None,
    )


def judged(groups: Iterable[Group], truth: Truth) -> Verdict:
    """Compare what was found with what is there."""
    enough = [group for group in groups if len(group.accounts) >= SMALLEST]
    groups_of: dict[str, set[int]] = {}
    for number, group in enumerate(enough):
        for account in group.accounts:
            groups_of.setdefault(account, set()).add(number)

    guilty = {account for posts in truth.campaigns.values() for account, _ in posts}
    return Verdict(
        found={name: _found(posts, enough, groups_of) for name, posts in truth.campaigns.items()},
        false_groups=_outermost(group for group in enough if not _mostly(group, guilty)),
        innocent=len(groups_of.keys() - guilty),
    )


def _mostly(group: Group, carriers: AbstractSet[str]) -> bool:
    return 2 * len(group.accounts & carriers) >= len(group.accounts)


def _found(posts: Posts, groups: Sequence[Group], groups_of: Mapping[str, set[int]]) -> Found | None:
    """Counted to the moment at which a group was said and held three carriers (or all it ever holds)."""
    first = dict(reversed(posts))  # an account's first post, written last, stays
    near = {number for account in first for number in groups_of.get(account, ())}
    by = [groups[number] for number in near if _mostly(groups[number], first.keys())]
    if not by:
        return None
    moment = min(_said(group, sorted(first[account] for account in group.accounts & first.keys())) for group in by)
    named = first.keys() & frozenset[str]().union(*(group.accounts for group in by))
    return Found(posts_until=sum(time <= moment for _, time in posts), recalled=len(named) / len(first))


def _said(group: Group, times: Sequence[int]) -> int:
    """When it could be acted on: `times` are those at which its carriers first posted."""
    knowable = times[min(SMALLEST, len(times)) - 1]
    return math.ceil(knowable / HOUR) * HOUR if group.found_at is None else max(group.found_at, knowable)


def _outermost(groups: Iterable[Group]) -> int:
    """How many groups lie in no other: what two networks of one tool both say is one alarm."""
    kept_of: dict[str, set[int]] = {}
    kept = 0
    for group in sorted(groups, key=lambda group: -len(group.accounts)):
        if not set[int].intersection(*(kept_of.get(account, set()) for account in group.accounts)):
            for account in group.accounts:
                kept_of.setdefault(account, set()).add(kept)
            kept += 1
    return kept
