"""What is left of a text when its dress is taken off?

The *clean* form is NFKC of each code point, without default-ignorable, format and control characters, white space
collapsed to one space (or one line feed where the run held a line end) and trimmed; case is kept, because addresses are
case-sensitive. The *skeleton* is the clean form case folded, mapped to UTS 39 prototypes and decomposed, until nothing
changes any more, with combining marks dropped, which makes their order irrelevant. Both are made code point by code
point from one pair of tables; the skeleton is never written down, `fingerprint` maps as it goes.
"""

from __future__ import annotations

import numpy as np

from . import layout as la
from .desk import CLEAN, DRESS, DRESSED, FLAGS, GROUPS, LENGTH, LONGEST, MOST, SCRIPT, TRIGGER, TRIGGERS
from .flags import OBFUSCATED_TEXT
from .kernel import Array, kernel
from .tables import CLEAN_AT, POOL_AT, SKELETON_AT, STAGE_AT

IS_SPACE, IS_LETTER, IS_ALNUM, IS_CONTROL, IS_LINE_END, IS_TRIGGER = 1, 2, 4, 8, 16, 128
ASCII = np.array(
    [
        IS_SPACE * (c in b"\t\n\v\f\r ")
        | IS_LETTER * chr(c).isalpha()
        | IS_ALNUM * chr(c).isalnum()
        | IS_CONTROL * (c not in b"\t\n\v\f\r" and (c < 32 or c == 127))
        | IS_LINE_END * (c in b"\n\v\f\r")
        | IS_TRIGGER * (c in b'.@$:[(>0123456789"')
        for c in range(128)
    ],
    np.int32,
)
SPACE, LINE_FEED, REPLACEMENT, SOFT_HYPHEN = 0x20, 0x0A, 0xFFFD, 0xAD
HANGUL, JAMO_L, JAMO_V, JAMO_T, VOWELS, FINALS = 0xAC00, 0x1100, 0x1161, 0x11A7, 21, 28  # Unicode, section 3.12


@kernel
def clean_entry(table: Array, c: int) -> int:
    """The entry of code point `c` in the clean table."""
    return np.int64(table[CLEAN_AT + (table[STAGE_AT + (c >> 7)] << 7) + (c & 127)])


@kernel
def skeleton_entry(table: Array, c: int) -> int:
    """The entry of code point `c` in the skeleton table."""
    return np.int64(table[SKELETON_AT + (table[STAGE_AT + (c >> 7)] << 7) + (c & 127)])


@kernel
def decode(data: Array, i: int, stop: int) -> tuple[int, int]:
    """The code point at byte `i` and its length; U+FFFD and 1 where the bytes are no well-formed UTF-8 (RFC 3629)."""
    lead = np.int64(data[i])
    if 0xC2 <= lead < 0xE0 and i + 1 < stop:
        b = np.int64(data[i + 1])
        if b & 0xC0 == 0x80:
            return (lead & 0x1F) << 6 | (b & 0x3F), 2
    elif 0xE0 <= lead < 0xF0 and i + 2 < stop:
        b, d = np.int64(data[i + 1]), np.int64(data[i + 2])
        c = (lead & 0x0F) << 12 | (b & 0x3F) << 6 | (d & 0x3F)
        if b & 0xC0 == 0x80 and d & 0xC0 == 0x80 and c >= 0x800 and not 0xD800 <= c < 0xE000:
            return c, 3
    elif 0xF0 <= lead < 0xF5 and i + 3 < stop:
        b, d, f = np.int64(data[i + 1]), np.int64(data[i + 2]), np.int64(data[i + 3])
        c = (lead & 7) << 18 | (b & 0x3F) << 12 | (d & 0x3F) << 6 | (f & 0x3F)
        if b & 0xC0 == 0x80 and d & 0xC0 == 0x80 and f & 0xC0 == 0x80 and 0x10000 <= c < 0x110000:
            return c, 4
    return REPLACEMENT, 1


@kernel
def needs_no_joiner(table: Array, c: int) -> bool:
    """Whether `c` is a letter of a script in which nothing invisible belongs between letters."""
    group = clean_entry(table, c) >> la.GROUP_AT & la.GROUP
    return la.LATIN <= group <= la.GREEK


