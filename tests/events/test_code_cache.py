"""Compiled kernels are kept only where nobody else can put his own."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.events.code_cache import code_cache

STRANGER = 12_345


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The folder for caches of whoever runs this."""
    home = tmp_path / "caches"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    code_cache.cache_clear()
    yield home
    code_cache.cache_clear()


def test_a_folder_of_ones_own_is_made_and_kept(home):
    """It is there after the first call, for its owner alone, and taken again by the next."""
    assert code_cache() == home / "holdfast"
    assert (home.stat().st_mode & 0o777, (home / "holdfast").stat().st_mode & 0o777) == (0o700, 0o700)
    code_cache.cache_clear()
    assert code_cache() == home / "holdfast"


def test_a_folder_that_others_may_read_is_narrowed(home):
    """What numba makes in it may be wider, as the umask says: nobody gets that far."""
    (home / "holdfast").mkdir(mode=0o755, parents=True)
    assert code_cache() == home / "holdfast"
    assert (home / "holdfast").stat().st_mode & 0o777 == 0o700


def test_a_folder_among_those_of_others_may_be_kept(home):
    """Where everybody may write, but only to what is his own, nobody can put another folder in its place."""
    home.mkdir()
    home.chmod(0o1777)
    assert code_cache() == home / "holdfast"


def link(home):
    (home / "elsewhere").mkdir(mode=0o700, parents=True)
    (home / "holdfast").symlink_to(home / "elsewhere")


def mode(**modes):
    def change(home):
        (home / "holdfast").mkdir(parents=True)
        (home / "holdfast").chmod(modes.get("here", 0o700))
        home.chmod(modes.get("above", 0o700))

    return change


def owner(where):
    def change(home):
        if os.geteuid() != 0:
            pytest.skip("only root may give a folder away")
        (home / "holdfast").mkdir(mode=0o700, parents=True)
        os.chown(home / where, STRANGER, STRANGER)

    return change


def wide_open(home):
    (home / "holdfast").mkdir(mode=0o700, parents=True)
    home.parent.chmod(0o777)


def file(home):
    home.write_text("")


UNSAFE = {
    "a link": link,
    "other accounts may write to it": mode(here=0o720),
    "accounts may write to it": mode(here=0o702),
    "write to a folder above": mode(above=0o770),
    "may write to a folder above it": mode(above=0o707),
    "write to a folder above it: ": wide_open,
    "it belongs to another": owner("holdfast"),
    "above it belongs to another": owner("."),
    "a folder above it belongs to another": owner(".."),
    "exists": file,
}


@pytest.mark.parametrize("said", UNSAFE)
def test_an_unsafe_folder_is_not_used_and_said_to_be_so_once(home, caplog, said):
    """One warning says what is wrong with it; nothing is put there, and nothing taken from it."""
    UNSAFE[said](home)
    with caplog.at_level(logging.WARNING):
        assert (code_cache(), code_cache()) == (None, None)
    (told,) = caplog.messages
    assert said in told
    assert home.is_file() or list((home / "holdfast").iterdir()) == []


def test_nothing_is_made_in_the_home_of_somebody_else(home):
    """Root with the HOME of another account leaves no folder there, which that account could then not use."""
    owner("..")(home)
    (home / "holdfast").rmdir()
    home.rmdir()
    assert code_cache() is None
    assert not home.exists()


@pytest.mark.parametrize("variables", [{"XDG_CACHE_HOME": "caches"}, {"HOME": "~"}, {"NUMBA_CACHE_DIR": "caches"}])
def test_a_relative_name_is_not_used(variables, tmp_path):
    """`~` without a home, or a name that depends on where one stands: kernels run, one line warns, no file is made."""
    code = (
        "import pyarrow as pa; from holdfast.events.siphash import hash_texts;"
        "from holdfast.reading.kernel import compiled_before;"
        "print(len(hash_texts(pa.array(['a']), bytes(16))), compiled_before())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1 False\n"
    assert done.stderr.count("\n") == 1
    assert "no absolute path" in done.stderr
    assert list(Path(tmp_path).iterdir()) == []
