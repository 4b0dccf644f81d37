"""Who else posted this? The keyed state: every lure and text band, counted by account, weighed as it comes.

A key's life: its first sighting is kept by itself (`first`, lures only) or as a 4-byte sketch (text bands); when further
accounts take it up it becomes an entry, `ENTRY_WORDS` int64:

| word | meaning |
|---|---|
| 0, 1 | time of the first sighting, and of the latest new account, ms |
| 2 | distinct accounts ever |
| 3 | posts that carry it |
| 4 | content evidence, thousandths of nats; a site's is a cumulative sum that starts again when it falls to nothing; a
picture's is what its accounts' pasts say |
| 5 | accounts since it started; the first `EXACT` of them stand at the end, one by one |
| 6 | distinct accounts that only remark on it |
| 7-9 | what copying cannot explain, thousandths: precursors, obfuscation, departures |
| 10, 11 | novices of high reach within the window, and when the latest came |
| 12-15 | 256 bits by account, to know the next one as new |
| 16, 17 | posts before the sum started, and when it did |

Who only remarks on a lure is followed the same way beside it, under a key of its own: a remark needs somebody to remark on, and
there may be too many (`growth`).

Sums are integers, screens are generous: an entry whose sum could reach the alert threshold is handed to `evidence` as it stands.
"""

from __future__ import annotations

from math import log

import numpy as np

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
from holdfast.reading.kernel import Array, kernel

from . import model
from .features import PICTURED_BIT
from .pictures import PICTURE
from .settings import ENTRY_WORDS, EXACT, HEADER_WORDS, SIGHTING_WORDS
from .tables import EVICTED, FOUND, FRESH, TICK, claim, find, home, mix, part_of, prefetch, refresh, seek

TEXT = 8
"""The kind of key that a text band is; the others are reading's codes. Handles are not followed: everybody shares them."""

SCREEN_WORDS = 5
"""Before the copy of the entry: row, key, kind, checksum, whether it is of those who only remark on the key."""

MIN_WORDS = 5
"""Shorter texts are alike by nature."""

KEPT, KEPT_LONG, CROWDING = 1, 2, 4
"""Why the names of a post are kept: bit 0, while room lasts; bit 1, longer, because what it carries is rare; bit 2 + i, it
carries a lure of crowd i that nobody cast before and is no habit of its account (`crowds`)."""

CROWD_KINDS = (ADDRESS, SHORT_LINK, DOMAIN)
"""What the lures of each crowd are."""

MOST_DUE = 64
"""Entries that one post can bring to their screen at most."""

