"""Which campaign of the benchmark does a found one tell of, and which tells of none?"""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from holdfast.detection import Campaign

from .attacks import Attack

SHARED_CARRIERS = 2
"""Carriers of an attack that a campaign must have to tell of it: one account alone may have fallen to two attackers."""


@enum.unique
class Part(enum.StrEnum):
    """What a stretch of the background is for."""

    WARM_UP = "warm_up"
    DEVELOPMENT = "development"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The background's time divided: a quarter to warm up, a quarter for development, half for the test. Times in ms.

    Of HijackBench's eight weeks these are weeks 1 and 2, 3 and 4, and 5 to 8.
    """

    start: int
    end: int

    def of(self, time: int) -> Part:
        """The part that a moment lies in; what comes before or after the background belongs to the part beside it."""
        return list(Part)[bisect_right(self.edges, time)]

    @property
    def edges(self) -> tuple[int, int]:
        """When development begins, and when the test does."""
        quarter = (self.end - self.start) // 4
        return self.start + quarter, self.start + 2 * quarter


class Truth:
    """What was injected, asked by the posts of a found campaign."""

    def __init__(self, attacks: Iterable[Attack], injected: Iterable[str]) -> None:
        """`injected` are the ids of all injected posts, those without a lure among them."""
        self.attacks = tuple(attacks)
        self.hijacked = frozenset[str]().union(*(attack.carriers for attack in self.attacks))
        self._injected = frozenset(injected)
        self._of_post = {post.id: (attack, post.account) for attack in self.attacks for post in attack.posts}

    def is_false(self, campaign: Campaign) -> bool:
        """Whether most of a campaign's posts are nobody's lure: then it tells of no attack."""
        return 2 * sum(post in self._injected for post in campaign.posts) < len(campaign.posts)

    def told_of(self, campaign: Campaign) -> tuple[Attack, ...]:
        """The attacks that a campaign tells of, the one that most of its posts belong to first; none if it is false."""
        if self.is_false(campaign):
            return ()
        known = [self._of_post[post] for post in campaign.posts if post in self._of_post]
        posts = Counter(attack.name for attack, _ in known)
        carriers = Counter(name for name, _ in {(attack.name, account) for attack, account in known})
        attacks = {attack.name: attack for attack, _ in known}
        return tuple(
            attacks[name]
            for name, _ in posts.most_common()
            if carriers[name] >= min(SHARED_CARRIERS, len(attacks[name].carriers))
        )
