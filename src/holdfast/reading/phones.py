"""Is this row of digits a telephone number?

Told from dates, prices, times and counts by shape: international form ("+" or "00" and 8 to 15 digits, E.164), or 9 to
12 digits in groups as people write them nationally (a leading 0, an area code in brackets, or 3-3-4).
"""

from __future__ import annotations

import numpy as np

from .desk import CLEAN, END, LENGTH
from .flags import PHONE, SHAPE
from .found import add, mark, next_value
from .kernel import Array, kernel
from .normal import ASCII, IS_LETTER

PLUS, OPEN, DOT, ZERO, NINE = 43, 40, 46, 48, 57
BETWEEN = np.array([chr(c) in " -./()" for c in range(128)])  # what may stand between groups of digits
HYPHENS = (0x2010, 0x2013)
FEWEST, MOST = 8, 15  # digits, E.164
FEWEST_NATIONAL, MOST_NATIONAL = 9, 12


@kernel
def phone(desk: Array, i: int, floor: int) -> None:
    """Read the number whose first digit is at `i`; END tells where looking goes on."""
    begin, stop = i, desk[LENGTH]
    bracket = i > floor and desk[i - 1] == OPEN
    begin -= bracket
    plus = begin > floor and desk[begin - 1] == PLUS
    begin -= plus
    at = next_value(desk)
    desk[at] = PLUS
    digits = groups = shape = gap = dots = 0
    end = i
    while i < stop:
        c = desk[i]
        if ZERO <= c <= NINE:
            if gap or digits == 0:
                dots += groups > 0 and desk[i - 1] == DOT
                groups += 1
                shape = shape << 4 if groups <= MOST else shape
            gap = 0
            shape += groups <= MOST and shape & 15 < 15
            digits += 1
            if digits <= MOST + 2:
                desk[at + digits] = c
            end = i + 1
        elif gap < 2 and digits and (c in HYPHENS or (c < 128 and BETWEEN[c])):
            gap += 1
            bracket |= c == OPEN
        else:
            break
        i += 1
    desk[END] = end
    lettered = end < stop and (desk[end] >= 128 or ASCII[desk[end]] & IS_LETTER != 0)
    lettered |= begin > CLEAN and desk[begin - 1] < 128 and ASCII[desk[begin - 1]] & IS_LETTER != 0
    ip = groups == 4 and dots == 3 and shape & 15 <= 3
    if lettered or ip or digits > MOST + 2:
        return
    start = at
    if not plus and groups > 0 and desk[at + 1] == ZERO and desk[at + 2] == ZERO and digits > 10:
        plus, start, digits = True, at + 2, digits - 2
        desk[start] = PLUS
    zero = desk[at + 1] == ZERO and desk[at + 2] != ZERO
    if not FEWEST <= digits <= MOST or (not plus and not national(shape, groups, digits, zero, bracket)):
        return
    start += not plus
    for k in range(digits + plus):
        desk[at + k] = desk[start + k]
    mark(desk, begin, end, PHONE)
    add(desk, PHONE, SHAPE, at + digits + plus)


@kernel
def national(shape: int, groups: int, digits: int, zero: bool, bracket: bool) -> bool:  # noqa: FBT001 - inlined
    """Whether digits grouped like `shape` (the size of each group a nibble) are a national number and not a date."""
    if digits > MOST_NATIONAL or groups < 2 or groups > 6:
        return False
    head = shape >> 4 * (groups - 3) if groups >= 3 else 0
    if (head in (0x422, 0x411, 0x412, 0x421, 0x224, 0x114, 0x124, 0x214, 0x222) and groups < 5) or shape & 15 < 2:
        return False
    lead = shape >> 4 * (groups - 1)
    if zero:
        return 2 <= lead <= 5 and digits >= FEWEST_NATIONAL
    return shape in (0x334, 0x1334) or (bracket and lead <= 4 and groups == 3)
