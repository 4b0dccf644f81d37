"""The embedded engine: threads, snapshots and closing change nothing about the answers."""

from __future__ import annotations

import pyarrow as pa
import pytest

from holdfast.backends import EmbeddedEngine
from holdfast.detection import DetectionSettings
from holdfast.errors import InputError
from holdfast.events import POSTS, Batch

ADDRESS = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"


def batches(count=6):
    """Chatter and a campaign of one address over some batches."""
    posts = []
    for number in range(count * 40):
        text = f"post number {number} about the weather over the harbour"
        if number % 20 == 7:
            text = f"All that is sent here today comes back twice {ADDRESS} said {number}"
        posts.append(
            {"id": str(number), "time": 1_600_000_000_000 + number * 1_000, "account": f"a{number}", "text": text}
        )
    return [
        Batch(posts=pa.RecordBatch.from_pylist(posts[start : start + 40], schema=POSTS))
        for start in range(0, len(posts), 40)
    ]


@pytest.mark.parametrize(("threads", "shards"), [(1, 1), (2, 2), (2, 4), (3, 1)])
def test_threads_do_not_change_the_answers(threads, shards):
    """Every number of threads and shards gives the campaigns of one."""
    alone, many = (
        EmbeddedEngine(DetectionSettings(memory_mb=4)),
        EmbeddedEngine(DetectionSettings(memory_mb=4, shards=shards), threads=threads),
    )
    assert list(many.run(batches())) == list(alone.run(batches()))
    assert many.detector.campaigns() != ()
    many.close()


def test_an_engine_resumes_from_its_snapshot():
    """A second engine that takes the snapshot up goes on with the same revisions."""
    first, second = EmbeddedEngine(DetectionSettings(memory_mb=4)), EmbeddedEngine(DetectionSettings(memory_mb=4))
    list(first.run(batches()[:3]))
    second.restore(first.snapshot())
    assert list(second.run(batches()[3:])) == list(first.run(batches()[3:]))


def test_a_damaged_snapshot_is_refused():
    """The port's promise: InputError, and the engine is as it was."""
    engine = EmbeddedEngine(DetectionSettings(memory_mb=4))
    with pytest.raises(InputError):
        engine.restore(b"nonsense")
    assert list(engine.run([Batch()])) == []
