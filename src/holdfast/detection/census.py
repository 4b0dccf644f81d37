"""What do labelled posts say about the figures of the model? Counts, by the very passes that detection makes.

Only ordinary posts are counted, unless a count's name says otherwise. A lure's *takers* are the accounts that post it
without remarking on it, each once; it is *shared* when there are two or more, for those alone are ever weighed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from holdfast.events import Batch
from holdfast.reading import Reader, hash_column
from holdfast.reading.columns import said
from holdfast.reading.flags import (
    ADDRESS,
    DEFANGED,
    DOMAIN,
    LINK,
    MENTIONS,
    OBFUSCATED_LURE,
    OBFUSCATED_TEXT,
    PHONE,
    PROVED,
    QUOTED_LURE,
    REFERS,
    REPLIES,
    SHORT_LINK,
)

from . import model
from .detector import columns_of
from .features import CLASSES, DEPARTURES, SIGNS_IN_BIT
from .keyed import KeyedState, one_by_one
from .order import in_order
from .precursors import rows_of
from .settings import DetectionSettings
from .sightings import MIN_WORDS

_KINDS_OF = {"address": (ADDRESS,), "link": (DOMAIN, LINK), "short_link": (SHORT_LINK,), "phone": (PHONE,)}
_REMARKS = QUOTED_LURE | DEFANGED | REFERS | REPLIES
_LURES = (ADDRESS, DOMAIN, LINK, SHORT_LINK, PHONE)
_LABEL = "part of an attack"  # a column beside those of `POSTS`, so that labels move with their posts


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """So many of so many."""

    seen: int
    of: int


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """All counts by name, and by class of lure who was new to it.

    `novices` counts, among takers of shared lures with 0, 1, ..., 255 posts before, those that had never posted the class.
    """

    counts: dict[str, Count]
    novices: dict[str, tuple[Count, ...]]


@dataclass(slots=True)
class _Columns:
    """Everything measured, one entry a post (or, from `lure_post` on, one a lure), in order of time."""

    time: Any
    voice: Any
    word: Any
    page: Any
    attack: Any
    ordinary: Any  # no attack, nor by an account that one had used before: its past would be the attacker's
    ways: Any  # [n, 3], what `DEPARTURES` name, 0 where it is not said
    bands: Any
    signature: Any
    lure_post: Any
    lure_kind: Any
    lure_key: Any
    lure_valid: Any


def take_census(batches: Iterable[tuple[Batch, Any]], settings: DetectionSettings) -> Census:
    """Count over batches in order of time, each with bool[n] in order of its posts: whether a post is part of an attack."""
    parts = list(_measured(batches, settings))
    if not parts:
        return Census(counts={}, novices={})
    shift = np.cumsum([0, *(len(part.time) for part in parts)])
    for part, start in zip(parts, shift, strict=False):
        part.lure_post = part.lure_post + start
    names = [name for name in _Columns.__slots__ if name != "ordinary"]
    whole = _Columns(ordinary=None, **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
    whole.ordinary = _untouched(whole.voice, whole.attack)
    takers = _takers(whole)
    counts = _of_keys(whole, takers) | _of_habits(whole, takers) | _of_posts(whole) | _of_texts(whole)
    return Census(counts=counts | _of_precursors(whole), novices=_novices(whole, takers))


def _measured(batches: Iterable[tuple[Batch, Any]], settings: DetectionSettings) -> Iterator[_Columns]:
    """What each batch's posts say, and what was true of their accounts."""
    reader, state = Reader(), KeyedState(settings)
    sequence, origin = 0, 0
    for batch, attack in batches:
        if not batch.posts.num_rows:
            continue
        posts = in_order(batch.posts.append_column(_LABEL, pa.array(attack, pa.bool_())))
        readings, columns = reader.read(posts), columns_of(posts)
        origin = origin or int(columns.time[0])
        found = state.advance(readings, columns, rows_of(batch.others), sequence, origin, one_by_one)
        sequence += len(columns.time)
        ways = [hash_column(posts.column(way)) * said(posts.column(way)) for way in ("lang", "client")]
        telling = (readings.words >= MIN_WORDS) & (readings.flags & _REMARKS == 0)
        yield _Columns(
            time=columns.time,
            voice=found.voice,
            word=found.features,
            page=found.page,
            attack=posts.column(_LABEL).to_numpy(zero_copy_only=False),
            ordinary=None,
            ways=np.stack([readings.script.astype(np.uint64), *ways], axis=1),
            bands=np.where(telling[:, None], readings.bands, np.uint64(0)),
            signature=readings.signature.copy(),
            lure_post=np.repeat(np.arange(posts.num_rows), np.diff(readings.lure_from)),
            lure_kind=readings.lure_kind.copy(),
            lure_key=readings.lure_key.copy(),
            lure_valid=readings.lure_valid.copy(),
        )


