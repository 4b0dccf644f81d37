"""What does everybody else post: ordinary traffic in columns, a block of ten minutes at a time.

A block depends on the seed and its number alone, so nothing that the adversary or the responders do shifts a word.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.random import Generator
from numpy.typing import NDArray

from holdfast.events import POSTS

from . import texts, vocabulary
from .population import Accounts, Rows
from .scenario import MINUTE, Scenario
from .streams import stream

BLOCK = 10 * MINUTE
EPOCH = 1_288_834_974_657  # the zero of snowflake ids, milliseconds since 1970 UTC
ORDINAL_BITS = 22  # below the time in a snowflake id; the highest of them marks posts made one by one
REPOST_SHARE, REPLY_SHARE, QUOTE_SHARE = 0.16, 0.25, 0.03
DAY_SWING = 0.25  # how far the hour moves the rate from its mean; posting peaks at 20:00 UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Ordinary posts of a stretch of time in order: the batch, and the row of the account behind each post."""

    posts: pa.RecordBatch
    rows: Rows


def post_id(time: int, ordinal: int) -> int:
    """A snowflake: milliseconds, then an ordinal that tells posts of one millisecond apart."""
    return (time - EPOCH) << ORDINAL_BITS | ordinal


class Traffic:
    """The ordinary posts of a scenario."""

    def __init__(self, accounts: Accounts, scenario: Scenario, seed: int) -> None:
        """Nothing is drawn until it is asked for."""
        self._accounts = accounts
        self._start = scenario.start
        self._rate = scenario.population.posts_per_second
        self._seed = seed
        self._weights = np.cumsum(accounts.rate, dtype=np.float64)
        self._number = -1
        self._block = Stretch(posts=NO_POSTS, rows=np.empty(0, np.int64))
        self._times = np.empty(0, np.int64)

    def between(self, start: int, until: int) -> Stretch:
        """The posts from `start` up to `until`, both in one block of ten minutes counted from the scenario's start."""
        number = (start - self._start) // BLOCK
        if number != self._number:
            self._block = self._draw(number)
            self._times = self._block.posts.column("time").to_numpy()
            self._number = number
        first, last = np.searchsorted(self._times, (start, until))
        return Stretch(posts=self._block.posts.slice(first, last - first), rows=self._block.rows[first:last])

    def _draw(self, number: int) -> Stretch:
        rng = stream(self._seed, "traffic", number)
        begin = self._start + number * BLOCK
        hours = (begin // MINUTE) % 1_440 / 60
        swing = 1 + DAY_SWING * np.cos((hours - 20) / 24 * 2 * np.pi)
        count = int(rng.poisson(self._rate * swing * BLOCK / 1_000))
        times = np.sort(rng.integers(begin, begin + BLOCK, count))
        # Looking up sorted numbers goes through memory once; the shuffle gives each post an author of its own again.
        draws = np.sort(rng.random(count)) * self._weights[-1]
        rows = np.minimum(np.searchsorted(self._weights, draws, side="right"), self._accounts.size - 1)
        rows = rng.permutation(rows).astype(np.int64)
        return Stretch(posts=self._write(rng, times, rows, number // 6), rows=rows)

    def _write(self, rng: Generator, times: NDArray[np.int64], rows: Rows, hour: int) -> pa.RecordBatch:
        count = len(times)
        accounts = self._accounts
        lang = accounts.lang[rows]
        ids = pc.cast(pa.array((times - EPOCH << ORDINAL_BITS) + np.arange(count)), pa.string())
        url, linked = texts.links(rng, count, hour)
        text = pc.binary_join_element_wise(texts.chatter(rng, lang), url, " ", null_handling="skip")
        kind = rng.random(count)
        auto = kind < texts.AUTO_SHARE
        text = pc.replace_with_mask(text, pa.array(auto), texts.automatic(rng, int(auto.sum())))
        linked &= ~auto
        repost, reply, quote = _relations(kind, np.arange(count))
        earlier = (rng.random(count) * np.arange(count)).astype(np.int64)
        source = np.where(repost, earlier, np.arange(count))
        while (source[source] != source).any():  # a repost of a repost carries the text of the first
            source = source[source]
        offsets = np.concatenate(([0], np.cumsum(linked[source]))).astype(np.int32)
        urls = pa.ListArray.from_arrays(
            pa.array(offsets), pc.drop_null(pc.if_else(pa.array(linked), url, None).take(pa.array(source)))
        )
        client = rng.choice(len(vocabulary.CLIENTS), count, p=vocabulary.CLIENT_SHARES)
        codes = pa.array([language.code for language in vocabulary.LANGUAGES])
        columns = {
            "id": ids,
            "time": pa.array(times),
            "account": accounts.ids.take(pa.array(rows)),
            "text": text.take(pa.array(source)),
            "urls": urls,
            "lang": codes.take(pa.array(lang)),
            "client": pa.array(vocabulary.CLIENTS).take(pa.array(client)),
            "repost_of": _where(repost, ids.take(pa.array(source))),
            "reply_to": _where(reply, ids.take(pa.array(earlier))),
            "quote_of": _where(quote, ids.take(pa.array(earlier))),
            "reach": pa.array(accounts.reach[rows]),
            "verified": pa.array(accounts.verified[rows]),
        }
        return in_columns(columns, count)


def _relations(kind: NDArray[np.float64], place: NDArray[np.int64]) -> tuple[NDArray[np.bool_], ...]:
    """Which posts repost, reply and quote; the first of a block has nothing to refer to, and apps only ever post."""
    edges = texts.AUTO_SHARE + np.cumsum((0.0, REPOST_SHARE, REPLY_SHARE, QUOTE_SHARE))
    return tuple((edges[i] <= kind) & (kind < edges[i + 1]) & (place > 0) for i in range(3))


def _where(mask: NDArray[np.bool_], values: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(mask), values, None)


def in_columns(columns: dict[str, pa.Array], count: int) -> pa.RecordBatch:
    """A batch of schema `POSTS` from the columns that are known; the others are null."""
    arrays = [columns[field.name] if field.name in columns else pa.nulls(count, field.type) for field in POSTS]
    return pa.RecordBatch.from_arrays(arrays, schema=POSTS)


NO_POSTS = in_columns({}, 0)
