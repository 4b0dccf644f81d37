"""The process that looks at pictures may crash, hang or swell; whoever asks is told, and asks on."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from benchmarks.lure_pictures import lure as benchmark

from holdfast.connectors.pictures import keeper
from holdfast.connectors.pictures.keeper import Keeper
from holdfast.connectors.pictures.verdict import UnfitPictureError
from holdfast.errors import SettingsError

from .conftest import ADDRESS, HOSTILE, lure, saved


@pytest.fixture
def looker():
    """A keeper, ended after the test."""
    with Keeper(seconds=20.0) as made:
        yield made


def test_it_sees_what_is_there(looker):
    """A verdict comes back whole, and the second time from memory."""
    first = looker.look(saved(lure()))
    assert (f"bitcoin:{ADDRESS}",) == first.codes
    assert looker.look(saved(lure())) is first


def test_a_version_goes_by_the_hash_of_the_first(looker):
    """A cut and turned copy is written down as the picture that came first; its code is read, and marks are not kept."""
    shown = benchmark(np.random.default_rng(1), f"bitcoin:{ADDRESS}")
    first = looker.look(saved(shown))
    again = looker.look(saved(shown.rotate(4).crop((60, 40, 920, 610)), "JPEG", quality=80))
    assert again.phash == first.phash
    assert again.codes == first.codes == (f"bitcoin:{ADDRESS}",)
    assert not first.marks.thumb


def test_every_hostile_file_is_refused_and_the_next_is_seen(looker):
    """None of them keeps a sound picture after it from being looked at."""
    for number, (data, why) in enumerate(HOSTILE.values()):
        with pytest.raises(UnfitPictureError, match=why):
            looker.look(data)
        assert looker.look(saved(lure(seed=number))).codes


def test_a_crash_refuses_one_picture(looker):
    """When the child is gone, the picture is refused and another child looks at the next."""
    looker.look(saved(lure()))
    os.kill(looker._child.pid, signal.SIGKILL)
    looker._child.wait()
    with pytest.raises(UnfitPictureError, match="crash"):
        looker.look(saved(lure(seed=2)))
    assert looker.look(saved(lure(seed=3))).codes


def test_a_picture_that_takes_too_long_is_refused():
    """A child that does not answer in time is ended."""
    with Keeper(seconds=20.0) as looker:
        looker.look(saved(lure()))
        os.kill(looker._child.pid, signal.SIGSTOP)
        looker._seconds = 0.05
        with pytest.raises(UnfitPictureError, match=r"longer than 0\.05 s"):
            looker.look(saved(lure(seed=2)))
        looker._seconds = 20.0
        assert looker.look(saved(lure(seed=3))).codes


def test_a_swollen_picture_takes_no_more_memory_than_it_may(looker):
    """A WebP file that says it has the most pixels its type can hold is refused before they are all there."""
    data = saved(lure(), "WEBP", lossless=True)
    at = data.index(b"VP8L") + 9
    huge = data[:at] + (0x0FFFFFFF).to_bytes(4, "little") + data[at + 4 :]
    with pytest.raises(UnfitPictureError):
        looker.look(huge)
    assert looker.look(saved(lure())).codes


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    """What is missing is named, with how to get it."""
    monkeypatch.setattr(keeper, "_NEEDED", ("PIL", "a_package_that_nobody_made"))
    with pytest.raises(SettingsError, match="a_package_that_nobody_made") as error:
        Keeper()
    assert "holdfast[media]" in error.value.advice


def test_nothing_of_the_extra_is_loaded_by_whoever_asks():
    """The decoders live in the child alone."""
    code = (
        "import sys, holdfast, holdfast.app.cli.scan, holdfast.app.cli.watch; "
        "assert not {'PIL', 'cv2', 'zxingcpp'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
