"""Handles, numbers and tickers are found; quotations, warnings and disguise are noticed; floods stay linear."""

from __future__ import annotations

import pytest

from holdfast.reading import LURE_CODES, Flag, FoundLure, Lure, LureKind, lure_key, lures_of, read_text
from holdfast.reading.desk import LURES, MOST, MOST_LURES, SHINGLE, SPANS, WORD
from holdfast.reading.flags import SHORTENER_AT

ADDRESS = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"


def values(text: str, kind: LureKind) -> list[str]:
    """The lures of one kind."""
    return [x.value for x in read_text(text).lures if x.kind is kind]


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@Alice, see @bob_2!", ["alice", "bob_2"]),
        ("＠alice", ["alice"]),
        ("@alice@mastodon.social hello", ["alice@mastodon.social"]),
        ("@alice:matrix.org hello", ["alice@matrix.org"]),
        ("@alice.bsky.social hello", ["alice.bsky.social"]),
        ("@alice.And then", ["alice"]),
        ("me@example.com", []),
        ("first.last@example.com", []),
        ("@ 5 o'clock, @123", []),
        ("@alice @ALICE @al\u200bice", ["alice"]),
    ],
)
def test_handles(text, handles):
    """Names are one in any case; an e-mail address holds none."""
    assert values(text, LureKind.HANDLE) == handles


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("call +1 (555) 123-4567 now", ["+15551234567"]),
        ("+49 89 1234 5678", ["+498912345678"]),
        ("0049 89 12345678", ["+498912345678"]),
        ("WhatsApp ＋４４ 20 7946 0018", ["+442079460018"]),
        ("(555) 123-4567", ["5551234567"]),
        ("555-123-4567", ["5551234567"]),
        ("089 1234 5678", ["08912345678"]),
        ("06 12 34 56 78", ["0612345678"]),
        ("+1.555.123.4567", ["+15551234567"]),
        ("2020-07-15 14:30:20", []),
        ("15.07.2020", []),
        ("$1,000,000.00", []),
        ("192.168.100.24 and +192.168.0.11", []),
        ("10000000 people", []),
        ("4111 1111 1111 1111", []),
        ("10 20 30 40 50", []),
        ("ab12345678", []),
        ("1594830000000", []),
    ],
)
def test_phone_numbers(text, numbers):
    """Numbers that can be called are told from dates, prices, addresses and counts."""
    assert values(text, LureKind.PHONE) == numbers


@pytest.mark.parametrize(
    ("text", "tickers"), [("$BTC $eth.", ["BTC", "ETH"]), ("$100 US$ $TOOLONGX $XDG_HOME a$B", []), ("＄BTC", ["BTC"])]
)
def test_cash_tags(text, tickers):
    """Tickers have up to six letters and stand alone."""
    assert values(text, LureKind.CASHTAG) == tickers


@pytest.mark.parametrize(
    "text",
    [
        f'they wrote "send to {ADDRESS}" lol',
        f"they wrote “send to {ADDRESS}” lol",
        f"„{ADDRESS}“",
        "«go to example.com»",
        f"「{ADDRESS}」",
        f"> send to {ADDRESS}\nthis is a scam",
        "look:\n>> example.com/x\nscam",
    ],
)
def test_a_quoted_lure_is_flagged(text):
    """Whoever warns quotes."""
    assert read_text(text).flags & Flag.QUOTED_LURE


@pytest.mark.parametrize(
    "text",
    [
        f'"hello" send to {ADDRESS}',
        f"don’t wait ’til {ADDRESS}",
        f'5" pipes at {ADDRESS}',
        f"a > b {ADDRESS}",
        f"> a quotation\n{ADDRESS}",
    ],
)
def test_a_lure_beside_a_quotation_is_not_quoted(text):
    """Only what stands inside counts."""
    assert not read_text(text).flags & Flag.QUOTED_LURE


@pytest.mark.parametrize(
    "text",
    ["fr\u200bee money", "frее money", "f\u2060ree", "раypal", "s\u200dend"],
)
def test_disguised_words_are_flagged(text):
    """Invisible characters inside words, and words of mixed scripts that only look like one."""
    assert read_text(text).flags & Flag.OBFUSCATED_TEXT


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # Persian needs the non-joiner
        "क्\u200dष",  # and Hindi the joiner
        "👩\u200d👩\u200d👧 family ❤\ufe0f love 1\ufe0f\u20e3",
        "Donau\u00addampf\u00adschiff",
        "IT-шник и Wi-Fi",
        "сор",
        "µm and Ωm, π-meson",
        "café naïve",
        "Italy\x92s",
        "𝓯𝓪𝓷𝓬𝔂 text",
        "a\u200b b",
        "日本語のtext",
    ],
)
def test_honest_text_is_not_flagged(text):
    """Joiners where scripts need them, emoji, hyphenation, units and fancy letters are no disguise."""
    assert not read_text(text).flags & (Flag.OBFUSCATED_TEXT | Flag.OBFUSCATED_LURE)


