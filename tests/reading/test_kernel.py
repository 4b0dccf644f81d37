"""Compiled kernels are kept where only their owner writes, under a name that changes with what shapes them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from holdfast.reading import kernel
from holdfast.reading.kernel import _base, _folder

SOURCE = """
import numpy as np
from holdfast.reading.kernel import kernel, _folder
from pathlib import Path

@kernel
def twice(x):
    return 2 * x

@kernel
def all_twice(numbers):
    for i in range(len(numbers)):
        numbers[i] = twice(numbers[i]) + twice(1)

if __name__ == "__main__":
    numbers = np.arange(3)
    all_twice(numbers)
    print(numbers.tolist(), _folder(Path(__file__).parent))
"""


def run(path, cache, **environment: str) -> tuple[str, str]:
    """Run a file of kernels in a process of its own; what it printed, and its cache folder."""
    done = subprocess.run(
        [sys.executable, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={"XDG_CACHE_HOME": str(cache), "PATH": "/usr/bin:/bin", **environment},
    )
    answer, _, folder = done.stdout.strip().rpartition(" ")
    return answer, folder


def test_a_changed_callee_is_compiled_anew(tmp_path):
    """The folder's name is a digest of all sources, so a kernel never calls yesterday's version of another."""
    path, cache = tmp_path / "doubling.py", tmp_path / "cache"
    path.write_text(SOURCE)
    answer, folder = run(path, cache)
    assert answer == "[2, 4, 6]"
    assert folder.startswith(str(cache))
    assert list((cache / "holdfast").rglob("*.nbi"))
    assert run(path, cache) == (answer, folder)
    path.write_text(SOURCE.replace("2 * x", "3 * x"))
    assert run(path, cache)[0] == "[3, 6, 9]"
    assert run(path, cache, NUMBA_BOUNDSCHECK="1")[1] != run(path, cache)[1]


def test_a_place_that_cannot_be_written_to_is_not_used(tmp_path, monkeypatch):
    """Code is loaded from a folder of one's own or not at all, and never from one that others share."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    _base.cache_clear()
    try:
        base = _base()
        assert base.stat().st_mode & 0o077 == 0
        assert not base.is_relative_to(tmp_path)
    finally:
        _base.cache_clear()


def test_division_by_zero_is_infinite():
    """Kernels give what numpy gives, and do not raise."""

    @kernel
    def half(x, y):
        return x / y

    assert half(np.float64(1), np.float64(0)) == np.inf
    with pytest.raises(ZeroDivisionError):
        half.py_func(1, 0)
    assert _folder.cache_info().currsize
