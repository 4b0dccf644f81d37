"""How fast is the record kept, proven and checked again, on a file that is on the disk at every commit?

Needs room for about 1 GB in the folder for temporary files, which should lie on the disk that a store would lie on.
`python -m benchmarks.ledger [--quick] [ADDRESS]` measures an empty database in place of a file.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from holdfast.backends import SqlStore, verify_store
from holdfast.ledger import Record, RecordKind, leaf_hash, seeded_signer, verify_inclusion

SIGNER = seeded_signer(1)


class Kept(msgspec.Struct, frozen=True):
    """A row as large as that of a hold."""

    id: str
    why: str
    starts: int


def measure(address: str | None = None, *, quick: bool = False) -> dict[str, object]:
    """Records a second by size of transaction, delays of single durable appends, proofs, and the whole re-check.

    In an empty database at `address`, or in a file of its own.
    """
    figures: dict[str, object] = {}
    with folder() as place:
        where = address or str(place / "bench.db")
        with SqlStore(where, signer=SIGNER) as store:
            size = 0
            for batch in (100, 1_000):
                size = append_batches(store, figures, size, batch, 20_000 if quick else 100_000)
            append_single(store, figures, size, 300 if quick else 2_000)
            figures["the disk alone (write and fdatasync of 4 kB): wall ms, p50 / p99"] = milliseconds(disk(place, 300))
            prove(store, figures)
            fill(store, 50_000 if quick else 1_000_000)
        check(where, figures)
        if address is None:
            figures["bytes on the disk for each record"] = Path(where).stat().st_size / figures["entries checked again"]
    return figures


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of our own."""
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as name:
        yield Path(name)


def record(number: int) -> Record:
    """A record like those of the executor: 190 bytes of body."""
    return Record(
        key=f"intent:{number}",
        kind=RecordKind.INTENT,
        time=1_594_846_800_000 + number,
        actor="executor",
        subject=f"account:{number}",
        body={
            "hold": f"hold-{number}",
            "restriction": "no_posting",
            "why": "one of 130 accounts that posted the lure bitcoin:bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh",
            "native": "suspend",
            "reversible": True,
            "attempt": 1,
        },
    )


def append_batches(store: SqlStore, figures: dict[str, object], size: int, batch: int, count: int) -> int:
    """Append `count` records in transactions of `batch`."""
    wall, processor = time.perf_counter(), time.process_time()
    for first in range(size, size + count, batch):
        with store.begin() as transaction:
            transaction.record_all([record(number) for number in range(first, first + batch)])
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    figures[f"records/s in transactions of {batch:,}"] = count / processor
    figures[f"records/s in transactions of {batch:,}, wall"] = count / wall
    return size + count


def append_single(store: SqlStore, figures: dict[str, object], size: int, count: int) -> None:
    """Append records one by one, alone and with a row each."""

    def alone(number: int) -> None:
        with store.begin() as transaction:
            transaction.record(record(number))

    def with_row(number: int) -> None:
        with store.begin() as transaction:
            transaction.record(record(number))
            transaction.put("holds", str(number), Kept(f"hold-{number}", "the same campaign", number))

    for name, work in (("one record", alone), ("one record and one row", with_row)):
        delays = timed(work, range(size, size + count))
        size += count
        figures[f"{name}, durable: wall ms, p50 / p99"] = milliseconds(delays)


def timed(work: Callable[[int], None], numbers: range) -> list[float]:
    """Seconds that `work` takes for each of `numbers`."""
    delays = []
    for number in numbers:
        start = time.perf_counter()
        work(number)
        delays.append(time.perf_counter() - start)
    return delays


def disk(place: Path, count: int) -> list[float]:
    """What the disk of the temporary files takes for the least that is durable."""
    file = os.open(place / "probe", os.O_CREAT | os.O_WRONLY, 0o600)

    def write(_: int) -> None:
        os.write(file, bytes(4_096))
        os.fdatasync(file)

    delays = timed(write, range(count))
    os.close(file)
    return delays


def milliseconds(delays: list[float]) -> str:
    """The median and the 99th percentile."""
    return f"{statistics.median(delays) * 1e3:.2f} / {statistics.quantiles(delays, n=100)[98] * 1e3:.2f}"


def prove(store: SqlStore, figures: dict[str, object]) -> None:
    """Make and verify inclusion proofs all over the ledger."""
    head, count = store.checkpoint(), 500
    indexes = range(0, head.size, head.size // count)
    made = time.process_time()
    proofs = [store.inclusion_proof(index, head.size) for index in indexes]
    made = time.process_time() - made
    leaves = [leaf_hash(next(store.entries(index, index + 1)).leaf) for index in indexes]
    checked = time.process_time()
    for index, leaf, proof in zip(indexes, leaves, proofs, strict=True):
        verify_inclusion(index=index, size=head.size, leaf=leaf, proof=proof, root=head.root)
    checked = time.process_time() - checked
    figures["inclusion proof from the store, microseconds"] = made / len(indexes) * 1e6
    figures["inclusion proof verified, microseconds"] = checked / len(indexes) * 1e6


def fill(store: SqlStore, size: int) -> None:
    """Append until there are `size` records."""
    for first in range(store.checkpoint().size, size, 1_000):
        with store.begin() as transaction:
            transaction.record_all([record(number) for number in range(first, min(first + 1_000, size))])


def check(where: str, figures: dict[str, object]) -> None:
    """Verify every byte of it again."""
    wall, processor = time.perf_counter(), time.process_time()
    verdict = verify_store(where, str(SIGNER.vkey))
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    verdict.raise_if_broken()
    figures["entries checked again"] = verdict.entries
    figures["signed heads checked again"] = verdict.checkpoints
    figures["whole re-check, seconds"] = processor
    figures["whole re-check, seconds, wall"] = wall


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.ledger")
    parser.add_argument("address", nargs="?", help="an empty database, for example postgresql:///bench")
    parser.add_argument("--quick", action="store_true", help="smaller runs")
    options = parser.parse_args()
    for name, value in measure(options.address, quick=options.quick).items():
        print(f"{name}: {value}")
