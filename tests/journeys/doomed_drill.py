"""A drill that kills itself with SIGKILL when its store is about to begin its n-th transaction, or has just ended it.

`+N` counts from the first approval on: how many there are before it is no concern of a test about what comes after.
"""

import os
import signal
import sys
from contextlib import contextmanager

import small_july  # noqa: F401 - one more scenario to choose from

from holdfast.app.drill import Drill, DrillOptions
from holdfast.backends import SqlStore

scenario, store, seed, nth, moment = sys.argv[1:]
begin, left, counting = SqlStore.begin, int(nth), not nth.startswith("+")


@contextmanager
def doomed(self):
    global left, counting
    counting = counting or ("run" in globals() and any(each.approvals for each in run.response.desk.requests.values()))
    left -= counting
    if left == 0 and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    with begin(self) as transaction:
        yield transaction
        if left == 0 and moment == "within":
            os.kill(os.getpid(), signal.SIGKILL)
    if left == 0 and moment == "after":
        os.kill(os.getpid(), signal.SIGKILL)


SqlStore.begin = doomed
with Drill(DrillOptions(scenario=scenario, seed=int(seed), approve_after=60.0, store=store)) as run:
    for _ in run.play():
        pass
sys.exit("the drill ended before it was killed")