@kernel
def normalise(table: Array, desk: Array, data: Array, start: int, stop: int) -> None:
    """Write the clean form of UTF-8 bytes `start` to `stop` to the desk, and what shows on the way."""
    out, trigger_out, dress_out = CLEAN, TRIGGER, DRESS
    run = longest = flags = 0
    for k in range(GROUPS, GROUPS + 16):
        desk[k] = 0
    latin = same_group = group_run = 0
    gap = hidden = 0  # white space seen; 1: a soft hyphen dropped, 2: something else dropped
    i = start
    while i < stop and out < CLEAN + MOST:
        c = np.int64(data[i])
        if c < 128:
            i += 1
            kind = ASCII[c]
            if kind & (IS_SPACE | IS_CONTROL):
                if kind & IS_SPACE:
                    gap = LINE_FEED if kind & IS_LINE_END or gap == LINE_FEED else SPACE
                    run = hidden = 0
                continue
            if gap:
                desk[out] = gap
                out += out > CLEAN
                gap = 0
            if hidden:
                desk[dress_out] = 2 * out
                dress_out += 1
                if hidden > 1 and kind & IS_LETTER and needs_no_joiner(table, desk[out - 1]):
                    flags |= OBFUSCATED_TEXT
                hidden = 0
            desk[trigger_out] = out
            trigger_out += kind >> 7
            desk[out] = c
            out += 1
            latin += kind >> 1 & 1
            run = run + 1 if kind & IS_ALNUM else 0
            longest = max(longest, run)
            continue
        c, size = decode(data, i, stop)
        i += size
        entry = clean_entry(table, c)
        act = entry >> la.ACT_AT & la.ACT
        if act == la.DROP:
            if out > CLEAN and gap == 0:
                hidden = max(hidden, 1 if c == SOFT_HYPHEN else 2)
            continue
        if act == la.SPACE:
            gap = LINE_FEED if entry & la.PAYLOAD == LINE_FEED or gap == LINE_FEED else SPACE
            run = hidden = 0
            continue
        group = entry >> la.GROUP_AT & la.GROUP
        if group != same_group:
            desk[GROUPS + same_group] += group_run
            same_group, group_run = group, 0
        group_run += 1
        pool, count = 0, 1
        if act == la.MANY:
            pool = POOL_AT + (entry & la.PAYLOAD)
            count = table[pool]
        elif act == la.ONE:
            c = entry & la.PAYLOAD
        elif act == la.JAMO and out > CLEAN and gap == 0:
            before = desk[out - 1]
            if JAMO_V <= c < JAMO_V + VOWELS and JAMO_L <= before < JAMO_V - 0x4E:
                desk[out - 1] = HANGUL + ((before - JAMO_L) * VOWELS + (c - JAMO_V)) * FINALS
                continue
            if JAMO_T < c < JAMO_T + FINALS and HANGUL <= before < 0xD7A4 and (before - HANGUL) % FINALS == 0:
                desk[out - 1] = before + (c - JAMO_T)
                continue
        for k in range(count):
            if act == la.MANY:
                c = table[pool + 1 + k]
                if c == SPACE:
                    gap = max(gap, SPACE) if gap != LINE_FEED else LINE_FEED
                    run = hidden = 0
                    continue
            if gap:
                desk[out] = gap
                out += out > CLEAN
                gap = 0
            if hidden:
                desk[dress_out] = 2 * out
                dress_out += 1
                if hidden > 1 and la.LATIN <= group <= la.GREEK and needs_no_joiner(table, desk[out - 1]):
                    flags |= OBFUSCATED_TEXT
                hidden = 0
            trigger = entry >> 29 & 1
            joins = entry & la.LOOK_ALIKE
            if c < 128:
                kind = ASCII[c]
                trigger = kind >> 7
                joins = kind & IS_ALNUM
                desk[dress_out] = 2 * out + 1
                dress_out += joins >> 2
            desk[trigger_out] = out
            trigger_out += trigger
            desk[out] = c
            out += 1
            run = run + 1 if joins else 0
            longest = max(longest, run)
    desk[GROUPS + same_group] += group_run
    desk[GROUPS + la.LATIN] += latin
    desk[LENGTH] = out
    desk[TRIGGERS] = trigger_out
    desk[DRESSED] = dress_out
    desk[FLAGS] = flags
    desk[SCRIPT] = dominant(desk)
    desk[LONGEST] = longest


@kernel
def dominant(desk: Array) -> int:
    """The script group most letters belong to; text with kana that is Han and kana together is Japanese: KANA."""
    if desk[GROUPS + la.KANA] > 0:
        desk[GROUPS + la.KANA] += desk[GROUPS + la.HAN]
    best = most = 0
    for group in range(1, la.OTHER + 1):
        if desk[GROUPS + group] > most:
            best, most = group, desk[GROUPS + group]
    return best
