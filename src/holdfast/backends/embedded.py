"""Can this process run detection by itself? The engine port answered with one detector and, if wanted, some threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from holdfast.detection import Campaign, DetectionSettings, Detector
from holdfast.events import Batch
from holdfast.reading import PUBLIC


class EmbeddedEngine:
    """An `Engine` in this process. The kernels release the interpreter's lock, so threads run them side by side.

    `detector` is the operator itself, for its counters, warnings and campaigns. Use one engine from one thread.
    """

    def __init__(self, settings: DetectionSettings | None = None, *, key: bytes = PUBLIC, threads: int = 1) -> None:
        """With empty state; `threads` share the work on each batch. The answers are the same for every number.

        `key` (16 bytes) is the detector's: drawn at random wherever posts are strangers'.
        """
        self._threads = threads
        self._crew = ThreadPoolExecutor(threads, thread_name_prefix="detection") if threads > 1 else None
        self.detector = Detector(settings, key=key, run=self._run, readers=threads)

    def run(self, batches: Iterable[Batch]) -> Iterator[Campaign]:
        """Each campaign as it comes to light, and again whenever it grows or changes tier."""
        for batch in batches:
            yield from self.detector.observe(batch)

    def snapshot(self) -> bytes:
        """Everything needed to go on from here, as plain data."""
        return self.detector.snapshot()

    def restore(self, snapshot: bytes) -> None:
        """Go on from `snapshot`, giving the same answers as if never stopped.

        Raises:
            InputError: the snapshot is of another version or is damaged.

        """
        self.detector = Detector.restore(snapshot, self.detector.settings, run=self._run, readers=self._threads)

    def close(self) -> None:
        """Let the threads go."""
        if self._crew is not None:
            self._crew.shutdown()

    def _run(self, jobs: Sequence[Callable[[], None]]) -> None:
        if self._crew is None or len(jobs) == 1:
            for job in jobs:
                job()
            return
        for done in [self._crew.submit(job) for job in jobs]:
            done.result()
