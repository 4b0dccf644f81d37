"""Posts a second through reading and detection: from Arrow, from JSON lines, on one core, on two; memory; hostile text."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.synthetic import HOSTILE, START, hostile, synthetic
from holdfast.backends import EmbeddedEngine
from holdfast.detection import DetectionSettings
from holdfast.events import Batch, Decoder, Dialect, batch_to_posts, encode_line
from holdfast.reading import Reader

BATCH = 10_000
MEMORY_MB = 1_024
LONG_RUN = 20_000_000
FRESH = 400_000  # posts drawn at a time
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
    """Every figure; about five minutes, a quarter of a minute when `quick`."""
    figures = {"reading alone, posts/s/core": reading_rate(5 if quick else 40)}
    figures |= long_run(LONG_RUN // 50 if quick else LONG_RUN)
    figures |= from_json(4 if quick else 30)
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
        "campaigns among random posts": float(len(engine.detector.campaigns())),
    }


def from_json(count: int) -> dict[str, float]:
    """From JSON lines: decoding, reading and detection."""
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
    spent = time.process_time() - began
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
