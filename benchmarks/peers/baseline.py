"""How far does one plain rule come? Three accounts share one thing: that is all these baselines know.

    python -m benchmarks.peers.baseline {exact,near,address},hours=N[,places=N] POSTS.jsonl > GROUPS.jsonl

`exact`: the same text, letter by letter. `near`: a band of the fingerprint, and so
many of the 16 places of its signature as the first text of the group. `address`: a
payment address whose checksum is right, in whatever letters it is dressed. Lures and fingerprints are read by `holdfast.reading`, so that the difference
to Holdfast is what is made of them. Texts of fewer than five words are not compared. A group is over
when it had no post for so many hours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Hashable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from holdfast.events import Decoder, Dialect
from holdfast.reading import LURE_CODES, LureKind, Reader, Readings, agreement

from .grouping import Grouping
from .judge import HOUR

FEWEST_WORDS = 5  # "thanks" and "good morning" are said by everybody
PROVED = 2  # `Readings.lure_valid` of an address with a right checksum
BLOCK = 1 << 22  # bytes decoded at a time

U8: TypeAlias = npt.NDArray[np.uint8]


def main() -> None:
    """Read the posts in order, then print every group of three accounts and more."""
    (rule, *settings), path = sys.argv[1].split(","), Path(sys.argv[2])
    chosen = {name: int(value) for name, value in (setting.split("=") for setting in settings)}
    grouping = Grouping(chosen["hours"] * HOUR, partial(_alike, chosen.get("places", 0)))
    for account, time, keys, signature in sightings(rule, path):
        grouping.add(account, time, keys, signature)
    for group in grouping.groups():
        print(json.dumps({"accounts": sorted(group.accounts), "found_at": group.found_at}))


def _alike(places: int, one: U8, other: U8) -> bool:
    return not places or agreement(one, other) >= places


def sightings(rule: str, path: Path) -> Iterator[tuple[str, int, list[Hashable], U8]]:
    """Account, time (ms), keys and signature of each post that has keys; reposts are left out, being equal by nature."""
    decoder, reader = Decoder(Dialect(keep_unknown=False)), Reader()
    with path.open("rb") as file:
        while lines := file.readlines(BLOCK):
            posts = decoder.decode(b"".join(lines)).batch.posts
            readings = reader.read(posts)
            columns = (posts.column(name).to_pylist() for name in ("account", "time", "repost_of"))
            signatures = readings.signature.copy()  # the reader's own is overwritten by the next block
            for account, time, source, keys, signature in zip(
                *columns, _keys(rule, posts, readings), signatures, strict=True
            ):
                if keys and source is None:
                    yield account, time, keys, signature


def _keys(rule: str, posts: pa.RecordBatch, readings: Readings) -> list[list[Hashable]]:
    match rule:
        case "exact":
            long = readings.words >= FEWEST_WORDS
            return [[text] if said else [] for text, said in zip(posts.column("text").to_pylist(), long, strict=True)]
        case "near":
            bands = np.where((readings.words >= FEWEST_WORDS)[:, None], readings.bands, 0)
            return [[(place, band) for place, band in enumerate(row) if band] for row in bands.tolist()]
        case "address":
            proved = (readings.lure_kind == LURE_CODES[LureKind.ADDRESS]) & (readings.lure_valid == PROVED)
            ends = readings.lure_from.tolist()
            return [
                [key for key, right in zip(readings.lure_key[a:b].tolist(), proved[a:b], strict=True) if right]
                for a, b in pairwise(ends)
            ]
    raise SystemExit(f"no such rule: {rule}")


if __name__ == "__main__":
    main()
