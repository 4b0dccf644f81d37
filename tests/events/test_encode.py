"""Events written down and read again."""

import json
from typing import get_args

import msgspec
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from holdfast.events import (
    POSTS,
    AnyEvent,
    Decoder,
    Post,
    SecurityEvent,
    SignIn,
    batch_to_posts,
    encode_line,
    posts_to_batch,
)
from holdfast.events.dialect import FIELDS, REQUIRED
from holdfast.events.times import EARLIEST, LATEST
from holdfast.events.vocabulary import Media

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMED = TEXT.filter(bool)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
UNKNOWN = st.dictionaries(
    TEXT.filter(lambda name: name not in FIELDS | {"unknown"}), JSON.filter(lambda v: v is not None), max_size=3
)
COUNTS = st.integers(0, 2**63 - 1)


BY_NAME = {
    "time": st.integers(EARLIEST, LATEST - 1),
    "created": st.integers(EARLIEST, LATEST - 1),
    "unknown": UNKNOWN,
    "media": st.lists(st.builds(Media, sha256=TEXT, path=TEXT, url=TEXT, alt=TEXT), max_size=2).map(tuple),
}


def value_of(field):
    """Any value that a field may have."""
    if field.name in BY_NAME:
        return BY_NAME[field.name]
    if field.type is str:
        return TEXT
    if int in (field.type, *get_args(field.type)):
        return COUNTS
    return st.from_type(field.type)


def events_of(kind):
    """Any event of one kind."""
    wanted = {}
    for field in msgspec.structs.fields(kind):
        values = value_of(field)
        if field.name in REQUIRED[kind] and field.type is str and field.name != "text":
            values = NAMED
        wanted[field.name] = values
    return st.builds(kind, **wanted)


EVENTS = st.one_of([events_of(kind) for kind in get_args(AnyEvent)]).filter(
    lambda event: type(event).__name__ != "Report" or event.account or event.post
)


@given(EVENTS)
def test_an_event_written_as_a_line_is_read_back(event):
    """A line of JSON tells every event whole, with what is unknown in it."""
    line = encode_line(event)
    assert b"\n" not in line
    decoded = Decoder().decode(line)
    assert not decoded.rejects
    assert [*batch_to_posts(decoded.batch.posts), *decoded.batch.others] == [event]


@given(st.lists(events_of(Post), max_size=4))
def test_posts_put_into_columns_come_out_again(posts):
    """A batch holds posts whole, in the agreed schema, and null is what they do not say."""
    batch = posts_to_batch(posts)
    batch.validate(full=True)
    assert batch.schema == POSTS
    assert batch_to_posts(batch) == posts
    for row, post in zip(batch.to_pylist(), posts, strict=True):
        assert (row["lang"] is None) == (post.lang == "")
        assert (row["urls"] is None) == (post.urls == ())


def test_unknown_fields_stand_beside_the_known_ones():
    """What a platform said that has no name here is said again in the same place."""
    event = SignIn(time=EARLIEST, account="a", outcome="ok", unknown={"risk": 0.5})
    assert json.loads(encode_line(event)) == {
        "type": "sign_in",
        "time": EARLIEST,
        "account": "a",
        "outcome": "ok",
        "risk": 0.5,
    }


def test_an_unknown_field_called_like_a_known_one_is_not_lost():
    """When a source gave another meaning to one of our names, that is kept under a name of its own."""
    event = SignIn(time=EARLIEST, account="a", outcome="ok", unknown={"account": 7})
    assert json.loads(encode_line(event))["unknown"] == {"account": 7}


def test_no_posts_are_a_batch_without_rows():
    """An empty batch has the schema too."""
    assert posts_to_batch([]).equals(pa.RecordBatch.from_pylist([], schema=POSTS))


def test_every_security_event_has_a_strategy_here():
    """The round trip above goes over the whole vocabulary."""
    assert {*get_args(SecurityEvent), Post} == set(get_args(AnyEvent)) == set(REQUIRED)
