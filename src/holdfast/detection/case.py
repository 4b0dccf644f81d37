"""A campaign while it lives: who carries what, and everything needed to print it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from holdfast.reading import Lure, LureKind

from . import model
from .campaign import Campaign, CampaignTier
from .commentary import is_remark, owner_among, repeated
from .evidence import OWN_SORTS, Evidence, Sighting
from .hands import Mark, WayIn, tied
from .likeness import alike
from .sightings import TEXT
from .trail import Joined, Looked, Taken, Trail

_COPYING = 2
"""Accounts tampered with from which on it can be told who among the carriers is not of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """The carrier who posted a lure first: when, in ms, and whether the account had a past of its own by then."""

    time: int
    account: str
    established: bool

    @classmethod
    def of(cls, sighting: Sighting) -> First:
        """As a sighting tells."""
        established = sighting.features.posts >= model.ESTABLISHED_POSTS
        return cls(time=sighting.time, account=sighting.account, established=established)


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
    common: set[int] = field(default_factory=set)  # sites of the campaign's links that others name too
    pages: dict[int, str] = field(default_factory=dict)  # links into such sites -> who posted them
    passing: set[str] = field(default_factory=set)  # carriers who show nothing but that they name such a site
    carriers: dict[str, int] = field(default_factory=dict)  # account -> time of its first lure post
    tampered: set[str] = field(default_factory=set)  # carriers to whom something had been done before
    marks: dict[str, Mark] = field(default_factory=dict)  # carriers to whom anything was done, however everyday
    names: set[str] = field(default_factory=set)  # ids of carriers, case-folded
    handles: set[int] = field(default_factory=set)  # keys of what they are called
    texts_watched: int = 0
    is_crowd: bool = False  # whether its accounts share no lure
    is_hidden: bool = False  # whether its accounts hide behind the forms of remarks, which then count for nothing
    plain: set[int] = field(default_factory=set)  # voices that do not
    crowd: dict[int, tuple[str, str]] = field(default_factory=dict)  # own lures of a crowd -> whose, and in which post
    by_words: set[int] = field(default_factory=set)  # lures of strangers that are its for the words beside them alone
    voices: set[int] = field(default_factory=set)
    first_with: dict[int, First] = field(default_factory=dict)  # lure -> the carrier who posted it first
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
        weighed = self._in_own_words(sighting)
        self.lure_posts += 1
        self.first_post_at = min(self.first_post_at, sighting.time) if self.lure_posts > 1 else sighting.time
        self.last_post_at = max(self.last_post_at, sighting.time)
        if sighting.post:
            self.posts[sighting.post] = sighting.time
            self.authors[sighting.post] = sighting.account
        if sighting.account:
            self._note_passing(sighting)
            self.carriers.setdefault(sighting.account, sighting.time)
            self.bystanders.pop(sighting.account, None)
            if (mark := Mark.of(sighting.features)) is not None:
                self.marks.setdefault(sighting.account, mark)
            if self.evidence.tampered(sighting.features):
                self.tampered.add(sighting.account)
            self.names.add(sighting.account.casefold())
            self.handles |= handles
            known = self.first_with.get(sighting.key)
            if known is None or sighting.time < known.time:
                self.first_with[sighting.key] = First.of(sighting)
        if sighting.voice not in self.voices:
            self.voices.add(sighting.voice)
            self.evidence.add(weighed, tainted=tainted)
            if len(self.signatures) < 8 and any(sighting.signature):
                self.signatures.append(sighting.signature)
        return True

    def _note_passing(self, sighting: Sighting) -> None:
        if (
            sighting.key not in self.common
            or self.evidence.tampered(sighting.features)
            or any(alike(sighting.signature, seen) >= model.ALIKE for seen in self.signatures)
        ):
            self.passing.discard(sighting.account)
        elif sighting.account not in self.carriers:
            self.passing.add(sighting.account)

    @property
    def is_full(self) -> bool:
        """Whether it has grown so large that it is no longer followed."""
        return len(self.posts) + len(self.bystander_posts) >= model.MOST_POSTS

    def _in_own_words(self, sighting: Sighting) -> Sighting:
        """A sighting as it is weighed: what looks odd about a remark may be what it repeats."""
        if not self.is_hidden:
            return sighting
        if not is_remark(sighting, self.names, self.handles):
            self.plain.add(sighting.voice)
            return sighting
        return repeated(sighting)

    def _stands_by(self, sighting: Sighting) -> bool:
        tampered = self.evidence.tampered(sighting.features)
        if tampered and self._tampering_tells():
            return False  # whoever is in the intruder's hands is, in whatever form the lure comes
        its_own = sighting.sort in OWN_SORTS  # what nobody else carries cannot be remarked on
        if not self.is_hidden and not its_own and is_remark(sighting, self.names, self.handles):
            return True
        if self._tampering_tells():
            return True
        if self.contained_at is None:
            return False
        if self.is_crowd:
            return not self.evidence.typical_traces() & self.evidence.traces_of(sighting)
        return self._marks_tell() and not WayIn.of(self.marks.values()).leads_to(Mark.of(sighting.features))

    def _tampering_tells(self) -> bool:
        """Whether it is contained, and half of the carriers, two at least, were tampered with: who was not is none of them."""
        return self.contained_at is not None and len(self.tampered) >= max(_COPYING, len(self.carriers) / 2)

    def _marks_tell(self) -> bool:
        """Whether it is contained because of what was done to half of the carriers, three at least: what is said of them is said of no other."""
        enough = len(self.marks) >= max(model.MIN_CARRIERS, len(self.carriers) / 2)
        return self.contained_at is not None and enough and self.evidence.marks_tell()

    def _take_bystander(self, sighting: Sighting) -> None:
        if sighting.account:
            if sighting.account not in self.bystanders:
                self.evidence.remarks += self.detected_at is None and self.evidence.carriers > 0
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
        """What few show convicts nobody. A crowd shares nothing else that ties a stranger's own lure to it, so most must.

        Where accounts hide among those who remark, it must be what was done to them: nobody quotes that.
        """
        certain = score - self.evidence.rare - self.evidence.shown_by_few() >= model.CONTAIN
        if not certain or not (self.is_crowd or self.is_hidden):
            return certain
        typical = self.evidence.typical_traces()
        tied = "precursors" in typical if self.is_hidden else bool(typical)
        return tied and self.evidence.carriers >= model.CROWD_CARRIERS

    def release(self, key: int, posts: Collection[str] = ()) -> set[str]:
        """Let go of a lure that turned out to be another campaign's, in these `posts`; the accounts that were here for it alone.

        It had the lure for an account's own, or for the words beside it.
        """
        owner, own_post = self.crowd.pop(key, ("", ""))
        self.by_words.discard(key)
        self.lures.pop(key, None)
        self.kinds.pop(key, None)
        own = {post for _, post in self.crowd.values()}
        gone = {own_post, *(post for post in posts if post not in own)} & self.posts.keys()
        whose = {self.authors[post] for post in gone}
        for post in gone:
            del self.posts[post], self.authors[post]
        left = whose - set(self.authors.values()) | {owner} & self.carriers.keys()
        left -= {account for account, _ in self.crowd.values()}
        for account in left:
            self.carriers.pop(account, None)
            self.marks.pop(account, None)
        self.tampered -= left  # what is counted of the carriers is counted of those who still are
        self.passing -= left
        return left

    def absorb(self, other: Case) -> None:
        """Take over everything that `other` found: the two were one campaign."""
        if self.trail is not None and other.trail is not None:
            self.trail.steps.append(Joined(campaign=other.id, trail=other.trail))
        self.lures = other.lures | self.lures
        self.words = self.words or other.words
        self.kinds = other.kinds | self.kinds
        self.common |= other.common
        self.pages = other.pages | self.pages
        self.by_words |= other.by_words
        shown = (self.carriers.keys() - self.passing) | (other.carriers.keys() - other.passing)
        self.passing = (self.passing | other.passing) - shown
        self.crowd = other.crowd | self.crowd
        self.is_crowd &= other.is_crowd
        self.is_hidden &= other.is_hidden
        self.carriers = _earliest(self.carriers, other.carriers)
        self.posts = _earliest(self.posts, other.posts)
        self.authors |= other.authors
        self.bystanders = _earliest(self.bystanders, other.bystanders)
        self.bystander_posts = _earliest(self.bystander_posts, other.bystander_posts)
        for account in self.carriers.keys() & self.bystanders.keys():
            del self.bystanders[account]
        for post in self.posts.keys() & self.bystander_posts.keys():
            del self.bystander_posts[post]
        self.tampered |= other.tampered
        self.marks = other.marks | self.marks
        self.names |= other.names
        self.handles |= other.handles
        for key, first in other.first_with.items():
            self.first_with[key] = min(first, self.first_with.get(key, first), key=lambda each: each.time)
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
        aside = self.set_aside()
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
            lures=self._named_lures(aside),
            borrowed=self._borrowed(aside),
            score=self.evidence.score,
            evidence=self.evidence.terms(),
            bystanders=(*aside, *self.bystanders),
            bystander_posts=(*theirs, *self.bystander_posts),
            merged=tuple(self.merged),
            contained_at=self.contained_at,
            revision=self.revision,
            first_posts=tuple(time for account, time in carriers if account not in aside),
        )

    def _named_lures(self, aside: Collection[str]) -> tuple[Lure, ...]:
        """Each lure once, the surest kinds first, the words last; not the pages that those set aside linked."""
        theirs = {key for key, account in self.pages.items() if account in aside}
        told = {(lure.kind, lure.value): lure for key, lure in self.lures.items() if key not in theirs}
        found = sorted(told.values(), key=_sureness)
        return (*found, Lure(kind=LureKind.TEXT, value=self.words, valid=False)) if self.words else tuple(found)

    def _borrowed(self, aside: Collection[str]) -> tuple[Lure, ...]:
        """The lures that somebody with a past posted before the attackers did: they copy what is not theirs."""
        taken = {key for key, first in self.first_with.items() if first.established and first.account in aside}
        words = any(self.kinds.get(key) == TEXT for key in taken)
        others = {(lure.kind, lure.value) for key, lure in self.lures.items() if key in taken}
        return tuple(
            lure
            for lure in self._named_lures(aside)
            if (lure.kind, lure.value) in others or (words and lure.kind is LureKind.TEXT)
        )

    def set_aside(self) -> dict[str, None]:
        """Carriers who are not the attackers'.

        They are the lure's owner; where half of the carriers were tampered with, those nobody tampered with; where something everyday
        was done to half of them and tells, those to whom the same was not done; and who only names a site that everybody
        names. Nobody who was tampered with is among them.
        """
        in_order = sorted(self.carriers, key=self.carriers.__getitem__)
        owner = owner_among([(self.carriers[account], account) for account in in_order])
        tells = self._tampering_tells()
        marked = tied(self.marks) if self._marks_tell() else None
        passing = self.passing if self.contained_at is not None and len(self.tampered) >= _COPYING else set()
        return {
            account: None
            for account in in_order
            if account not in self.tampered
            and (tells or account == owner or account in passing or (marked is not None and account not in marked))
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
