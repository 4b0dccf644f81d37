"""Refused lines, kept."""

import base64
import json
import os
import resource
import signal

import pytest

from holdfast.connectors.files import RejectFile
from holdfast.errors import StoreError, StoreFullError
from holdfast.events import Reject
from holdfast.events.rejects import RAW_LIMIT, reject

ONE = Reject(line=7, reason="not JSON", raw=b"{bad", length=4)


def kept(path):
    """What a file of rejects says."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_nothing_is_made_until_there_is_a_reject(tmp_path):
    """A run without rejects leaves no file."""
    with RejectFile(tmp_path / "rejects.jsonl") as rejects:
        rejects.append([])
    assert not list(tmp_path.iterdir())


def test_a_reject_is_kept_with_its_source_line_reason_and_bytes(tmp_path):
    """Text stays readable, other bytes come back exactly, and a long line says what it was."""
    path = tmp_path / "rejects.jsonl"
    long = reject(3, "too long", b"x" * (RAW_LIMIT + 1))
    with RejectFile(path) as rejects:
        rejects.append([ONE], source="a.jsonl")
        rejects.append([Reject(line=8, reason="not UTF-8", raw=b"\xff\x00", length=2), long])
        assert rejects.count == 3
    text, raw, start = kept(path)
    assert text == {"source": "a.jsonl", "line": 7, "reason": "not JSON", "text": "{bad"}
    assert base64.b64decode(raw["base64"]) == b"\xff\x00"
    assert (start["length"], start["sha256"]) == (RAW_LIMIT + 1, long.sha256)


def test_a_later_run_appends(tmp_path):
    """What an earlier run kept is not overwritten."""
    path = tmp_path / "rejects.jsonl"
    for _ in range(2):
        with RejectFile(path) as rejects:
            rejects.append([ONE])
    assert len(kept(path)) == 2
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")  # noqa: PTH110 - no object needed
def test_a_full_disk_is_told(tmp_path):
    """The error says which rejects were not kept, and where."""
    full = RejectFile("/dev/full")
    with pytest.raises(StoreFullError, match=r"1 rejects \(a.jsonl 7\) could not be kept in /dev/full"):
        full.append([ONE], source="a.jsonl")
    assert full.count == 0
    full.close()
    with pytest.raises(StoreError, match="could not be kept"):
        RejectFile(tmp_path / "absent" / "rejects.jsonl").append([ONE])


def test_a_file_that_fills_up_half_way_is_left_as_it_was(tmp_path):
    """No half line stays behind; after room is made the same rejects can be kept."""
    path, many = tmp_path / "rejects.jsonl", [ONE] * 1_000
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with RejectFile(path) as rejects:
        rejects.append([ONE])
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, before[1]))
            with pytest.raises(StoreFullError):
                rejects.append(many)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, ignored)
        assert len(kept(path)) == 1
        rejects.append(many)
    assert len(kept(path)) == 1_001
