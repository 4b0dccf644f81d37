"""A small stream of posts and events of our own making, and a detector small enough to make anew for every test."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa
import pytest

from holdfast.detection import Campaign, DetectionSettings, Detector
from holdfast.events import POSTS, Batch, SecurityEvent

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
START = 1_600_000_000_000
SMALL = DetectionSettings(memory_mb=4)

_SYLLABLES = ["ba", "ko", "li", "mer", "tan", "sho", "ru", "vin", "del", "pas", "qui", "gor", "net", "fal", "zu", "hem"]
_WORDS = ["".join(random.Random(number).choices(_SYLLABLES, k=2 + number % 2)) for number in range(400)]
_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def wallet(number: int) -> str:
    """A bitcoin address that passes its checksum (BIP 173, version 0), another for every number."""
    drawn = random.Random(number)
    data = [0] + [drawn.randrange(32) for _ in range(31)] + [drawn.randrange(2) * 16]
    values = [3, 3, 0, 2, 3, *data, 0, 0, 0, 0, 0, 0]
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    check ^= 1
    return "bc1" + "".join(_CHARSET[value] for value in data + [check >> 5 * (5 - place) & 31 for place in range(6)])


def chatter(drawn: random.Random, words: int = 9) -> str:
    """Words in no order that means anything."""
    return " ".join(drawn.choice(_WORDS) for _ in range(words))


def offer(drawn: random.Random, lure: str) -> str:
    """One of many ways to say the same thing."""
    first = drawn.choice(
        (
            "Our fund opens its doors",
            "Good things are meant to be shared",
            "A thank you to everyone here",
            "Nobody asked for it, still",
            "Before the year is over",
            "My accountant will hate this",
            "Ten years on this site today",
        )
    )
    middle = drawn.choice(
        (
            "whatever reaches this account",
            "each transfer made before tonight",
            "all that you put in",
            "any sum under nine thousand",
            "the next hundred deposits",
        )
    )
    last = drawn.choice(
        (
            "goes home with twice the weight",
            "is matched coin for coin",
            "returns with a twin beside it",
            "gets doubled by my office",
            "will be sent back two to one",
        )
    )
    end = drawn.choice(
        ("Be quick", "With love from all of us", "No questions asked", "Until noon only", "Tell your mother")
    )
    return f"{first}: {middle} {last}. {lure} {end}"


class Stream:
    """Posts and events in order of time, as they are told; `now` moves on with each."""

    def __init__(self, seed: int = 1) -> None:
        """Empty, beginning at START."""
        self.drawn = random.Random(seed)
        self.now = START
        self.posts: list[dict[str, object]] = []
        self.events: list[SecurityEvent] = []

    def wait(self, milliseconds: float) -> Stream:
        """Let time pass."""
        self.now += int(milliseconds)
        return self

    def say(self, account: str, text: str, urls: Sequence[str] = (), **more: object) -> str:
        """One post; the id it was given."""
        name = str(more.pop("id", f"p{len(self.posts)}"))
        self.posts.append({"id": name, "time": self.now, "account": account, "text": text, "urls": list(urls), **more})
        return name

    def happen(self, event: SecurityEvent) -> None:
        """One security event."""
        self.events.append(event)

    def ordinary(self, days: float = 2.0, accounts: int = 25, posts: int = 300, **more: object) -> Stream:
        """Everyday chatter by `old0`, `old1`, ...; one post in ten links a page of a well-known site."""
        for _ in range(posts):
            self.wait(days * DAY / posts)
            text, urls = chatter(self.drawn), ()
            if self.drawn.random() < 0.1:
                urls = (f"https://gazette.example.org/{self.drawn.randrange(10**6)}",)
                text += f" {urls[0]}"
            self.say(f"old{self.drawn.randrange(accounts)}", text, urls, **more)
        return self

    def crowd(
        self, count: int, gap: float, text: Callable[[int], str], prefix: str = "acc", **more: object
    ) -> list[str]:
        """`count` accounts, one post each, `gap` ms apart on average; their ids."""
        accounts = [f"{prefix}{index}" for index in range(count)]
        for index, account in enumerate(accounts):
            said = text(index)
            links = [word for word in said.split() if word.startswith("https://")]
            self.say(account, said, links, **more)
            self.wait(gap * self.drawn.uniform(0.5, 1.5))
        return accounts

    def batches(self, cuts: Iterable[int] = ()) -> list[Batch]:
        """Everything so far, cut before the posts with these indices; events go with the first post not older."""
        edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(self.posts)}), len(self.posts)]
        waiting = sorted(self.events, key=lambda event: event.time)
        found = []
        for start, stop in itertools.pairwise(edges):
            last = stop == len(self.posts)
            due = [event for event in waiting if last or event.time <= self.posts[stop - 1]["time"]]
            waiting = waiting[len(due) :]
            found.append(Batch(posts=columns(self.posts[start:stop]), others=due))
        return found

    def detect(self, cuts: Iterable[int] = (), settings: DetectionSettings = SMALL) -> Detector:
        """A detector that has seen everything so far."""
        detector = Detector(settings)
        for batch in self.batches(cuts):
            detector.observe(batch)
        return detector

    def found(self) -> tuple[Campaign, ...]:
        """The campaigns in everything so far."""
        return self.detect().campaigns()


def columns(posts: list[dict[str, object]]) -> pa.RecordBatch:
    """Posts as the hot path takes them."""
    return pa.RecordBatch.from_pylist(posts, schema=POSTS)


@pytest.fixture
def stream() -> Stream:
    """A stream with two days of everyday chatter behind it."""
    return Stream().ordinary()


@pytest.fixture
def new_stream() -> Callable[..., Stream]:
    """Makes streams without any past."""
    return Stream


@pytest.fixture(name="wallet")
def wallet_of() -> Callable[[int], str]:
    """Makes valid payment addresses."""
    return wallet


@pytest.fixture(name="offer")
def offer_of() -> Callable[[random.Random, str], str]:
    """Says the same thing in many ways."""
    return offer


@pytest.fixture(name="chatter")
def chatter_of() -> Callable[..., str]:
    """Says nothing in many words."""
    return chatter
