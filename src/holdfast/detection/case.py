"""A campaign while it lives: who carries what, and everything needed to print it."""

from __future__ import annotations

from dataclasses import dataclass, field

from holdfast.reading import Lure, LureKind

from . import model
from .campaign import Campaign, CampaignTier
from .commentary import is_remark, owner_among
from .evidence import Evidence, Sighting
from .trail import Joined, Looked, Taken, Trail


@dataclass(slots=True, kw_only=True)
class Case:
    """One campaign. `lures` by key; `carriers` and `bystanders` by account id, in order of appearance."""

    id: str
    evidence: Evidence
    alert: float = model.ALERT  # nats
    trail: Trail | None = None  # what it was told, where that is kept
    lures: dict[int, Lure] = field(default_factory=dict)
    words: str = ""  # what is repeated, for a campaign that was found by its words
    kinds: dict[int, int] = field(default_factory=dict)
    carriers: dict[str, int] = field(default_factory=dict)  # account -> time of its first lure post
    tampered: set[str] = field(default_factory=set)  # carriers to whom something had been done before
    names: set[str] = field(default_factory=set)  # ids of carriers, case-folded
    handles: set[int] = field(default_factory=set)  # keys of what they are called
    texts_watched: int = 0
    is_crowd: bool = False  # whether its accounts share no lure
    crowd: dict[int, tuple[str, str]] = field(default_factory=dict)  # own lures of a crowd -> whose, and in which post
    voices: set[int] = field(default_factory=set)
    signatures: list[bytes] = field(default_factory=list)
    posts: dict[str, int] = field(default_factory=dict)  # carrying post -> time
    authors: dict[str, str] = field(default_factory=dict)  # carrying post -> account
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
        if self.trail is not None:
            base = self.evidence.base
            self.trail.steps.append(Taken(sighting=sighting, handles=handles, tainted=tainted, base=base))
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
            self.authors[sighting.post] = sighting.account
        if sighting.account:
            self.carriers.setdefault(sighting.account, sighting.time)
            self.bystanders.pop(sighting.account, None)
            if sighting.features.precursors:
                self.tampered.add(sighting.account)
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
        if self.is_crowd:
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
        if self.trail is not None:
            self.trail.steps.append(Looked(now=now, remarks=self.evidence.remarks))
        if self.contained_at is not None:
            return False
        tier = self.worth()
        changed = False
        if tier is not None and self.detected_at is None:
            self.detected_at, self.detected_after_posts, changed = now, self.lure_posts, True
        if tier is CampaignTier.CONTAIN:
            self.contained_at, changed = now, True
        return changed

    def worth(self) -> CampaignTier | None:
        """The tier that the evidence is enough for as it stands; None when it is for neither."""
        if self.evidence.carriers < model.MIN_CARRIERS or (score := self.evidence.score) < self.alert:
            return None
        return CampaignTier.CONTAIN if self._may_contain(score) else CampaignTier.ALERT

    def _may_contain(self, score: float) -> bool:
        """A crowd shares nothing that ties a stranger's own lure to it, so enough accounts must share a trace."""
        certain = score - self.evidence.rare >= model.CONTAIN
        tied = self.evidence.carriers >= model.CROWD_CARRIERS and bool(self.evidence.typical_traces())
        return certain and (not self.is_crowd or tied)

    def release(self, key: int) -> bool:
        """Let go of an address that turned out to be another campaign's; True when this crowd had taken it for its own."""
        if key not in self.crowd:
            return False
        account, post = self.crowd.pop(key)
        self.lures.pop(key, None)
        self.kinds.pop(key, None)
        self.carriers.pop(account, None)
        self.posts.pop(post, None)
        self.authors.pop(post, None)
        return True

    def absorb(self, other: Case) -> None:
        """Take over everything that `other` found: the two were one campaign."""
        if self.trail is not None and other.trail is not None:
            self.trail.steps.append(Joined(campaign=other.id, trail=other.trail))
        self.lures = other.lures | self.lures
        self.words = self.words or other.words
        self.kinds = other.kinds | self.kinds
        self.crowd = other.crowd | self.crowd
        self.is_crowd &= other.is_crowd
        self.carriers = _earliest(self.carriers, other.carriers)
        self.posts = _earliest(self.posts, other.posts)
        self.authors |= other.authors
        self.bystanders = _earliest(self.bystanders, other.bystanders)
        self.bystander_posts = _earliest(self.bystander_posts, other.bystander_posts)
        for account in self.carriers.keys() & self.bystanders.keys():
            del self.bystanders[account]
        self.tampered |= other.tampered
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
        aside = self._set_aside()
        posts = sorted(self.posts, key=self.posts.__getitem__)
        theirs = {post: None for post in posts if self.authors[post] in aside}
        assert self.detected_at is not None
        return Campaign(
            id=self.id,
            tier=CampaignTier.ALERT if self.contained_at is None else CampaignTier.CONTAIN,
            first_post_at=self.first_post_at,
            detected_at=self.detected_at,
            detected_after_posts=self.detected_after_posts,
            accounts=tuple(account for account, _ in carriers if account not in aside),
            posts=tuple(post for post in posts if post not in theirs),
            lures=self._named_lures(),
            score=self.evidence.score,
            evidence=self.evidence.terms(),
            bystanders=(*aside, *self.bystanders),
            bystander_posts=(*theirs, *self.bystander_posts),
            merged=tuple(self.merged),
            contained_at=self.contained_at,
            revision=self.revision,
            first_posts=tuple(time for account, time in carriers if account not in aside),
        )

    def _named_lures(self) -> tuple[Lure, ...]:
        """Each lure once, the surest kinds first, the words last."""
        found = sorted({(lure.kind, lure.value): lure for lure in self.lures.values()}.values(), key=_sureness)
        return (*found, Lure(kind=LureKind.TEXT, value=self.words, valid=False)) if self.words else tuple(found)

    def _set_aside(self) -> dict[str, None]:
        """Carriers who are not the attackers': the lure's owner, and where tampering is typical those nobody tampered with."""
        in_order = sorted(self.carriers, key=self.carriers.__getitem__)
        owner = owner_among([(self.carriers[account], account) for account in in_order])
        held_by_tampering = self.contained_at is not None and "precursors" in self.evidence.typical_traces()
        return {
            account: None
            for account in in_order
            if account == owner or (held_by_tampering and account not in self.tampered)
        }


def _sureness(lure: Lure) -> int:
    """Addresses first, then sites, then links, then the rest."""
    order = (LureKind.ADDRESS, LureKind.DOMAIN, LureKind.SHORT_LINK, LureKind.LINK)
    return order.index(lure.kind) if lure.kind in order else len(order)


def _earliest(one: dict[str, int], two: dict[str, int]) -> dict[str, int]:
    """Both, with the earlier time where a key is in both."""
    return {key: min(one.get(key, time), time) for key, time in two.items()} | {
        key: min(two.get(key, time), time) for key, time in one.items()
    }
