"""How does a first run on a machine get its kernels compiled without a long silence?

Numba compiles on first use and keeps the result on disk. One process compiles on one core only, so the kernels of
detection are compiled in a second process while this one compiles those of reading, which take longest.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import numpy as np
import pyarrow as pa
from rich.console import Console

from holdfast.detection import DetectionSettings, Detector
from holdfast.events import Batch, Decoder, Post, SignIn, posts_to_batch
from holdfast.events.code_cache import code_cache
from holdfast.reading import Reader, Readings, read_text
from holdfast.reading.kernel import compiled_before
from holdfast.reading.reader import lure_rows_for, rows_for

_TIME = 1_594_840_380_000  # any moment
_TEXT = "Send to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT or see https://example.org/x"
_MEMORY_MB = 64
_PATIENCE = 300  # seconds for the other process; after that this one compiles what is missing


def warm(console: Console) -> None:
    """Have every kernel of the hot path ready; says so where it takes long."""
    if compiled_before():
        return
    kept = _other_half() if code_cache() is not None else nullcontext()  # else the other process would help nobody
    with console.status("Compiling kernels for this processor (once; about half a minute) ..."), kept:
        Reader().read(_batch().posts)
        read_text(_TEXT)
    Detector(DetectionSettings(memory_mb=_MEMORY_MB)).observe(_batch())


def warm_wholly() -> None:
    """Have every kernel ready for good, those for decoding much at once too: a service must not fall silent later."""
    warm(Console(quiet=True))
    Reader().read(_batch().posts)
    read_text(_TEXT)
    Detector(DetectionSettings(memory_mb=_MEMORY_MB)).observe(_batch())
    line = b'{"id":"1","time":1,"account":"a","text":"t"}\n'
    Decoder(few=0, short=0).decode(line * 2)


@contextmanager
def _other_half() -> Iterator[None]:
    """Detection's kernels, compiled in a process of its own; whatever becomes of it, this one goes on."""
    code = "from holdfast.app.warm import compile_detection; compile_detection()"
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL) as child:  # noqa: S603 - ourselves
        try:
            yield
            child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
        except BaseException:
            child.kill()
            raise


def compile_detection() -> None:
    """Compile the kernels of detection alone, over readings that say nothing."""
    detector = Detector(DetectionSettings(memory_mb=_MEMORY_MB))
    detector._readers = [_Silent()]  # type: ignore[list-item]  # noqa: SLF001 - so that reading is not compiled here too
    detector.observe(_batch())


class _Silent:
    """A reader for whom every post says nothing; its arrays have the types of the real ones."""

    def read(self, posts: pa.RecordBatch) -> Readings:
        """Readings of zeros."""
        n = posts.num_rows
        names = np.arange(1, n + 1, dtype=np.uint64)
        rows = rows_for(n)
        for column in rows:
            column[...] = 0
        return Readings(names, names, rows, lure_rows_for(1))


def _batch() -> Batch:
    posts = [Post(id=str(n), time=_TIME + n, account=f"a{n}", text=_TEXT) for n in range(4)]
    return Batch(posts=posts_to_batch(posts), others=(SignIn(account="a1", time=_TIME, outcome="ok"),))
