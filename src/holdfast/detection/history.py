"""Is this out of character, and what happened to the account before? One pass per batch over posts and security events.

A row of the accounts table: 0 counts (posts 16 bits, links 16, addresses 8, short links 8, phones 8, high reach 1, pictures 1) · 1 last
post's time · 2 scripts seen · 3 languages · 4 clients (bit sets by hash) · 5 organisation · 6 handle · 7 free.
A row of the security table: 0 sign-ins · 1 countries · 2 networks · 3 devices (bit sets) · 8-15 when each kind of
precursor was last seen, in ms, 0 for never.
"""

from __future__ import annotations

from holdfast.reading.flags import ADDRESS, DOMAIN, LINK, PHONE, PICTURE, SHORT_LINK
from holdfast.reading.kernel import Array, kernel

from . import model
from .features import PICTURED_BIT, SIGNS_IN_BIT
from .rates import KINDS
from .tables import FOUND, FRESH, TICK, claim, clear, find, home, mix, part_of, prefetch

SIGN_IN, ABOUT = 32, 33
"""Codes of security rows besides the precursor kinds: a sign-in to be judged, and what is known of an account."""

_PLACES = tuple(model.PRECURSOR_KINDS.index(kind) for kind in ("new_country", "new_network", "new_device"))
_HALF_LIFE, _HORIZON = model.PRECURSOR_HALF_LIFE, model.PRECURSOR_HORIZON
_MIN_POSTS, _HIGH_REACH = model.DEPARTURE_MIN_POSTS, model.HIGH_REACH
_HABIT_POSTS, _HABIT_PER = model.HABIT_POSTS, model.HABIT_PER
_LATEST = (1 << 44) - 1  # the year 2527; times beyond are taken as this
_COUNT_AT, _COUNT_MOST = (32, 16, 40, 48), (0xFF, 0xFFFF, 0xFF, 0xFF)  # addresses, links, short links, phones in word 0
_POSTS_MOST = 0xFFFF
_REACH_AT, _PICTURED_AT = 56, 57
_FNV, _FNV_SEED = 0x100000001B3, 0x4BF29CE484222325
_SIGN_INS = 2  # known sign-ins from which a new place or device would show
_FAR, _NEAR = 16, 8  # posts ahead: when tags, and when rows, are called for


@kernel
def _bit_of(data: Array, start: int, stop: int) -> int:
    """One of 64 bits for a short string, none for the empty one (FNV-1a, mixed: of two letters its top bits know nothing)."""
    if stop <= start:
        return 0
    state = _FNV_SEED
    for at in range(start, stop):
        state = (state ^ data[at]) * _FNV
    return 1 << (mix(state) >> 58 & 63)


@kernel
def _bit(value: int) -> int:
    """One of 64 bits for a hash, none for 0."""
    return 0 if value == 0 else 1 << (mix(value) >> 58 & 63)


@kernel
def _enter(events: tuple[Array, ...], event: int, tables: tuple[Array, ...], stamp: int, evicted: Array) -> None:
    """Take one security row into the tables."""
    account, times, codes, one, two, three = events
    tags, rows, secure_tags, secure = tables
    mixed = mix(account[event])
    code = codes[event]
    if code == ABOUT:
        slot, state = claim(tags, mixed, stamp)
        if state != FOUND:
            clear(rows[slot])
            evicted[0] += state - FRESH
        rows[slot, 5], rows[slot, 6] = one[event], two[event]
        rows[slot, 0] = rows[slot, 0] & ~(1 << _REACH_AT) | (three[event] & 1) << _REACH_AT
        return
    slot, state = claim(secure_tags, mixed, stamp)
    row = secure[slot]
    if state != FOUND:
        clear(row)
        evicted[1] += state - FRESH
    when = min(max(times[event], 1), _LATEST)
    if code < KINDS:
        row[8 + code] = max(row[8 + code], when)
        return
    for place in range(3):
        bit = _bit(one[event] if place == 0 else two[event] if place == 1 else three[event])
        if bit != 0 and row[1 + place] != 0 and row[1 + place] & bit == 0:
            row[8 + _PLACES[place]] = max(row[8 + _PLACES[place]], when)
        row[1 + place] |= bit
    row[0] += 1


@kernel
def _precursors(row: Array, when: int) -> int:
    """Bits 16-31 of a feature word: kinds seen in the week before `when` and, in 255ths, how fresh the latest is."""
    kinds = latest = 0
    for kind in range(KINDS):
        seen = row[8 + kind]
        if seen != 0 and seen <= when and when - seen <= _HORIZON:
            kinds |= 1 << kind
            latest = max(latest, seen)
    if kinds == 0:
        return 0
    return kinds << 16 | int(255.0 * 0.5 ** ((when - latest) / _HALF_LIFE) + 0.5) << 24


