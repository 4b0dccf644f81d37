"""Addresses are told from other rows of letters by their checksum, in whatever dress they come."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.reading import Flag, Lure, LureKind, lure_key, lures_of, read_text
from holdfast.reading.checksums import keccak256, sha256
from holdfast.reading.desk import BYTES, DIGEST, desk

# Facts published in BIP 173, BIP 350, EIP-55, the CashAddr specification, and by the chains' own documents.
PROVED = {
    "Bitcoin, key hash": "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    "Bitcoin, script hash": "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
    "Bitcoin, many zeros": "1111111111111111111114oLvT2",
    "Bitcoin, test net": "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn",
    "segregated witness": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "segregated witness, capitals": "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
    "segregated witness, test net": "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
    "taproot": "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    "Ethereum": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "Ethereum, a second": "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "Ethereum, a third": "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "Ethereum, a fourth": "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    "Ethereum, all capitals": "0x52908400098527886E0F7030069857D2E4169EE7",
    "Ethereum, all capitals, a second": "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "Ethereum, no capitals": "0xde709f2102306220921060314715629080e2fb77",
    "Ethereum, no capitals, a second": "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "Bitcoin Cash": "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
    "Ripple": "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",
    "TRON": "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
    "Dogecoin": "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L",
    "Litecoin": "LaMT348PWRnrqeeWArpwQPbuanpXDZGEUz",
}
SHAPES = {
    "Ethereum in one case": "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
    "Ethereum in the other case": "0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED",
    "Ethereum whose own form has all capitals, small": "0x52908400098527886e0f7030069857d2e4169ee7",
    "Ethereum whose own form has none, in capitals": "0xDE709F2102306220921060314715629080E2FB77",
    "Ethereum without a letter to check": "0x0000000000000000000000000000000000000000",
    "Ethereum with four letters to check": "0x000000000000000000000000000000000000dEaD",
    "Solana": "7dHbWXmci3dT8UFYWYZweBLXgycu7Y3iL6trKn1Y7ARj",
}
WRONG = {
    "Ethereum with a wrong capital": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
    "segregated witness, one letter off": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
    "witness version 1 with the old checksum": "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7k7grplx",
    "witness version 0 with the new checksum": "bc1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
}
NOTHING = {
    "one letter off": "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3",
    "no Base58": "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVO0",
    "mixed case bech32": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kV8F3T4",
    "witness version 16, old checksum": "BC1SW50QA3JX3S",
    "a digest": "d41d8cd98f00b204e9800998ecf8427e",
    "a long digest": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "a long word": "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerk",
}


def addresses(text: str) -> list[tuple[str, int]]:
    """The addresses of a text and what vouches for them."""
    return [(x.value, x.valid) for x in read_text(text).lures if x.kind is LureKind.ADDRESS]


@pytest.mark.parametrize("address", PROVED.values(), ids=PROVED.keys())
def test_a_right_checksum_proves_an_address(address):
    """It is found between other words, and so is its canonical form."""
    small = address.lower() if address[:2].lower() in ("bc", "tb") else address.removeprefix("bitcoincash:")
    assert addresses(f"send it to {address}, please") == [(small, 2)]
    assert read_text(address).flags & Flag.HAS_ADDRESS


@pytest.mark.parametrize("address", SHAPES.values(), ids=SHAPES.keys())
def test_an_address_without_checksum_has_its_shape_only(address):
    """Solana has no checksum, and Ethereum none when it is written in one case that is not its own form's."""
    assert [valid for _, valid in addresses(f"send it to {address}")] == [1]


@pytest.mark.parametrize("address", WRONG.values(), ids=WRONG.keys())
def test_an_unmistakable_address_with_a_wrong_checksum_is_malformed(address):
    """It is reported as what it was meant to be, and vouched for by nothing."""
    assert [valid for _, valid in addresses(f"send it to {address}")] == [0]
    assert [x.valid for x in lures_of(address)] == [False]


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING.keys())
def test_other_rows_of_letters_are_no_addresses(text):
    """Digests, codes and words are not taken for money."""
    assert addresses(f"see {text} there") == []


DRESSES = {
    "zero width": "\u200b".join,
    "full width": lambda a: "".join(chr(ord(c) + 0xFEE0) for c in a),
    "mathematical digits": lambda a: "".join(chr(0x1D7CE + int(c)) if c.isdigit() else c for c in a),
    "Cyrillic look-alikes": lambda a: a.translate(str.maketrans("aceopxyABCEHKMPTX", "асеорхуАВСЕНКМРТХ")),
    "right to left": lambda a: "\u202d" + a + "\u202c",
    "soft hyphens": "\u00ad".join,
}


@pytest.mark.parametrize("dress", DRESSES.values(), ids=DRESSES.keys())
@pytest.mark.parametrize(
    "address", [PROVED[k] for k in ("Bitcoin, key hash", "segregated witness", "Ethereum", "TRON")]
)
def test_an_address_keeps_its_key_in_any_dress(address, dress):
    """Only the way it is written changes, and that it was dressed up shows."""
    hidden = dress(address)
    assert [x.key for x in read_text(f"to {hidden} now").lures] == [x.key for x in read_text(address).lures]
    if hidden.strip("\u202c\u202d") != address:
        assert read_text(f"to {hidden} now").flags & Flag.OBFUSCATED_LURE
    assert not read_text(f"to {address} now").flags & Flag.OBFUSCATED_LURE


def test_an_ethereum_address_is_one_in_either_case():
    """Capitals are a checksum, not a part of it."""
    proved, shape = PROVED["Ethereum"], SHAPES["Ethereum in one case"]
    assert lure_key(Lure(kind=LureKind.ADDRESS, value=proved)) == lure_key(Lure(kind=LureKind.ADDRESS, value=shape))
    assert addresses(f"{shape} {proved}") == [(proved, 2)]


def test_what_is_written_in_one_case_is_seldom_proved_by_accident():
    """A row of hexadecimal digits has the capitals of EIP-55 by chance once in 4,370 times; of 20,000, about five."""
    rng = np.random.default_rng(55)
    rows = ["".join(row) for row in rng.choice(list("0123456789abcdef"), (20_000, 40))]
    proved = sum(found.valid == 2 for row in rows for found in read_text(f"0x{row}").lures)
    assert 1 <= proved <= 12


def test_an_address_is_found_inside_a_link_too():
    """A payment link names the same address as the bare words do."""
    address = PROVED["segregated witness"]
    assert (address, 2) in addresses(f"bitcoin:{address}?amount=1")
    assert (address, 2) in addresses(f"https://pay.example.com/{address}")


@settings(max_examples=300, deadline=None)
@given(st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", min_size=26, max_size=35))
def test_random_letters_are_no_address(text):
    """A checksum of 32 bits is not hit by accident."""
    assert addresses("1" + text) == []


@settings(deadline=None)
@given(st.binary(max_size=55))
def test_sha256_is_sha256(message):
    """The kernel agrees with the standard library."""
    d = desk()
    d[BYTES : BYTES + len(message)] = np.frombuffer(message, np.uint8)
    sha256(d, BYTES, len(message))
    assert bytes(d[DIGEST : DIGEST + 32].tolist()) == hashlib.sha256(message).digest()


def test_keccak256_is_not_sha3():
    """Ethereum hashes with the padding of Keccak's submission; these are its published digests."""
    d = desk()
    for message, digest in (
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ):
        d[BYTES : BYTES + len(message)] = np.frombuffer(message, np.uint8)
        keccak256(d, BYTES, len(message))
        assert bytes(d[DIGEST : DIGEST + 32].tolist()).hex() == digest
