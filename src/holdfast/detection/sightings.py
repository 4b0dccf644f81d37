"""Who else posted this? The keyed state: every lure and text band, counted by account, weighed as it comes.

A key's life: its first sighting is kept by itself (`first`, lures only) or as a 4-byte sketch (text bands); when further
accounts take it up it becomes an entry, `ENTRY_WORDS` int64:

| word | meaning |
|---|---|
| 0, 1 | time of the first sighting, and of the latest new account, ms |
| 2 | distinct accounts ever |
| 3 | posts that carry it |
| 4 | content evidence, thousandths of nats; a site's is a cumulative sum that starts again when it falls to nothing |
| 5 | accounts since it started; the first `EXACT` of them stand at the end, one by one |
| 6 | distinct accounts that only remark on it |
| 7-9 | what copying cannot explain, thousandths: precursors, obfuscation, departures |
| 10, 11 | novices of high reach within the window, and when the latest came |
| 12-15 | 256 bits by account, to know the next one as new |
| 16, 17 | posts before the sum started, and when it did |

Sums are integers, screens are generous: an entry whose sum could reach `model.ALERT` is handed to `evidence` as it stands.
"""

from __future__ import annotations

import numpy as np

from holdfast.reading.flags import DEFANGED, MENTIONS, OBFUSCATED_LURE, OBFUSCATED_TEXT, QUOTED_LURE, REFERS
from holdfast.reading.kernel import kernel

from . import model
from .settings import ENTRY_WORDS, EXACT, HEADER_WORDS, SIGHTING_WORDS
from .tables import FRESH, STAMP_SHIFT, claim, find, mix, shard_of

ADDRESS, DOMAIN, LINK, SHORT_LINK, HANDLE, PHONE, TEXT = 1, 2, 3, 4, 5, 6, 8
"""Kinds of key: reading's codes for lures, and one for text bands. Handles are not followed: everybody shares them."""

RARE = (ADDRESS, DOMAIN, PHONE)
"""Kinds of which there are few enough to remember their first sighting for weeks."""

SCREEN_WORDS = 4
"""Before the copy of the entry: row, key, kind, checksum."""

MIN_WORDS = 5
"""Shorter texts are alike by nature."""

NOT_KEPT, KEPT, KEPT_LONG = 0, 1, 2
"""Whether the names of a post are kept: not, while room lasts, or longer because what it carries is rare."""

