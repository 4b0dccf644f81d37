"""Honest people's addresses are well formed: whoever judges by the form alone must take them for real."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st
from numpy.random import PCG64, Generator

from holdfast.connectors.simulated.addresses import BASE58, BECH32, base58_address, bech32_address
from holdfast.connectors.simulated.scenarios.twitter_2020 import MAIN, SECOND_ADDRESS, THIRD_ADDRESS


def base58_holds(address):
    """Decoding as the receiver does: 25 bytes, the last four of them the double hash of the others."""
    number = 0
    for letter in address:
        number = number * 58 + BASE58.index(letter)
    raw = number.to_bytes(25)
    return raw[21:] == hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4]


def bech32_holds(address):
    """The remainder of BIP-173, bit by bit as a polynomial over GF(32), is one."""
    values = [3, 3, 0, 2, 3, *(BECH32.index(letter) for letter in address[3:])]
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= term * (top >> bit & 1)
    return check == 1


def test_the_published_addresses_of_july_2020_are_well_formed():
    """A slip of the pen in one of them would be a lure that nobody takes; so would a wrong checksum here."""
    assert bech32_holds(MAIN)
    assert bech32_holds(SECOND_ADDRESS)
    assert base58_holds(THIRD_ADDRESS)
    assert not bech32_holds(MAIN[:-1] + "q")


@given(st.integers(0, 2**32))
def test_drawn_addresses_are_well_formed(seed):
    """Every draw has a checksum that holds, and the length of its kind."""
    rng = Generator(PCG64(seed))
    assert base58_holds(base58_address(rng))
    address = bech32_address(rng)
    assert bech32_holds(address)
    assert len(address) == len(MAIN)
