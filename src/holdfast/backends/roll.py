"""Which accounts were known when somebody last looked? A table in one Parquet file, replaced whole."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from .parquet import failures


def save_roll(rows: pa.RecordBatch, file: Path) -> None:
    """Keep `rows` in `file`, in place of what was there; after a crash it is the one or the other.

    Raises:
        StoreError: they are not kept; what was there stays.

    """
    with failures(file):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(dir=file.parent, prefix=".roll-") as place:
            made = Path(place, file.name)
            with os.fdopen(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as opened:
                pq.write_table(pa.Table.from_batches([rows]), opened, compression="zstd", compression_level=1)
                opened.flush()
                os.fsync(opened.fileno())
            made.rename(file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def load_roll(file: Path) -> pa.Table | None:
    """What `file` holds, or None where there is none.

    Raises:
        StoreError: it cannot be read.

    """
    if not file.exists():
        return None
    with failures(file):
        return pq.read_table(file)