_m = model.milli
ROUNDED = 50  # thousandths by which the screen lies below the threshold: the last word is said in floating point
_MIN_CARRIERS = model.MIN_CARRIERS
_COMMENTARY = QUOTED_LURE | DEFANGED | REFERS | REPLIES
_REMARKED = 1 << 20  # turned in a mixed key for those who only remark on it: another key, of the same set
_COPYABLE = _m(model.SHARED_COPYABLE)
_SHARED = (0, _m(model.SHARED_ADDRESS), 0, _COPYABLE, _COPYABLE, 0, _COPYABLE)
_SHARED_SHAPE, _SHARED_TEXT = _m(model.SHARED_ADDRESS_SHAPE), _m(model.SHARED_TEXT)
_OWN_PAGE, _SAME_PAGE, _HAS_A_PAST = _m(model.OWN_PAGE), _m(model.SAME_PAGE), _m(model.HAS_A_PAST)
_CONVERSATION = _m(model.CONVERSATION)
_AT_MOST = {name: _m(-log(share)) for name, share in model.SPREADS.items()}
_ADDRESS_MOST, _PAGE_MOST, _COPYABLE_MOST, _TEXT_MOST = (_AT_MOST[n] for n in ("address", "page", "copyable", "text"))
_CLASS = (0, 0, 1, 1, 2, 0, 3)  # kind of lure -> bit of its class in a feature word
_FIRST_PICTURE, _PICTURE_AGAIN = 1000.0 * log(1 / model.FIRST_PICTURE), _m(model.PICTURES_BEFORE_MOST)
_FIRST_PICTURE_HALF, _SHARED_PICTURE = model.FIRST_PICTURE_HALF, _m(model.SHARED_PICTURE)
_PACED_AT = model.PICTURE_PACED_AT
_NOVICE = tuple(_m(nats) for nats in model.NOVICE.values())
_NOVICE_HALF = tuple(model.NOVICE_HALF.values())
_PRECURSOR = tuple(
    _m(log(likely / base)) for likely, base in zip(model.PRECURSOR_LIKELY, model.PRECURSOR_BASE, strict=True)
)
_FURTHER, _PRECURSOR_CAP = _m(model.PRECURSOR_FURTHER), _m(model.PRECURSOR_CAP)
_NO_PRECURSOR = _m(log(1 - model.PRECURSOR_SHARE))
_OBFUSCATED_TEXT = _m(min(model.OBFUSCATED_CAP, log(model.OBFUSCATED_SHARE / model.OBFUSCATED_TEXT_BASE)))
_OBFUSCATED_LURE = _m(min(model.OBFUSCATED_CAP, log(model.OBFUSCATED_SHARE / model.OBFUSCATED_LURE_BASE)))
_PLAIN = _m(log(1 - model.OBFUSCATED_SHARE))
_DEPARTED = tuple(_m(log(model.DEPARTURE_SHARE / base)) for base in model.DEPARTURE_BASE.values())
_STAYED = _m(log(1 - model.DEPARTURE_SHARE))
_MIN_POSTS = model.DEPARTURE_MIN_POSTS
_REACH_WINDOW, _REACH_FREE, _REACH_EACH = model.REACH_WINDOW, model.REACH_FREE, _m(model.REACH_EACH)
_DAY, _QUIET, _WATCHED, _PAUSE = model.DAY, model.QUIET, model.WATCHED, model.BURST_PAUSE
_POPULAR, _POPULAR_PACE, _POPULAR_MOST = model.POPULAR, model.POPULAR_PACE, model.POPULAR_MOST
_POPULAR_POSTS, _NOVICE_MOST = model.POPULAR_POSTS, _m(model.NOVICE["link"])
_LONG_GAP, _SHORT_GAP, _SECOND = model.LONG_GAP, model.SHORT_GAP, model.SECOND
_FIRST_GAP, _NEXT_GAP, _BURST_LEAST = model.FIRST_GAP, model.NEXT_GAP, _m(model.BURST_LEAST)
_KNOWN_POSTS, _KNOWN_AGE = model.KNOWN_POSTS, model.KNOWN_AGE
_CROWD_POSTS = model.OWN_LINK_POSTS
_STRONG_PRECURSOR = 2500  # thousandths: from here a post's text is followed from its first sighting
_YOUNG = 8  # accounts: up to here a site is rare enough that its posts' names are kept long
_PROMOTED = 0xFFFF
_SLOTS = 4  # of a group in the sketch: 16 bytes
_AHEAD, _SOON = 6, 2  # posts ahead for which tags, and then rows, are called


@kernel
def _character(word: int, kind: int) -> int:
    """What the first lure of its class says, thousandths. A habit counts nothing here: it may be an earlier campaign's."""
    if kind == PICTURE:  # as much as it can say: how everyday first pictures are is known to exact weighing alone
        posts = word & 255
        first = int(_FIRST_PICTURE * posts / (posts + _FIRST_PICTURE_HALF)) + 1
        return _PICTURE_AGAIN if word >> PICTURED_BIT & 1 else first
    bit = _CLASS[kind]
    if word >> (8 + bit) & 1:
        return 0
    posts = word & 255
    return int(np.rint(_NOVICE[bit] * posts / (posts + _NOVICE_HALF[bit])))


@kernel
def precursor_strength(word: int) -> int:
    """What the account's security history says, thousandths, by the figures in the model."""
    kinds = word >> 16 & 255
    if kinds == 0:
        return 0
    most, further = 0, -_FURTHER
    for kind in range(8):
        if kinds >> kind & 1:
            most = max(most, _PRECURSOR[kind])
            further += _FURTHER
    return min(most + further, _PRECURSOR_CAP) * (word >> 24 & 255) // 255


@kernel
def _gap(waited: int, usual: int, cost: float) -> int:
    """`model.gap` in thousandths."""
    nats = np.log(max(usual, 1) / max(waited, _SECOND)) - cost
    return int(np.rint(1000.0 * min(_SHORT_GAP, max(_LONG_GAP, nats))))


