"""Which facts of a campaign could have been otherwise? Each as a change to a sighting, or to the whole trail."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import msgspec

from holdfast.reading.flags import OBFUSCATED_LURE, OBFUSCATED_TEXT

from .evidence import Sighting
from .trail import Looked, Trail

_CLASS_WORDS = {
    "address": "a payment address",
    "link": "a link",
    "short_link": "a short link",
    "phone": "a telephone number",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact that each account has to itself, and what if it were otherwise: `words` tell it, with a place for who.

    `undo` gives the sighting as it would have been, the very same one where the fact does not hold, None for no post.
    """

    what: str
    words: str
    undo: Callable[[Sighting], Sighting | None]

    def undone(self, trail: Trail, sightings: Collection[Sighting]) -> Trail:
        """The trail, had it been otherwise for the accounts of these sightings."""
        voices = {sighting.voice for sighting in sightings}
        return trail.altered(lambda sighting: self.undo(sighting) if sighting.voice in voices else sighting)


def facts_of(carriers: Sequence[Sighting]) -> tuple[Fact, ...]:
    """Every fact of an account that evidence speaks of, where these sightings brought the carriers in."""
    page = carriers[0].page if carriers else 0
    classes = {sighting.lure_class for sighting in carriers} - {""}
    lure = _CLASS_WORDS[min(classes)] if len(classes) == 1 else "such a lure"
    return (
        Fact(what="absent", words="had {} not posted", undo=lambda _: None),
        Fact(what="posted_before", words=f"had {{}} posted {lure} before", undo=_known_to_post),
        Fact(what="untouched", words="had nothing been done to {} beforehand", undo=_untouched),
        Fact(what="undisguised", words="had {} written in plain letters", undo=_undisguised),
        Fact(what="in_character", words="had {} kept to the usual script, language and client", undo=_in_character),
        Fact(what="few_followers", words="had {} had few followers", undo=_of_little_reach),
        Fact(what="same_page", words="had {} linked the first one's page", undo=lambda seen: _on_page(seen, page)),
    )


def _known_to_post(sighting: Sighting) -> Sighting:
    features = sighting.features
    if not sighting.lure_class or sighting.lure_class in features.before:
        return sighting
    return replace(sighting, features=replace(features, before=features.before | {sighting.lure_class}))


def _untouched(sighting: Sighting) -> Sighting:
    if not sighting.features.precursors:
        return sighting
    return replace(sighting, features=replace(sighting.features, precursors=(), freshness=0.0))


def _undisguised(sighting: Sighting) -> Sighting:
    plain = sighting.features.flags & ~(OBFUSCATED_LURE | OBFUSCATED_TEXT)
    if plain == sighting.features.flags:
        return sighting
    return replace(sighting, features=replace(sighting.features, flags=plain))


def _in_character(sighting: Sighting) -> Sighting:
    if not sighting.features.departures:
        return sighting
    return replace(sighting, features=replace(sighting.features, departures=frozenset()))


def _of_little_reach(sighting: Sighting) -> Sighting:
    if not sighting.features.high_reach:
        return sighting
    return replace(sighting, features=replace(sighting.features, high_reach=False))


def _on_page(sighting: Sighting, page: int) -> Sighting:
    return sighting if sighting.sort != "page" or sighting.page == page else replace(sighting, page=page)


# ---- facts of the whole


def known_site(trail: Trail) -> Trail:
    """Had the site been named often, and for a day, before."""
    start = copy.deepcopy(trail.start)
    start.pace = replace(start.pace, past=True, known=True)
    return msgspec.structs.replace(trail, start=start)


def slowed(trail: Trail, factor: int) -> Trail:
    """Had the accounts come `factor` times as slowly."""
    first = min((sighting.time for sighting in trail.sightings()), default=0)
    return trail.altered(lambda sighting: replace(sighting, time=first + (sighting.time - first) * factor))


def unproved(trail: Trail) -> Trail:
    """Had only the form of the payment address been right."""
    return trail.altered(lambda seen: replace(seen, sort="shape") if seen.sort == "address" else seen)


def remarked(trail: Trail, count: int) -> Trail:
    """Had `count` more accounts remarked on the lure in time."""
    start = copy.deepcopy(trail.start)
    start.remarks += count
    steps = [
        msgspec.structs.replace(step, remarks=step.remarks + count) if isinstance(step, Looked) else step
        for step in trail.steps
    ]
    return msgspec.structs.replace(trail, start=start, steps=steps)
