"""Folders that servers left behind which were ended by force."""

import os
import socket
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from holdfast.app.server.leftovers import STATE, clear

NOW, LONG_AGO = 1_600_000_000.0, 1_599_999_000.0


@pytest.fixture
def where():
    """A short path: a socket's may have some hundred bytes only."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@contextmanager
def state(place, *, mode=0o700, at=LONG_AGO):
    """A server's folder, with its socket that listens."""
    place.mkdir(mode=mode)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place / STATE))
        listening.listen(1)
        os.utime(place, (at, at))
        yield


def test_a_folder_at_whose_socket_nobody_listens_is_removed(where):
    """Its server was ended by force: nobody else would ever take it away."""
    with state(where / "holdfast-a"):
        pass
    assert 1 == clear(where, NOW)
    assert [] == list(where.iterdir())


def test_a_folder_of_a_server_that_runs_stays(where):
    """Somebody listens there, whether or not they answer just now."""
    with state(where / "holdfast-a"):
        assert 0 == clear(where, NOW)
        assert (where / "holdfast-a" / STATE).exists()


def test_a_young_folder_stays(where):
    """Its server may be just about to listen."""
    with state(where / "holdfast-a", at=NOW - 1):
        pass
    assert 0 == clear(where, NOW)


def test_what_is_not_such_a_folder_stays(where):
    """Another's name, more in it than the socket, a file for a socket, a link, open to others: none is touched."""
    with state(where / "holdfast-open", mode=0o750), state(where / "other-a"), state(where / "holdfast-more"):
        (where / "holdfast-more" / "letter").write_text("mine")
        os.utime(where / "holdfast-more", (LONG_AGO, LONG_AGO))
    (where / "holdfast-file").mkdir(mode=0o700)
    (where / "holdfast-file" / STATE).write_text("no socket")
    os.utime(where / "holdfast-file", (LONG_AGO, LONG_AGO))
    (where / "holdfast-link").symlink_to(where / "other-a")
    before = sorted(where.rglob("*"))
    assert 0 == clear(where, NOW)
    assert before == sorted(where.rglob("*"))
