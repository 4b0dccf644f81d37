"""Whoever stands before the gate does not wait until detection has heard all that staff did."""

import pytest

from holdfast.app.live import LiveWatch
from holdfast.app.server.logs import make_log
from holdfast.app.server.memory import Memory
from holdfast.app.server.worker import Worker
from holdfast.events import Dialect
from holdfast.response.staff import Attempt

MANY = 1_000


@pytest.fixture
def run():
    """A watch with its store in memory, to which the gate has told of many looks."""
    run = LiveWatch(approve_after=None, store=None, memory_mb=16)
    for number in range(MANY):
        seen = Attempt(
            number=number, time=1_000, person="sam", session="s", tool="desk", function="look_up",
            target=f"a{number}", action_hash="", allowed=True,
        )  # fmt: skip
        run.response.staff.tidings.tried(seen)
    return run


def touched(run):
    """How many accounts detection has heard of."""
    return len(run.response.knowledge.touched("staff:sam"))


def test_a_question_that_goes_first_is_answered_between_two_parts_of_what_staff_did(run):
    """Some of it is heard by then, and not yet all."""
    asked = []

    def publish():
        if not asked and 0 < touched(run) < MANY:
            asked.append(worker.ask_first(touched))

    worker = Worker(run, Memory(None), dialect=Dialect(), log=make_log(), publish=publish)
    worker.ask(lambda run: None)  # after which it looks at what is due
    worker.start()
    assert worker.stop(30)
    (answer,) = asked
    assert 0 < answer.result(0) < MANY == touched(run)
