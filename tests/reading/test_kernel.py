"""Compiled kernels are kept where only their owner writes, under a name that changes with what shapes them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from holdfast.reading import kernel
from holdfast.reading.kernel import _folder

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


def test_without_a_safe_place_kernels_are_compiled_in_each_run(tmp_path):
    """Code is loaded from a folder of one's own or not at all; the answers are the same."""
    path, cache = tmp_path / "doubling.py", tmp_path / "cache"
    path.write_text(SOURCE)
    (cache / "holdfast").mkdir(parents=True)
    (cache / "holdfast").chmod(0o777)
    assert run(path, cache) == ("[2, 4, 6]", "None")
    assert list((cache / "holdfast").iterdir()) == []


def test_division_by_zero_is_infinite():
    """Kernels give what numpy gives, and do not raise."""

    @kernel
    def half(x, y):
        return x / y

    assert half(np.float64(1), np.float64(0)) == np.inf
    with pytest.raises(ZeroDivisionError):
        half.py_func(1, 0)
    assert _folder.cache_info().currsize
