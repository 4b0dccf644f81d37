"""Is this out of character, and what happened to the account before? One pass per batch over posts and security events.

A row of the accounts table: 0 counts (posts 16 bits, links 16, addresses 8, short links 8, phones 8, reach 8) · 1 last
post's time · 2 scripts seen · 3 languages · 4 clients (bit sets by hash) · 5 organisation · 6 handle · 7 free.
A row of the security table: 0 sign-ins · 1 countries · 2 networks · 3 devices (bit sets) · 8-15 when each kind of
precursor was last seen, in ms, 0 for never.
"""

from __future__ import annotations

import numpy as np

from holdfast.reading.kernel import kernel

from . import model
from .features import SIGNS_IN_BIT
from .tables import FRESH, STAMP_SHIFT, claim, find, mix, shard_of

SIGN_IN, ABOUT = 32, 33
"""Codes of security rows besides the precursor kinds: a sign-in to be judged, and what is known of an account."""

_STAFF = 0
_NEW_COUNTRY, _NEW_NETWORK, _NEW_DEVICE = 4, 5, 6
_HALF_LIFE = float(model.PRECURSOR_HALF_LIFE)
_HORIZON = model.PRECURSOR_HORIZON
_MIN_POSTS = model.DEPARTURE_MIN_POSTS
_HABIT_POSTS, _HABIT_PER = model.HABIT_POSTS, model.HABIT_PER
_HIGH_REACH = model.HIGH_REACH
_COUNT_AT, _COUNT_MASK = (32, 16, 40, 48), (0xFF, 0xFFFF, 0xFF, 0xFF)  # addresses, links, short links, phones in word 0
_LATEST = (1 << 44) - 1  # the year 2527; times beyond are taken as this
_FNV = np.uint64(0x100000001B3)
_SEED = np.uint64(0xCBF29CE484222325)

_ADDRESS, _DOMAIN, _LINK, _SHORT_LINK, _PHONE = 1, 2, 3, 4, 6


@kernel
def _bit_of(data, start, stop):
    """One of 64 bits for a short string, none for the empty one."""
    if stop <= start:
        return np.int64(0)
    state = _SEED
    for at in range(start, stop):
        state = (state ^ np.uint64(data[at])) * _FNV
    return np.int64(1) << np.int64(state >> np.uint64(58))


@kernel
def _bit(value):
    """One of 64 bits for a hash, none for 0."""
    return np.int64(0) if value == 0 else np.int64(1) << np.int64(mix(value) >> np.uint64(58))


@kernel
def _put_event(kinds, row, code, when, country, network, device):
    """Enter one security event into an account's row."""
    if code == SIGN_IN:
        if row[0] > 0:
            new_country = country != 0 and row[1] != 0 and row[1] & country == 0
            new_network = network != 0 and row[2] != 0 and row[2] & network == 0
            new_device = device != 0 and row[3] != 0 and row[3] & device == 0
            if new_country:
                row[8 + _NEW_COUNTRY] = max(row[8 + _NEW_COUNTRY], when)
            if new_network:
                row[8 + _NEW_NETWORK] = max(row[8 + _NEW_NETWORK], when)
            if new_device:
                row[8 + _NEW_DEVICE] = max(row[8 + _NEW_DEVICE], when)
        row[0] += 1
        row[1] |= country
        row[2] |= network
        row[3] |= device
    elif code < kinds:
        row[8 + code] = max(row[8 + code], when)


@kernel
def _class_bits(kinds, start, stop):
    """Which classes of lure a post carries: 1 address, 2 link, 4 short link, 8 phone."""
    bits = 0
    for at in range(start, stop):
        kind = kinds[at]
        if kind == _ADDRESS:
            bits |= 1
        elif kind in (_DOMAIN, _LINK):
            bits |= 2
        elif kind == _SHORT_LINK:
            bits |= 4
        elif kind == _PHONE:
            bits |= 8
    return bits


@kernel
def _grown(counts, shift, ceiling):
    """The packed count at `shift` raised by one, standing still at its ceiling."""
    if counts >> np.int64(shift) & ceiling == ceiling:
        return counts
    return counts + (np.int64(1) << np.int64(shift))


@kernel
def _precursors(row, when):
    """Kinds seen in the week before `when` and, in 255ths, how fresh the latest is."""
    kinds = np.int64(0)
    latest = np.int64(0)
    for kind in range(8):
        seen = row[8 + kind]
        if seen != 0 and seen <= when and when - seen <= _HORIZON:
            kinds |= np.int64(1) << np.int64(kind)
            latest = max(latest, seen)
    if kinds == 0:
        return kinds, np.int64(0)
    return kinds, np.int64(np.rint(255.0 * 0.5 ** (np.float64(when - latest) / _HALF_LIFE)))


@kernel
def _clear(row):
    """Forget what a slot held before."""
    for word in range(row.size):
        row[word] = 0


