"""Batches of any make read as their posts do one by one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.errors import ColumnError
from holdfast.events import POSTS
from holdfast.reading import Flag, LureKind, Reader, hash_column, hash_text, read_text
from holdfast.reading.flags import LURE_CODES

PARTS = [
    "send to 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2 ",
    "@alice ",
    "https://example.com/a ",
    "日本語 ",
    "fr\u200bee ",
    "\U0001f600",
    "call +1 555 123 4567 ",
    "x" * 300,
]


def batch(rows: list[tuple[str, list[str] | None]], **columns: object) -> pa.RecordBatch:
    """Posts with these texts and links."""
    n = len(rows)
    named = {
        "id": [f"p{i}" for i in range(n)],
        "account": [f"a{i % 3}" for i in range(n)],
        "time": list(range(n)),
        "text": [text for text, _ in rows],
        "urls": [urls for _, urls in rows],
    } | columns
    arrays = [pa.array(named.get(f.name, [None] * n), f.type) for f in POSTS]
    return pa.RecordBatch.from_arrays(arrays, schema=POSTS)


def same(readings, rows) -> None:
    """The batch says of each post what `read_text` says of it."""
    assert readings.posts == len(rows)
    for i, (text, urls) in enumerate(rows):
        one = read_text(text, urls or ())
        assert readings.flags[i] == one.flags
        assert (readings.script[i], readings.length[i], readings.words[i]) == (one.script, one.length, one.words)
        assert np.array_equal(readings.signature[i], one.signature)
        assert tuple(readings.bands[i].tolist()) == one.bands
        lures = slice(readings.lure_from[i], readings.lure_from[i + 1])
        assert readings.lure_key[lures].tolist() == [x.key for x in one.lures]
        assert readings.lure_kind[lures].tolist() == [LURE_CODES[x.kind] for x in one.lures]
        assert readings.lure_valid[lures].tolist() == [x.valid for x in one.lures]


rows_of = st.lists(
    st.tuples(
        st.lists(st.sampled_from(PARTS) | st.text(max_size=8), max_size=6).map("".join),
        st.none() | st.lists(st.sampled_from(["https://t.co/a", "https://b.example.org/x", "", "no link"]), max_size=3),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(
    rows_of, st.integers(0, 12), st.integers(0, 12), st.sampled_from([pa.string(), pa.large_string(), pa.string_view()])
)
def test_a_batch_reads_as_its_posts(rows, first, length, kind):
    """Whatever slice of whatever string type, with and without links."""
    posts = batch(rows)
    at = posts.schema.get_field_index("text")
    posts = posts.set_column(at, pa.field("text", kind), posts.column("text").cast(kind))
    same(Reader(max_posts=4).read(posts.slice(first, length)), rows[first : first + length])


def test_ids_are_hashed_as_by_themselves():
    """The columns `account` and `post` hold what `hash_text` says, and so does `hash_column`."""
    readings = Reader().read(batch([("a", None)] * 5))
    assert readings.account.tolist() == [hash_text(f"a{i % 3}") for i in range(5)]
    assert readings.post.tolist() == [hash_text(f"p{i}") for i in range(5)]
    mixed = pa.array(["", None, "a" * 8, "é" * 9, "a" * 16])
    assert hash_column(mixed).tolist() == [hash_text(x or "") for x in mixed.to_pylist()]
    assert hash_column(mixed.slice(2)).tolist() == hash_column(mixed).tolist()[2:]
    assert hash_column(mixed.dictionary_encode()).tolist() == hash_column(mixed).tolist()
    assert hash_column(pa.nulls(2)).tolist() == [hash_text("")] * 2
    assert 0 not in hash_column(mixed)


def test_what_a_post_refers_to_is_flagged():
    """A repost, an answer and a quotation refer; a quotation counts as one."""
    posts = batch(
        [("x", None)] * 4,
        repost_of=["1", None, None, ""],
        reply_to=[None, "1", None, None],
        quote_of=[None, None, "1", None],
    )
    flags = Reader().read(posts).flags.tolist()
    assert flags == [Flag.REFERS, Flag.REPLIES, Flag.REFERS | Flag.QUOTED_LURE, 0]


def test_missing_columns():
    """Links and references may be missing; text, id and account may not."""
    posts = batch([("https://example.com/a", ["https://t.co/x"])])
    few = posts.select(["id", "account", "text"])
    assert Reader().read(few).lure_kind.tolist() == [LURE_CODES[LureKind.LINK], LURE_CODES[LureKind.DOMAIN]]
    for name in ("id", "account", "text"):
        with pytest.raises(ColumnError, match=name):
            Reader().read(few.drop_columns([name]))
    with pytest.raises(ColumnError, match="list"):
        Reader().read(few.append_column("urls", pa.array([{"a": 1}])))
    with pytest.raises(ColumnError, match="struct"):
        Reader().read(few.set_column(2, "text", pa.array([{"a": 1}])))


def test_nulls_read_as_nothing():
    """A null text is an empty one, a null list has no links, even where bytes lie under them."""
    text = pa.StringArray.from_buffers(
        2, pa.py_buffer(np.array([0, 5, 10], np.int32)), pa.py_buffer(b"hello@abcd"), pa.py_buffer(b"\x01")
    )
    links = pa.array(["https://t.co/a", "https://t.co/b"])
    urls = pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), links, mask=pa.array([True, False]))
    posts = pa.RecordBatch.from_arrays(
        [pa.array(["1", "2"]), pa.array(["a", "b"]), text, urls], ["id", "account", "text", "urls"]
    )
    same(Reader().read(posts), [("hello", None), ("", ["https://t.co/b"])])


def test_room_grows_with_what_is_found():
    """More posts and more lures than were expected cost memory and nothing else; what was read before is kept."""
    rows = [(" ".join(f"@n{i}x{k}" for k in range(60)), None) for i in range(50)]
    reader = Reader(max_posts=2)
    same(reader.read(batch(rows)), rows)
    same(reader.read(batch(rows[:3])), rows[:3])
    same(reader.read(batch([])), [])


def test_a_text_of_a_megabyte_is_read_to_its_limit():
    """The lure at its beginning is found, and the post after it is read."""
    rows = [("@alice " + "ab " * 400_000, None), ("@bob", None)]
    same(Reader().read(batch(rows)), rows)
    assert read_text(rows[0][0]).length == 65_535
