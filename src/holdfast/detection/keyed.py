"""What do the tables say about this batch? The two passes of the hot path over them, in as many parts as there are shards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from holdfast.reading.flags import LINK, SHORT_LINK

from . import model
from .commentary import judge_replies
from .history import remember
from .pictures import PICTURE, Pictures
from .precursors import EventRows
from .settings import ACCOUNT_WORDS, ENTRY_WORDS, SECURITY_WORDS, SHARES, SIGHTING_WORDS, DetectionSettings
from .sightings import MOST_DUE, ROUNDED, SCREEN_WORDS, follow
from .tables import Table, find, mix
from .watch import signed

Run: TypeAlias = Callable[[Sequence[Callable[[], None]]], None]
"""Runs jobs that do not touch each other's data, one after another or at once, and returns when all are done."""

MOST_SHARDS = 8
LOST = ("texts_first", "texts", "rare_first", "rare", "links_first", "links")
"""What each count in `KeyedState.lost` counts: keys evicted from that table."""


def one_by_one(jobs: Sequence[Callable[[], None]]) -> None:
    """Run jobs in turn."""
    for job in jobs:
        job()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostColumns:
    """Columns of a batch that reading leaves alone: time int64[n], lang and client as (offsets int32[n + 1], bytes).

    `answered` int64[n] are the hashes of the posts answered.
    """

    time: Any
    lang: tuple[Any, Any]
    client: tuple[Any, Any]
    verified: Any
    reach: Any
    answered: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One batch after both passes: voice, features, page int64[n], keep uint8[n]; entries due, in order of post."""

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
        self._least = model.milli(settings.alert) - ROUNDED
        words = {"carrying": 1, "accounts": ACCOUNT_WORDS, "security": SECURITY_WORDS, "texts": ENTRY_WORDS}
        words |= {
            "first_rare": SIGHTING_WORDS,
            "first_links": SIGHTING_WORDS,
            "rare": ENTRY_WORDS,
            "links": ENTRY_WORDS,
        }
        self.tables = {name: Table(settings.sets(SHARES[name], size), size) for name, size in words.items()}
        self.pictures = Pictures(int(SHARES["pictures"] * settings.memory_mb * (1 << 20)))
        self.sketch: Any = np.zeros(settings.sets(SHARES["sketch"], 0) * 16, np.int32)
        self.evicted: Any = np.zeros((MOST_SHARDS, 2), np.int64)  # accounts, security histories
        self.forgotten: Any = np.zeros(1, np.int64)  # posts that carried a lure
        self.lost: Any = np.zeros((MOST_SHARDS, len(LOST)), np.int64)
        self._due: Any = np.zeros((self.shards, 2 * MOST_DUE, SCREEN_WORDS + ENTRY_WORDS), np.int64)

    def arrays(self) -> Iterator[tuple[str, Any]]:
        """Every array that makes up the state, by name."""
        for name, table in self.tables.items():
            yield f"{name}.tags", table.tags
            yield f"{name}.rows", table.rows
        for name in Pictures.__slots__:
            yield f"pictures.{name}", getattr(self.pictures, name)
        yield "sketch", self.sketch
        yield "evicted", self.evicted
        yield "forgotten", self.forgotten
        yield "lost", self.lost

    def handle_of(self, account: int) -> int:
        """The key of the handle of an account given by hash; 0 when it is not known."""
        table = self.tables["accounts"]
        slot = find(table.tags, mix(signed(account)))
        return 0 if slot < 0 else int(table.rows[slot, 6]) % (1 << 64)

    def first_time(self, key: int, kind: int) -> int | None:
        """When a lure was first seen, in ms; None when it is not remembered."""
        row = self._row(key, kind)
        return None if row is None else int(row[2 if len(row) == SIGHTING_WORDS else 0])

    def accounts_of(self, key: int, kind: int) -> int:
        """How many accounts have posted a lure, about; 0 when it is not remembered."""
        rows = self._row(key, kind)
        return 0 if rows is None else 1 if len(rows) == SIGHTING_WORDS else int(rows[2])

    def _row(self, key: int, kind: int) -> Any | None:
        """A lure's entry, or its first sighting."""
        own = ("links", "first_links") if kind in (LINK, SHORT_LINK, PICTURE) else ("rare", "first_rare")
        for table in (self.tables[name] for name in own):
            slot = find(table.tags, mix(signed(key)))
            if slot >= 0:
                return table.rows[slot]
        return None

    def advance(
        self, readings: Any, posts: PostColumns, events: EventRows, sequence: int, origin: int, run: Run
    ) -> Found:  # fmt: skip
        """Take a batch in: first each account's past, then each key's sightings."""
        self._judge_replies(readings, posts.answered, sequence)
        count = len(posts.time)
        voice, features, page = (np.empty(count, np.int64) for _ in range(3))
        self._remember(readings, posts, events, sequence, (voice, features, page), run)
        keep = np.empty((self.shards, count), np.uint8)
        due: list[Any] = [None] * self.shards
        known = (posts.time, voice, features, page)

        def job(shard: int) -> Callable[[], None]:
            def work() -> None:
                due[shard] = self._follow(readings, known, shard, sequence, origin, keep[shard])

            return work

        run([job(shard) for shard in range(self.shards)])
        if self.shards == 1:
            return Found(voice=voice, features=features, page=page, keep=keep[0], due=due[0])
        together = np.concatenate(due)
        in_order = np.argsort(together[:, 0], kind="stable")
        return Found(
            voice=voice, features=features, page=page, keep=np.bitwise_or.reduce(keep, axis=0), due=together[in_order]
        )

    def _judge_replies(self, readings: Any, answered: Any, sequence: int) -> None:
        account, post, lure_from, kinds = (
            readings.account.view(np.int64),
            readings.post.view(np.int64),
            readings.lure_from,
            readings.lure_kind,
        )
        table = self.tables["carrying"]
        judge_replies(
            readings.flags, account, post, answered, lure_from, kinds, table.tags, table.rows, sequence, self.forgotten
        )

    def _remember(
        self, readings: Any, posts: PostColumns, events: EventRows, sequence: int, out: tuple[Any, Any, Any], run: Run
    ) -> None:
        accounts, security = self.tables["accounts"], self.tables["security"]
        tables = (accounts.tags, accounts.rows, security.tags, security.rows)
        account, keys = readings.account.view(np.int64), readings.lure_key.view(np.int64)
        read = (account, readings.flags, readings.script, readings.lure_from, readings.lure_kind, keys)
        columns = (posts.time, *posts.lang, *posts.client, posts.verified, posts.reach)

        def job(shard: int) -> Callable[[], None]:
            evicted = self.evicted[shard]
            return lambda: remember(read, columns, events.columns, tables, shard, self.shards, sequence, out, evicted)

        run([job(shard) for shard in range(self.shards)])

    def _follow(
        self, readings: Any, known: tuple[Any, Any, Any, Any], shard: int, sequence: int, origin: int, keep: Any
    ) -> Any:  # fmt: skip
        bands, keys = readings.bands.view(np.int64), readings.lure_key.view(np.int64)
        read = (
            readings.flags,
            readings.words,
            bands,
            readings.lure_from,
            readings.lure_kind,
            keys,
            readings.lure_valid,
        )
        rare, links = self._pair("first_rare", "rare"), self._pair("first_links", "links")
        texts = (self.tables["texts"].tags, self.tables["texts"].rows, self.sketch)
        due, lost = self._due[shard], self.lost[shard]
        filled: list[Any] = []
        start, count = 0, len(known[0])
        while start < count or not filled:
            found = np.zeros(1, np.int64)
            start = follow(
                read, known, rare, links, texts, shard, self.shards, self._least, sequence, origin, start, due, found,
                keep, lost,
            )  # fmt: skip
            filled.append(due[: found[0]].copy())
        return filled[0] if len(filled) == 1 else np.concatenate(filled)

    def _pair(self, first: str, then: str) -> tuple[Any, Any, Any, Any]:
        one, two = self.tables[first], self.tables[then]
        return one.tags, one.rows, two.tags, two.rows