@kernel
def _enter(event, columns, tables, stamp, evictions):
    """Take one security row into the tables."""
    account, times, codes, country, network, device = columns
    tags, rows, secure_tags, secure = tables
    mixed = mix(account[event])
    if codes[event] == ABOUT:
        slot, state = claim(tags, mixed, stamp)
        if state != 0:
            _clear(rows[slot])
            evictions[0] += state - FRESH
        rows[slot, 5] = np.int64(country[event])
        rows[slot, 6] = np.int64(network[event])
        rows[slot, 0] = rows[slot, 0] & ~(np.int64(255) << np.int64(56)) | np.int64(
            device[event] & np.uint64(127)
        ) << np.int64(56)
        return
    slot, state = claim(secure_tags, mixed, stamp)
    if state != 0:
        _clear(secure[slot])
        evictions[1] += state - FRESH
    when = min(max(times[event], np.int64(1)), np.int64(_LATEST))
    _put_event(8, secure[slot], codes[event], when, _bit(country[event]), _bit(network[event]), _bit(device[event]))


@kernel
def _features(row, times_seen, script, lang, client, reach, flags):
    """The feature word of a post, as far as the account's own past tells."""
    counts = row[0]
    word = min(times_seen, np.int64(255))
    for which in range(4):
        times = counts >> np.int64(_COUNT_AT[which]) & np.int64(_COUNT_MASK[which])
        if times > 0:
            word |= np.int64(1) << np.int64(8 + which)
        if times >= _HABIT_POSTS and times * _HABIT_PER >= times_seen:
            word |= np.int64(1) << np.int64(48 + which)
    if times_seen >= _MIN_POSTS:
        if script != 0 and row[2] != 0 and row[2] & script == 0:
            word |= np.int64(1) << np.int64(12)
        if lang != 0 and row[3] != 0 and row[3] & lang == 0:
            word |= np.int64(1) << np.int64(13)
        if client != 0 and row[4] != 0 and row[4] & client == 0:
            word |= np.int64(1) << np.int64(14)
    if reach >= _HIGH_REACH or counts >> np.int64(56) & 1:
        word |= np.int64(1) << np.int64(15)
    return word | np.int64(flags & 0xFFFF) << np.int64(32)


@kernel
def remember(readings, posts, events, tables, shard, shards, sequence, voice, features, evictions):
    """Give each post of this shard's accounts its voice and feature word, and take it into the account's history.

    `readings`: account, flags, script, lure_from, lure_kind. `posts`: time int64[n], lang and client as (offsets,
    bytes), verified uint8[n], reach int64[n]. `events`: six columns in order of time; each is entered before the first
    post that is not older. Writes `voice` uint64[n] and `features` int64[n] at this shard's rows.
    """
    account, flags, script, lure_from, lure_kind = readings
    time, lang_at, lang, client_at, client, verified, reach = posts
    tags, rows, secure_tags, secure = tables
    event = 0
    for post in range(account.size):
        stamp = np.uint64(sequence + post) >> STAMP_SHIFT
        while event < events[0].size and events[1][event] <= time[post]:
            if shard_of(mix(events[0][event]), shards) == shard:
                _enter(event, events, tables, stamp, evictions)
            event += 1
        mixed = mix(account[post])
        if shard_of(mixed, shards) != shard:
            continue
        slot, state = claim(tags, mixed, stamp)
        row = rows[slot]
        if state != 0:
            _clear(row)
            evictions[0] += state - FRESH
        script_bit = np.int64(0) if script[post] == 0 else np.int64(1) << np.int64(script[post] & 63)
        lang_bit = _bit_of(lang, lang_at[post], lang_at[post + 1])
        client_bit = _bit_of(client, client_at[post], client_at[post + 1])
        classes = _class_bits(lure_kind, lure_from[post], lure_from[post + 1])
        followed = np.int64(_HIGH_REACH) if verified[post] == 1 else reach[post]
        word = _features(row, row[0] & 0xFFFF, script_bit, lang_bit, client_bit, followed, np.int64(flags[post]))
        secured = find(secure_tags, mixed, stamp)
        if secured >= 0:
            kinds, fresh = _precursors(secure[secured], time[post])
            word |= kinds << np.int64(16) | fresh << np.int64(24)
            if secure[secured, 0] >= 2:
                word |= np.int64(1) << np.int64(SIGNS_IN_BIT)
        features[post] = word
        voice[post] = np.uint64(row[5]) if row[5] != 0 else account[post]
        counts = _grown(row[0], 0, 0xFFFF)
        for which in range(4):
            if classes >> which & 1:
                counts = _grown(counts, _COUNT_AT[which], _COUNT_MASK[which])
        row[0] = counts
        row[1] = max(row[1], time[post])
        row[2] |= script_bit
        row[3] |= lang_bit
        row[4] |= client_bit
    stamp = np.uint64(sequence + account.size) >> STAMP_SHIFT
    for late in range(event, events[0].size):
        if shard_of(mix(events[0][late]), shards) == shard:
            _enter(late, events, tables, stamp, evictions)
