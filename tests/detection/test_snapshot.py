"""A snapshot is plain data that knows when it is not whole."""

from __future__ import annotations

import msgspec
import pytest

from holdfast.detection import DetectionSettings, Detector
from holdfast.detection.snapshot import VERSION, pack, unpack
from holdfast.errors import InputError


@pytest.fixture(scope="module")
def snapshot():
    """Of a detector that has seen nothing."""
    return Detector(DetectionSettings(memory_mb=4)).snapshot()


def test_an_empty_detector_is_small(snapshot):
    """Empty tables take no room in a snapshot."""
    assert len(snapshot) < 20_000


@pytest.mark.parametrize(
    "damage", [lambda s: s[:-1], lambda s: s[:10], lambda s: b"", lambda s: s + b"x", lambda s: b"X" + s[1:]]
)
def test_a_damaged_snapshot_is_refused(snapshot, damage):
    """Cut short, lengthened or not a snapshot at all: refused with advice, never half read."""
    with pytest.raises(InputError) as refused:
        Detector.restore(damage(snapshot))
    assert "snapshot" in refused.value.advice


def test_a_whole_snapshot_of_another_version_is_refused(snapshot):
    """What it counted may mean something else by now: it says which version it is, and what to do."""
    older = pack(msgspec.structs.replace(unpack(snapshot), version=VERSION - 1))
    with pytest.raises(InputError, match=f"has version {VERSION - 1}") as refused:
        Detector.restore(older)
    assert "without one" in refused.value.advice


def test_any_changed_byte_is_noticed(snapshot):
    """One flipped bit anywhere is found by the checksum."""
    for at in range(0, len(snapshot), max(1, len(snapshot) // 40)):
        changed = bytearray(snapshot)
        changed[at] ^= 4
        with pytest.raises(InputError):
            Detector.restore(bytes(changed))


def test_another_memory_setting_is_refused(snapshot):
    """Tables of another size cannot take a snapshot in; the error says what to set."""
    with pytest.raises(InputError, match="memory_mb"):
        Detector.restore(snapshot, DetectionSettings(memory_mb=8))
