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


@pytest.fixture
def database(server):
    """The name of an empty database."""
    return server.new_database()


@pytest.fixture
def url(server, database):
    """Its address."""
    return server.url(database)
