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
from .desk import CLEAN, DRESS, DRESSED, FLAGS, GROUPS, LENGTH, LONGEST, MOST, SCRIPT, TRIGGER, TRIGGERS, at, put
from .flags import OBFUSCATED_TEXT
from .kernel import Array, inline_kernel, kernel
from .tables import CLEAN_AT, POOL_AT, SKELETON_AT, STAGE_AT

IS_LETTER, IS_ALNUM, IS_SPACE, IS_TRIGGER = 1, 2, 4, 8
IS_ODD = 16  # a control character, white space other than " ", or a byte of a longer sequence
ASCII = np.array(
    [
        IS_LETTER * (c < 128 and chr(c).isalpha())
        | IS_ALNUM * (c < 128 and chr(c).isalnum())
        | IS_SPACE * (c == 32)
        | IS_TRIGGER * (c in b'.@$:[(>0123456789"')
        | IS_ODD * (c < 32 or c > 126)
        for c in range(256)
    ],
    np.int64,
)
TAB, SPACE, LINE_FEED, RETURN, SOFT_HYPHEN, REPLACEMENT = 0x09, 0x20, 0x0A, 0x0D, 0xAD, 0xFFFD
SURROGATES = 0xD800 >> 11
HANGUL, HANGUL_END, JAMO_L, JAMO_V, JAMO_T, INITIALS, VOWELS, FINALS = (
    0xAC00,
    0xD7A4,
    0x1100,
    0x1161,
    0x11A7,
    19,
    21,
    28,
)


@inline_kernel
def clean_entry(table: Array, c: int) -> int:
    """The entry of code point `c` in the clean table."""
    return at(table, CLEAN_AT + (at(table, STAGE_AT + (c >> 7)) << 7) + (c & 127))


@inline_kernel
def skeleton_entry(table: Array, c: int) -> int:
    """The entry of code point `c` in the skeleton table."""
    return at(table, SKELETON_AT + (at(table, STAGE_AT + (c >> 7)) << 7) + (c & 127))


@inline_kernel
def decode(data: Array, i: int, stop: int) -> tuple[int, int]:
    """The code point at byte `i` and its length; U+FFFD and 1 where the bytes are no well-formed UTF-8 (RFC 3629).

    Each length has one test for everything that may be wrong: well-formed text then never meets a surprise.
    """
    lead = at(data, i)
    if lead < 0xE0:
        if i + 1 < stop:
            b = at(data, i + 1) ^ 0x80
            c = (lead & 0x1F) << 6 | b
            if b >> 6 | (lead < 0xC2) == 0:
                return c, 2
    elif lead < 0xF0:
        if i + 2 < stop:
            b, d = at(data, i + 1) ^ 0x80, at(data, i + 2) ^ 0x80
            c = (lead & 0x0F) << 12 | b << 6 | d
            if (b | d) >> 6 | (c < 0x800) | (c >> 11 == SURROGATES) == 0:
                return c, 3
    elif i + 3 < stop:
        b, d, f = at(data, i + 1) ^ 0x80, at(data, i + 2) ^ 0x80, at(data, i + 3) ^ 0x80
        c = (lead & 0x0F) << 18 | b << 12 | d << 6 | f
        if (b | d | f) >> 6 | (c < 0x10000) | (c > 0x10FFFF) == 0:
            return c, 4
    return REPLACEMENT, 1


@kernel
def needs_no_joiner(table: Array, c: int) -> bool:
    """Whether `c` is a letter of a script in which nothing invisible belongs between letters."""
    group = clean_entry(table, c) >> la.GROUP_AT & la.GROUP
    return la.LATIN <= group <= la.GREEK


@kernel
def joined(before: int, c: int) -> int:
    """The Hangul syllable that vowel or final `c` makes of what stands before it (Unicode, section 3.12), or 0."""
    if JAMO_V <= c < JAMO_V + VOWELS and JAMO_L <= before < JAMO_L + INITIALS:
        return HANGUL + ((before - JAMO_L) * VOWELS + c - JAMO_V) * FINALS
    if JAMO_T < c < JAMO_T + FINALS and HANGUL <= before < HANGUL_END and (before - HANGUL) % FINALS == 0:
        return before + c - JAMO_T
    return 0


