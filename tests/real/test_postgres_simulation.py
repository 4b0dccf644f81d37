"""The schedules of trouble, with the record in PostgreSQL."""

from contextlib import contextmanager

import pytest

from holdfast.testing.simulation import in_memory, simulate

pytestmark = pytest.mark.real
SEEDS = range(2_000, 2_016)  # none of which is played on SQLite in `make test`


@pytest.fixture
def place(server):
    """A database of its own for each play."""

    @contextmanager
    def database():
        yield server.url(server.new_database())

    return database


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_goes_wrong_it_ends_as_on_sqlite(place, seed):
    """No law is broken, and the record is the same byte for byte as in a file."""
    outcome = simulate(seed, place)

    assert () == outcome.broken
    assert simulate(seed, in_memory).root == outcome.root