@kernel
def _begin(entry: Array, when: int) -> None:
    """An entry that has seen nothing yet."""
    for word in range(HEADER_WORDS):
        entry[word] = 0
    entry[0] = entry[1] = entry[17] = when


@kernel
def _is_new(entry: Array, voice: int) -> bool:
    """Whether this voice is new to the whole entry, as far as its bitmap can tell; marks it."""
    bits = mix(voice)
    word, bit = 12 + (bits >> 62 & 3), 1 << (bits >> 56 & 63)
    if entry[word] & bit:
        return False
    entry[word] |= bit
    return True


@kernel
def _place_of(entry: Array, which: int, value: int) -> int:
    """The place among the exact sightings whose word `which` is `value`, or -1."""
    for place in range(min(entry[5], EXACT)):
        if entry[HEADER_WORDS + place * SIGHTING_WORDS + which] == value:
            return place
    return -1


@kernel
def _list(entry: Array, voice: int, at: int, when: int, word: int, page: int) -> None:
    """Count one more voice since the start, and keep it exactly while there is room."""
    if entry[5] < EXACT:
        place = HEADER_WORDS + entry[5] * SIGHTING_WORDS
        entry[place], entry[place + 1], entry[place + 2] = voice, at, when
        entry[place + 3], entry[place + 4] = word, page
    entry[5] += 1


@kernel
def _weigh_copyproof(entry: Array, word: int, when: int, novice: bool) -> None:  # noqa: FBT001 - a kernel
    """Add what copying cannot explain about one more account."""
    strength = precursor_strength(word)
    entry[7] += strength if strength > 0 else _NO_PRECURSOR
    flags = word >> 32
    entry[8] += _OBFUSCATED_LURE if flags & OBFUSCATED_LURE else _OBFUSCATED_TEXT if flags & OBFUSCATED_TEXT else _PLAIN
    if word & 255 >= _MIN_POSTS:
        departed = 0
        for which in range(3):
            if word >> (12 + which) & 1:
                departed = max(departed, _DEPARTED[which])
        entry[9] += departed if departed > 0 else _STAYED
    if novice and word >> 15 & 1 and word & 255 > 0:
        entry[10] = entry[10] + 1 if when - entry[11] <= _REACH_WINDOW else 1
        entry[11] = when


@kernel
def _restart(entry: Array, when: int) -> None:
    """A site's burst came to nothing: its past stays, the sum starts again."""
    entry[4] = entry[5] = 0
    for word in range(7, 12):
        entry[word] = 0
    entry[16], entry[17] = entry[3] - 1, when


@kernel
def _is_known(entry: Array) -> bool:
    """Whether a site had been named often, for days, before its sum started."""
    return bool(entry[16] >= _KNOWN_POSTS and entry[17] - entry[0] >= _KNOWN_AGE)


