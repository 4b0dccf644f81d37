"""By which policies is decided is on record as soon as the store takes it, though it took nothing at the start."""

import pytest

from holdfast.app.live import LiveWatch
from holdfast.app.server.logs import make_log
from holdfast.app.server.memory import Memory
from holdfast.app.server.worker import Worker
from holdfast.errors import StoreError
from holdfast.events import Dialect
from holdfast.testing.faults import Faults, FaultyStore


def keys(run):
    """What is on record of policies."""
    names = [each.record.key.partition("/")[0] for each in run.store.entries()]
    return [name for name in names if name in {"policies", "gate-policy"}]


@pytest.mark.parametrize("step", range(1, 11))
def test_a_store_that_fails_at_the_start_is_asked_again(step):
    """Both parts, once each: else what rested on the policies before would go on resting on them."""
    run, faults = LiveWatch(approve_after=None, store=None, memory_mb=16), Faults()
    run.response.book._store = FaultyStore(run.store, faults)
    faults.arm(step, raising=lambda: StoreError("it is away"))
    worker = Worker(run, Memory(None), dialect=Dialect(), log=make_log())
    for _ in range(3):
        worker.ask(lambda run: None)  # after each of which it looks at what is due
    worker.start()
    assert worker.stop(30)
    assert faults.struck
    assert ["policies", "gate-policy"] == keys(run)