_m = model.milli
_ALERT = _m(model.ALERT) - 50  # the screen rounds; the last word is said in floating point
_COMMENTARY = QUOTED_LURE | DEFANGED | REFERS
_SHARED = (
    0,
    _m(model.SHARED_ADDRESS),
    0,
    _m(model.SHARED_COPYABLE),
    _m(model.SHARED_COPYABLE),
    0,
    _m(model.SHARED_COPYABLE),
)
_SHARED_SHAPE = _m(model.SHARED_ADDRESS_SHAPE)
_SHARED_TEXT = _m(model.SHARED_TEXT)
_OWN_PAGE, _SAME_PAGE, _HAS_A_PAST = _m(model.OWN_PAGE), _m(model.SAME_PAGE), _m(model.HAS_A_PAST)
_CONVERSATION = _m(model.CONVERSATION)
_CEILING = tuple(_m(-np.log(model.SPREADS[name])) for name in ("address", "page", "copyable", "text"))
_CLASS = (0, 0, 1, 1, 2, 0, 3)  # kind of lure -> bit of its class in a feature word
_CLASS_NAMES = ("address", "link", "short_link", "phone")
_NOVICE = tuple(_m(model.NOVICE[name]) for name in _CLASS_NAMES)
_NOVICE_HALF = tuple(model.NOVICE_HALF[name] for name in _CLASS_NAMES)
_PRECURSOR = tuple(
    _m(np.log(likely / base)) for likely, base in zip(model.PRECURSOR_LIKELY, model.PRECURSOR_BASE, strict=True)
)
_FURTHER = _m(model.PRECURSOR_FURTHER)
_PRECURSOR_CAP = _m(model.PRECURSOR_CAP)
_NO_PRECURSOR = _m(np.log(1 - model.PRECURSOR_SHARE))
_OBFUSCATED_TEXT = _m(min(model.OBFUSCATED_CAP, np.log(model.OBFUSCATED_SHARE / model.OBFUSCATED_TEXT_BASE)))
_OBFUSCATED_LURE = _m(min(model.OBFUSCATED_CAP, np.log(model.OBFUSCATED_SHARE / model.OBFUSCATED_LURE_BASE)))
_PLAIN = _m(np.log(1 - model.OBFUSCATED_SHARE))
_DEPARTED = tuple(_m(np.log(model.DEPARTURE_SHARE / base)) for base in model.DEPARTURE_BASE.values())
_STAYED = _m(np.log(1 - model.DEPARTURE_SHARE))
_MIN_POSTS = model.DEPARTURE_MIN_POSTS
_REACH_WINDOW, _REACH_FREE, _REACH_EACH = model.REACH_WINDOW, model.REACH_FREE, _m(model.REACH_EACH)
_MIN_CARRIERS = model.MIN_CARRIERS
_DAY, _QUIET, _WATCHED = model.DAY, model.QUIET, model.WATCHED
_LONG_GAP, _SHORT_GAP, _SECOND = model.LONG_GAP, model.SHORT_GAP, model.SECOND
_FIRST_GAP, _NEXT_GAP = model.FIRST_GAP, model.NEXT_GAP
_BURST_LEAST = _m(model.BURST_LEAST)
_KNOWN_POSTS, _KNOWN_AGE = model.KNOWN_POSTS, model.KNOWN_AGE
_STRONG_PRECURSOR = 2500  # thousandths: from here a post's text is followed from its first sighting
_YOUNG = 8  # accounts: up to here a site is rare enough that its posts' names are kept long
_PROMOTED = np.uint32(0xFFFF)


@kernel
def _character(word, kind):
    """What the first lure of its class says, thousandths. A habit counts nothing here: it may be an earlier campaign's."""
    bit = _CLASS[kind]
    if word >> np.int64(8 + bit) & 1:
        return np.int64(0)
    posts = np.float64(word & 255)
    return np.int64(np.rint(_NOVICE[bit] * posts / (posts + _NOVICE_HALF[bit])))


@kernel
def precursor_strength(word):
    """What the account's security history says, thousandths, by the figures in the model."""
    kinds = word >> np.int64(16) & 255
    if kinds == 0:
        return np.int64(0)
    most, total = np.int64(0), np.int64(-_FURTHER)
    for kind in range(8):
        if kinds >> np.int64(kind) & 1:
            most = max(most, np.int64(_PRECURSOR[kind]))
            total += _FURTHER
    total += most
    fresh = word >> np.int64(24) & 255
    return min(total, np.int64(_PRECURSOR_CAP)) * fresh // 255


@kernel
def _gap(waited, usual, cost):
    """`model.gap` in thousandths."""
    nats = np.log(np.float64(max(usual, np.int64(1))) / np.float64(max(waited, np.int64(_SECOND)))) - cost
    return np.int64(np.rint(1000.0 * min(_SHORT_GAP, max(_LONG_GAP, nats))))


@kernel
def _begin(entry, key_time):
    """An entry that has seen nothing yet."""
    for word in range(HEADER_WORDS):
        entry[word] = 0
    entry[0] = key_time
    entry[1] = key_time
    entry[17] = key_time


@kernel
def _is_new(entry, voice):
    """Whether this voice is new to the whole entry; marks it."""
    bits = mix(voice)
    word = 12 + np.int64(bits >> np.uint64(62))
    bit = np.int64(1) << np.int64(bits >> np.uint64(56) & np.uint64(63))
    if entry[word] & bit:
        return False
    entry[word] |= bit
    return True


@kernel
def _listed(entry, voice):
    """The place of a voice among the exact sightings, or -1."""
    for place in range(min(entry[5], np.int64(EXACT))):
        if np.uint64(entry[HEADER_WORDS + place * SIGHTING_WORDS]) == voice:
            return place
    return -1