@kernel
def _page_step(entry: Array, when: int, page: int, character: int, origin: int) -> int:
    """What one more account naming a site is worth: the page, and for one of its own the gap against the site's own past."""
    if _place_of(entry, 4, page) >= 0:
        return _SAME_PAGE
    age = entry[17] - entry[0]
    watched = entry[0] - origin
    usual = _QUIET if watched < -_DAY else min(_QUIET, max(watched // _WATCHED, 1))
    if entry[16] >= 2 and age >= _DAY:
        usual = min(_QUIET, age // entry[16])
    first = entry[5] == 1
    worth = _gap(abs(when - entry[1]), usual, _FIRST_GAP if first else _NEXT_GAP)
    if worth >= _BURST_LEAST:
        worth += _OWN_PAGE + character
    if first and age >= _DAY:
        worth += _HAS_A_PAST
    return worth


@kernel
def _see(
    entry: Array, kind: int, valid: int, voice: int, at: int, when: int, word: int, page: int, origin: int
) -> bool:
    """Take one carrying post into an entry; True when it brought a new account."""
    entry[3] += 1
    listed = _place_of(entry, 0, voice) >= 0
    new = _is_new(entry, voice)
    if entry[2] == entry[5] < EXACT:
        new = not listed  # all are listed: no need to trust a bitmap, where two accounts may share a bit
    if listed or (not new and kind != DOMAIN):
        return False
    character = _character(word, kind)
    if kind == DOMAIN:
        if entry[5] > 0:
            worth = _page_step(entry, when, page, character, origin)
            worth += _CONVERSATION if word >> 32 & MENTIONS else 0
            if entry[4] + worth <= 0 or when - entry[1] > _PAUSE:
                _restart(entry, when)
            else:
                entry[4] += worth
        if entry[5] == 0:
            entry[4] = character
    elif kind == PICTURE:
        entry[4] += character
    else:
        shared = _SHARED_SHAPE if kind == ADDRESS and valid < PROVED else _SHARED[kind]
        entry[4] += character + (shared if entry[5] > 0 else 0)
    _weigh_copyproof(entry, word, when, character > 0)
    _list(entry, voice, at, when, word, page)
    entry[2] += new
    entry[1] = max(entry[1], when) if when > entry[1] - _DAY else when  # that was told in a time that turned out wrong
    return True


@kernel
def _see_text(entry: Array, voice: int, at: int, when: int, word: int, page: int) -> bool:
    """Take one post into a text band's entry; True for a new account with a strong precursor: only these are listed."""
    entry[3] += 1
    strength = precursor_strength(word)
    new = _is_new(entry, voice)
    if not new and (strength < _STRONG_PRECURSOR or _place_of(entry, 0, voice) >= 0):
        return False
    entry[2] += 1
    entry[1] = max(entry[1], when)
    entry[7] += strength if strength > 0 else _NO_PRECURSOR
    entry[4] = _SHARED_TEXT * (entry[2] - 1)
    if strength < _STRONG_PRECURSOR:
        return False
    _list(entry, voice, at, when, word, page)
    return True


@kernel
def _popular_pace(posts: int, watched: int) -> float:
    """`model.popular_pace`."""
    return min(float(_POPULAR_PACE), max(float(_SECOND), _POPULAR_POSTS * max(watched, 0) / max(posts, _POPULAR_POSTS)))


@kernel
def _is_due(entry: Array, kind: int, least: int, at: int, watched: int) -> bool:
    """Whether exact weighing, which can make no more of the entry than the sum here, should look at it now.

    It should where the sum is `least` thousandths or more; `at` posts were made in the `watched` ms so far.

    Asked at each of the first accounts, then at 12, 16, 24, 32, ...: ever more seldom.
    """
    count = entry[5]
    if count < _MIN_CARRIERS:
        return False
    if count > EXACT:
        third = count // 3
        if count & (count - 1) and (count % 3 or third & (third - 1)):
            return False
    most, content = _COPYABLE_MOST, entry[4]
    if kind == PICTURE:  # how everyday such a pace is, `showing` asks
        if count == _PACED_AT:
            return True
        most = _ADDRESS_MOST
        content += _SHARED_PICTURE * (count - 1)
    elif kind == ADDRESS:
        most = _ADDRESS_MOST
    elif kind == DOMAIN and not _is_known(entry):
        pace = (entry[1] - entry[17]) / (count - 1)
        popular = min(_POPULAR_MOST, max(_POPULAR * (pace / _popular_pace(at, watched)) ** 2, 1e-12))
        most = min(_PAGE_MOST, int(-1000.0 * np.log(popular)) + min(count, EXACT) * _NOVICE_MOST)
    elif kind == TEXT:
        most = _TEXT_MOST
    total = min(content, most) + max(entry[10] - _REACH_FREE, 0) * _REACH_EACH
    for word in range(7, 10):
        total += max(entry[word], 0)
    return bool(total >= least)


@kernel
def _hand_over(
    due: Array,
    found: Array,
    row: int,
    key: int,
    kind: int,
    valid: int,
    remarks: int,
    entry: Array,
) -> None:
    """Copy an entry as it stands at this post."""
    at = found[0]
    due[at, 0], due[at, 1], due[at, 2], due[at, 3], due[at, 4] = row, key, kind, valid, remarks
    for word in range(ENTRY_WORDS):
        due[at, SCREEN_WORDS + word] = entry[word]
    found[0] = at + 1


@kernel
def _group(sketch: Array, mixed: int) -> int:
    """The first slot of the group of four that a text band belongs to."""
    return part_of(mixed, len(sketch) // _SLOTS) * _SLOTS


@kernel
def _count_text(sketch: Array, mixed: int, who: int) -> int:
    """Count an account (1 to 254) for a text band in four bytes: 1 from the third on, else 0, or -1 when one was evicted."""
    group = _group(sketch, mixed)
    tag = mixed & 0xFFFF | 1
    free = -1
    for slot in range(group, group + _SLOTS):
        held = sketch[slot] & 0xFFFFFFFF
        if held == 0:
            free = slot
            break
        if held & 0xFFFF != tag:
            continue
        seen = held >> 16
        first, second = seen & 0xFF, seen >> 8
        if seen == _PROMOTED:
            return 1
        if who in (first, second):
            return 0
        sketch[slot] = tag | (_PROMOTED if second else first | who << 8) << 16
        return 1 if second else 0
    sketch[free if free >= 0 else group + (mixed >> 16 & 3)] = tag | who << 16
    return 0 if free >= 0 else -1


@kernel
def _follow_text(
    post: int, bands: Array, tables: tuple[Array, Array, Array], voice: int, at: int, when: int, word: int,
    shard: int, shards: int, least: int, due: Array, found: Array, lost: Array,
) -> bool:  # fmt: skip
    """Follow the bands of one post's text; True when the account has a strong precursor."""
    tags, rows, sketch = tables
    strong = precursor_strength(word) >= _STRONG_PRECURSOR
    who = (mix(voice) & 0xFFFFFF) % 254 + 1
    for band in range(bands.shape[1]):
        key = bands[post, band]
        mixed = mix(key)
        if key == 0 or part_of(mixed, shards) != shard:
            continue
        counted = _count_text(sketch, mixed, who)
        lost[0] += counted < 0
        if counted < 1 and not strong:
            continue
        slot, state = claim(tags, mixed, at >> TICK)
        if state != FOUND:
            _begin(rows[slot], when)
            lost[1] += state - FRESH
        if _see_text(rows[slot], voice, at, when, word, 0) and _is_due(rows[slot], TEXT, least, at, 0):
            _hand_over(due, found, post, key, TEXT, 0, False, rows[slot])
    return strong


@kernel
def _follow_lure(
    tables: tuple[Array, Array, Array, Array], mixed: int, kind: int, valid: int, voice: int, at: int, when: int,
    word: int, page: int, origin: int, lost: Array, lost_at: int,
) -> tuple[int, int]:  # fmt: skip
    """Follow one lure: (slot of its entry when this post brought it a further account, else -1; accounts that carry it)."""
    first_tags, first, tags, rows = tables
    slot = find(tags, mixed)
    if slot >= 0:
        refresh(tags, slot, at >> TICK)
    else:
        place, state = claim(first_tags, mixed, at >> TICK)
        row = first[place]
        if state != FOUND:
            lost[lost_at] += state - FRESH
            row[0], row[1], row[2], row[3], row[4] = voice, at, when, word, page
            return -1, 0
        if row[0] == voice:
            return -1, 1
        slot, state = claim(tags, mixed, at >> TICK)
        lost[lost_at + 1] += state == EVICTED
        _begin(rows[slot], row[2])
        _see(rows[slot], kind, valid, row[0], row[1], row[2], row[3], row[4], origin)
        first_tags[place] = 0
    new = _see(rows[slot], kind, valid, voice, at, when, word, page, origin)
    return slot if new else -1, rows[slot, 2]


@kernel
def _crowding(kind: int, valid: int, word: int) -> int:
    """Why to keep a post whose lure nobody cast before, beyond that it carries one."""
    if kind == ADDRESS:
        return CROWDING if valid == PROVED and word >> 48 & 1 == 0 else 0
    if kind not in (SHORT_LINK, DOMAIN) or word >> (8 + _CLASS[kind]) & 1:
        return 0
    if kind == SHORT_LINK:
        return CROWDING << 1
    return CROWDING << 2 if word & 255 >= _CROWD_POSTS else 0


@kernel
def _call_memory(
    post: int, bands: Array, lure_from: Array, lure_kind: Array, lure_key: Array, sketch: Array,
    rare: tuple[Array, Array, Array, Array], links: tuple[Array, Array, Array, Array],
) -> None:  # fmt: skip
    """Call for the cache lines that a post to come will ask for."""
    for band in range(bands.shape[1]):
        prefetch(sketch, _group(sketch, mix(bands[post, band])))
    for lure in range(lure_from[post], lure_from[post + 1]):
        mixed = mix(lure_key[lure])
        kind = lure_kind[lure]
        if kind in (ADDRESS, DOMAIN, PHONE):
            prefetch(rare[0], home(rare[0], mixed))
            prefetch(rare[2], home(rare[2], mixed))
        elif kind in (LINK, SHORT_LINK, PICTURE):
            prefetch(links[0], home(links[0], mixed))
            prefetch(links[2], home(links[2], mixed))


@kernel
def _call_rows(
    post: int, lure_from: Array, lure_kind: Array, lure_key: Array, stamp: int,
    rare: tuple[Array, Array, Array, Array], links: tuple[Array, Array, Array, Array],
) -> None:  # fmt: skip
    """Call for the rows of lures that a post soon to come will ask for, by tags that were called for earlier."""
    for lure in range(lure_from[post], lure_from[post + 1]):
        mixed, kind = mix(lure_key[lure]), lure_kind[lure]
        if kind in (ADDRESS, DOMAIN, PHONE, LINK, SHORT_LINK, PICTURE):
            own = rare if kind in (ADDRESS, DOMAIN, PHONE) else links
            slot = find(own[2], mixed)
            if slot >= 0:
                prefetch(own[3], slot)
            else:
                prefetch(own[1], seek(own[0], mixed, stamp)[0])


@kernel
def follow(
    readings: tuple[Array, ...], known: tuple[Array, Array, Array, Array],
    rare: tuple[Array, Array, Array, Array], links: tuple[Array, Array, Array, Array], texts: tuple[Array, Array, Array],
    shard: int, shards: int, least: int, sequence: int, origin: int, start: int, due: Array, found: Array, keep: Array,
    lost: Array,
) -> int:  # fmt: skip
    """Take the keys of this shard, post by post from `start`, into the keyed state; returns the next post to take.

    `known`: time, voice, features, page; `least`: the screen, thousandths of nats. Stops early when `due` might overflow:
    int64[k, SCREEN_WORDS + ENTRY_WORDS], it receives each entry that exact weighing should see, as it stood then; `found[0]` counts them. `keep` uint8[n]
    says whose names to keep.
    """
    flags, words, bands, lure_from, lure_kind, lure_key, lure_valid = readings
    time, voices, features, pages = known
    count, room = len(time), len(due) - MOST_DUE
    for post in range(start, count):
        if found[0] > room:
            return post
        if post + _AHEAD < count:
            _call_memory(post + _AHEAD, bands, lure_from, lure_kind, lure_key, texts[2], rare, links)
        if post + _SOON < count:
            _call_rows(post + _SOON, lure_from, lure_kind, lure_key, sequence + post >> TICK, rare, links)
        at, voice, when, word = sequence + post, voices[post], time[post], features[post]
        remarks = flags[post] & _COMMENTARY != 0
        kept = 0
        if words[post] >= MIN_WORDS and not remarks:
            strong = _follow_text(post, bands, texts, voice, at, when, word, shard, shards, least, due, found, lost)
            kept = KEPT if strong else 0
        most = found[0] + MOST_DUE // 2
        for lure in range(lure_from[post], lure_from[post + 1]):
            kind, key = lure_kind[lure] & 0xFF, lure_key[lure]
            is_rare = kind in (ADDRESS, DOMAIN, PHONE)
            mixed = mix(key)
            if (not is_rare and kind not in (LINK, SHORT_LINK, PICTURE)) or part_of(mixed, shards) != shard:
                continue
            own = rare if is_rare else links
            kept |= KEPT
            carried = False
            if remarks:
                slot = find(own[2], mixed)
                if slot >= 0 and _is_new(own[3][slot], voice):
                    own[3][slot, 6] += 1
                carried = slot >= 0 or find(own[0], mixed) >= 0
                mixed ^= _REMARKED
            valid = lure_valid[lure] & 0xFF
            slot, accounts = _follow_lure(
                own, mixed, kind, valid, voice, at, when, word, pages[post], origin, lost, 2 if is_rare else 4
            )
            if kind == ADDRESS or (is_rare and accounts <= _YOUNG):
                kept |= KEPT_LONG
            if accounts == 0 and not carried:
                kept |= _crowding(kind, valid, word)
            if slot >= 0 and found[0] < most and _is_due(own[3][slot], kind, least, at, when - origin):
                _hand_over(due, found, post, key, kind, valid, remarks, own[3][slot])
        keep[post] = kept
    return count
