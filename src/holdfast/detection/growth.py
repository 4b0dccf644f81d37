"""Which campaigns are there, and how do they grow? Each key at its screen is weighed; known ones are followed."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from holdfast.reading import PUBLIC, Lure, LureKind, hash_text, lure_key, read_text
from holdfast.reading.flags import ADDRESS, DOMAIN, LINK, PROVED, SHORT_LINK

from . import model
from .belonging import SHARED_CARRIERS, are_mostly, gives_way
from .bursts import Member, burst_among, goes_back, said
from .campaign import Campaign, CampaignTier
from .case import Case
from .commentary import hides
from .crowds import CAMPAIGN, CROWD_STATE, FULL, LEARNT, SUM
from .evidence import Evidence, Pace, Sighting
from .features import Features
from .keyed import KeyedState
from .likeness import alike
from .naming import Due, campaign_id, crowd_of, sighting_of, unnamed
from .pictures import PICTURE
from .postlog import Named, PostLog
from .sightings import CROWD_KINDS, TEXT
from .trail import Trail
from .watch import WatchSet, signed

_OUTSIDERS = 2
"""A lure that more accounts outside the campaign carry already is not the campaign's own."""

_FOLLOWED = (ADDRESS, DOMAIN, SHORT_LINK)
"""Kinds of lure that a campaign takes on besides the one it was found by; a whole link goes with its site."""

_FOLLOW_ALIKE = 0.8
"""Agreement with a carrier's text from which an unknown account's new lure is taken for the campaign's."""

_NAME = re.compile(r"\w{2,30}", re.ASCII)
"""Account ids that people could write after an @."""

_EVER = (1 << 63) - 1
"""A sequence number that no post has."""

_TEXTS_WATCHED = 8
"""Carriers whose words are watched for beside new lures."""


@dataclass(slots=True)
class Growth:
    """All campaigns, and what must be watched for them to grow."""

    cases: dict[str, Case] = field(default_factory=dict)
    by_key: dict[int, str] = field(default_factory=dict)
    by_band: dict[int, str] = field(default_factory=dict)
    by_account: dict[str, str] = field(default_factory=dict)
    by_own_lure: dict[int, str] = field(default_factory=dict)
    """Lures that each are one account's own -> the crowd that it is part of."""
    changed: dict[str, None] = field(default_factory=dict)
    crowds: list[tuple[str, int]] = field(default_factory=lambda: [("", -1)] * len(CROWD_KINDS))
    """For each crowd, the campaign that it is at present, and the number of its latest post."""
    beside: dict[str, str] = field(default_factory=dict)
    """Campaign that is a burst in a crowd -> the campaign that the rest of that crowd is."""
    unresolved: int = 0


