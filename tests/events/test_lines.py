"""Cutting a stream into lines without ever holding more than one."""

import hashlib

from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.events import LONGEST_LINE, Lines, LineSplitter, Reject
from holdfast.events.rejects import RAW_LIMIT

STREAMS = st.lists(st.sampled_from([b"\n", b"a", b"bc", b"\r", b"def", b"\xff" * 5]), max_size=60)


def split(chunks, longest):
    """What a splitter makes of the chunks."""
    splitter = LineSplitter(longest=longest)
    parts = [part for chunk in chunks for part in splitter.feed(chunk)]
    return [*parts, *splitter.finish()]


def as_lines(parts):
    """Each line by its number and length, with its bytes, or its hash if it was too long."""
    told = []
    for part in parts:
        if isinstance(part, Lines):
            whole = part.data.removesuffix(b"\n").split(b"\n")
            told += [(part.first + place, len(line), line) for place, line in enumerate(whole)]
        else:
            told.append((part.line, part.length, part.sha256))
    return told


@given(STREAMS, st.integers(1, 8))
@example([b"a" * 9, b"\n", b"x\n"], 8)
@example([b"aaaa\nb"], 3)
def test_every_byte_is_told_of_once_however_it_is_cut(chunks, longest):
    """The lines, their numbers, and which are too long depend on the stream alone, never on how it arrives."""
    stream = b"".join(chunks)
    expected = [
        (number, len(line), line if len(line) <= longest else hashlib.sha256(line).hexdigest())
        for number, line in enumerate(stream.removesuffix(b"\n").split(b"\n") if stream else [], 1)
    ]
    assert as_lines(split(chunks, longest)) == expected
    assert as_lines(split([stream[i : i + 1] for i in range(len(stream))], longest)) == expected


@given(st.integers(1, 50), st.integers(1, 200))
def test_what_is_held_back_is_bounded(longest, size):
    """A line that does not end takes no more memory than the longest allowed."""
    splitter = LineSplitter(longest=longest)
    for _ in range(5):
        list(splitter.feed(b"x" * size))
        assert splitter.held <= longest
    assert [type(part) for part in splitter.finish()] == [Reject if 5 * size > longest else Lines]


def test_an_endless_line_becomes_a_reject_with_its_start_and_hash():
    """A line beyond all measure passes; its start, length and hash are kept, and the next line is read."""
    splitter, piece, digest = LineSplitter(), b"x" * LONGEST_LINE, hashlib.sha256()
    for _ in range(5):
        assert not list(splitter.feed(piece))
        digest.update(piece)
    too_long, after = splitter.feed(b"\nnext\n")
    assert isinstance(too_long, Reject)
    assert too_long.line == 1
    assert too_long.length == 5 * LONGEST_LINE
    assert too_long.raw == b"x" * RAW_LIMIT
    assert too_long.sha256 == digest.hexdigest()
    assert after == Lines(first=2, data=b"next\n")
