"""How is an entry of the tables laid out? Shared by the kernels and by the script that makes the tables.

A table entry is 32 bits: a payload (code point, or place in the pool) in bits 0-20, what happens in bits 21-23, and
facts about the result above them. Bits 24-27 hold the script group in the clean table, the role in words in the
skeleton table.
"""

from __future__ import annotations

BLOCK = 128  # code points a block: ASCII is block 0
PAYLOAD = (1 << 21) - 1
ACT_AT = 21
ACT = 7

SAME = 0  # stays what it is
ONE = 1  # becomes the code point in the payload
MANY = 2  # becomes several: the payload is their place in the pool, their number first
DROP = 3  # vanishes
SPACE = 4  # white space; the payload says whether it ends a line
JAMO = 5  # a Hangul vowel or final that joins the syllable before it

GROUP_AT = 24
GROUP = 15
LOOK_ALIKE = 1 << 28  # looks like an ASCII letter or digit
TRIGGER = 1 << 29  # a lure or a quotation may begin or end here

WORD_AT = 24
BETWEEN = 0  # stands between words
WORD = 1
UNSPACED = 2  # a letter of a script without spaces: pairs of them count as words

# Script groups; the numbers are part of the reading (`Readings.script`).
LATIN = 1
CYRILLIC = 2
GREEK = 3
ARABIC = 4
HEBREW = 5
INDIC = 6
THAI = 7
HAN = 8
KANA = 9
HANGUL = 10
OTHER = 11


def entry(act: int, payload: int = 0) -> int:
    """An entry that does `act` with `payload`."""
    return act << ACT_AT | payload
