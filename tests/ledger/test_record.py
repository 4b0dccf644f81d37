"""A record becomes a leaf and comes back as it was."""

import hashlib
import hmac
import json

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InputError
from holdfast.ledger import Record, RecordKind
from holdfast.ledger.record import MAX_LEAF_BYTES, open_entry, read_leaf, same, seal_record, write_leaf

SALT = bytes(range(32))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
RECORDS = st.builds(
    Record,
    key=TEXTS,
    kind=st.sampled_from(RecordKind),
    time=st.integers(-(2**53) + 1, 2**53 - 1),
    actor=TEXTS,
    subject=TEXTS,
    body=st.dictionaries(TEXTS, TEXTS | st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans() | st.none(), max_size=4),
)
PLAIN = Record(key="k", kind=RecordKind.NOTE, time=0, actor="a", subject="s", body={"b": 1})


@given(RECORDS, st.integers(0, 2**40))
def test_a_leaf_is_the_documented_json(record, index):
    """The leaf is RFC 8785 JSON of six fields, and the commitment is HMAC-SHA256 of the canonical body."""
    entry, body = seal_record(record, index=index, salt=SALT)
    fields = json.loads(entry.leaf)
    assert entry.leaf == rfc8785.dumps(fields)
    assert body == rfc8785.dumps(record.body)
    told = msgspec.convert(fields.pop("body_commitment"), bytes)
    assert told == hmac.new(SALT, body, hashlib.sha256).digest()
    assert {**fields, "body": record.body} == msgspec.to_builtins(record)


@given(RECORDS)
def test_a_record_comes_back_as_it_was(record):
    """Leaf, salt and body give the entry again; without salt and body everything but the body."""
    entry, body = seal_record(record, index=7, salt=SALT)
    assert open_entry(index=7, leaf=entry.leaf, salt=SALT, body=body) == entry
    assert same(entry, record)
    erased = open_entry(index=7, leaf=entry.leaf, salt=None, body=None)
    assert erased is not None
    assert erased.erased
    assert erased.record == msgspec.structs.replace(record, body={})


@given(RECORDS, RECORDS)
def test_only_the_same_record_is_the_same(one, two):
    """Two records give the same leaf only when they are equal."""
    entry, _ = seal_record(one, index=0, salt=SALT)
    assert same(entry, two) == (one == two)


@given(RECORDS, st.integers(0, 10_000), st.integers(1, 255))
def test_another_byte_is_another_leaf_or_none(record, spot, mask):
    """A leaf with one byte changed either reads as another record or as none, never as the same one."""
    entry, _ = seal_record(record, index=0, salt=SALT)
    at = spot % len(entry.leaf)
    changed = entry.leaf[:at] + bytes([entry.leaf[at] ^ mask]) + entry.leaf[at + 1 :]
    fields = read_leaf(changed)
    assert fields is None or fields != read_leaf(entry.leaf)


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        write_leaf(PLAIN, bytes(32)) + b" ",
        b" " + write_leaf(PLAIN, bytes(32)),
        write_leaf(PLAIN, bytes(32)).replace(b'"time":0', b'"time":0.0'),
        write_leaf(PLAIN, bytes(32)).replace(b'"time":0', b'"time":0,"time":0'),
        write_leaf(PLAIN, bytes(32)).replace(b'"time":0', b'"time":0,"x":0'),
        write_leaf(PLAIN, bytes(32)).replace(b'"note"', b'"gossip"'),
        write_leaf(PLAIN, bytes(32)).replace(b'"actor":"a"', b'"actor":"\\u0061"'),
    ],
)
def test_other_ways_of_writing_it_are_no_leaf(leaf):
    """Only the canonical bytes count: spaces, repeated or further names and other escapes are refused."""
    assert read_leaf(leaf) is None
    assert open_entry(index=0, leaf=leaf, salt=None, body=None) is None


def test_half_an_entry_is_none():
    """A salt without a body, a body without a salt, and a body that is no object make no entry."""
    entry, body = seal_record(PLAIN, index=0, salt=SALT)
    for salt, kept in ((SALT, None), (None, body), (SALT, b"[]"), (SALT, b"{"), (SALT, b"\xff")):
        assert open_entry(index=0, leaf=entry.leaf, salt=salt, body=kept) is None


def test_a_leaf_has_room_for_no_more_than_a_tile_says():
    """65,535 bytes are taken and one more is refused, however long the body is."""
    empty = len(write_leaf(msgspec.structs.replace(PLAIN, subject=""), bytes(32)))
    room = "x" * (MAX_LEAF_BYTES - empty)
    entry, _ = seal_record(msgspec.structs.replace(PLAIN, subject=room, body={"x": room * 3}), index=0, salt=SALT)
    assert len(entry.leaf) == MAX_LEAF_BYTES
    with pytest.raises(InputError, match="at most 65,535"):
        seal_record(msgspec.structs.replace(PLAIN, subject=room + "x"), index=0, salt=SALT)


@pytest.mark.parametrize("time", [2**53, -(2**53)])
def test_a_time_outside_the_calendar_is_refused(time):
    """A time that a double cannot hold exactly is refused."""
    with pytest.raises(InputError, match="time"):
        seal_record(msgspec.structs.replace(PLAIN, time=time), index=0, salt=SALT)


def test_a_short_salt_is_refused():
    """A salt that could be guessed is a mistake of the caller."""
    with pytest.raises(ValueError, match="32 bytes"):
        seal_record(PLAIN, index=0, salt=b"short")