def _untouched(voice: Any, attack: Any) -> Any:
    """Whether no attack has used the account, with this post or an earlier one."""
    used, first = np.unique(voice[attack], return_index=True)
    if not len(used):
        return ~attack
    place = np.minimum(np.searchsorted(used, voice), len(used) - 1)
    since = np.where(used[place] == voice, np.flatnonzero(attack)[first][place], len(voice))
    return np.arange(len(voice)) < since


def _count(seen: Any, of: Any) -> Count:
    """How many of the places marked in `of` are marked in `seen` too."""
    return Count(seen=int((seen & of).sum()), of=int(of.sum()))


def _flags(whole: _Columns) -> Any:
    return whole.word >> 32 & 0xFFFF


# ---- keys and who takes them up


@dataclass(frozen=True, slots=True, kw_only=True)
class _Takers:
    """Each account that takes up each key, once: sorted by key, then by time; `rank` 0 is who came first."""

    kind: Any
    key: Any
    valid: Any
    post: Any
    rank: Any
    start: Any  # place of the first taker of the same key
    shared: Any


def _takers(whole: _Columns) -> _Takers:
    carries = np.isin(whole.lure_kind, _LURES) & whole.ordinary[whole.lure_post]
    carries &= (_flags(whole) & _REMARKS == 0)[whole.lure_post]
    at = np.flatnonzero(carries)
    voice = whole.voice[whole.lure_post[at]]
    at = at[np.lexsort((whole.lure_post[at], voice, whole.lure_key[at]))]
    key, voice = whole.lure_key[at], whole.voice[whole.lure_post[at]]
    at = at[_begins(key, voice)]
    at = at[np.lexsort((whole.lure_post[at], whole.lure_key[at]))]
    starts = _begins(whole.lure_key[at])
    start = np.maximum.accumulate(np.where(starts, np.arange(len(at)), 0)) if len(at) else np.zeros(0, np.int64)
    size = np.bincount(start, minlength=len(at))
    return _Takers(
        kind=whole.lure_kind[at],
        key=whole.lure_key[at],
        valid=whole.lure_valid[at],
        post=whole.lure_post[at],
        rank=np.arange(len(at)) - start,
        start=start,
        shared=size[start] > 1,
    )


def _begins(*columns: Any) -> Any:
    """Where a run of equal rows begins."""
    new = np.ones(len(columns[0]), bool)
    if len(new):
        new[1:] = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return new


def _of_keys(whole: _Columns, takers: _Takers) -> dict[str, Count]:
    further = takers.rank > 0
    proved = (takers.kind == ADDRESS) & (takers.valid == PROVED)
    shapes = (takers.kind == ADDRESS) & (takers.valid != PROVED)
    sites = takers.kind == DOMAIN
    aged = whole.time[takers.post] - whole.time[takers.post[takers.start]] >= model.DAY
    return {
        "trials": Count(seen=int((takers.rank == 1).sum()), of=int(whole.ordinary.sum())),
        "shared_address": _count(further, proved),
        "shared_address_shape": _count(further, shapes),
        "shared_copyable": _count(further, np.isin(takers.kind, (LINK, SHORT_LINK, PHONE))),
        "has_a_past": _count(aged, sites & further),
        "popular": _popular(whole, takers, sites),
    }


def _popular(whole: _Columns, takers: _Takers, sites: Any) -> Count:
    """Of all sites, those that a third account named with a third page within two `model.POPULAR_PACE` of the first."""
    place = np.flatnonzero(sites & (takers.rank == 2))
    posts = [takers.post[takers.start[place] + rank] for rank in range(3)]
    pages = [whole.page[post] for post in posts]
    distinct = (pages[0] != pages[1]) & (pages[0] != pages[2]) & (pages[1] != pages[2])
    soon = whole.time[posts[2]] - whole.time[posts[0]] <= 2 * model.POPULAR_PACE
    return Count(seen=int((distinct & soon).sum()), of=int((sites & (takers.rank == 0)).sum()))


