"""Does a string carry the checksum its kind of address must have?

SHA-256 (FIPS 180-4), Keccak-256 as Ethereum uses it (the submission's padding, not FIPS 202's), the BCH codes of
BIP 173, BIP 350 and CashAddr, and the positional number system of Base58. Written as kernels because an address is
found inside a kernel; nothing here keeps a secret.
"""

from __future__ import annotations

import numpy as np

from .desk import BYTES, COLUMNS, DIGEST, SCHEDULE, at, put
from .kernel import Array, inline_kernel, kernel

WORD = 0xFFFFFFFF
K256 = np.array(
    [int((p ** (1 / 3) % 1) * 2**32) for p in range(2, 312) if all(p % d for d in range(2, int(p**0.5) + 1))], np.int64
)
H256 = np.array([int((p**0.5 % 1) * 2**32) for p in (2, 3, 5, 7, 11, 13, 17, 19)], np.int64)


@kernel
def rotated(x: int, n: int) -> int:
    """The 32-bit word `x` rotated right by `n` bits."""
    return (x >> n | x << (32 - n)) & WORD


@kernel
def sha256(desk: Array, at: int, size: int) -> None:
    """The SHA-256 of the `size` <= 55 bytes at `at`, 32 bytes to DIGEST."""
    for i in range(SCHEDULE, SCHEDULE + 16):
        desk[i] = 0
    for i in range(size):
        desk[SCHEDULE + (i >> 2)] |= desk[at + i] << (24 - 8 * (i & 3))
    desk[SCHEDULE + (size >> 2)] |= 0x80 << (24 - 8 * (size & 3))
    desk[SCHEDULE + 15] = size * 8
    for i in range(SCHEDULE + 16, SCHEDULE + 64):
        x, y = desk[i - 15], desk[i - 2]
        s0 = rotated(x, 7) ^ rotated(x, 18) ^ x >> 3
        s1 = rotated(y, 17) ^ rotated(y, 19) ^ y >> 10
        desk[i] = (desk[i - 16] + s0 + desk[i - 7] + s1) & WORD
    a, b, c, d, e, f, g, h = H256[0], H256[1], H256[2], H256[3], H256[4], H256[5], H256[6], H256[7]
    for i in range(64):
        t = h + K256[i] + desk[SCHEDULE + i] + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25))
        t += e & f ^ (e ^ WORD) & g
        u = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = (t + u) & WORD, a, b, c, (d + t) & WORD, e, f, g
    desk[COLUMNS], desk[COLUMNS + 1], desk[COLUMNS + 2], desk[COLUMNS + 3] = a, b, c, d
    desk[COLUMNS + 4], desk[COLUMNS + 5], desk[COLUMNS + 6], desk[COLUMNS + 7] = e, f, g, h
    for i in range(32):
        desk[DIGEST + i] = desk[COLUMNS + (i >> 2)] + H256[i >> 2] >> (24 - 8 * (i & 3)) & 0xFF


def _round_constants() -> list[int]:
    """The 24 constants of Keccak's step iota, from its linear feedback shift register (Keccak reference, section 1.2)."""
    constants, lfsr = [], 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            constant |= (lfsr & 1) << (2**j - 1)
            lfsr = lfsr << 1 ^ (0x171 if lfsr & 0x80 else 0)
        constants.append(constant)
    return constants


def _lane_walk() -> tuple[list[int], list[int]]:
    """Where steps rho and pi move each lane, and by how much it is rotated."""
    order, turns, x, y = [0] * 25, [0] * 25, 1, 0
    for t in range(24):
        lane, x, y = x + 5 * y, y, (2 * x + 3 * y) % 5
        order[lane], turns[lane] = x + 5 * y, (t + 1) * (t + 2) // 2 % 64
    return order, turns


ROUNDS = np.array(_round_constants(), np.uint64).view(np.int64)
ORDER, TURNS = np.array(_lane_walk()[0], np.int64), np.array(_lane_walk()[1], np.int64)
BEFORE, NEXT, AFTER = np.array([4, 0, 1, 2, 3]), np.array([1, 2, 3, 4, 0]), np.array([2, 3, 4, 0, 1])
MOVED = COLUMNS + 8  # the lanes on their way
# BIP 173 and the CashAddr specification.
GENERATORS_32 = np.array([0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3])
GENERATORS_40 = np.array([0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470])
RATE = 136  # bytes absorbed a permutation by Keccak-256


