"""How sure are we, and why? The exact sum over a campaign's carriers, term by term."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log

from holdfast.reading.flags import MENTIONS, OBFUSCATED_LURE, OBFUSCATED_TEXT

from . import model
from .campaign import Term
from .features import Features
from .likeness import alike, template_share

_FRESHNESS_STEPS = 20
"""To how fine a step the freshness of precursors is kept."""

_LOOKED_AT = 8
"""Carriers whose texts are compared with each other: enough to tell a form, a copy and a paraphrase apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One post carrying a key. `account` and `post` are empty when the log had let go of them; times in ms."""

    voice: int
    account: str
    post: str
    sequence: int
    time: int
    features: Features
    page: int
    text: str
    urls: tuple[str, ...]
    handles: frozenset[int]  # keys of the handles it mentions
    signature: bytes
    sort: str  # address, shape, page, copyable, text, picture or own: what sharing it is worth
    lure_class: str  # address, link, short_link, phone or picture; empty for text
    key: int = 0  # what it carries
    worth: float = 0.0  # of its gap in a crowd, in nats; for own only


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often a site is named: `usual` ms between posts; `past` when it was on an earlier day, `known` when often.

    `popular` is `model.popular_pace` at that time.
    """

    usual: int = model.QUIET
    popular: float = model.POPULAR_PACE
    past: bool = False
    known: bool = False