# ---- what accounts are used to


def _of_habits(whole: _Columns, takers: _Takers) -> dict[str, Count]:
    """For each class: takers of shared lures that have the habit, and accounts that have it, as they come."""
    found = {}
    used = whole.word & 255 >= model.DEPARTURE_MIN_POSTS
    latest = np.zeros(len(used), bool)
    latest[len(used) - 1 - np.unique(whole.voice[::-1], return_index=True)[1]] = True
    latest &= used & whole.ordinary
    for place, name in enumerate(CLASSES):
        habit = whole.word >> (48 + place) & 1 == 1
        taking = takers.post[np.isin(takers.kind, _KINDS_OF[name]) & takers.shared]
        found[f"habit_{name}_takers"] = _count(habit[taking], used[taking])
        found[f"habit_{name}_accounts"] = _count(habit, latest)
    return found


def _novices(whole: _Columns, takers: _Takers) -> dict[str, tuple[Count, ...]]:
    found = {}
    for place, name in enumerate(CLASSES):
        word = whole.word[takers.post[np.isin(takers.kind, _KINDS_OF[name]) & takers.shared]]
        never = word >> (8 + place) & 1 == 0
        of, seen = (np.bincount(posts & 255, minlength=256).tolist() for posts in (word, word[never]))
        found[name] = tuple(Count(seen=some, of=all_) for some, all_ in zip(seen, of, strict=True))
    return found


# ---- what single posts show


def _of_posts(whole: _Columns) -> dict[str, Count]:
    ordinary, flags = whole.ordinary, _flags(whole)
    lures = np.zeros(len(flags), bool)
    lures[whole.lure_post[np.isin(whole.lure_kind, _LURES)]] = True
    sites = np.zeros(len(flags), bool)
    sites[whole.lure_post[whole.lure_kind == DOMAIN]] = True
    disguised = flags & OBFUSCATED_LURE != 0
    speaks = flags & MENTIONS != 0
    seasoned = (whole.word & 255 >= model.DEPARTURE_MIN_POSTS) & ordinary
    found = {
        "obfuscated_text": _count((flags & OBFUSCATED_TEXT != 0) & ~disguised, ordinary),
        "obfuscated_lure": _count(disguised, ordinary & lures),
        "conversation": _count(speaks, sites & ordinary),
        "conversation_attacks": _count(speaks, sites & whole.attack),
    }
    for place, way in enumerate(DEPARTURES):
        departed = whole.word >> (12 + place) & 1 == 1
        known = seasoned & (whole.ways[:, place] != 0)
        several = len(np.unique(whole.ways[known, place])) > 1  # where all have one way there is none to depart to
        found[f"departure_{way}"] = _count(departed, known & several)
    return found


def _of_texts(whole: _Columns) -> dict[str, Count]:
    """Posts in nearly the words of an earlier post by another account, of all that have words enough."""
    ordinary = np.flatnonzero(whole.ordinary)
    bands, signature, voice = whole.bands[ordinary], whole.signature[ordinary], whole.voice[ordinary]
    shares = np.zeros(len(ordinary), bool)
    for band in range(bands.shape[1]):
        rows = np.flatnonzero(bands[:, band])
        rows = rows[np.argsort(bands[rows, band], kind="stable")]
        if not len(rows):
            continue
        starts = _begins(bands[rows, band])
        first = rows[np.maximum.accumulate(np.where(starts, np.arange(len(rows)), 0))]
        alike = (signature[rows] == signature[first]).mean(axis=1) >= model.ALIKE
        shares[rows[alike & (voice[rows] != voice[first])]] = True
    return {"shared_text": _count(shares, bands.any(axis=1))}


def _of_precursors(whole: _Columns) -> dict[str, Count]:
    """For each kind of precursor, ordinary posts and attacks that show it; nothing where no account shows any."""
    if not (whole.word >> 16 & 255).any():
        return {}
    known = whole.word >> SIGNS_IN_BIT & 1 == 1
    found = {}
    for kind, name in enumerate(model.PRECURSOR_KINDS):
        shown = whole.word >> (16 + kind) & 1 == 1
        told = known if kind in model.SIGN_IN_KINDS else np.ones(len(shown), bool)
        found[f"precursor_{name}"] = _count(shown, told & whole.ordinary)
        found[f"precursor_{name}_attacks"] = _count(shown, told & whole.attack)
    return found
