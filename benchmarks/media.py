"""Are campaigns seen whose lure is a picture? By its QR code and by its hash, each by itself, after all that senders do to it.

The share of sixteen campaigns found by the fourth post, for each way; among ordinary posts of accounts of which two in five
post pictures, with jokes that go round and reposts. Every picture is rescaled and compressed besides, as platforms do.
Needs the extra `media`.
"""

from __future__ import annotations

import io
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from benchmarks.lure_pictures import WAYS, compress, lure, rescale
from benchmarks.synthetic import synthetic
from holdfast.connectors.pictures.album import Album
from holdfast.connectors.pictures.keeper import Keeper
from holdfast.connectors.pictures.look import look
from holdfast.detection import Campaign, DetectionSettings, Detector
from holdfast.detection.pictures import Pictures
from holdfast.events import POSTS, Batch

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
START = 1_600_000_000_000
CAMPAIGNS, SIZE, FOURTH = 16, 6, 4
ACCOUNTS, PICTURED = 1_500, 600  # two in five
ORDINARY, DAYS, JOKES = 40_000, 20, 30
GAP = 30 * SECOND
GREETINGS = ("good morning", "wow", "so proud of this", "here we go", "finally!", "big day", "check it")
ADDRESSES = (
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
)  # fmt: skip

Post = dict[str, Any]
Random = np.random.Generator


def measure(*, quick: bool = False) -> dict[str, float]:
    """Every figure; about two minutes, half a minute when `quick`."""
    count = 4 if quick else CAMPAIGNS
    told: dict[str, dict[str, float]] = {"codes": {}, "phash": {}}
    posts = ordinary(1)
    pictured = {post["account"] for post in posts if post["media"]}
    never = [f"u{number}" for number in range(PICTURED, ACCOUNTS) if f"u{number}" not in pictured]
    for way in ("as uploaded", *(name for name in WAYS if name != "compress"), "any of these"):
        attacks = [
            list(campaign(way, n, never[n::count][:SIZE], START + DAY * (10 + n * 9 // count))) for n in range(count)
        ]
        for what, figures in told.items():
            found = campaigns_in([*posts, *(said for attack in attacks for said in _alone(attack, what))])
            figures[way] = sum(_after(attack, found) <= FOURTH for attack in attacks) / count
        given = sum(bool(post["media"][0]["codes"]) for attack in attacks for post in attack)
        told["codes"][f"{way}, codes read"] = given / (count * SIZE)
        print(way, {what: figures[way] for what, figures in told.items()}, given, file=sys.stderr, flush=True)
    figures = {
        f"{'QR code' if what == 'codes' else 'hash'} alone, {way}": value
        for what, row in told.items()
        for way, value in row.items()
    }
    figures |= {"false campaigns among ordinary posts, jokes and reposts": float(len(campaigns_in(posts)))}
    return figures | rates(30 if quick else 200)


# ---- campaigns


def campaign(way: str, number: int, accounts: list[str], begin: int) -> Iterator[Post]:
    """Established accounts, for each of which it is the first, show one lure picture, to each copy of which `way` was done."""
    chance = np.random.default_rng(number)
    code = f"bitcoin:{ADDRESSES[number]}" if number < len(ADDRESSES) else f"pay to {made_address(number)}"
    picture, when, album = lure(chance, code), begin, Album()
    for account in accounts:
        when += int(chance.exponential(GAP))
        seen = look(_file(_sent(picture, way, chance)))
        media = [{"codes": list(seen.codes), "phash": album.name_of(seen)}]
        yield _post(f"c{number}:{account}", when, account, str(chance.choice(GREETINGS)), media)


def _alone(attack: list[Post], what: str) -> Iterator[Post]:
    """The posts of an attack, with one kind of finding only."""
    for post in attack:
        yield post | {"media": [{what: post["media"][0][what]}]}


def made_address(number: int) -> str:
    """An Ethereum address in small letters, another for every number."""
    return "0x" + random.Random(number).randbytes(20).hex()


def _sent(picture: Image.Image, way: str, chance: Random) -> Image.Image:
    """The picture after `way`, at a size and in a quality of the platform's own."""
    chosen = str(chance.choice(list(WAYS))) if way == "any of these" else way
    done = WAYS[chosen](picture, chance) if chosen in WAYS else picture
    return compress(rescale(done, chance), chance, 50, 95)


def _file(picture: Image.Image) -> bytes:
    held = io.BytesIO()
    picture.convert("RGB").save(held, "JPEG", quality=90)
    return held.getvalue()


def _after(attack: list[Post], found: tuple[Campaign, ...]) -> int:
    """At which post of an attack it was detected; beyond its size if never."""
    ids = {post["id"] for post in attack}
    seen = min((each.detected_at for each in found if ids & set(each.posts)), default=None)
    return SIZE + 1 if seen is None else sum(post["time"] <= seen for post in attack)


# ---- ordinary posts


def ordinary(seed: int) -> list[Post]:
    """Posts of accounts of which some post pictures, each time another; jokes, one in ten of whose accounts shows its first."""
    chance = random.Random(seed)
    posts = []
    for number in range(ORDINARY):
        account = int(ACCOUNTS * chance.random())
        media = [{"phash": _hash(chance)}] if account < PICTURED and chance.random() < 0.4 else None
        posts.append(
            _post(f"o{number}", START + int(chance.random() * DAYS * DAY), f"u{account}", _words(chance), media)
        )
    for joke in range(JOKES):
        shown, when = _hash(chance), START + int((2 + chance.random() * (DAYS - 3)) * DAY)
        pace = chance.choice((20 * SECOND, 2 * MINUTE, 20 * MINUTE, HOUR))
        for number in range(chance.choice((5, 12, 40))):
            when += int(chance.expovariate(1 / pace))
            first = chance.random() < 0.1
            account = chance.randrange(PICTURED, ACCOUNTS) if first else chance.randrange(PICTURED)
            repost = f"j{joke}:0" if number and chance.random() < 0.3 else None
            post = _post(f"j{joke}:{number}", when, f"u{account}", "haha", [{"phash": shown}])
            posts.append(post | {"repost_of": repost})
    return posts


def _post(name: str, when: int, account: str, text: str, media: list[dict[str, Any]] | None) -> Post:
    return {"id": name, "time": when, "account": account, "text": text, "media": media}


def _hash(chance: random.Random) -> str:
    return f"{chance.getrandbits(256):064x}"


def _words(chance: random.Random) -> str:
    return " ".join("".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 8))) for _ in range(9))


