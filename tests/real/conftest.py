"""One server for all tests here; each test has a database of its own."""

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location("postgres_server", Path(__file__).with_name("postgres_server.py"))
postgres_server = importlib.util.module_from_spec(spec)
spec.loader.exec_module(postgres_server)


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server of our own, in memory where there is such a folder: a database is a thousand files."""
    with postgres_server.PostgresServer("/dev/shm" if Path("/dev/shm").is_dir() else None) as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    """One browser for all tests of a file."""
    from tests.real.chromium import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture
def database(server):
    """The name of an empty database."""
    return server.new_database()


@pytest.fixture
def url(server, database):
    """Its address."""
    return server.url(database)


@pytest.fixture(scope="module")
def shared(standing, tmp_path_factory):
    """The proxy that a module says how to stand, for all of its tests that leave it as it is."""
    with standing(tmp_path_factory.mktemp("shared")) as front:
        yield front


@pytest.fixture
def front(shared):
    """It, with nothing asked yet."""
    shared.stand.begin()
    return shared


@pytest.fixture
def doomed(standing, tmp_path):
    """One whose gate ends with the test."""
    with standing(tmp_path) as front:
        yield front