@kernel
def _list(entry, voice, sequence, when, word, mate):
    """Count one more voice since the start, and keep it exactly while there is room."""
    if entry[5] < EXACT:
        at = HEADER_WORDS + entry[5] * SIGHTING_WORDS
        entry[at] = np.int64(voice)
        entry[at + 1] = sequence
        entry[at + 2] = when
        entry[at + 3] = word
        entry[at + 4] = np.int64(mate)
    entry[5] += 1


@kernel
def _weigh_copyproof(entry, word, when, novice):
    """Add what copying cannot explain about one more account."""
    strength = precursor_strength(word)
    entry[7] += strength if strength > 0 else np.int64(_NO_PRECURSOR)
    flags = word >> np.int64(32)
    if flags & OBFUSCATED_LURE:
        entry[8] += _OBFUSCATED_LURE
    elif flags & OBFUSCATED_TEXT:
        entry[8] += _OBFUSCATED_TEXT
    else:
        entry[8] += _PLAIN
    if word & 255 >= _MIN_POSTS:
        departed = np.int64(0)
        for which in range(3):
            if word >> np.int64(12 + which) & 1:
                departed = max(departed, np.int64(_DEPARTED[which]))
        entry[9] += departed if departed > 0 else np.int64(_STAYED)
    if novice and word >> np.int64(15) & 1 and word & 255 > 0:
        if when - entry[11] > _REACH_WINDOW:
            entry[10] = 0
        entry[10] += 1
        entry[11] = when


@kernel
def _restart(entry, when):
    """A site's burst came to nothing: its past stays, the sum starts again."""
    entry[4] = 0
    entry[5] = 0
    for word in range(7, 12):
        entry[word] = 0
    entry[16] = entry[3] - 1
    entry[17] = when


@kernel
def _is_known(entry):
    """Whether a site had been named often, for days, before its sum started."""
    return entry[16] >= _KNOWN_POSTS and entry[17] - entry[0] >= _KNOWN_AGE