@inline_kernel
def turned(x: int, n: int) -> int:
    """The 64-bit lane `x` rotated left by `n` <= 63 bits."""
    return x << n | x >> (64 - n & 63) & (1 << n) - 1


@kernel
def keccak256(desk: Array, start: int, size: int) -> None:
    """The Keccak-256 of the `size` < 136 bytes at `start`, 32 bytes to DIGEST."""
    for i in range(SCHEDULE, SCHEDULE + 25):
        desk[i] = 0
    for i in range(size):
        desk[SCHEDULE + (i >> 3)] ^= desk[start + i] << 8 * (i & 7)
    desk[SCHEDULE + (size >> 3)] ^= 1 << 8 * (size & 7)
    desk[SCHEDULE + (RATE - 1 >> 3)] ^= -(1 << 63)
    for constant in ROUNDS:
        for x in range(5):
            column = SCHEDULE + x
            pair = at(desk, column) ^ at(desk, column + 5) ^ at(desk, column + 10)
            put(desk, COLUMNS + x, pair ^ at(desk, column + 15) ^ at(desk, column + 20))
        for x in range(5):
            both = at(desk, COLUMNS + BEFORE[x]) ^ turned(at(desk, COLUMNS + NEXT[x]), 1)
            for lane in range(x, 25, 5):
                put(desk, MOVED + ORDER[lane], turned(at(desk, SCHEDULE + lane) ^ both, TURNS[lane]))
        for y in range(0, 25, 5):
            for x in range(5):
                kept = ~at(desk, MOVED + y + NEXT[x]) & at(desk, MOVED + y + AFTER[x])
                put(desk, SCHEDULE + y + x, at(desk, MOVED + y + x) ^ kept)
        desk[SCHEDULE] ^= constant
    for i in range(32):
        desk[DIGEST + i] = desk[SCHEDULE + (i >> 3)] >> 8 * (i & 7) & 0xFF


def alphabet(letters: str) -> Array:
    """What each ASCII character counts in `letters`; -1 for strangers (i64[128])."""
    return np.array([letters.find(chr(c)) for c in range(128)], np.int64)


BITCOIN58 = alphabet("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
RIPPLE58 = alphabet("rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz")
BECH32 = alphabet("qpzry9x8gf2tvdw0s3jn54khce6mua7l")
LIMBS = 9  # of 32 bits: 44 digits of Base58 need 258 bits
TOGETHER = 5  # digits taken at once: 58^5 is below 2^30, so that a limb times it stays a signed number


@kernel
def base58(desk: Array, at: int, size: int, digits: Array) -> int:
    """Decode the `size` <= 44 characters at `at` to BYTES; how many bytes, or -1 for a stranger or an overflow."""
    for j in range(SCHEDULE, SCHEDULE + LIMBS):
        desk[j] = 0
    zeros = 0
    for first in range(0, size, TOGETHER):
        carry, power = 0, 1
        for i in range(first, min(first + TOGETHER, size)):
            digit = digits[desk[at + i]]
            if digit < 0:
                return -1
            zeros += digit == 0 and zeros == i
            carry = carry * 58 + digit
            power *= 58
        for j in range(SCHEDULE, SCHEDULE + LIMBS):
            carry += desk[j] * power
            desk[j] = carry & WORD
            carry >>= 32
        if carry:
            return -1
    top = 4 * LIMBS
    while top > 0 and desk[SCHEDULE + (top - 1 >> 2)] >> 8 * (top - 1 & 3) & 0xFF == 0:
        top -= 1
    for i in range(zeros):
        desk[BYTES + i] = 0
    for i in range(top):
        k = top - 1 - i
        desk[BYTES + zeros + i] = desk[SCHEDULE + (k >> 2)] >> 8 * (k & 3) & 0xFF
    return zeros + top


@kernel
def base58check(desk: Array, size: int) -> bool:
    """Whether the last four of the `size` bytes at BYTES are the head of the double SHA-256 of the others."""
    sha256(desk, BYTES, size - 4)
    sha256(desk, DIGEST, 32)
    for i in range(4):
        if desk[BYTES + size - 4 + i] != desk[DIGEST + i]:
            return False
    return True


@kernel
def polymod(check: int, value: int, generators: Array, bits: int) -> int:
    """One step of a BCH checksum of `bits` bits (BIP 173, CashAddr)."""
    top = check >> bits - 5
    check = (check & (1 << bits - 5) - 1) << 5 ^ value
    for i in range(5):
        check ^= generators[i] & -(top >> i & 1)
    return check
