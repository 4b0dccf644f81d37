"""Does this post carry the lure, or only talk about it? Who quotes, defangs, answers or names a carrier stands by."""

from __future__ import annotations

import itertools
import re
from collections.abc import Set as AbstractSet
from dataclasses import replace

from holdfast.reading.flags import (
    ADDRESS,
    DEFANGED,
    DOMAIN,
    LINK,
    MENTIONS,
    OBFUSCATED_LURE,
    OBFUSCATED_TEXT,
    PHONE,
    QUOTED_LURE,
    REFERS,
    REPLIES,
    SHORT_LINK,
)
from holdfast.reading.kernel import Array, kernel

from . import model
from .evidence import Sighting
from .tables import EVICTED, TICK, claim, find, mix

_NAME = re.compile(r"[\w][\w.:\-]{2,}[\w]", re.UNICODE)
_FOLLOWED = (ADDRESS, DOMAIN, LINK, SHORT_LINK, PHONE)
_SHORTEST_NAME = 4  # characters; shorter account ids occur in ordinary words
_LONGEST = 1024  # characters of a text searched for names
_FORMS = (
    (DEFANGED, "makes the link unclickable, as people do who warn"),
    (REFERS, "quotes or reposts another post"),
    (REPLIES, "answers the post that carries it"),
    (QUOTED_LURE, "quotes the lure"),
)


@kernel
def judge_replies(
    flags: Array, account: Array, post: Array, answered: Array, lure_from: Array, lure_kind: Array,
    tags: Array, rows: Array, sequence: int, evicted: Array,
) -> None:  # fmt: skip
    """An answer remarks only on a lure that the post it answers carried, and that is somebody else's; other answers just speak to somebody.

    `answered` u64[n]: hashes of the posts answered. `tags`, `rows`: the table of posts that carried a lure, and of whose
    they are. `flags` loses REPLIES where nothing is remarked on.
    """
    for at in range(len(account)):
        if flags[at] & REPLIES:
            slot = find(tags, mix(answered[at]))
            if slot < 0 or rows[slot, 0] == account[at]:
                flags[at] = flags[at] & ~REPLIES | (MENTIONS if slot < 0 else 0)
        for lure in range(lure_from[at], lure_from[at + 1]):
            if lure_kind[lure] in _FOLLOWED:
                slot, state = claim(tags, mix(post[at]), sequence + at >> TICK)
                rows[slot, 0] = account[at]
                evicted[0] += state == EVICTED
                break


def names_in(text: str) -> frozenset[str]:
    """What in a text could be the name of an account: case-folded, with and without what stands after a colon."""
    found = _NAME.findall(text[:_LONGEST].casefold())
    return frozenset(found) | {part for name in found for part in name.split(":") if len(part) >= _SHORTEST_NAME}


def is_remark(sighting: Sighting, carriers: AbstractSet[str], handles: AbstractSet[int]) -> bool:
    """Whether a post remarks on a lure: it quotes or defangs it, refers to another post, or names one of its carriers.

    `carriers` are account ids, case-folded, `handles` the keys of what carriers are called. Judged by form alone; no
    word of any language is looked for.
    """
    return remark_in(sighting, carriers, handles) is not None


def remark_in(sighting: Sighting, carriers: AbstractSet[str], handles: AbstractSet[int]) -> str | None:
    """By what form a post remarks on a lure, in words that go on from its account; None when it does not remark."""
    flags = sighting.features.flags
    for flag, form in _FORMS:
        if flags & flag:
            return form
    named = names_in(sighting.text)
    if sighting.handles & handles or any(len(name) >= _SHORTEST_NAME and name in carriers for name in named):
        return "names one of the carriers"
    return None


def repeated(sighting: Sighting) -> Sighting:
    """A remark without what it may only repeat: disguised letters, a script or a language; and its reach brings no news."""
    flags = sighting.features.flags & ~(OBFUSCATED_LURE | OBFUSCATED_TEXT)
    features = replace(sighting.features, flags=flags, departures=frozenset(), high_reach=False)
    return replace(sighting, features=features)


def hides(carriers: int, others: int) -> bool:
    """Whether more accounts seem to remark on a lure than those who carry it explain."""
    return others > model.REMARKS_EXPLAINED * max(carriers, 1)


def owner_among(sightings: list[tuple[int, str]]) -> str | None:
    """The account that most likely owns the key, given (time, account) of each carrying post in order of time.

    An owner posted it long before everybody else: more than `OWNER_LEAD` ahead, and more than `OWNER_GAPS` times the
    median gap between the others.
    """
    first_of: dict[str, int] = {}
    for time, account in sightings:
        first_of.setdefault(account, time)
    if len(first_of) < 3:
        return None
    (first, start), *others = first_of.items()
    times = [time for _, time in others]
    gaps = sorted(later - earlier for earlier, later in itertools.pairwise(times))
    usual = max(gaps[len(gaps) // 2], 1)
    lead = times[0] - start
    return first if lead > model.OWNER_LEAD and lead > model.OWNER_GAPS * usual else None