@kernel
def _page_step(entry, when, mate, origin):
    """What one more account naming a site is worth: the page, and for one of its own the gap against the site's own past."""
    for place in range(min(entry[5], np.int64(EXACT))):
        if np.uint64(entry[HEADER_WORDS + place * SIGHTING_WORDS + 4]) == mate:
            return np.int64(_SAME_PAGE)
    age = entry[17] - entry[0]
    usual = min(np.int64(_QUIET), max((entry[0] - origin) // _WATCHED, np.int64(1)))
    if entry[16] >= 2 and age >= _DAY:
        usual = min(np.int64(_QUIET), age // entry[16])
    first = entry[5] == 1
    worth = _gap(abs(when - entry[1]), usual, _FIRST_GAP if first else _NEXT_GAP)
    if worth >= _BURST_LEAST:
        worth += _OWN_PAGE
    if first and age >= _DAY:
        worth += _HAS_A_PAST
    return worth


@kernel
def _see(entry, kind, valid, voice, sequence, when, word, mate, origin):
    """Take one carrying post into an entry; True when it brought a new account."""
    entry[3] += 1
    new = _is_new(entry, voice)
    if not new and (_listed(entry, voice) >= 0 or kind != DOMAIN):
        return False
    character = _character(word, kind)
    if kind == DOMAIN:
        worth = character
        if word >> np.int64(32) & MENTIONS:
            worth += _CONVERSATION
        if entry[5] > 0:
            worth += _page_step(entry, when, mate, origin)
            if entry[4] + worth <= 0:
                _restart(entry, when)
                worth = character
        entry[4] = max(entry[4] + worth, np.int64(0))
    else:
        shared = np.int64(_SHARED_SHAPE) if kind == ADDRESS and valid < 2 else np.int64(_SHARED[kind])
        entry[4] += character + (shared if entry[5] > 0 else np.int64(0))
    _weigh_copyproof(entry, word, when, character > 0)
    _list(entry, voice, sequence, when, word, mate)
    entry[2] += np.int64(new)
    entry[1] = max(entry[1], when)
    return True


@kernel
def _see_text(entry, voice, sequence, when, word, mate):
    """Take one post into a text band's entry: only accounts with a strong precursor are kept one by one."""
    entry[3] += 1
    if not _is_new(entry, voice):
        return False
    entry[2] += 1
    entry[1] = max(entry[1], when)
    strength = precursor_strength(word)
    entry[7] += strength if strength > 0 else np.int64(_NO_PRECURSOR)
    entry[4] = _SHARED_TEXT * (entry[2] - 1)
    if strength < _STRONG_PRECURSOR:
        return False
    _list(entry, voice, sequence, when, word, mate)
    return True


@kernel
def _sum(entry, kind):
    """The most that exact weighing could make of an entry, thousandths."""
    ceiling = _CEILING[0]
    if kind == DOMAIN and not _is_known(entry):
        ceiling = _CEILING[1]
    elif kind == TEXT:
        ceiling = _CEILING[3]
    elif kind != ADDRESS:
        ceiling = _CEILING[2]
    total = min(entry[4], np.int64(ceiling))
    for word in range(7, 10):
        total += max(entry[word], np.int64(0))
    return total + max(entry[10] - _REACH_FREE, np.int64(0)) * _REACH_EACH


@kernel
def _is_due(entry, kind):
    """Whether exact weighing should look at the entry now: at each of the first accounts, then ever more seldom."""
    count = entry[5]
    if count < _MIN_CARRIERS:
        return False
    if count > EXACT:
        third = count // 3
        if count & (count - 1) and (count % 3 or third & (third - 1)):
            return False
    return _sum(entry, kind) >= _ALERT


@kernel
def _hand_over(due, found, row, key, kind, valid, entry):
    """Copy an entry as it stands at this post; False when there is no room left."""
    at = found[0]
    due[at, 0] = row
    due[at, 1] = np.int64(key)
    due[at, 2] = kind
    due[at, 3] = valid
    for word in range(ENTRY_WORDS):
        due[at, SCREEN_WORDS + word] = entry[word]
    found[0] += 1


@kernel
def _sketch(sketch, mixed, voice):
    """Count a text band in four bytes; True from its third distinct account on."""
    group = np.int64(((mixed >> np.uint64(32)) * np.uint64(sketch.size // 4)) >> np.uint64(32)) * 4
    tag = np.uint32(mixed & np.uint64(0xFFFF)) | np.uint32(1)
    who = np.uint32(mix(voice) & np.uint64(0xFF)) % np.uint32(254) + np.uint32(1)
    empty = np.int64(-1)
    for slot in range(group, group + 4):
        held = sketch[slot]
        if held == 0:
            empty = slot
            break
        if held & np.uint32(0xFFFF) != tag:
            continue
        seen = held >> np.uint32(16)
        if seen == _PROMOTED:
            return True, False
        first, second = seen & np.uint32(0xFF), seen >> np.uint32(8)
        if who in (first, second):
            return False, False
        if second == 0:
            sketch[slot] = tag | (first | who << np.uint32(8)) << np.uint32(16)
            return False, False
        sketch[slot] = tag | _PROMOTED << np.uint32(16)
        return True, False
    evicted = empty < 0
    if evicted:
        empty = group + np.int64(mixed >> np.uint64(16) & np.uint64(3))
    sketch[empty] = tag | who << np.uint32(16)
    return False, evicted


@kernel
def _text_keys(
    post, bands, texts_tags, texts, sketch, voice, at, when, word, mate, stamp, shard, shards, due, found, lost
):
    """Follow the bands of one post's text."""
    strong = precursor_strength(word) >= _STRONG_PRECURSOR
    for band in range(bands.shape[1]):
        key = bands[post, band]
        if key == 0:
            continue
        mixed = mix(key)
        if shard_of(mixed, shards) != shard:
            continue
        many, evicted = _sketch(sketch, mixed, voice)
        lost[0] += evicted
        if not (many or strong):
            continue
        slot, state = claim(texts_tags, mixed, stamp)
        entry = texts[slot]
        if state != 0:
            _begin(entry, when)
            lost[1] += state - FRESH
        if _see_text(entry, voice, at, when, word, mate) and _is_due(entry, TEXT):
            _hand_over(due, found, post, key, TEXT, 0, entry)


@kernel
def _lure_key(kind, valid, key, mixed, tables, voice, at, when, word, mate, stamp, origin, lost, lost_at):
    """Follow one strong lure: (slot of its entry when this post brought a new account, else -1; distinct accounts)."""
    first_tags, first, tags, rows = tables
    slot = find(tags, mixed, stamp)
    if slot < 0:
        place, state = claim(first_tags, mixed, stamp)
        row = first[place]
        if state != 0:
            lost[lost_at] += state - FRESH
            row[0], row[1], row[2], row[3], row[4] = np.int64(voice), at, when, word, np.int64(mate)
            return np.int64(-1), np.int64(1)
        if np.uint64(row[0]) == voice:
            return np.int64(-1), np.int64(1)
        slot, state = claim(tags, mixed, stamp)
        lost[lost_at + 1] += state == 2
        _begin(rows[slot], row[2])
        _see(rows[slot], kind, valid, np.uint64(row[0]), row[1], row[2], row[3], np.uint64(row[4]), origin)
        first_tags[place] = 0
    new = _see(rows[slot], kind, valid, voice, at, when, word, mate, origin)
    return (slot if new else np.int64(-1)), rows[slot][2]


@kernel
def _remark(tables, mixed, voice, stamp):
    """Count an account that only remarks on a key we follow."""
    slot = find(tables[2], mixed, stamp)
    if slot >= 0 and _is_new(tables[3][slot], voice):
        tables[3][slot, 6] += 1


@kernel
def follow(readings, time, voice, features, tables, shard, shards, sequence, origin, start, due, found, keep, lost):
    """Take the keys of this shard, post by post from `start`, into the keyed state; returns the next post to take.

    Stops early when `due` might overflow. `due` int64[k, SCREEN_WORDS + ENTRY_WORDS] receives each entry that exact
    weighing should see, as it stood then; `found[0]` counts them. `keep` uint8[n] says whose names to keep.
    """
    flags, words, bands, lure_from, lure_kind, lure_key, lure_valid, pages = readings
    rare, links, texts_tags, texts, sketch = tables
    room = due.shape[0] - 64
    for post in range(start, time.size):
        if found[0] > room:
            return post
        at = np.int64(sequence + post)
        stamp = np.uint64(at) >> STAMP_SHIFT
        word, when = features[post], time[post]
        remarks = flags[post] & _COMMENTARY
        if words[post] >= MIN_WORDS and not remarks:
            _text_keys(
                post,
                bands,
                texts_tags,
                texts,
                sketch,
                voice[post],
                at,
                when,
                word,
                pages[post],
                stamp,
                shard,
                shards,
                due,
                found,
                lost,
            )
            if precursor_strength(word) >= _STRONG_PRECURSOR:
                keep[post] = max(keep[post], KEPT)
        handed = 0
        for lure in range(lure_from[post], lure_from[post + 1]):
            kind = lure_kind[lure]
            if kind not in (ADDRESS, DOMAIN, LINK, SHORT_LINK, PHONE):
                continue
            key = lure_key[lure]
            mixed = mix(key)
            if shard_of(mixed, shards) != shard:
                continue
            is_rare = kind in RARE
            own = rare if is_rare else links
            if remarks:
                _remark(own, mixed, voice[post], stamp)
                keep[post] = max(keep[post], KEPT)
                continue
            slot, accounts = _lure_key(
                np.int64(kind),
                lure_valid[lure],
                key,
                mixed,
                own,
                voice[post],
                at,
                when,
                word,
                pages[post],
                stamp,
                origin,
                lost,
                2 if is_rare else 4,
            )
            keep[post] = max(keep[post], KEPT_LONG if is_rare and (kind == ADDRESS or accounts <= _YOUNG) else KEPT)
            if slot >= 0 and handed < 32 and _is_due(own[3][slot], np.int64(kind)):
                _hand_over(due, found, post, key, np.int64(kind), lure_valid[lure], own[3][slot])
                handed += 1
    return time.size