@kernel
def _past(row: Array, script: int, lang: int, client: int) -> int:
    """Bits 0-14, 48-51 and 53 of a feature word: what the account did before, and what it now does for the first time."""
    counts = row[0]
    posts = counts & _POSTS_MOST
    word = min(posts, 255) | (counts >> _PICTURED_AT & 1) << PICTURED_BIT
    for which in range(4):
        times = counts >> _COUNT_AT[which] & _COUNT_MOST[which]
        word |= (times > 0) << (8 + which)
        word |= (times >= _HABIT_POSTS and times * _HABIT_PER >= posts) << (48 + which)
    if posts >= _MIN_POSTS:
        word |= (script != 0 and row[2] != 0 and row[2] & script == 0) << 12
        word |= (lang != 0 and row[3] != 0 and row[3] & lang == 0) << 13
        word |= (client != 0 and row[4] != 0 and row[4] & client == 0) << 14
    return int(word)


@kernel
def _take_in(row: Array, classes: int, pictured: int, when: int, script: int, lang: int, client: int) -> None:
    """Let a post become part of the account's past."""
    counts = row[0]
    counts += counts & _POSTS_MOST != _POSTS_MOST
    for which in range(4):
        if classes >> which & 1 and counts >> _COUNT_AT[which] & _COUNT_MOST[which] != _COUNT_MOST[which]:
            counts += 1 << _COUNT_AT[which]
    counts |= pictured << _PICTURED_AT
    row[0] = counts
    row[1] = max(row[1], when)
    row[2] |= script
    row[3] |= lang
    row[4] |= client


@kernel
def _lures(kinds: Array, keys: Array, start: int, stop: int) -> tuple[int, int]:
    """Which classes of lure a post carries (1 address, 2 link, 4 short link, 8 phone), and one hash of all its links."""
    classes = page = 0
    for at in range(start, stop):
        kind = kinds[at]
        if kind == ADDRESS:
            classes |= 1
        elif kind == DOMAIN:
            classes |= 2
        elif kind == LINK:
            classes |= 2
            page ^= keys[at]
        elif kind == SHORT_LINK:
            classes |= 4
        elif kind == PHONE:
            classes |= 8
    return classes, page


@kernel
def remember(
    readings: tuple[Array, ...], posts: tuple[Array, ...], events: tuple[Array, ...], tables: tuple[Array, ...],
    shard: int, shards: int, sequence: int, out: tuple[Array, ...], evicted: Array,
) -> None:  # fmt: skip
    """Give each post of this shard's accounts voice, features and page, and take it into the account's history.

    `readings`: account, flags, script, lure_from, lure_kind, lure_key. `posts`: time, lang and client as (offsets,
    bytes), verified, reach. `events`: six columns in order of time; each is entered before the first post that is not
    older. `out`: voice, features, page, int64[n] each, written at this shard's rows.
    """
    account, flags, script, lure_from, lure_kind, lure_key = readings
    time, lang_at, lang, client_at, client, verified, reach = posts
    tags, rows, secure_tags, secure = tables
    voice, features, page = out
    count, event = len(account), 0
    for post in range(count):
        stamp = sequence + post >> TICK
        if post + _FAR < count:
            prefetch(tags, home(tags, mix(account[post + _FAR])))
            prefetch(secure_tags, home(secure_tags, mix(account[post + _FAR])))
        if post + _NEAR < count:
            slot = find(tags, mix(account[post + _NEAR]))
            if slot >= 0:
                prefetch(rows, slot)
        while event < len(events[0]) and events[1][event] <= time[post]:
            if part_of(mix(events[0][event]), shards) == shard:
                _enter(events, event, tables, stamp, evicted)
            event += 1
        mixed = mix(account[post])
        if part_of(mixed, shards) != shard:
            continue
        slot, state = claim(tags, mixed, stamp)
        row = rows[slot]
        if state != FOUND:
            clear(row)
            evicted[0] += state - FRESH
        script_bit = 0 if script[post] == 0 else 1 << (script[post] & 63)
        lang_bit = _bit_of(lang, lang_at[post], lang_at[post + 1])
        client_bit = _bit_of(client, client_at[post], client_at[post + 1])
        classes, page[post] = _lures(lure_kind, lure_key, lure_from[post], lure_from[post + 1])
        word = _past(row, script_bit, lang_bit, client_bit) | (flags[post] & 0xFFFF) << 32
        followed = verified[post] == 1 or reach[post] >= _HIGH_REACH or row[0] >> _REACH_AT & 1 == 1
        word |= followed << 15
        secured = find(secure_tags, mixed)
        if secured >= 0:
            word |= _precursors(secure[secured], time[post]) | (secure[secured, 0] >= _SIGN_INS) << SIGNS_IN_BIT
        features[post] = word
        voice[post] = row[5] if row[5] != 0 else account[post]
        _take_in(row, classes, (flags[post] & PICTURE) // PICTURE, time[post], script_bit, lang_bit, client_bit)
    stamp = sequence + count >> TICK
    for late in range(event, len(events[0])):
        if part_of(mix(events[0][late]), shards) == shard:
            _enter(events, late, tables, stamp, evicted)
