"""What do thousands of people say in ten minutes: texts drawn word by word, in columns, no Python object for any."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.random import Generator
from numpy.typing import NDArray

from .vocabulary import LANGUAGES, PLACES, SITES

Counts: TypeAlias = NDArray[np.int64]

RANKS = 65_536  # entries of the table that turns a uniform draw into a word, most used words most often
ZIPF = 1.05  # exponent of the rank-frequency law; natural language is near 1
LONGEST = 24  # words
LINK_SHARE = 0.14
HOT_LINK_SHARE = 0.25  # of the links: shared by many, as everybody's news of the hour
HOT_LINKS = 12
AUTO_SHARE = 0.012  # posts that an app wrote: runs, check-ins


@cache
def _lexicon() -> tuple[pa.Array, Counts, NDArray[np.int32]]:
    """All words of all languages, where each language starts, and its table from a uniform draw to a word."""
    words: list[str] = []
    starts: list[int] = []
    tables = []
    for language in LANGUAGES:
        starts.append(len(words))
        words.extend(language.words)
        frequency = 1 / np.arange(1, len(language.words) + 1) ** ZIPF
        edges = np.cumsum(frequency) / frequency.sum()
        tables.append(np.searchsorted(edges, (np.arange(RANKS) + 0.5) / RANKS))
    return pa.array(words), np.array(starts), np.concatenate(tables).astype(np.int32)


def chatter(rng: Generator, lang: NDArray[np.uint8]) -> pa.Array:
    """One text for each entry of `lang` (rows of `LANGUAGES`): an Arrow string array."""
    words, starts, tables = _lexicon()
    lengths = np.minimum(rng.geometric(0.13, len(lang)) + 2, LONGEST)
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    spoken = np.repeat(lang.astype(np.int64), lengths)
    chosen = tables[spoken * RANKS + rng.integers(0, RANKS, offsets[-1])] + starts[spoken]
    lists = pa.ListArray.from_arrays(pa.array(offsets), words.take(pa.array(chosen)))
    return pc.binary_join(lists, " ")


def links(rng: Generator, count: int, hour: int) -> tuple[pa.Array, NDArray[np.bool_]]:
    """A link or null for each of `count` posts, and where there is one; `hour` picks those that everybody shares."""
    has = rng.random(count) < LINK_SHARE
    path = rng.integers(1 << 24, 1 << 34, count)
    hot = rng.random(count) < HOT_LINK_SHARE
    path = np.where(hot, (1 << 24) + hour * HOT_LINKS + rng.integers(0, HOT_LINKS, count), path)
    site = np.where(hot, path % 5, rng.zipf(1.6, count) % len(SITES))
    host = pa.array(SITES).take(pa.array(site))
    url = pc.binary_join_element_wise("https://", host, "/", pc.cast(pa.array(path), pa.string()), "")
    return pc.if_else(pa.array(has), url, None), has


def automatic(rng: Generator, count: int) -> pa.Array:
    """What apps write for their holders: `count` texts in one of two forms, each with its own link."""
    kilometres = pc.cast(pa.array(np.round(rng.gamma(4, 1.6, count), 2)), pa.string())
    number = pc.cast(pa.array(rng.integers(1 << 28, 1 << 40, count)), pa.string())
    place = pa.array(PLACES).take(pa.array(rng.integers(0, len(PLACES), count)))
    run = pc.binary_join_element_wise(
        "I just finished a ", kilometres, " km run with @StrideRun https://striderun.example/r/", number, ""
    )
    stay = pc.binary_join_element_wise("I'm at ", place, " https://stationcast.example/c/", number, "")
    return pc.if_else(pa.array(rng.random(count) < 0.5), run, stay)
