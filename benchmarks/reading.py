"""How fast is a post read: its normal form, lures and fingerprint?

Made-up posts with the proportions of a large platform, and hostile ones of about 280 characters (`synthetic.py`). One core,
processor time, the best of several runs; "us" are microseconds a post. The stages are each measured with those before
them, and the difference is given.

    python -m benchmarks.reading
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import timeit
from pathlib import Path

import pyarrow as pa

from benchmarks.synthetic import HOSTILE, hostile, synthetic
from holdfast.reading import LureKind, Reader, read_text
from holdfast.reading.columns import Strings, strings
from holdfast.reading.desk import LURES, desk
from holdfast.reading.fingerprint import features, fingerprint, mask
from holdfast.reading.kernel import Array, kernel
from holdfast.reading.lures import find_lures
from holdfast.reading.normal import normalise
from holdfast.reading.suffixes import kernel_table

BATCH = 10_000
STAGES = ("normal form", "lures", "features", "minhash and bands")
VECTORS = Path(__file__).resolve().parent.parent.parent / "shared" / "hijackbench" / "address_vectors.json"
ORDINARY = "hello world, this is an ordinary text of a post, and it says nothing at all"
WITH_LURES = "@alice send it to 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2 or see https://example.com/a"


@kernel
def up_to(table: Array, d: Array, data: Array, offsets: Array, stage: int) -> None:
    """Read texts up to a stage."""
    for i in range(len(offsets) - 1):
        d[LURES] = 0
        normalise(table, d, data, offsets[i], offsets[i + 1])
        if stage > 0:
            find_lures(table, d)
        if stage > 1:
            mask(d)
        if stage == 2:
            features(table, d)
        elif stage == 3:
            fingerprint(table, d)


def best(run, times: int) -> float:
    """The least processor time of several runs, in seconds."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        run()
        spent.append(time.process_time() - start)
    return min(spent)


def stages(text: Strings, times: int) -> list[float]:
    """Microseconds a post and stage."""
    d, table, n = desk(), kernel_table(), len(text.offsets) - 1
    up_to(table, d, text.data, text.offsets[:2], 0)
    sums = [best(lambda k=k: up_to(table, d, text.data, text.offsets, k), times) / n * 1e6 for k in range(len(STAGES))]
    return [later - earlier for earlier, later in zip([0.0, *sums], sums, strict=False)]


def rate(posts: pa.RecordBatch, times: int) -> float:
    """Posts a second through a `Reader`, in batches."""
    reader = Reader(max_posts=BATCH)
    batches = [posts.slice(first, BATCH) for first in range(0, len(posts), BATCH)]
    reader.read(batches[0])
    return len(posts) / best(lambda: [reader.read(batch) for batch in batches], times)


def start_up() -> dict[str, object]:
    """Seconds of processor time until the first post is read, in a process of its own: nothing compiled yet, and again."""
    program = "import time; import numba; t = time.process_time(); from holdfast.reading import read_text; read_text('x'); print(time.process_time() - t)"
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "XDG_CACHE_HOME": cache}
        first, second = (
            float(
                subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True).stdout
            )
            for _ in range(2)
        )
    return {"first start beyond numba's own, s": first, "later starts, s": second}


def addresses() -> dict[str, object]:
    """What becomes of the shared address vectors, of chains whose addresses are promised; nothing without them."""
    if not VECTORS.exists():
        return {}
    promised = {
        "btc",
        "bitcoin",
        "eth",
        "ethereum",
        "ltc",
        "litecoin",
        "doge",
        "dogecoin",
        "trx",
        "xrp",
        "ripple",
        "sol",
        "solana",
        "bch",
        "bitcoincash",
    }
    figures: dict[str, object] = {}
    vectors = [v for v in json.loads(VECTORS.read_text()) if v["chain"] in promised]
    for valid in (True, False):
        chosen = [v["address"] for v in vectors if v["valid"] is valid]
        found = [[x.valid for x in read_text(a).lures if x.kind is LureKind.ADDRESS] for a in chosen]
        word = "right" if valid else "wrong"
        figures[f"address vectors, {word}: proved / shape / malformed / not found"] = " / ".join(
            str(sum((max(f, default=-1) == grade) for f in found)) for grade in (2, 1, 0, -1)
        )
    return figures


def measure(*, quick: bool = False) -> dict[str, object]:
    """All figures, by name."""
    n, times = (20_000, 5) if quick else (200_000, 15)
    mix = synthetic(n, 1)
    figures: dict[str, object] = {}
    for name, spent in zip(STAGES, stages(strings(mix.column("text")), times), strict=True):
        figures[f"mix, {name}, us"] = spent
    figures["mix, whole reading, posts/s"] = rate(mix, times)
    for name in HOSTILE:
        figures[f"hostile, {name}, posts/s"] = rate(hostile(name, n // 10), times)
    for name, text in (("no lure", ORDINARY), ("three lures", WITH_LURES)):
        figures[f"read_text, {name}, us"] = (
            min(timeit.repeat(lambda t=text: read_text(t), number=2_000, repeat=times)) / 2e-3
        )
    return figures | addresses() | start_up()


if __name__ == "__main__":
    for name, value in measure(quick="--quick" in sys.argv).items():
        print(
            f"{name}: {value:,.3f}"
            if isinstance(value, float) and value < 1_000
            else f"{name}: {value if isinstance(value, str) else format(value, ',.0f')}"
        )
