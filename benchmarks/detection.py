"""Posts a second through reading and detection: from Arrow, from JSON lines, on one core, on two; memory; hostile text.

The machine's limit counts what must be moved and nothing that must be computed: each post's columns are read once in order, and each
cache line of the tables is fetched once, many at a time. `LINES` tells which lines those are.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.synthetic import HOSTILE, START, hostile, synthetic
from holdfast.backends import EmbeddedEngine, ParquetArchive
from holdfast.detection import DetectionSettings
from holdfast.events import Batch, Decoder, Dialect, batch_to_posts, encode_line
from holdfast.reading import Reader
from holdfast.reading.flags import ADDRESS, DOMAIN, LINK, PHONE, SHORT_LINK

BATCH = 10_000
MEMORY_MB = 1_024
LONG_RUN = 50_000_000
FRESH = 400_000  # posts drawn at a time
LINES = {"account": 3, "band": 1, "lure": 3}
"""Cache lines a post: its account's tags and row and its security tags; of a text band the group in the sketch; of a lure its
tags, its row and the first row of its entry."""
POSTS_PER_SECOND = 5_800  # the average of Twitter in 2013


def batches(count: int, size: int = BATCH) -> Iterator[pa.RecordBatch]:
    """`count` batches of `size` posts, all of them new, at the pace of a large platform."""
    number = 0
    for seed in range(count * size // FRESH + 1):
        posts = synthetic(FRESH, seed)
        for start in range(0, FRESH - size + 1, size):
            if number == count:
                return
            yield dated(posts.slice(start, size), number)
            number += 1


def dated(part: pa.RecordBatch, number: int) -> pa.RecordBatch:
    """The posts of a batch, made the `number`-th by their ids and times."""
    place = np.arange(part.num_rows) + number * part.num_rows
    times = pa.array(START + place * 1000 // POSTS_PER_SECOND)
    new = {"id": pa.array(place).cast(pa.string()), "time": times}
    columns = dict(zip(part.schema.names, part.columns, strict=True)) | new
    return pa.RecordBatch.from_arrays([columns[name] for name in part.schema.names], schema=part.schema)


def rss_mb() -> float:
    """Resident memory of this process now, MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure(*, quick: bool = False) -> dict[str, float]:
    """Every figure; about ten minutes, half a minute when `quick`."""
    figures = {"reading alone, posts/s/core": reading_rate(5 if quick else 40)}
    figures |= long_run(LONG_RUN // 100 if quick else LONG_RUN)
    figures |= limits(figures["from Arrow, end to end with state, posts/s/core"])
    figures |= from_json(4 if quick else 30)
    figures |= from_json(4 if quick else 30, archived=True)
    figures |= memory_by_setting(20 if quick else 400)
    figures |= two_cores(20 if quick else 200)
    for name in HOSTILE:
        figures[f"hostile, {name}, posts/s/core"] = hostile_rate(name, 3 if quick else 12)
    return figures


def reading_rate(count: int) -> float:
    """Normal form, lures and fingerprints alone."""
    reader = Reader()
    parts = list(batches(count))
    reader.read(parts[0])
    began = time.process_time()
    for part in parts:
        reader.read(part)
    return count * BATCH / (time.process_time() - began)


def long_run(total: int) -> dict[str, float]:
    """From Arrow with all state, over `total` posts: rate, batch times, and memory as it goes."""
    engine = EmbeddedEngine(DetectionSettings(memory_mb=MEMORY_MB))
    took: list[float] = []
    memory: dict[str, float] = {}
    count = total // BATCH
    marks = {count * tenth // 10: tenth for tenth in (2, 4, 6, 8, 10)}
    for number, part in enumerate(batches(count), start=1):
        began = time.process_time()
        for _ in engine.run([Batch(posts=part)]):
            pass
        took.append(time.process_time() - began)
        if number in marks:
            memory[f"resident MiB after {number * BATCH / 1e6:.1f} M posts"] = rss_mb()
    settled = np.array(took[len(took) // 10 :])
    return {
        "from Arrow, end to end with state, posts/s/core": BATCH * len(settled) / float(settled.sum()),
        "batch of 10,000, median ms": float(np.median(settled)) * 1e3,
        "batch of 10,000, p99 ms": float(np.quantile(settled, 0.99)) * 1e3,
        **memory,
        "peak resident MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "campaigns seen in 64 addresses that a post in 2,500 shows": float(len(engine.detector.campaigns())),
    }


def limits(rate: float) -> dict[str, float]:
    """What this machine could move at most, and how far `rate` posts/s/core is from it."""
    part = next(batches(1))
    found = Reader().read(part)
    followed = np.isin(found.lure_kind, (ADDRESS, DOMAIN, LINK, SHORT_LINK, PHONE)).sum() / BATCH
    lines = float(LINES["account"] + LINES["band"] * (found.bands != 0).sum() / BATCH + LINES["lure"] * followed)
    size = part.nbytes / BATCH
    read, fetch = _sequential(), _random()
    most = 1 / (size / read + lines * fetch)
    return {
        "limit: bytes a post in its columns": size,
        "limit: bytes a second read in order": read,
        "limit: cache lines of the tables a post": lines,
        "limit: ns a line fetched at random, many at a time": fetch * 1e9,
        "limit: posts/s/core if nothing were computed": most,
        "share of the limit that is reached": rate / most,
    }


def _sequential() -> float:
    """Bytes a second that one core reads from memory in order; the best of five."""
    much = np.ones(1 << 27, np.int64)  # 1 GiB: more than a share of any cache
    return max(much.nbytes / _timed(much.sum) for _ in range(5))


def _random() -> float:
    """Seconds for each of many cache lines fetched at random, none waiting for another; the best of five."""
    table = np.ones((1 << 24, 8), np.int64)  # 1 GiB in lines of 64 bytes
    rows = np.random.default_rng(1).integers(0, len(table), 1 << 22)
    return min(_timed(lambda: table[:, 0].take(rows)) / len(rows) for _ in range(5))


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def memory_by_setting(count: int) -> dict[str, float]:
    """Resident memory by the one setting, each in a process of its own."""
    found = {}
    for memory_mb in (64, 256, 1_024):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            found[f"resident MiB with memory_mb = {memory_mb}"] = pool.submit(_resident, memory_mb, count).result()
    return found


def _resident(memory_mb: int, count: int) -> float:
    engine = EmbeddedEngine(DetectionSettings(memory_mb=memory_mb))
    for part in batches(count):
        for _ in engine.run([Batch(posts=part)]):
            pass
    return rss_mb()


def from_json(count: int, *, archived: bool = False) -> dict[str, float]:
    """From JSON lines: decoding, reading and detection; and with `archived` into Parquet files too."""
    with tempfile.TemporaryDirectory() as folder:
        return _from_json(count, ParquetArchive(Path(folder)) if archived else None)


def _from_json(count: int, archive: ParquetArchive | None) -> dict[str, float]:
    engine = EmbeddedEngine(DetectionSettings(memory_mb=MEMORY_MB))
    decoder = Decoder(Dialect(keep_unknown=False))
    lines = [b"".join(encode_line(post) + b"\n" for post in batch_to_posts(part)) for part in batches(count)]
    for _ in engine.run([decoder.decode(lines[0]).batch]):
        pass
    began = time.process_time()
    for block in lines[1:]:
        decoded = decoder.decode(block)
        assert decoded.batch.posts.num_rows == BATCH, decoded.rejects[:1]
        for _ in engine.run([decoded.batch]):
            pass
        if archive is not None:
            archive.keep(decoded.batch)
    if archive is not None:
        archive.close()
    spent = time.process_time() - began
    if archive is not None:
        return {"from JSON lines through detection into the archive, posts/s/core": (count - 1) * BATCH / spent}
    return {
        "from JSON lines, end to end with state, posts/s/core": (count - 1) * BATCH / spent,
        "JSON line, bytes": sum(map(len, lines)) / (count * BATCH),
    }


def two_cores(count: int) -> dict[str, float]:
    """From Arrow with state on two threads, by the wall clock."""
    engine = EmbeddedEngine(DetectionSettings(memory_mb=MEMORY_MB, shards=2), threads=2)
    parts = list(batches(count, size=2 * BATCH))
    for _ in engine.run([Batch(posts=part) for part in parts[: count // 4]]):
        pass
    began = time.perf_counter()
    for _ in engine.run(Batch(posts=part) for part in parts[count // 4 :]):
        pass
    rate = (count - count // 4) * 2 * BATCH / (time.perf_counter() - began)
    engine.close()
    return {"from Arrow, two cores, posts/s wall": rate}


def hostile_rate(name: str, count: int) -> float:
    """Posts made to be slow, end to end with state."""
    engine = EmbeddedEngine(DetectionSettings(memory_mb=MEMORY_MB))
    parts = [dated(hostile(name, BATCH), number) for number in range(count)]
    for _ in engine.run([Batch(posts=parts[0])]):
        pass
    began = time.process_time()
    for part in parts[1:]:
        for _ in engine.run([Batch(posts=part)]):
            pass
    return (count - 1) * BATCH / (time.process_time() - began)


if __name__ == "__main__":
    for figure, value in measure(quick="--quick" in sys.argv).items():
        print(f"{figure:60} {value:14,.1f}")
