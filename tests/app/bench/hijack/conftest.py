"""A small benchmark of our own making: eight days of a town's talk, with takeovers among it."""

import json
import random

import pyarrow as pa
import pytest
from numpy.random import default_rng

from holdfast.app.bench.hijack.attacks import Attack, LurePost
from holdfast.connectors.simulated.addresses import bech32_address
from holdfast.detection import Campaign, CampaignTier
from holdfast.reading import Lure, LureKind

START = 1_600_000_000  # seconds
DAY = 86_400
_WORDS = [
    "morning",
    "train",
    "coffee",
    "rain",
    "match",
    "goal",
    "garden",
    "recipe",
    "bread",
    "book",
    "film",
    "song",
    "bus",
    "work",
    "lunch",
    "river",
]


def wallet(number):
    """A payment address that passes its checksum, another for every number."""
    return bech32_address(default_rng(number))


def talk(days=8, accounts=24, each=3):
    """What the town says, spelt as HijackBench spells it; one post in ten has no author."""
    drawn = random.Random(7)
    rows = []
    for number in range(days * accounts * each):
        author = f"town:{number % accounts}" if drawn.random() < 0.9 else ""
        text = " ".join(drawn.choice(_WORDS) for _ in range(7)) + f" {number}, said nobody in particular about nothing"
        row = {"id": f"p{number}", "tsb": START + number * 86_400 // (accounts * each), "author": author, "text": text}
        rows.append(row | {"urls": [], "lang": "en", "repost_of": "", "src": "town"})
    return rows


def takeover(campaign, day, text, *, victims=5, gap=60, first=0):
    """One campaign: each victim posts once, `gap` seconds apart; `text` is made from the victim's number."""
    return [
        {
            "id": f"{campaign}:{place}",
            "tsb": int(START + day * DAY + place * gap),
            "author": f"town:{first + place}",
            "text": text(first + place),
            "urls": [],
            "img": None,
            "campaign": campaign,
            "variant": campaign.partition("#")[0],
        }
        for place in range(victims)
    ]


def gift(number):
    """A lure with an address that all share."""
    return lambda victim: f"Send to {wallet(number)} and I, number {victim}, send back twice as much today"


def written(rows):
    """Rows as JSON Lines."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def packed(rows):
    """Rows as JSON Lines, packed with zstd."""
    return pa.compress(written(rows), "zstd", asbytes=True)


CAMPAIGNS = [
    *takeover("V0_verbatim#00", 3.1, gift(1)),
    *takeover("V0_verbatim#01", 5.2, gift(2), first=8),
    *takeover(
        "V99_nothing_shared#00", 6.3, lambda victim: f"hello from {victim}, nothing to see here at all", first=14
    ),
]
FAMILIES = {
    "families": [
        {"id": "B2_petition", "texts": ["I just signed this petition, will you join me? {url}"]},
        {"id": "B3_news"},
        {
            "id": "B7_warning",
            "texts": ["WARNING: {acct} has been hacked. Do NOT send anything to {addr}. It is a scam."],
        },
        {"id": "B10_chatter"},
        {"no": "id"},
    ]
}


@pytest.fixture
def bench(tmp_path):
    """Write a benchmark's directory; files are given by name, as bytes, and replace the usual ones (None leaves one out)."""

    def write(**files):
        usual = {"background__jsonl__zst": packed(talk()), "campaigns__jsonl": written(CAMPAIGNS)}
        for name, data in (usual | files).items():
            if data is not None:
                (tmp_path / name.replace("__", ".")).write_bytes(data)
        return tmp_path

    return write


@pytest.fixture
def attack():
    """Makes an attack: lure posts by `accounts`, a minute apart from `start` ms on; post ids are `name:0`, `name:1`, ..."""

    def make(name, accounts, start=0):
        posts = (LurePost(id=f"{name}:{n}", account=who, time=start + n * 60_000) for n, who in enumerate(accounts))
        return Attack(name=name, variant=name.partition("#")[0], posts=tuple(posts))

    return make


@pytest.fixture
def campaign():
    """Makes a campaign as detection tells it."""

    def make(posts, accounts, *, name="c-1", detected_at=0, contained_at=None, score=10.0, merged=()):
        return Campaign(
            id=name,
            tier=CampaignTier.ALERT if contained_at is None else CampaignTier.CONTAIN,
            first_post_at=0,
            detected_at=detected_at,
            detected_after_posts=3,
            accounts=tuple(accounts),
            posts=tuple(posts),
            lures=(Lure(kind=LureKind.ADDRESS, value="bc1"),),
            score=score,
            evidence=(),
            merged=tuple(merged),
            contained_at=contained_at,
        )

    return make