@kernel
def normalise(table: Array, desk: Array, data: Array, start: int, stop: int) -> None:
    """Write the clean form of UTF-8 bytes `start` to `stop` to the desk, and what shows on the way.

    What can be done without a branch is: words have unpredictable lengths, and a mispredicted branch costs as much as
    four letters.
    """
    out, trigger_out, dress_out = CLEAN, TRIGGER, DRESS
    run = longest = latin = flags = 0
    blank = 1  # the last code point written is white space; at the beginning, white space is dropped
    hidden = 0  # 1: a soft hyphen or a control character was dropped just now, 2: something else that cannot be seen
    for k in range(GROUPS, GROUPS + 16):
        desk[k] = 0
    i = start
    while i < stop and out < CLEAN + MOST:
        if hidden == 0:  # plain ASCII, as fast as may be
            near = min(stop, i + CLEAN + MOST - out)
            while i < near:
                c = at(data, i)
                kind = at(ASCII, c)
                if kind & IS_ODD:
                    break
                i += 1
                latin += kind & IS_LETTER
                put(desk, trigger_out, out)
                trigger_out += kind >> 3
                put(desk, out, c)
                space = kind >> 2 & 1
                out += 1 - (space & blank)
                blank = space
                run = run + 1 & -(kind >> 1 & 1)
                longest = run if run > longest else longest  # noqa: FURB136 - numba's max() branches
            if i == near:
                continue
        c = at(data, i)
        pool = left = 0
        if c < 128:
            i += 1
            kind = at(ASCII, c)
            if kind & IS_ODD:
                if not TAB <= c <= RETURN:
                    continue
                c = SPACE if c == TAB else LINE_FEED
            latin += kind & IS_LETTER
            joins, trigger = kind >> 1 & 1, kind >> 3 & 1
        else:
            c, size = decode(data, i, stop)
            i += size
            entry = clean_entry(table, c)
            act = entry >> la.ACT_AT & la.ACT
            group = GROUPS + (entry >> la.GROUP_AT & la.GROUP)
            put(desk, group, at(desk, group) + 1)
            joins, trigger = entry >> 28 & 1, entry >> 29 & 1
            if act == la.SAME:
                if hidden == 0:
                    put(desk, trigger_out, out)
                    trigger_out += trigger
                    put(desk, out, c)
                    out += 1
                    blank = 0
                    run = run + 1 & -joins
                    longest = run if run > longest else longest  # noqa: FURB136
                    continue
            else:
                if act == la.DROP:
                    hidden = 2 if c > SOFT_HYPHEN or hidden == 2 else 1
                    continue
                if act == la.JAMO:
                    c = entry & la.PAYLOAD
                    syllable = joined(desk[out - 1], c) if out > CLEAN else 0
                    if syllable:
                        desk[out - 1] = syllable
                        continue
                elif act == la.MANY:
                    pool = POOL_AT + (entry & la.PAYLOAD) + 1
                    left = at(table, pool - 1) - 1
                    c = at(table, pool)
                else:
                    c = entry & la.PAYLOAD
                if c < 128:
                    joins, trigger = at(ASCII, c) >> 1 & 1, at(ASCII, c) >> 3 & 1
                    desk[dress_out] = 2 * out + 1
                    dress_out += joins
        while True:
            space = 1 if c <= SPACE else 0
            if hidden:
                if not (space or blank):
                    desk[dress_out] = 2 * out
                    dress_out += 1
                    if hidden > 1 and needs_no_joiner(table, c) and needs_no_joiner(table, desk[out - 1]):
                        flags |= OBFUSCATED_TEXT
                hidden = 0
            if space & blank and c == LINE_FEED and out > CLEAN:
                desk[out - 1] = LINE_FEED
            put(desk, trigger_out, out)
            trigger_out += trigger
            put(desk, out, c)
            out += 1 - (space & blank)
            blank = space
            run = run + 1 & -joins
            longest = run if run > longest else longest  # noqa: FURB136 - numba's max() branches
            if left == 0:
                break
            left -= 1
            pool += 1
            c = at(table, pool)
            joins, trigger = (at(ASCII, c) >> 1 & 1, at(ASCII, c) >> 3 & 1) if c < 128 else (0, entry >> 29 & 1)
            desk[dress_out] = 2 * out + 1
            dress_out += joins
    while out > CLEAN and desk[out - 1] <= SPACE:
        out -= 1
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
