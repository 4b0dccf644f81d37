"""How does the owner of the state take a batch? Between two moments of whatever it is judging, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from holdfast.app.live import LiveWatch
from holdfast.app.server.worker import Worker
from holdfast.response.staff import StaffGate

from .taking import Batch, Taken, pack, unpack_batch


def taken(gate: StaffGate, batch: Batch, now: int) -> Taken:
    """The last word of the `gate` on a batch, once it is kept.

    Raises:
        StoreError: it was not.

    """
    if batch.told or batch.ended:
        gate.hear(batch.told, batch.ended, now)
    gate.strangers.turned_away(batch.turned_away)
    answers = tuple(gate.take(batch.takes, now))
    return Taken(number=batch.number, answers=answers, made=gate.reservations.take())


def take_batch(worker: Worker, body: bytes, reply: Callable[[bytes], None]) -> None:
    """Have `worker` take a packed `Batch`, and `reply` with the packed `Taken`: None where it was not kept."""
    batch = unpack_batch(body)

    def take(run: LiveWatch) -> Taken:
        return taken(run.response.staff, batch, run.clock.now())

    def tell(done: Future[Taken]) -> None:
        failed = done.cancelled() or done.exception() is not None
        reply(pack(Taken(number=batch.number, answers=None) if failed else done.result()))

    worker.ask_first(take).add_done_callback(tell)