def campaigns_in(posts: list[Post]) -> tuple[Campaign, ...]:
    """What detection finds among posts, taken in order of time."""
    detector = Detector(DetectionSettings(memory_mb=128))
    ordered = sorted(posts, key=lambda post: post["time"])
    for start in range(0, len(ordered), 1_000):
        detector.observe(Batch(posts=pa.RecordBatch.from_pylist(ordered[start : start + 1_000], schema=POSTS)))
    return detector.campaigns()


# ---- what it costs


def rates(count: int) -> dict[str, float]:
    """Pictures a second through the process that looks at them, and hashes a second through the memory of pictures."""
    files = [_file(lure(np.random.default_rng(number), "bitcoin:x")) for number in range(count)]
    with Keeper(seconds=30) as keeper:
        keeper.look(_file(lure(np.random.default_rng(10**6))))
        began = time.perf_counter()
        for data in files:
            keeper.look(data)
        looked = count / (time.perf_counter() - began)
    pictures = Pictures(16 << 20)
    hashes = np.frombuffer(np.random.default_rng(1).bytes(32 * 200_000).hex().encode(), np.uint8)
    offsets, posts = np.arange(200_001) * 64, np.arange(200_000)
    pictures.keys_of(hashes, offsets[:1001], posts[:1000])
    began = time.process_time()
    pictures.keys_of(hashes, offsets, posts)
    return {
        "pictures of 960 by 640 looked at, a second, wall": looked,
        "hashes compared with 100,000 others, a second a core": 200_000 / (time.process_time() - began),
        "posts a second a core without media": _without_media(),
    }


def _without_media() -> float:
    detector, parts = Detector(DetectionSettings(memory_mb=512)), [synthetic(10_000, seed) for seed in range(30)]
    detector.observe(Batch(posts=parts[0]))
    began = time.process_time()
    for part in parts:
        detector.observe(Batch(posts=part))
    return 10_000 * len(parts) / (time.process_time() - began)


if __name__ == "__main__":
    for figure, value in measure(quick="--quick" in sys.argv).items():
        print(f"{figure:70} {value:12,.3f}", flush=True)