class Grower:
    """Weighs and follows, over a `Growth`, with the log to name posts and the tables to ask how old a key is."""

    def __init__(
        self,
        growth: Growth,
        logs: tuple[PostLog, PostLog],
        state: KeyedState,
        *,
        key: bytes = PUBLIC,
        alert: float = model.ALERT,
        trails: bool = False,
    ) -> None:
        """Go on from `growth`; new campaigns are told from `alert` nats on, and with `trails` keep what they were told.

        `key` is that under which the posts were read.
        """
        self.growth, self._logs, self._state, self._key = growth, logs, state, key
        self._alert, self._trails = alert, trails
        self._watch_anew()

    def _watch_anew(self) -> None:
        """Watch what belongs to campaigns that still are followed."""
        growth = self.growth
        followed = {name for name, case in growth.cases.items() if not case.is_full}
        carriers = (account for account, name in growth.by_account.items() if name in followed)
        self.accounts = WatchSet(hash_text(account, self._key) for account in carriers)
        keys = [*growth.by_key.items(), *growth.by_band.items()]
        self.keys = WatchSet(key for key, name in keys if name in followed)

    def take_changed(self) -> list[Campaign]:
        """The campaigns that changed since the last call, in the order in which they first did."""
        found = [self.growth.cases[name].campaign() for name in self.growth.changed if name in self.growth.cases]
        self.growth.changed.clear()
        return found

    # ---- a key at its screen

    def weigh(self, due: Due, post: Named | None, until: int, bands: Iterable[int], evidence: Evidence) -> None:
        """Weigh a key exactly, as of the post with sequence number `until`; enough of it is a campaign.

        `bands` are those of the post's text, watched from then on; `evidence` is empty and knows pace and base rates.
        """
        holder = self._lender(due.key)
        if due.key in self.growth.by_key and holder is None:
            return
        sightings = self._sightings(due, until)
        if not sightings:
            return
        first = next((sighting for sighting in sightings if sighting.account), sightings[0])
        name = campaign_id(
            self._public(due.key, first.text, first.urls), sightings[0].post or str(sightings[0].sequence)
        )
        is_common = due.kind == DOMAIN and (evidence.pace.known or due.before >= model.COMMON_POSTS)
        case = self._told(name, sightings, evidence, due.remarks, {due.key} if is_common else set())
        now = max(sighting.time for sighting in sightings)
        if not case.decide(now) or case.id in self.growth.cases or (holder and not gives_way(holder, case)):
            return
        self.growth.unresolved += sum(not sighting.account for sighting in sightings)
        self._release(due.key, case, case.posts)
        known = self._sharing(case)
        if known is None:
            self.growth.cases[case.id] = known = case
        else:
            known.common |= case.common
            for sighting in sightings:
                self._take(known, sighting)
            known.merged += case.merged
            known.decide(now)
        if is_common:
            self._adopt_site(known, due.key, frozenset(sighting.sequence for sighting in sightings))
        else:
            self._adopt(known, due.key, due.kind, next((s for s in reversed(sightings) if s.account), None), post)
        self._bring_along(known, frozenset(sighting.sequence for sighting in sightings))
        self._watch(known, bands, known.carriers)
        self._touch(known)

    def _public(self, key: int, text: str, urls: tuple[str, ...]) -> int:
        """The number of a lure in a post under the public key; that of anything else is the same under every key."""
        own, public = read_text(text, urls, key=self._key).lures, read_text(text, urls).lures
        return next((told.key for found, told in zip(own, public, strict=False) if found.key == key), key)

    def _case(self, name: str, evidence: Evidence, *, is_crowd: bool = False, is_hidden: bool = False) -> Case:
        trail = None
        if self._trails:
            start = copy.deepcopy(evidence)
            trail = Trail(start=start, is_crowd=is_crowd, is_hidden=is_hidden, alert=self._alert)
        return Case(id=name, evidence=evidence, is_crowd=is_crowd, is_hidden=is_hidden, alert=self._alert, trail=trail)

    def _told(self, name: str, sightings: list[Sighting], evidence: Evidence, remarks: int, common: set[int]) -> Case:
        """A case of these sightings; one of accounts that hide where too many only remark, or where what was done to them tells."""
        fresh = copy.deepcopy(evidence)
        case = self._case(name, evidence)
        case.common |= common
        for sighting in sightings:
            self._take(case, sighting)
        evidence.remarks = max(evidence.remarks, remarks)
        carriers = evidence.carriers
        if carriers >= model.MIN_CARRIERS or len(sightings) - carriers < model.MIN_CARRIERS:
            return case
        hidden = self._case(name, fresh, is_hidden=True)
        hidden.common |= common
        for sighting in sightings:
            self._take(hidden, sighting)
        proved = hidden.worth() is CampaignTier.CONTAIN
        return hidden if proved or hides(carriers, hidden.evidence.carriers - carriers) else case

    def _show(self, case: Case) -> None:
        """Weigh a campaign of accounts that seemed to hide anew: enough carry its lure plainly, so who remarks on it remarks."""
        before = case.evidence
        told = self._case(case.id, Evidence(pace=before.pace, base=before.base, pictures=before.pictures))
        told.common, told.pages = case.common, case.pages
        told.detected_at, told.detected_after_posts = case.detected_at, case.detected_after_posts
        kinds = {key: kind for key, kind in case.kinds.items() if kind != TEXT}
        found: dict[int, Sighting] = {}
        for key, kind in kinds.items():
            for post in (post for log in self._logs for post in log.carrying(key, _EVER)):
                valid = next(valid for _, own, valid in post.lures if own == key)
                found.setdefault(post.sequence, sighting_of(post, (kind, key, valid)))
        for sequence in sorted(found):
            self._take(told, found[sequence])
        told.lures, told.kinds, told.words, told.merged = case.lures, case.kinds, case.words, case.merged
        told.texts_watched, told.revision = case.texts_watched, case.revision
        if told.evidence.carriers >= model.MIN_CARRIERS:
            self.growth.cases[case.id] = told

    def _bring_along(self, case: Case, sequences: frozenset[int]) -> None:
        """Make what else most of the carrying posts carry the campaign's too, where it is new and nearly nobody else's."""
        posts = [post for log in self._logs for post in log.numbered(sequences) if post.account in case.carriers]
        told: dict[tuple[int, int, int], dict[str, Named]] = {}
        for post in posts:
            for lure in post.lures:
                told.setdefault(lure, {})[post.account] = post
        enough = max(SHARED_CARRIERS, len({post.account for post in posts}) / 2)
        for (kind, key, valid), carrying in told.items():
            if len(carrying) < enough or not self._is_free(case, kind, key, valid):
                continue
            everybody = [post for log in self._logs for post in log.carrying(key, max(sequences))]
            if len({post.account for post in everybody} - case.carriers.keys()) > _OUTSIDERS:
                continue
            last = next(reversed(carrying.values()))
            self._adopt(case, key, kind, sighting_of(last, (kind, key, valid)), last)
            self._release(key, case, [post.id for post in everybody])
            for post in everybody:
                self._take(case, sighting_of(post, (kind, key, valid)))

    def _adopt_site(self, case: Case, key: int, sequences: frozenset[int]) -> None:
        """Watch a site that others name too: not it, but the very links become the campaign's."""
        case.kinds[key] = DOMAIN
        self.growth.by_key[key] = case.id
        self.keys.add(key)
        aside = case.set_aside()
        for post in (post for log in self._logs for post in log.numbered(sequences)):
            if post.account in case.carriers and post.account not in aside:
                self._adopt_links(case, post)

    def _adopt_links(self, case: Case, post: Named) -> None:
        for kind, key, valid in post.lures:
            if kind == LINK and key not in self.growth.by_key:
                self._adopt(case, key, kind, sighting_of(post, (kind, key, valid)), post)
                case.pages[key] = post.account
                case.common.update([key] if post.account in case.passing else [])

    def _is_free(self, case: Case, kind: int, key: int, valid: int) -> bool:
        """Whether a lure can become this campaign's: of a kind that is followed, nobody's yet, and not older than it by a day."""
        if kind not in _FOLLOWED or not valid or key in self.growth.by_key:
            return False
        first = self._state.first_time(key, kind)
        return first is None or first >= case.first_post_at - model.DAY

    def _sightings(self, due: Due, until: int) -> list[Sighting]:
        exact = {place.sequence: place for place in due.exact}
        if due.kind == TEXT:
            named = [post for log in self._logs for post in log.numbered(frozenset(exact))]
        else:
            named = [post for log in self._logs for post in log.carrying(due.key, until)]
        start = min(exact, default=0) if due.kind == DOMAIN and due.started > due.first_time else 0
        found = {
            post.sequence: sighting_of(post, (due.kind, due.key, due.valid)) for post in named if post.sequence >= start
        }
        found |= {number: unnamed(place, due) for number, place in exact.items() if number not in found}
        ordered = [found[number] for number in sorted(found)]
        return _alike(ordered) if due.kind == TEXT else ordered

    def _handles(self, account: str) -> frozenset[int]:
        """The keys by which posts name an account: its id and its handle as handles."""
        if not account:
            return frozenset()
        known = self._state.handle_of(hash_text(account, self._key))
        handle = Lure(kind=LureKind.HANDLE, value=f"@{account}")
        own = lure_key(handle, self._key) if _NAME.fullmatch(account) else 0
        return frozenset({known, own} - {0})

    def _take(self, case: Case, sighting: Sighting) -> bool:
        tainted = self.growth.by_account.get(sighting.account, case.id) != case.id
        return case.take(sighting, self._handles(sighting.account), tainted=tainted)

    def _sharing(self, case: Case) -> Case | None:
        """The campaign, still running, to which most of a new one's carriers belong."""
        growth = self.growth
        near = {growth.by_account[account] for account in case.carriers if account in growth.by_account}
        for other in sorted((growth.cases[name] for name in near), key=_seniority):
            if case.first_post_at - other.last_post_at <= model.NEXT_LURE_WINDOW and are_mostly(case.carriers, other):
                return other
        return None

    def _adopt(self, case: Case, key: int, kind: int, sighting: Sighting | None, post: Named | None) -> None:
        """Make a key one of the campaign's, under the name it has in a post."""
        case.kinds[key] = kind
        self.growth.by_key[key] = case.id
        self.keys.add(key)
        if kind == TEXT:
            case.words = case.words or (sighting.text if sighting else "")
            return
        if kind == PICTURE:
            case.lures[key] = Lure(kind=LureKind.PICTURE, value=self._state.pictures.hash_of(signed(key)))
            return
        named = sighting or post
        if named is not None:
            self._name(case, key, named.text, named.urls)

    def _name(self, case: Case, key: int, text: str, urls: tuple[str, ...]) -> None:
        for found in read_text(text, urls, key=self._key).lures:
            if found.key == key:
                case.lures[key] = found.lure

    def _watch(self, case: Case, bands: Iterable[int], accounts: Iterable[str]) -> None:
        for account in accounts:
            if account in case.carriers and account not in self.growth.by_account:
                self.growth.by_account[account] = case.id
                self.accounts.add(hash_text(account, self._key))
        if case.texts_watched < _TEXTS_WATCHED:
            case.texts_watched += 1
            for band in bands:
                if band and self.growth.by_band.setdefault(band, case.id) == case.id:
                    self.keys.add(band)

    def _touch(self, case: Case) -> None:
        case.revision += 1
        self.growth.changed[case.id] = None

    # ---- accounts that crowd together, each with a lure of its own

    def crowd(self, which: int, crowd: Any, post: Named, bands: Iterable[int], evidence: Evidence, origin: int) -> None:
        """Weigh crowd `which`, which `post` joined, or let it join the campaign that the crowd already is.

        The stream began at `origin` ms.
        """
        worths = crowd_of(crowd)
        own = _own_lure(post, which)
        name, last = self.growth.crowds[which]
        if own is None or not self._is_open(own, name):
            return
        if name in self.growth.cases and last in worths:
            case = self._beside(self.growth.cases[name], post)
            self._gather(case, which, [(post, own)], worths, bands)
            case = self._part(case, which, worths, bands)
            crowd[CROWD_STATE] = FULL if len(case.crowd) >= model.MOST_IN_CROWD else CAMPAIGN
            return
        named = [
            each for log in self._logs for each in log.numbered(frozenset(worths)) if each.sequence <= post.sequence
        ]
        carried = [(each, _own_lure(each, which)) for each in sorted(named, key=lambda each: each.sequence)]
        members = [(each, key) for each, key in carried if key and self._is_open(key, name)]
        evidence.rare = model.rare_class(int(crowd[LEARNT]), post.sequence, post.time - origin)
        case = self._case(self._crowd_name(*members[0]), evidence, is_crowd=True)
        for each, key in members:
            self._take(case, sighting_of(each, (CROWD_KINDS[which], key, PROVED), own=worths[each.sequence]))
        if case.id not in self.growth.cases and case.decide(max(each.time for each, _ in members)):
            self.growth.cases[case.id] = case
            self._gather(case, which, members, worths, bands)
            crowd[CROWD_STATE], crowd[SUM] = CAMPAIGN, max(int(crowd[SUM]), model.milli(model.ALERT))

    def _crowd_name(self, first: Named, own: int) -> str:
        """The name of a crowd by its first member; another one where a crowd of that name was disbanded."""
        lure, told = self._public(own, first.text, first.urls), f"{first.id} and others"
        while any(campaign_id(lure, told) in case.merged for case in self.growth.cases.values()):
            told += " again"
        return campaign_id(lure, told)

    def _gather(
        self, case: Case, which: int, members: list[tuple[Named, int]], worths: dict[int, float], bands: Iterable[int]
    ) -> None:
        """Let accounts, each with a lure of its own, be part of a crowd that is a campaign."""
        kind = CROWD_KINDS[which]
        for post, key in members:
            sighting = sighting_of(post, (kind, key, PROVED), own=worths[post.sequence])
            self._release(key, case, [post.id])
            self._take(case, sighting)
            if post.account in case.carriers:
                case.crowd[key] = post.account, post.id
                self.growth.by_own_lure[key] = case.id
                case.kinds[key] = kind
                self._name(case, key, post.text, post.urls)
        self.growth.crowds[which] = case.id, members[-1][0].sequence
        case.decide(members[-1][0].time)
        self._watch(case, bands, [post.account for post, _ in members])
        self._touch(case)

    def _beside(self, case: Case, post: Named) -> Case:
        """The campaign that a further member of a crowd joins: the latest one, or the one that this ran beside."""
        other = self.growth.cases.get(self.growth.beside.get(case.id, ""))
        if other is None or other.is_full:
            return case
        theirs, others = ([said(seen.text) for seen in each.evidence.looked_at] for each in (case, other))
        pace = (case.last_post_at - case.first_post_at) / max(1, len(case.carriers) - 1)
        back = goes_back(said(post.text), post.time - case.last_post_at, pace, theirs, others)
        return other if back else case

    def _part(self, case: Case, which: int, worths: dict[int, float], bands: Iterable[int]) -> Case:
        """Make a burst in a crowd a campaign of its own, where it is one by itself; the campaign of its latest member."""
        own = {post: key for key, (_, post) in case.crowd.items()}
        kept = [each for log in self._logs for each in log.numbered(frozenset(worths)) if each.id in own]
        latest = [
            Member(sequence=each.sequence, time=each.time, words=said(each.text))
            for each in sorted(kept, key=lambda each: each.sequence)
        ]
        numbers = {member.sequence for member in latest}
        before = [said(seen.text) for seen in case.evidence.looked_at if seen.sequence not in numbers]
        if len(before) < model.MIN_CARRIERS:
            return case
        burst = {m.sequence for m in burst_among(latest, before, case.first_post_at, len(case.carriers) - len(latest))}
        members = [(each, own[each.id]) for each in kept if each.sequence in burst]
        if not members:
            return case
        evidence = Evidence(base=case.evidence.base, rare=case.evidence.rare)
        name = self._crowd_name(*members[0])
        apart = self._case(name, evidence, is_crowd=True)
        for each, key in members:
            sighting = sighting_of(each, (CROWD_KINDS[which], key, PROVED), own=worths[each.sequence])
            apart.take(sighting, self._handles(each.account))
        if not apart.decide(members[-1][0].time):
            return case
        self.growth.cases[name], self.growth.beside[name] = apart, case.id
        self._gather(apart, which, members, worths, bands)
        return apart

    def _lender(self, key: int) -> Case | None:
        """The campaign that has a lure for the words beside it alone: it gives way to what its carriers are by themselves."""
        case = self.growth.cases.get(self.growth.by_key.get(key, ""))
        return case if case is not None and key in case.by_words else None

    def _is_open(self, key: int, crowd: str) -> bool:
        """Whether a lure may be an account's own in a crowd: no campaign's, or for words alone one's that holds nobody."""
        if key not in self.growth.by_key:
            return True
        holder = self._lender(key)
        return holder is not None and holder.id != crowd and holder.contained_at is None

    def _release(self, key: int, to: Case, posts: Collection[str]) -> None:
        """Take a lure of `to` in these posts, and who is there for it alone, out of other campaigns that held it for theirs."""
        growth = self.growth
        for name in sorted({growth.by_own_lure.get(key, ""), growth.by_key.get(key, "")} - {to.id}):
            case = growth.cases.get(name)
            if case is None or not (key in case.crowd or key in case.by_words):
                continue
            left = case.release(key, posts)
            case.signatures = [seen for seen in case.signatures if seen not in to.signatures]
            for index in (growth.by_own_lure, growth.by_key):
                if index.get(key) == name:
                    del index[key]
            for account in left:
                growth.by_account.pop(account, None)
            if case.is_crowd and len(case.carriers) < model.MIN_CARRIERS:
                self._disband(case, to)
            else:
                self._touch(case)

    def _disband(self, case: Case, to: Case) -> None:
        """Let go of a crowd of which too few are left to say anything; who asks for it is told of what took the others."""
        self._forget(case, None)
        to.merged += [case.id, *case.merged]

    # ---- a post that touches a known campaign

    def follow(self, post: Named, bands: tuple[int, ...], base: tuple[float, ...] | None) -> None:
        """Take a post that is by a carrier, carries a campaign's lure, or repeats a campaign's words beside a lure."""
        alive = self.growth.cases  # one may be disbanded as another takes its lure
        grown = [
            case for case in self._touched(post, bands) if case.id in alive and self._grow(case, post, bands, base)
        ]
        for other in grown[1:]:
            if {grown[0].id, other.id} <= alive.keys() and (
                are_mostly(other.carriers, grown[0]) or are_mostly(grown[0].carriers, other)
            ):
                self._merge(grown[0], other)

    def _touched(self, post: Named, bands: tuple[int, ...]) -> list[Case]:
        """The campaigns whose lure, carrier or words the post shows, each only while it is followed by that."""
        growth = self.growth
        keys = {growth.by_key.get(key) for key in (*bands, *(key for _, key, _ in post.lures))}
        ways = [(keys, model.LURE_WINDOW)]
        ways.append(({growth.by_account.get(post.account)}, model.NEXT_LURE_WINDOW))
        ways.append(({growth.by_band.get(band) for band in bands}, model.SAME_WORDS_WINDOW))
        found: dict[str, Case] = {}
        for names, window in ways:
            for name in names - {None}:
                case = growth.cases[str(name)]
                if post.time - case.last_post_at <= window and not case.is_full:
                    found[case.id] = case
        return sorted(found.values(), key=_seniority)

    def _grow(self, case: Case, post: Named, bands: tuple[int, ...], base: tuple[float, ...] | None) -> bool:
        own = [lure for lure in post.lures if lure[1] in case.kinds and self._is_its(case, post, lure[1])]
        joining = [lure for lure in post.lures if self._joins(case, post, lure, beside=bool(own))]
        said = [(TEXT, band, 0) for band in bands if case.kinds.get(band) == TEXT and self._says_the_same(case, post)]
        brought = own or joining or said
        if not brought:
            return False
        sighting = sighting_of(post, brought[0])
        case.evidence.base = base
        remarks, stranger = len(case.bystander_posts), post.account not in case.carriers
        if not self._take(case, sighting):
            return False
        carried = len(case.bystander_posts) == remarks
        if carried:
            for kind, key, valid in joining:
                self._adopt(case, key, kind, sighting, post)
                if stranger and all(lure[1] == key for lure in own):
                    case.by_words.add(key)
                carrying = [each for log in self._logs for each in log.carrying(key, post.sequence - 1)]
                for earlier in carrying:
                    self._take(case, sighting_of(earlier, (kind, key, valid)))
                self._release(key, case, [earlier.id for earlier in carrying])
            if sighting.key in case.common:
                self._adopt_links(case, post)
            self._watch(case, bands, [post.account])
        if case.is_hidden and case.contained_at is None and len(case.plain) >= model.MIN_CARRIERS:
            self._show(case)
            case = self.growth.cases[case.id]
        case.decide(max(post.time, case.last_post_at))
        self._touch(case)
        if case.is_full:
            self._watch_anew()
        return carried

    @staticmethod
    def _is_its(case: Case, post: Named, key: int) -> bool:
        """Whether a lure of the campaign is a sign of it in this post too: what others name as well needs a second sign."""
        if key not in case.common or case.evidence.tampered(Features.of(post.features)):
            return True
        return any(alike(post.signature, seen) >= model.ALIKE for seen in case.signatures)

    @staticmethod
    def _says_the_same(case: Case, post: Named) -> bool:
        """Whether a post repeats the words of a campaign that is known by its words, from an account tampered with."""
        tampered = case.evidence.tampered(Features.of(post.features))
        return tampered and any(alike(post.signature, seen) >= model.ALIKE for seen in case.signatures)

    def _joins(self, case: Case, post: Named, lure: tuple[int, int, int], *, beside: bool) -> bool:
        """Whether a lure that is nobody's yet is this campaign's next: new, and from its carriers or in its words."""
        kind, key, valid = lure
        if not self._is_free(case, kind, key, valid):
            return False
        carried = post.account in case.carriers
        likeness = max((alike(post.signature, seen) for seen in case.signatures), default=0.0)
        if kind == DOMAIN and self._state.accounts_of(key, kind) - len(case.carriers) > _OUTSIDERS:
            return False
        if carried and likeness >= model.ALIKE:
            return True
        if carried and kind == ADDRESS:
            return beside or are_mostly(self._carrying(key, post.sequence), case)
        if carried or likeness < _FOLLOW_ALIKE:
            return False
        return len(self._carrying(key, post.sequence) - case.carriers.keys()) <= _OUTSIDERS

    def _carrying(self, key: int, until: int) -> set[str]:
        """The accounts known to carry a lure."""
        return {post.account for log in self._logs for post in log.carrying(key, until)}

    def _merge(self, into: Case, other: Case) -> None:
        into.absorb(other)
        self._forget(other, into)
        self._touch(into)

    def _forget(self, case: Case, heir: Case | None) -> None:
        """Strike a campaign out; what was watched for it goes to its heir, or to nobody."""
        for index in (self.growth.by_key, self.growth.by_band, self.growth.by_account, self.growth.by_own_lure):
            for key in [key for key, name in index.items() if name == case.id]:
                if heir is None:
                    del index[key]  # type: ignore[arg-type]
                else:
                    index[key] = heir.id  # type: ignore[index]
        del self.growth.cases[case.id]


