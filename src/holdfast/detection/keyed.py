"""What do the tables say about this batch? The two passes of the hot path over them, in as many parts as there are shards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from .history import remember
from .precursors import EventRows
from .settings import ACCOUNT_WORDS, ENTRY_WORDS, SECURITY_WORDS, SHARES, SIGHTING_WORDS, DetectionSettings
from .sightings import LINK, NOT_KEPT, RARE, SCREEN_WORDS, follow
from .tables import Table, find_quietly, mix

Run: TypeAlias = Callable[[Sequence[Callable[[], None]]], None]
"""Runs jobs that do not touch each other's data, one after another or at once, and returns when all are done."""

_DUE_ROOM = 256
_MOST_SHARDS = 8
LOST = ("texts_first", "texts", "rare_first", "rare", "links_first", "links")
"""What each count in `KeyedState.lost` counts: keys evicted from that table."""


def one_by_one(jobs: Sequence[Callable[[], None]]) -> None:
    """Run jobs in turn."""
    for job in jobs:
        job()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostColumns:
    """Columns of a batch that reading leaves alone: time int64[n], lang and client as (offsets int32[n + 1], bytes)."""

    time: Any
    lang: tuple[Any, Any]
    client: tuple[Any, Any]
    verified: Any
    reach: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One batch after both passes: voice uint64[n], features int64[n], page uint64[n], keep uint8[n], due in order."""

    voice: Any
    features: Any
    page: Any
    keep: Any
    due: Any


class KeyedState:
    """All tables of detection."""

    def __init__(self, settings: DetectionSettings) -> None:
        """Empty, of the sizes that `settings` allow."""
        self.shards = settings.shards
        words = {"accounts": ACCOUNT_WORDS, "security": SECURITY_WORDS, "texts": ENTRY_WORDS}
        words |= {
            "first_rare": SIGHTING_WORDS,
            "first_links": SIGHTING_WORDS,
            "rare": ENTRY_WORDS,
            "links": ENTRY_WORDS,
        }
        self.tables = {name: Table(settings.sets(SHARES[name], size), size) for name, size in words.items()}
        self.sketch: Any = np.zeros(settings.sets(SHARES["sketch"], 0) * 16, np.uint32)
        self.evicted: Any = np.zeros((_MOST_SHARDS, 2), np.int64)  # accounts, security histories
        self.lost: Any = np.zeros((_MOST_SHARDS, len(LOST)), np.int64)

    def advance(
        self, readings: Any, posts: PostColumns, events: EventRows, sequence: int, origin: int, run: Run
    ) -> Found:
        """Take a batch in: first each account's past, then each key's sightings."""
        count = len(posts.time)
        voice = np.zeros(count, np.uint64)
        features = np.zeros(count, np.int64)
        self._remember(readings, posts, events, sequence, voice, features, run)
        page = _pages(readings, count)
        keep = np.full((self.shards, count), NOT_KEPT, np.uint8)
        due: list[Any] = [None] * self.shards

        def job(shard: int) -> Callable[[], None]:
            def work() -> None:
                due[shard] = self._follow(readings, posts, voice, features, page, shard, sequence, origin, keep[shard])

            return work

        run([job(shard) for shard in range(self.shards)])
        together = np.concatenate(due)
        order = np.lexsort((together[:, 1], together[:, 2], together[:, 0]))
        return Found(voice=voice, features=features, page=page, keep=keep.max(axis=0), due=together[order])

    def arrays(self) -> Iterator[tuple[str, Any]]:
        """Every array that makes up the state, by name."""
        for name, table in self.tables.items():
            yield f"{name}.tags", table.tags
            yield f"{name}.rows", table.rows
        yield "sketch", self.sketch
        yield "evicted", self.evicted
        yield "lost", self.lost

    def handle_of(self, account: int) -> int:
        """The key of the handle of an account given by hash; 0 when it is not known."""
        table = self.tables["accounts"]
        slot = find_quietly(table.tags, np.uint64(mix(np.uint64(account))))
        return 0 if slot < 0 else int(table.rows[slot, 6]) % (1 << 64)

    def first_time(self, key: int, kind: int) -> int | None:
        """When a lure was first seen, in ms; None when it is not remembered."""
        names = (("rare", 0), ("first_rare", 2)) if kind in RARE else (("links", 0), ("first_links", 2))
        for name, word in names:
            slot = find_quietly(self.tables[name].tags, np.uint64(mix(np.uint64(key))))
            if slot >= 0:
                return int(self.tables[name].rows[slot, word])
        return None

    def _remember(
        self, readings: Any, posts: PostColumns, events: EventRows, sequence: int, voice: Any, features: Any, run: Run
    ) -> None:
        accounts, security = self.tables["accounts"], self.tables["security"]
        tables = (accounts.tags, accounts.rows, security.tags, security.rows)
        read = (readings.account, readings.flags, readings.script, readings.lure_from, readings.lure_kind)
        columns = (posts.time, *posts.lang, *posts.client, posts.verified, posts.reach)

        def job(shard: int) -> Callable[[], None]:
            evicted = self.evicted[shard]
            return lambda: remember(
                read, columns, events.columns, tables, shard, self.shards, sequence, voice, features, evicted
            )

        run([job(shard) for shard in range(self.shards)])

    def _follow(
        self, readings: Any, posts: PostColumns, voice: Any, features: Any, page: Any, shard: int, sequence: int,
        origin: int, keep: Any,
    ) -> Any:  # fmt: skip
        read = (
            readings.flags, readings.words, readings.bands,
            readings.lure_from, readings.lure_kind, readings.lure_key, readings.lure_valid, page,
        )  # fmt: skip
        texts = self.tables["texts"]
        tables = (
            self._pair("first_rare", "rare"),
            self._pair("first_links", "links"),
            texts.tags,
            texts.rows,
            self.sketch,
        )
        due = np.zeros((_DUE_ROOM, SCREEN_WORDS + ENTRY_WORDS), np.int64)
        filled: list[Any] = []
        start, count = 0, len(posts.time)
        while start < count or not filled:
            found = np.zeros(1, np.int64)
            start = follow(
                read, posts.time, voice, features, tables, shard, self.shards, sequence, origin, start, due, found,
                keep, self.lost[shard],
            )  # fmt: skip
            filled.append(due[: found[0]].copy())
        return np.concatenate(filled)

    def _pair(self, first: str, then: str) -> tuple[Any, Any, Any, Any]:
        one, two = self.tables[first], self.tables[then]
        return one.tags, one.rows, two.tags, two.rows


def _pages(readings: Any, count: int) -> Any:
    """One hash per post of all links in it: what tells one page of a site from another."""
    links = np.where(readings.lure_kind == LINK, readings.lure_key, np.uint64(0))
    pages = np.zeros(count, np.uint64)
    if len(links):
        owner = np.repeat(np.arange(count), np.diff(readings.lure_from))
        np.bitwise_xor.at(pages, owner, links)
    return pages
