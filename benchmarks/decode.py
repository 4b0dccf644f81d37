"""How fast do JSON Lines become columns, and what does it cost to count each post once?

Synthetic posts: compact ones as a firehose sends them (about 370 bytes), and wide ones as an old API did (about 2.1 kB,
most of it fields that we have no name for). All figures are for one core, in processor time. The filter is asked about
posts that are all new, with the tables far bigger than the caches.

    python -m benchmarks.decode
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from holdfast.events import POSTS, Decoder, Dialect, OnceOnly, Post, posts_to_batch

BLOCK = 4 * 1024 * 1024  # bytes: what a file source decodes at once
IDS_PER_BATCH = 10_000
SYLLABLES = ("ka", "lo", "mi", "tre", "sun", "po", "ri", "den", "あ", "日本", "é", "ost", "ver", "th", "an", "😀")
WORDS = 4_000


def compact_post(rng: np.random.Generator, words: list[str], number: int) -> dict[str, object]:
    """A post with what detection asks for, and little else."""
    picked = [words[at] for at in rng.integers(0, WORDS, rng.integers(6, 24))]
    return {
        "type": "post",
        "id": str(1_283_000_000_000_000_000 + number * 7),
        "time": 1_594_840_380_000 + number,
        "account": str(int(rng.integers(1, 20_000_000))),
        "text": " ".join(picked),
        "urls": [f"https://t.example/{number:x}"] if rng.random() < 0.2 else [],
        "lang": ("en", "ja", "es", "pt")[number % 4],
        "client": f"Example for {('Android', 'iOS', 'Web')[number % 3]}",
        "reply_to": str(1_282_999_000_000_000_000 + number) if rng.random() < 0.4 else None,
        "repost_of": None,
        "quote_of": None,
        "reach": int(rng.integers(0, 1_000_000)),
        "verified": bool(rng.random() < 0.01),
    }


def wide_post(rng: np.random.Generator, words: list[str], number: int) -> dict[str, object]:
    """The same, among everything else that a platform may say of a post."""

    def said(count: int) -> str:
        return " ".join(words[at] for at in rng.integers(0, WORDS, count))

    size = {"w": 680, "h": 383, "resize": "fit"}
    return compact_post(rng, words, number) | {
        "entities": {
            "hashtags": [{"text": said(1), "indices": [1, 9]}],
            "user_mentions": [{"screen_name": said(1), "id": number + at, "indices": [3, 15]} for at in range(2)],
            "symbols": [],
        },
        "user": {
            "id": int(rng.integers(1, 10**12)),
            "name": said(2),
            "screen_name": said(1),
            "location": said(3),
            "description": said(14),
            "followers_count": 5,
            "friends_count": 6,
            "created_at": "Wed Jul 15 20:00:00 +0000 2009",
            "profile_image_url_https": f"https://img.example/profile_images/{number}/normal.jpg",
            "default_profile": False,
        },
        "place": {"full_name": "Manhattan, NY", "box": [[-74.026675, 40.683935], [-73.910408, 40.877483]]},
        "extended": {"media": [{"id": number, "sizes": dict.fromkeys(("small", "large", "thumb"), size)}]},
        "retweet_count": 0,
        "geo": None,
        "full_text": said(40),
    }


def block(make: Callable[[np.random.Generator, list[str], int], dict[str, object]]) -> bytes:
    """A block of lines of such posts, and no part of a line."""
    rng = np.random.default_rng(2020)
    words = ["".join(SYLLABLES[at] for at in rng.integers(0, len(SYLLABLES), rng.integers(1, 5))) for _ in range(WORDS)]
    lines: list[bytes] = []
    size = number = 0
    while size < BLOCK:
        lines.append(json.dumps(make(rng, words, number), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        size, number = size + len(lines[-1]), number + 1
    return b"".join(lines)


def rate(work: Callable[[], int], seconds: float) -> float:
    """How many things a second `work` does (it says how many at a time), over `seconds` of processor time."""
    work()  # compiles and loads the kernels
    done, start = 0, time.process_time()
    while (spent := time.process_time() - start) < seconds:
        done += work()
    return done / spent


def decode_rate(lines: bytes, dialect: Dialect, seconds: float) -> float:
    """Posts decoded a second."""
    decoder = Decoder(dialect)

    def work() -> int:
        decoded = decoder.decode(lines, first_line=2)
        assert not decoded.rejects
        return decoded.batch.posts.num_rows

    return rate(work, seconds)


def filter_cost(seconds: float) -> float:
    """Nanoseconds to ask about one post that has not come before."""
    post = Post(id="", time=1_594_840_380_000, account="a", text="t", platform="example")
    template = posts_to_batch([post] * IDS_PER_BATCH)
    rng, place = np.random.default_rng(2020), POSTS.get_field_index("id")
    once = OnceOnly(key=bytes(range(16)))
    once.posts(template)  # compiles and loads the kernels
    asked, spent = 0, 0.0
    while spent < seconds:
        ids = pa.array(rng.integers(10**18, 2 * 10**18, IDS_PER_BATCH).astype(str))
        batch = template.set_column(place, POSTS.field(place), ids)
        start = time.process_time()
        once.posts(batch)
        spent += time.process_time() - start
        asked += IDS_PER_BATCH
    return spent / asked * 1e9


def measure(seconds: float = 3.0, *, quick: bool = False) -> dict[str, float]:
    """All figures, each taken over `seconds` of processor time (a tenth of them when `quick`)."""
    seconds = seconds / 10 if quick else seconds
    figures: dict[str, float] = {}
    for name, make in (("compact", compact_post), ("wide", wide_post)):
        lines = block(make)
        figures[f"{name} JSON, bytes per post"] = len(lines) / lines.count(b"\n")
        for kept, dialect in (("", Dialect(keep_unknown=False)), (", unknown fields kept", Dialect())):
            figures[f"{name} JSON{kept}, posts/s/core"] = decode_rate(lines, dialect, seconds)
    figures["duplicate filter, ns/post"] = filter_cost(seconds)
    return figures


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name:50} {figure:12,.0f}")
