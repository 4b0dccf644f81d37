"""Which runs of letters and digits are crypto addresses, and does their checksum hold?

Proved by checksum: Base58Check with 20-byte hashes (Bitcoin, Litecoin, Dogecoin, TRON and relatives; Ripple with its
own alphabet), bech32 and bech32m (segregated witness by BIP 173 and BIP 350; other chains by checksum alone), CashAddr,
Ethereum whose capitals are those of EIP-55. By shape alone: other Ethereum in one case, Solana (Base58 of exactly 32 bytes). An address
that is broken up by spaces is not put together again: too many words would make addresses by accident.
"""

from __future__ import annotations

import numpy as np

from .checksums import (
    BECH32,
    BITCOIN58,
    GENERATORS_32,
    GENERATORS_40,
    RIPPLE58,
    base58,
    base58check,
    keccak256,
    polymod,
)
from .desk import ADDRESS_COPY, ADDRESS_TEXT, BYTES, DIGEST, SWAPPED, at
from .flags import MALFORMED, PROVED, SHAPE
from .kernel import Array, kernel
from .normal import ASCII, IS_LETTER
from .tables import ALIKE_AT, ALIKE_COUNT, NEAR, NEAR_ALIKE, NEAR_AT

SHORTEST, LONGEST = 25, 120  # characters: a Ripple address of a small hash; Cardano's 103 and room for a long prefix
NONE = -1  # no address
BECH32_OK, BECH32M_OK = 1, 0x2BC830A3
SEGWIT_SHORTEST = 37  # characters of a mistyped address that are still unmistakable; a right one has 39
LEAST_CHECKED = (
    6  # letters: each is one bit of EIP-55's checksum, and its own examples go down to six; 0x000...0 has none
)
FOREIGN_SHORTEST = 32  # characters after the prefix on other chains: no name or code is that long by accident


def _cashaddr_start() -> int:
    """The state of the CashAddr checksum after the prefix and its separator."""
    check, generators = 1, GENERATORS_40.tolist()
    for value in [*(ord(c) & 31 for c in "bitcoincash"), 0]:
        top, check = check >> 35, (check & 0x7FFFFFFFF) << 5 ^ value
        for i, generator in enumerate(generators):
            check ^= generator * (top >> i & 1)
    return check


CASHADDR_START = _cashaddr_start()
A, Z, LOWER_A, NINE, ZERO, ONE = 65, 90, 97, 57, 48, 49
HEXADECIMAL = np.array([chr(c) in "0123456789abcdefABCDEF" for c in range(128)])


@kernel
def look_alike(table: Array, c: int) -> int:
    """The ASCII letter or digit that `c` >= 128 looks like, or 0."""
    if c < NEAR:
        return at(table, NEAR_AT + c) & NEAR_ALIKE
    low, high = 0, ALIKE_COUNT
    while low < high:
        middle = (low + high) >> 1
        if table[ALIKE_AT + middle] < c:
            low = middle + 1
        else:
            high = middle
    found = low < ALIKE_COUNT and table[ALIKE_AT + low] == c
    return table[ALIKE_AT + ALIKE_COUNT + low] if found else 0


@kernel
def one_case(desk: Array, start: int, stop: int) -> bool:
    """Whether the ASCII letters are all small or all capitals."""
    small = capital = False
    for i in range(start, stop):
        letter = ASCII[desk[i]] & IS_LETTER != 0  # no branches: in an address each would go either way
        small |= letter & (desk[i] >= LOWER_A)
        capital |= letter & (desk[i] < LOWER_A)
    return not (small and capital)


@kernel
def lower(desk: Array, start: int, stop: int) -> None:
    """Make ASCII capitals small, in place."""
    for i in range(start, stop):
        if A <= desk[i] <= Z:
            desk[i] += 32


@kernel
def ethereum(desk: Array, text: int) -> int:
    """Judge the 42 characters at `text` as 0x and 40 hexadecimal digits, and give them their EIP-55 capitals.

    PROVED when they had them, also where those happen to be all or none. One random row of digits written in one case
    in 4,370 has them by accident: the chance is 2^-n with n letters, of which there are 15 on average.
    """
    if desk[text] not in (ZERO, 79, 111) or desk[text + 1] | 32 != 120:
        return NONE
    for i in range(40):
        c = desk[text + 2 + i]
        if desk[SWAPPED + 2 + i]:
            c = ZERO if c in (79, 111) else ONE if c in (73, 108) else c  # O o, I l
            desk[text + 2 + i] = c
        if not HEXADECIMAL[c]:
            return NONE
        desk[BYTES + i] = c | 32  # digits have that bit already
    single = one_case(desk, text + 2, text + 42)
    keccak256(desk, BYTES, 40)
    differing = letters = 0
    desk[text], desk[text + 1] = ZERO, 120
    for i in range(40):
        nibble = desk[DIGEST + (i >> 1)] >> (4 if i & 1 == 0 else 0) & 15
        c = desk[BYTES + i]
        letter = c >> 6
        letters += letter
        c -= 32 * (letter & nibble >> 3)
        differing |= c ^ desk[text + 2 + i]
        desk[text + 2 + i] = c
    right = differing == 0
    if right and letters >= LEAST_CHECKED:
        return PROVED
    return SHAPE if single or right else MALFORMED


