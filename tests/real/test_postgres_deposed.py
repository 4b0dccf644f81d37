"""Two processes and one store in a database: whoever was deposed does nothing more and writes nothing more."""

import importlib.util
import sys
from contextlib import closing
from pathlib import Path

import pytest

pytestmark = pytest.mark.real
HELD = "FROM pg_locks WHERE locktype = 'advisory' AND classid = x'4f574e52'::int"


def load(name):
    """A module from beside the tests of the response, which run the same against a file."""
    path = Path(__file__).parent.parent / "response" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


deposing, acting_process = load("deposing"), load("acting_process")


def outcomes():
    """Each hold was applied once, and the second lifted."""
    names = [hold.id for hold in acting_process.holds()]
    return [*(f"outcome/{name}/apply/1" for name in names), f"outcome/{names[1]}/lift/1"]


@pytest.fixture
def lock(server, database):
    """The lock of the store's owner, as the server sees it."""

    class Lock:
        def free(self):
            """Wait until the server has let go of it."""
            with closing(server.connect(database)) as connection:
                while connection.execute(f"SELECT count(*) {HELD}").fetchone() != (0,):
                    pass

        def take_away(self):
            """Cut the connection that holds it, as a network does that is gone for minutes."""
            with closing(server.connect(database)) as connection:
                connection.execute(f"SELECT pg_terminate_backend(pid) {HELD}")
            self.free()

    return Lock()


def test_after_a_kill_the_next_owner_goes_on_and_nothing_counts_twice(url, tmp_path, lock):
    """Each attempt has one outcome, and the platform is as the holds say."""
    deposing.killed_between_two_deeds(url, tmp_path / "deeds", lock.free)
    deposing.check_record(url, outcomes())


def test_who_slept_while_another_took_over_neither_acts_nor_writes(url, tmp_path, lock):
    """His connection was lost: the one deed that was on its way arrives, and it is the last."""
    deposing.asleep_while_another_takes_over(url, tmp_path / "deeds", lock.take_away)
    deposing.check_record(url, outcomes())