@dataclass(slots=True, kw_only=True)
class Evidence:
    """The sum as it grows: `add` each new account once, in order of arrival."""

    pace: Pace = field(default_factory=Pace)
    base: tuple[float, ...] | None = None  # share of posts showing each kind of precursor; None when none ever did
    pictures: tuple[float, ...] = (model.NEVER_PICTURED, model.FIRST_PICTURE, 1.0)  # see `rates.pictures`
    remarks: int = 0
    rare: float = 0.0  # what it says that such lures are rare here, in nats; for a crowd only
    carriers: int = 0
    sorts: dict[str, int] = field(default_factory=dict)
    sums: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    looked_at: list[Sighting] = field(default_factory=list)
    form: float | None = None  # the share of words that the texts have in common as a form would
    pages: set[int] = field(default_factory=set)
    first: int = 0
    last: int = 0
    reach_times: list[int] = field(default_factory=list)
    traces: dict[str, int] = field(default_factory=dict)
    histories: dict[int, int] = field(default_factory=dict)  # kinds of precursor and freshness -> accounts

    def add(self, sighting: Sighting, *, tainted: bool = False) -> None:
        """Weigh one more unrelated account; `tainted` when an earlier campaign posted from it, so that its habits are not its own."""
        if self.carriers:
            self._add_shared(sighting)
        self._add_character(sighting, tainted=tainted)
        copied = any(alike(sighting.signature, other.signature) >= model.COPIED for other in self.looked_at)
        same_bytes = any(sighting.text == other.text for other in self.looked_at)
        self._add_precursors(sighting.features)
        self._add_obfuscation(sighting, same_bytes=same_bytes)
        self._add_departure(sighting, copied=copied)
        known = sighting.features.posts and sighting.lure_class not in sighting.features.before
        if sighting.features.high_reach and known and not copied:
            self.reach_times.append(sighting.time)
        self.pages.add(sighting.page)
        _count(self.sorts, sighting.sort)
        self.carriers += 1
        self.first = min(self.first, sighting.time) if self.carriers > 1 else sighting.time
        self.last = max(self.last, sighting.time)
        if len(self.looked_at) < _LOOKED_AT and sighting.text:
            self.looked_at.append(sighting)
            if sighting.sort in _FORMED:
                self.form = template_share([seen.text for seen in self.looked_at])

    def _put(self, term: str, nats: float) -> None:
        if nats:
            self.sums[term] = self.sums.get(term, 0.0) + nats
            _count(self.counts, term)

    def _add_shared(self, sighting: Sighting) -> None:
        match sighting.sort:
            case "address":
                self._put("shared_address", model.SHARED_ADDRESS)
            case "shape":
                self._put("shared_address", model.SHARED_ADDRESS_SHAPE)
            case "text":
                self._put("shared_text", model.SHARED_TEXT)
            case "own" | "own_link" | "own_site":
                self._put(_OWN[sighting.lure_class], sighting.worth)
            case "picture":
                self._put("shared_picture", model.SHARED_PICTURE)
            case "copyable":
                self._put("shared_copyable", model.SHARED_COPYABLE)
            case _:
                if sighting.page in self.pages:
                    self._put("same_page", model.SAME_PAGE)
                else:
                    self._add_own_page(sighting)
                if self.pace.past and "has_a_past" not in self.counts:
                    self._put("has_a_past", model.HAS_A_PAST)

    def _add_own_page(self, sighting: Sighting) -> None:
        waited = abs(sighting.time - self.last)
        worth = model.gap(waited, self.pace.usual, first=self.carriers == 1)
        self._put("burst", worth)
        if worth >= model.BURST_LEAST:
            self._put("own_page", model.OWN_PAGE)

    def _add_character(self, sighting: Sighting, *, tainted: bool) -> None:
        if sighting.lure_class == "picture":
            before = "picture" in sighting.features.before
            never, first, *_ = self.pictures
            worth = model.picture_worth(sighting.features.posts, never, first, before=before)
            self._put("pictures_before" if before else "first_picture", worth)
        elif sighting.lure_class:
            if sighting.lure_class not in sighting.features.before:
                if sighting.sort not in ("own_link", "own_site"):  # there nobody else is looked at
                    self._put("first_of_class", model.novice(sighting.lure_class, sighting.features.posts))
            elif sighting.lure_class in sighting.features.habits and not tainted:
                self._put("habit", model.HABIT[sighting.lure_class])
        if sighting.sort in _FORMED and sighting.features.flags & MENTIONS:
            self._put("conversation", model.CONVERSATION)

    def _add_precursors(self, features: Features) -> None:
        kinds = sum(1 << kind for kind in features.precursors)
        step = round(features.freshness * _FRESHNESS_STEPS)
        history = kinds * 1000 + step
        self.histories[history] = self.histories.get(history, 0) + 1
        if kinds:
            _count(self.traces, "precursors")

    def tampered(self, features: Features) -> bool:
        """Whether what was done to an account is so rare here that it tells it from a bystander."""
        kinds = sum(1 << kind for kind in features.precursors)
        base = self.base or tuple(model.PRECURSOR_BASE)
        return bool(kinds) and precursor_strength(kinds, features.freshness, base) >= model.TAMPERED

    def _precursors(self) -> float | None:
        """The sum over all carriers' security histories; None when nobody tells us what happens to accounts."""
        if self.base is None:
            return None
        total = 0.0
        for history, count in self.histories.items():
            kinds, step = divmod(history, 1000)
            strength = precursor_strength(kinds, step / _FRESHNESS_STEPS, self.base)
            total += count * (strength or log(1 - model.PRECURSOR_SHARE))
        return total

    def _add_obfuscation(self, sighting: Sighting, *, same_bytes: bool) -> None:
        flags = sighting.features.flags
        base = 0.0
        if flags & OBFUSCATED_LURE:
            base = model.OBFUSCATED_LURE_BASE
        elif flags & OBFUSCATED_TEXT:
            base = model.OBFUSCATED_TEXT_BASE
        if base and not same_bytes:
            self._put("obfuscation", min(model.OBFUSCATED_CAP, log(model.OBFUSCATED_SHARE / base)))
            _count(self.traces, "obfuscation")
        elif not base:
            self._put("obfuscation", log(1 - model.OBFUSCATED_SHARE))

    def _add_departure(self, sighting: Sighting, *, copied: bool) -> None:
        if sighting.features.posts < model.DEPARTURE_MIN_POSTS:
            return
        departed = [log(model.DEPARTURE_SHARE / model.DEPARTURE_BASE[way]) for way in sighting.features.departures]
        if departed and not copied:
            self._put("departure", max(departed))
            _count(self.traces, "departure")
        elif not departed:
            self._put("departure", log(1 - model.DEPARTURE_SHARE))

    def absorb(self, other: Evidence, voices: int) -> None:
        """Add another campaign's sum to this one, where `voices` accounts were counted in both: they count half each."""
        whole = self.carriers + other.carriers
        share = 1.0 - voices / whole if whole else 1.0
        for name in {*self.sums, *other.sums}:
            self.sums[name] = (self.sums.get(name, 0.0) + other.sums.get(name, 0.0)) * share
        for mine, theirs in ((self.counts, other.counts), (self.sorts, other.sorts), (self.traces, other.traces)):
            for name, count in theirs.items():
                _count(mine, name, count)
        for history, accounts in other.histories.items():
            self.histories[history] = self.histories.get(history, 0) + accounts
        self.carriers = whole - voices
        self.remarks += other.remarks
        self.looked_at = (self.looked_at + other.looked_at)[:_LOOKED_AT]
        self.form = template_share([seen.text for seen in self.looked_at])
        self.pages |= other.pages
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.reach_times += other.reach_times

    def terms(self) -> tuple[Term, ...]:
        """The summands, largest first; they add up to the score."""
        found = [_term(name, self.sums[name], self.counts[name]) for name in CONTENT if name in self.sums]
        if excess := max(0, self.remarks - self.carriers):
            shown = sum(term.log_likelihood for term in found)  # talk explains no more than what there is to talk about
            found.append(_term("remarks", max(model.REMARK * excess, -max(shown, 0.0)), excess))
        content = sum(term.log_likelihood for term in found)
        spreads = self._spreads()
        copying = model.spread(content, spreads) - content
        note = f"one such key in {1 / spreads:,.0f} spreads by people copying it, or by an app's form"
        found.append(Term(term="copying", log_likelihood=copying, note=note))
        for name, total in (("precursors", self._precursors()), *((name, self.sums.get(name)) for name in COPY_PROOF)):
            if total is not None:
                nats = model.mixture(total, model.TRACE[name])
                note = f"{self.traces.get(name, 0)} of {self.carriers} accounts"
                found.append(Term(term=name, log_likelihood=nats, note=note))
        if reach := self._reach():
            found.append(reach)
        if self.rare:
            found.append(
                Term(term="rare_class", log_likelihood=self.rare, note="first lures of this class are rare here")
            )
        return tuple(sorted(found, key=lambda term: (-term.log_likelihood, term.term)))

    def _spreads(self) -> float:
        """How readily the most telling sort of key that three accounts share spreads by copying."""
        telling = [sort for sort, count in self.sorts.items() if count >= 3] or list(self.sorts)
        spreads = dict(model.SPREADS)
        if self.pace.known:
            spreads["page"] = model.SPREADS["known"]
        elif "page" in telling:
            form = model.form_spreads(self.form)
            pace = (self.last - self.first) / max(1, self.carriers - 1)
            whose = self.sums.get("first_of_class", 0.0) + self.sums.get("habit", 0.0)
            novelty = whose * min(1.0, model.MIN_CARRIERS / self.carriers)
            spreads["page"] = max(form, model.popular_spreads(pace, self.pace.popular, novelty))
            if self.pace.past:
                spreads["page"] = min(model.SPREADS["known"], spreads["page"] * exp(-model.HAS_A_PAST))
        if "picture" in telling:
            pace = (self.last - self.first) / max(1, self.carriers - 1)
            whose = sum(self.sums.get(term, 0.0) for term in ("first_picture", "pictures_before"))
            spreads["picture"] = model.picture_spreads(pace, whose, self.pictures[2], self.pictures[3:])
        for sort in ("own_link", "own_site"):
            spreads[sort] = max(spreads[sort], model.form_spreads(self.form))
        return min(spreads[sort] for sort in telling)

    def _reach(self) -> Term | None:
        latest = max(self.reach_times, default=0)
        together = sum(latest - time <= model.REACH_WINDOW for time in self.reach_times)
        if together <= model.REACH_FREE:
            return None
        nats = (together - model.REACH_FREE) * model.REACH_EACH
        return Term(term="reach", log_likelihood=nats, note=f"{together} accounts of high reach within minutes")

    @property
    def score(self) -> float:
        """The sum of the terms, in nats."""
        return sum(term.log_likelihood for term in self.terms())

    def shown_by_few(self) -> float:
        """What the traces say that less than half of the carriers show, in nats: enough to look closer, not to hold the others.

        What was done beforehand must be shown by three: it is everyday with some, and copycats are soon among the first.
        """
        least = {"precursors": model.MIN_CARRIERS}
        few = {name for name in model.TRACE if self.traces.get(name, 0) < max(least.get(name, 0), self.carriers / 2)}
        return sum(max(0.0, term.log_likelihood) for term in self.terms() if term.term in few)

    def marks_tell(self) -> bool:
        """Whether what was done to the carriers beforehand says enough to tell them from those to whom nothing was done."""
        total = self._precursors()
        return total is not None and model.mixture(total, model.TRACE["precursors"]) >= model.MARKS_TELL

    def typical_traces(self) -> set[str]:
        """The traces that four in five carriers show, of three or more."""
        if self.carriers < model.MIN_CARRIERS:
            return set()
        return {name for name, count in self.traces.items() if count >= 0.8 * self.carriers}

    def traces_of(self, sighting: Sighting) -> set[str]:
        """The traces that one sighting shows."""
        features = sighting.features
        shown = {
            "precursors": bool(features.precursors),
            "obfuscation": bool(features.flags & (OBFUSCATED_LURE | OBFUSCATED_TEXT)),
            "departure": bool(features.departures),
        }
        return {name for name, is_shown in shown.items() if is_shown}


