"""Which payment addresses do honest people post: well-formed ones, made from nothing but chance.

Base58Check as in the Bitcoin wiki, bech32 as in BIP-173; only version-zero key hashes, nothing to spend behind them.
"""

from __future__ import annotations

import hashlib

from numpy.random import Generator

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def base58_address(rng: Generator) -> str:
    """A Bitcoin pay-to-key-hash address: version 0, twenty random bytes, four bytes of double SHA-256."""
    payload = b"\0" + rng.bytes(20)
    number = int.from_bytes(payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4])
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = BASE58[digit] + digits
    return "1" + digits


def bech32_address(rng: Generator) -> str:
    """A Bitcoin version-zero witness address for a twenty-byte key hash."""
    bits = int.from_bytes(rng.bytes(20))
    data = [0] + [(bits >> shift) & 31 for shift in range(155, -1, -5)]
    expanded = [3, 3, 0, 2, 3]  # the human-readable part `bc`, as BIP-173 expands it
    residue = _polymod([*expanded, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    data += [(residue >> 5 * (5 - place)) & 31 for place in range(6)]
    return "bc1" + "".join(BECH32[value] for value in data)


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place in range(5):
            check ^= GENERATOR[place] if (top >> place) & 1 else 0
    return check