@kernel
def segwit(desk: Array, data: int, stop: int) -> bool:
    """Whether the data part is a witness version and program by BIP 173 and BIP 350, given a right checksum."""
    version = BECH32[desk[data]]
    bits = 5 * (stop - data - 7)
    padding = bits % 8
    length = bits // 8
    if version > 16 or padding > 4 or BECH32[desk[stop - 7]] & (1 << padding) - 1 or not 2 <= length <= 40:
        return False
    return version > 0 or length in (20, 32)


@kernel
def is_bitcoin_like(desk: Array, text: int, separator: int) -> bool:
    """Whether the prefix is that of a chain with BIP 173 addresses: bc, tb, bcrt, ltc, tltc."""
    packed = 0
    for i in range(text, min(separator, text + 5)):
        packed = packed << 8 | desk[i]
    return packed in (0x6263, 0x7462, 0x62637274, 0x6C7463, 0x746C7463)


@kernel
def bech32(desk: Array, text: int, stop: int, alike: bool) -> int:  # noqa: FBT001 - numba takes no keyword-only arguments
    """Judge the characters as bech32 or bech32m, and make them small; `alike`: look-alikes were folded."""
    separator = stop - 1
    while separator > text and desk[separator] != ONE:
        separator -= 1
    if separator == text or stop - separator < 7 or not (alike or one_case(desk, text, stop)):
        return NONE
    lower(desk, text, stop)
    check = 1
    for i in range(text, separator):
        check = polymod(check, desk[i] >> 5, GENERATORS_32, 30)
    check = polymod(check, 0, GENERATORS_32, 30)
    for i in range(text, separator):
        check = polymod(check, desk[i] & 31, GENERATORS_32, 30)
    for i in range(separator + 1, stop):
        if desk[SWAPPED + i - text] and desk[i] == 111:
            desk[i] = ZERO
        value = BECH32[desk[i]]
        if value < 0:
            return NONE
        check = polymod(check, value, GENERATORS_32, 30)
    right = check in (BECH32_OK, BECH32M_OK)
    data = stop - separator - 1
    if is_bitcoin_like(desk, text, separator):
        wanted = BECH32_OK if desk[separator + 1] == 113 else BECH32M_OK  # q: witness version 0
        if check == wanted and stop - text <= 90 and segwit(desk, separator + 1, stop):
            return PROVED
        return MALFORMED if data > SEGWIT_SHORTEST else NONE
    return PROVED if right and data >= FOREIGN_SHORTEST and separator - text <= 15 else NONE


@kernel
def cashaddr(desk: Array, text: int) -> bool:
    """Whether the 42 characters are a CashAddr of a 20-byte hash for the prefix "bitcoincash"; they become small."""
    if desk[text] | 32 not in (112, 113) or not one_case(desk, text, text + 42):
        return False
    check = CASHADDR_START
    for i in range(text, text + 42):
        value = BECH32[desk[i] | 32 if desk[i] > NINE else desk[i]]
        if value < 0:
            return False
        check = polymod(check, value, GENERATORS_40, 40)
    if check == 1:
        lower(desk, text, text + 42)
    return check == 1


@kernel
def based58(desk: Array, text: int, size: int) -> int:
    """Judge the characters as an address in Base58: PROVED with a checksum, SHAPE for exactly 32 bytes without one."""
    if size > 44:
        return NONE
    small = capital = digit = False
    for i in range(text, text + size):
        c = desk[i]
        if desk[SWAPPED + i - text] and c in (73, 108):  # I and l are not in the alphabet: what looks like them is a 1
            desk[i] = ONE
        small |= c >= LOWER_A
        capital |= A <= c <= Z
        digit |= c <= NINE
    if size <= 35 and desk[text] == 114:
        if base58(desk, text, size, RIPPLE58) == 25 and desk[BYTES] == 0 and base58check(desk, 25):
            return PROVED
    length = base58(desk, text, size, BITCOIN58)
    if 25 <= length <= 26 and base58check(desk, length):
        return PROVED
    return SHAPE if length == 32 and small and capital and digit else NONE


@kernel
def judge(desk: Array, size: int, alike: bool) -> int:  # noqa: FBT001 - numba takes no keyword-only arguments
    """What the `size` ASCII letters and digits at ADDRESS_TEXT are as an address; in canonical form unless NONE."""
    text = ADDRESS_TEXT
    if size == 42:
        verdict = ethereum(desk, text)
        if verdict != NONE:
            return verdict
    for i in range(size):
        desk[ADDRESS_COPY + i] = desk[text + i]
    verdict = bech32(desk, text, text + size, alike)
    if verdict == NONE:
        for i in range(size):
            desk[text + i] = desk[ADDRESS_COPY + i]
        verdict = PROVED if size == 42 and cashaddr(desk, text) else based58(desk, text, size)
    return verdict
