"""A campaign while it lives: who carries what, and everything needed to print it."""

from __future__ import annotations

from dataclasses import dataclass, field

from holdfast.reading import Lure

from . import model
from .campaign import Campaign, CampaignTier
from .commentary import is_remark, owner_among
from .evidence import Evidence, Sighting


@dataclass(slots=True, kw_only=True)
class Case:
    """One campaign. `lures` by key; `carriers` and `bystanders` by account id, in order of appearance."""

    id: str
    evidence: Evidence
    lures: dict[int, Lure] = field(default_factory=dict)
    kinds: dict[int, int] = field(default_factory=dict)
    carriers: dict[str, int] = field(default_factory=dict)  # account -> time of its first lure post
    names: set[str] = field(default_factory=set)  # ids of carriers, case-folded
    handles: set[int] = field(default_factory=set)  # keys of what they are called
    texts_watched: int = 0
    crowd: dict[int, tuple[str, str]] = field(default_factory=dict)  # addresses of a crowd -> whose, and in which post
    voices: set[int] = field(default_factory=set)
    signatures: list[bytes] = field(default_factory=list)
    posts: dict[str, int] = field(default_factory=dict)  # carrying post -> time
    bystanders: dict[str, int] = field(default_factory=dict)
    bystander_posts: dict[str, int] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    lure_posts: int = 0
    first_post_at: int = 0
    last_post_at: int = 0
    detected_at: int | None = None
    detected_after_posts: int = 0
    contained_at: int | None = None
    revision: int = 0

    def take(self, sighting: Sighting, handles: frozenset[int] = frozenset(), *, tainted: bool = False) -> bool:
        """Take one carrying post in; False when nothing changed.

        `handles` are keys of what its account is called; `tainted` when an earlier campaign posted from it.
        """
        if sighting.post and (sighting.post in self.posts or sighting.post in self.bystander_posts):
            return False
        if sighting.account not in self.carriers and self._stands_by(sighting):
            self._take_bystander(sighting)
            return True
        self.lure_posts += 1
        self.first_post_at = min(self.first_post_at, sighting.time) if self.lure_posts > 1 else sighting.time
        self.last_post_at = max(self.last_post_at, sighting.time)
        if sighting.post:
            self.posts[sighting.post] = sighting.time
        if sighting.account:
            self.carriers.setdefault(sighting.account, sighting.time)
            self.bystanders.pop(sighting.account, None)
            self.names.add(sighting.account.casefold())
            self.handles |= handles
        if sighting.voice not in self.voices:
            self.voices.add(sighting.voice)
            self.evidence.add(sighting, tainted=tainted)
            if len(self.signatures) < 8 and any(sighting.signature):
                self.signatures.append(sighting.signature)
        return True

    @property
    def is_full(self) -> bool:
        """Whether it has grown so large that it is no longer followed."""
        return len(self.posts) + len(self.bystander_posts) >= model.MOST_POSTS

    def _stands_by(self, sighting: Sighting) -> bool:
        if is_remark(sighting, self.names, self.handles):
            return True
        if self.contained_at is None:
            return False
        typical = self.evidence.typical_traces()
        if self.crowd:
            return not typical & self.evidence.traces_of(sighting)
        return "precursors" in typical and not sighting.features.precursors

    def _take_bystander(self, sighting: Sighting) -> None:
        if sighting.account:
            if sighting.account not in self.bystanders:
                self.evidence.remarks += self.detected_at is None
            self.bystanders.setdefault(sighting.account, sighting.time)
        if sighting.post:
            self.bystander_posts[sighting.post] = sighting.time

    def decide(self, now: int) -> bool:
        """Look at the thresholds; True when the campaign was detected or rose to `contain` by the post at `now` ms."""
        if self.evidence.carriers < model.MIN_CARRIERS or self.contained_at is not None:
            return False
        score = self.evidence.score
        changed = False
        if self.detected_at is None and score >= model.ALERT:
            self.detected_at, self.detected_after_posts, changed = now, self.lure_posts, True
        if self.detected_at is not None and self._may_contain(score):
            self.contained_at, changed = now, True
        return changed

    def _may_contain(self, score: float) -> bool:
        """A crowd shares nothing that ties a stranger's own address to it, so its accounts must share a trace."""
        return score >= model.CONTAIN and (not self.crowd or bool(self.evidence.typical_traces()))

    def release(self, key: int) -> bool:
        """Let go of an address that turned out to be another campaign's; True when this crowd had taken it for its own."""
        if key not in self.crowd:
            return False
        account, post = self.crowd.pop(key)
        self.lures.pop(key, None)
        self.kinds.pop(key, None)
        self.carriers.pop(account, None)
        self.posts.pop(post, None)
        return True

    def absorb(self, other: Case) -> None:
        """Take over everything that `other` found: the two were one campaign."""
        self.lures = other.lures | self.lures
        self.kinds = other.kinds | self.kinds
        self.crowd = other.crowd | self.crowd
        self.carriers = _earliest(self.carriers, other.carriers)
        self.posts = _earliest(self.posts, other.posts)
        self.bystanders = _earliest(self.bystanders, other.bystanders)
        self.bystander_posts = _earliest(self.bystander_posts, other.bystander_posts)
        for account in self.carriers.keys() & self.bystanders.keys():
            del self.bystanders[account]
        self.names |= other.names
        self.handles |= other.handles
        self.evidence.absorb(other.evidence, len(self.voices & other.voices))
        self.voices |= other.voices
        self.signatures = (self.signatures + other.signatures)[:8]
        self.merged += [other.id, *other.merged]
        self.lure_posts = len(self.posts)
        self.first_post_at = min(self.first_post_at, other.first_post_at)
        self.last_post_at = max(self.last_post_at, other.last_post_at)
        if other.contained_at is not None:
            self.contained_at = min(self.contained_at or other.contained_at, other.contained_at)

    def campaign(self) -> Campaign:
        """As it stands."""
        carriers = sorted(self.carriers.items(), key=lambda item: item[1])
        owner = owner_among([(time, account) for account, time in carriers])
        bystanders = list(self.bystanders) if owner is None else [owner, *self.bystanders]
        assert self.detected_at is not None
        return Campaign(
            id=self.id,
            tier=CampaignTier.ALERT if self.contained_at is None else CampaignTier.CONTAIN,
            first_post_at=self.first_post_at,
            detected_at=self.detected_at,
            detected_after_posts=self.detected_after_posts,
            accounts=tuple(account for account, _ in carriers if account != owner),
            posts=tuple(sorted(self.posts, key=self.posts.__getitem__)),
            lures=tuple(self.lures.values()),
            score=self.evidence.score,
            evidence=self.evidence.terms(),
            bystanders=tuple(bystanders),
            bystander_posts=tuple(self.bystander_posts),
            merged=tuple(self.merged),
            contained_at=self.contained_at,
            revision=self.revision,
            first_posts=tuple(time for account, time in carriers if account != owner),
        )


def _earliest(one: dict[str, int], two: dict[str, int]) -> dict[str, int]:
    """Both, with the earlier time where a key is in both."""
    return {key: min(one.get(key, time), time) for key, time in two.items()} | {
        key: min(two.get(key, time), time) for key, time in one.items()
    }