def _count(counts: dict[str, int], name: str, by: int = 1) -> None:
    counts[name] = counts.get(name, 0) + by


_FORMED = ("page", "own_link", "own_site")
"""Sorts of key that an app's form makes too."""

OWN_SORTS = ("own", "own_link", "own_site")
"""Sorts of key that one account has to itself."""

_OWN = {"address": "own_addresses", "short_link": "own_short_links", "link": "own_sites"}

CONTENT = (
    "shared_address",
    "shared_copyable",
    "shared_text",
    "shared_picture",
    "own_addresses",
    "own_short_links",
    "own_sites",
    "burst",
    "own_page",
    "same_page",
    "has_a_past",
    "first_of_class",
    "first_picture",
    "pictures_before",
    "habit",
    "conversation",
)
COPY_PROOF = ("obfuscation", "departure")

_NOTES = {
    "shared_address": "{} further accounts with the same payment address",
    "shared_copyable": "{} further accounts with the same link or number",
    "shared_text": "{} further accounts with nearly the same words",
    "shared_picture": "{} further accounts with nearly the same picture",
    "own_addresses": "{} further accounts, each with an address nobody posted before, against how often that happens",
    "own_short_links": "{} further accounts, each with a short link nobody posted before, against how often that happens",
    "own_sites": "{} further accounts, each with a site nobody named before, against how often that happens",
    "burst": "{} gaps against how often the site is named",
    "own_page": "{} further accounts, each with a page of its own",
    "same_page": "{} further accounts with a page named before",
    "has_a_past": "the site was known on an earlier day",
    "first_of_class": "{} accounts had never posted a lure of this class",
    "first_picture": "{} accounts had never posted a picture, against how often that happens",
    "pictures_before": "{} accounts have posted pictures before",
    "habit": "{} accounts post lures of this class anyway",
    "conversation": "{} posts speak to somebody",
    "remarks": "{} more accounts remark on it than carry it",
}


def _term(name: str, nats: float, count: int) -> Term:
    return Term(term=name, log_likelihood=nats, note=_NOTES[name].format(count))


def precursor_strength(kinds: int, freshness: float, base: tuple[float, ...]) -> float:
    """What an account's security history says, in nats, given the share of ordinary posts that show each kind."""
    shown = [kind for kind in range(len(base)) if kinds >> kind & 1]
    if not shown:
        return 0.0
    strongest = max(log(model.PRECURSOR_LIKELY[kind] / base[kind]) for kind in shown)
    together = strongest + model.PRECURSOR_FURTHER * (len(shown) - 1)
    return max(0.0, min(model.PRECURSOR_CAP, together)) * freshness