def _own_lure(post: Named, which: int) -> int | None:
    """The key of the first lure in a post that crowd `which` is about."""
    wanted = CROWD_KINDS[which]
    return next(
        (key for kind, key, valid in post.lures if kind == wanted and (valid == PROVED or kind != ADDRESS)), None
    )


def _seniority(case: Case) -> tuple[int, str]:
    return (case.detected_at or 0, case.id)


def pace(due: Due, origin: int, posts: int) -> Pace:
    """How often a site was named before its present burst, where the stream began at `origin` ms, `posts` ago."""
    age = due.started - due.first_time
    past = age >= model.DAY
    popular = model.popular_pace(posts, max((place.time for place in due.exact), default=due.started) - origin)
    if past and due.before >= 2:
        known = due.before >= model.KNOWN_POSTS and age >= model.KNOWN_AGE
        return Pace(usual=min(model.QUIET, age // due.before), popular=popular, past=True, known=known)
    return Pace(usual=model.quiet(due.first_time - origin), popular=popular, past=past)


def _alike(sightings: list[Sighting]) -> list[Sighting]:
    """Those whose words are versions of one text: a shared band alone is often an accident."""
    named = [sighting for sighting in sightings if sighting.text]
    groups = ([s for s in named if alike(one.signature, s.signature) >= model.ALIKE] for one in named)
    return max(groups, key=len, default=[])
