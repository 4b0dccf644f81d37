"""Servers for tests: one that a whole file asks, or some of one's own."""

import pytest

from .running import Served


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One server for all tests of a file that only ask."""
    server = Served(tmp_path_factory.mktemp("shared"), "--auto", "0")
    yield server
    server.client.close()
    server.end()


@pytest.fixture
def served(tmp_path):
    """A way to start servers in one folder; all are gone at the end."""
    begun = []

    def start(*words, **more):
        begun.append(Served(tmp_path, *words, **more))
        return begun[-1]

    yield start
    for server in begun:
        server.client.close()
        server.end()