def test_flags_say_what_a_post_holds():
    """Mentions, links, short links, addresses, reposts of the old style."""
    assert read_text("RT @alice: hi").flags == Flag.MENTIONS | Flag.REFERS
    assert read_text("https://t.co/abc").flags & 0xFFFF == Flag.HAS_LINK | Flag.HAS_SHORT_LINK
    assert read_text(ADDRESS).flags == Flag.HAS_ADDRESS
    assert read_text("nothing at all").flags == 0


def test_lures_for_people():
    """Kind, canonical value, and whether something vouches for it."""
    assert lures_of(f"@A {ADDRESS}") == (
        Lure(kind=LureKind.ADDRESS, value=ADDRESS),
        Lure(kind=LureKind.HANDLE, value="a"),
    )
    (found,) = read_text(ADDRESS).lures
    assert found == FoundLure(
        kind=LureKind.ADDRESS, value=ADDRESS, valid=2, key=lure_key(Lure(kind=LureKind.ADDRESS, value=ADDRESS))
    )
    assert set(LURE_CODES.values()) == set(range(1, 8))


FLOODS = {
    "dots": "a." * 30_000,
    "digits": "1 " * 30_000,
    "digits unbroken": "1" * 60_000,
    "colons": "http://" * 8_000,
    "ats": "@" * 60_000,
    "names": "a@" * 30_000,
    "quotes": '"' * 60_000,
    "quotations": ">\n" * 30_000,
    "dollars": "$a" * 30_000,
    "brackets": "a[.]" * 15_000,
    "handles": "".join(f"@a{i} " for i in range(9_000)),
    "hosts": "".join(f"a{i}.com " for i in range(6_000)),
    "labels": "a" * 60_000 + ".com",
    "foreign labels": "ä." * 30_000,
    "marks": "e" + "\u0301" * 60_000,
    "addresses": (ADDRESS + " ") * 1_700,
}


@pytest.mark.parametrize("text", FLOODS.values(), ids=FLOODS.keys())
def test_a_flood_leaves_no_more_than_its_length(text):
    """Spans do not overlap and values do not pile up: each place of a text is written down at most once a kind."""
    reading = read_text(text)
    assert len(reading.lures) <= len(text) / 3
    assert sum(len(x.value) for x in reading.lures) <= 2 * len(text)
    assert reading.length == min(len(text.strip()), 65_535)


def test_the_lists_of_the_desk_hold_what_a_text_can_fill_them_with():
    """Three code points make a lure, one makes a feature."""
    assert MOST_LURES * 2 >= MOST
    assert SPANS < LURES < WORD < SHINGLE


def test_the_shortening_service_is_told_apart():
    """Links of one service carry one number, those of another very likely another, and a plain link none."""
    numbers = {
        text: read_text(text).flags >> SHORTENER_AT
        for text in ("https://t.co/abc", "see http://T.co/xyz?s=1", "https://bit.ly/abc", "https://example.com/t.co")
    }
    ours, again, other, none = numbers.values()
    assert ours == again != other
    assert 0 < other < 256
    assert none == 0


@pytest.mark.parametrize(
    ("text", "is_piece"),
    [
        ("send it to bc1qxy2kgdygjrsqtz", True),
        ("the rest: q2n0yrf2493p83kkfjhx0wlh", True),
        ("thanks zykotick99", True),
        ("see https://example.com/q2n0yrf2493p8", False),
        ("mail me: q2n0yrf2493p8@example.com", False),
        ("@q2n0yrf2493p8 hello", False),
        ("two thousand 1234567890123", False),
        ("antidisestablishmentarianism", False),
        (f"whole: {ADDRESS}", False),
    ],
)
def test_what_could_be_a_piece_of_an_address(text, is_piece):
    """A run of letters and digits by itself could be one; names, links, numbers, words and whole addresses are not."""
    assert bool(read_text(text).flags & Flag.HAS_PIECE) is is_piece
