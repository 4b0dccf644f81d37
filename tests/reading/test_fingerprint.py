"""Nearly equal texts share bands and most of their signature; others do not."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.reading import Lure, LureKind, agreement, hash_text, lure_key, read_text

SCAM = "Because I care for everyone, all coins sent to the address below will be sent back doubled within the hour"


def test_a_lure_counts_as_its_kind():
    """The same words around another address, link or handle are the same text."""
    addresses = ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy")
    texts = [
        f"{SCAM}: {address} see https://{host}/x"
        for address, host in zip(addresses, ("a.example.com", "b.org"), strict=True)
    ]
    first, second = map(read_text, texts)
    assert first.bands == second.bands
    assert {x.key for x in first.lures}.isdisjoint(x.key for x in second.lures)


def test_a_changed_word_leaves_most_of_the_signature():
    """One word of twenty changed leaves a band in common; another text leaves none."""
    changed, other = (
        read_text(SCAM.replace("doubled", "tripled")),
        read_text("The council met on Tuesday to talk about the new swimming pool, which nobody had asked for at all"),
    )
    original = read_text(SCAM)
    assert agreement(original.signature, changed.signature) >= 11
    assert set(original.bands) & set(changed.bands)
    assert agreement(original.signature, other.signature) <= 4
    assert not set(original.bands) & set(other.bands)


def test_scripts_without_spaces_have_words_too():
    """Pairs of letters stand in for words in Chinese and Thai."""
    text = "请把比特币发送到下面的地址我会在一小时内双倍返还给所有人"
    original, changed = read_text(text), read_text(text.replace("一小时", "三十分钟"))
    assert original.words > 20
    assert agreement(original.signature, changed.signature) >= 8
    assert set(original.bands) & set(changed.bands)


def test_short_texts_have_no_bands():
    """Greetings and single words are everybody's: they get a signature and no key."""
    for text in ("バルス", "good morning", "ok ok ok ok", "", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "a b c d e"):
        assert set(read_text(text).bands) == {0}, text
    assert read_text("thanks for the lovely evening").bands[0] != 0


def test_bands_of_words_and_of_shingles_never_meet():
    """All eight keys of a text differ, or a word band could fill the bucket of a shingle band."""
    assert len(set(read_text(SCAM).bands)) == 8


@settings(deadline=None)
@given(st.text(max_size=200))
def test_reading_twice_gives_the_same(text):
    """Nothing of the post before is left on the desk."""
    first = read_text(text)
    read_text(SCAM + " @someone https://example.com/a 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2")
    second = read_text(text)
    assert (first.bands, first.flags, first.lures, first.words, first.length) == (
        second.bands,
        second.flags,
        second.lures,
        second.words,
        second.length,
    )
    assert np.array_equal(first.signature, second.signature)


def test_hashes_are_the_same_everywhere():
    """Snapshots and archives carry these numbers; they must not change unnoticed."""
    assert [hash_text(x) % 1_000_003 for x in ("", "a", "account-1")] == HASHES
    assert [band % 1_000_003 for band in read_text(SCAM).bands] == BANDS


HASHES = [15225, 570840, 772676]
BANDS = [231888, 919072, 116521, 716432, 547071, 143738, 163983, 972483]


def test_numbers_of_names_are_siphash():
    """Under the public key they are what CPython gives for the same bytes where PYTHONHASHSEED is 0 (SipHash-1-3)."""
    assert hash_text("a") == 4644417185603328019
    assert hash_text("account-1") == 2272146188588889186
    assert hash_text("0123456789abcdef") == 2108444454683020324


def test_another_key_gives_other_numbers():
    """Names and lures are hashed under the key they are read with, and found again under the same."""
    mine = bytes(range(16))
    lure = Lure(kind=LureKind.DOMAIN, value="example.com")
    assert hash_text("a", mine) != hash_text("a")
    assert lure_key(lure, mine) != lure_key(lure)
    assert [found.key for found in read_text("see example.com", key=mine).lures] == [lure_key(lure, mine)]
    assert [found.key for found in read_text("see example.com").lures] == [lure_key(lure)]
