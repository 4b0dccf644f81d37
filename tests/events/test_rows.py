"""Rows of tables told into posts: types as tables have them, and every row a post or a reject."""

import datetime as dt
import decimal
import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.events import POSTS, Dialect, Media, Post, RowDecoder, batch_to_posts, encode_line, posts_to_batch
from holdfast.events.times import EARLIEST, LATEST

MS = 1_594_840_380_000
UTC = dt.UTC


def table(count=1, **columns):
    """Good rows, with other or further columns."""
    good = {"id": [str(n) for n in range(count)], "time": [MS] * count, "account": ["a"] * count, "text": ["t"] * count}
    return pa.RecordBatch.from_pydict(good | columns)


def decode(rows, **dialect):
    """What becomes of the rows, numbered from 1; every row must become something."""
    decoded = RowDecoder(Dialect(**dialect)).decode(rows, range(1, rows.num_rows + 1))
    decoded.batch.posts.validate(full=True)
    assert decoded.batch.posts.schema == POSTS
    assert decoded.batch.posts.num_rows + len(decoded.rejects) == rows.num_rows
    return decoded


def one(name, column, **dialect):
    """The post of a table with one row and this column."""
    [post] = batch_to_posts(decode(table(**{name: column}), **dialect).batch.posts)
    return post


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        (pa.array([MS]), "ms"),
        (pa.array([MS // 1000]), "auto"),
        (pa.array([MS // 1000], pa.int32()), "auto"),
        (pa.array([MS // 1000], pa.uint32()), "s"),
        (pa.array([MS / 1000]), "auto"),
        (pa.array([MS * 1000], pa.uint64()), "us"),
        (pa.array([MS * 1_000_000]), "auto"),
        (pa.array([MS // 1000]).cast(pa.timestamp("s")), "ms"),
        (pa.array([dt.datetime(2020, 7, 15, 19, 13, tzinfo=UTC)], pa.timestamp("ns", "America/New_York")), "s"),
        (pa.array(["2020-07-15T19:13:00Z"]).dictionary_encode(), "ms"),
        (pa.array([b"2020-07-15T12:13:00-07:00"]), "ms"),
        (pa.array([str(MS)], pa.large_string()), "ms"),
        (pa.array([str(MS // 1000)], pa.string_view()), "auto"),
    ],
)
def test_times_of_any_type_are_one_moment(column, unit):
    """Timestamps with and without a zone, numbers in any unit, and text all say the same time."""
    assert one("time", column, time_unit=unit).time == MS


def test_a_date_is_its_first_moment_in_utc():
    """A table that has only days can be read."""
    assert one("time", pa.array([dt.date(2020, 7, 15)])).time == MS // 86_400_000 * 86_400_000


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("id", pa.array([2**63], pa.uint64()), str(2**63)),
        ("account", pa.array([7], pa.int8()), "7"),
        ("text", pa.array([b"\xe2\x82\xac"], pa.large_binary()), "\u20ac"),
        ("text", pa.array([""]), ""),
        ("lang", pa.array([""]), ""),
        ("reach", pa.array([5], pa.uint8()), 5),
        ("reach", pa.array([5.0]), 5),
        ("reach", pa.array([float("nan")]), None),
        ("reach", pa.array(["12"]), 12),
        ("verified", pa.array([True]), True),
        ("verified", pa.array(["FALSE"]), False),
        ("edited", pa.array([1]), True),
        ("edited", pa.array([b""]), None),
        ("urls", pa.array([["a", "b"]], pa.large_list(pa.large_string())), ("a", "b")),
        ("urls", pa.array(["  http://a\thttp://b "]), ("http://a", "http://b")),
        ("urls", pa.array([[]], pa.list_(pa.string())), ()),
        ("media", pa.array([[{"url": "u", "alt": None}]]), (Media(url="u"),)),
        ("media", pa.array(['[{"url": "u"}]']), (Media(url="u"),)),
        ("media", pa.array([b""]), ()),
    ],
)
def test_columns_of_any_type_say_what_they_mean(name, column, value):
    """Numbers, text and lists are taken in every type that a writer may have chosen for them."""
    post = one(name, column)
    assert getattr(post, name) == value
    assert post.unknown == {}


@pytest.mark.parametrize(
    ("name", "column", "kept"),
    [
        ("reach", pa.array([-1]), -1),
        ("reach", pa.array([2**63], pa.uint64()), 2**63),
        ("reach", pa.array([1.5]), 1.5),
        ("reach", pa.array(["many"]), "many"),
        ("reach", pa.array([True]), True),
        ("verified", pa.array(["maybe"]), "maybe"),
        ("lang", pa.array([1.5]), 1.5),
        ("lang", pa.array([b"\xff"]), "\\xff"),
        ("urls", pa.array([["a", None]]), ["a", None]),
        ("media", pa.array(["{"]), "{"),
        ("media", pa.array(["[1]"]), "[1]"),
        ("media", pa.array([3]), 3),
        ("price", pa.array([decimal.Decimal("1.50")]), "1.50"),
        ("seen", pa.array([1]).cast(pa.timestamp("ns")), "1970-01-01 00:00:00.000000001"),
        ("seen", pa.array([[1]], pa.list_(pa.timestamp("ns"))), "[[1970-01-01 00:00:00.000000001]]"),
    ],
)
def test_odd_and_unnamed_columns_are_kept_as_unknown(name, column, kept):
    """A value that is not of its kind, or has no name here, is kept beside the post."""
    assert one(name, column).unknown == {name: kept}
    assert one(name, column, keep_unknown=False).unknown == {}


@pytest.mark.parametrize(
    ("name", "column", "reason"),
    [
        ("id", pa.array([None], pa.string()), "id: is null"),
        ("id", pa.array([""]), "id: is empty"),
        ("account", pa.array([1.5]), "account: not text"),
        ("account", pa.array([b"\xff"]), "account: not UTF-8"),
        ("text", pa.array([None], pa.string()), "text: is null"),
        ("time", pa.nulls(1), "time: is null"),
        ("time", pa.array(["noon"]), "time: 'noon' is not a time"),
        ("time", pa.array([1_594_840_380]), "looks like seconds"),
        ("time", pa.array([1e300]), "not a time"),
        ("time", pa.array([[1]]), "not a time"),
        ("type", pa.array(["sign_in"]), "only posts can be read from a table"),
    ],
)
def test_a_bad_row_is_a_reject_that_says_why(name, column, reason):
    """The row is kept as JSON with its number, and the rows beside it are read."""
    rows = pa.concat_tables(
        pa.Table.from_batches([batch]) for batch in (table(**{name: column}), table(**{name: column}))
    ).to_batches()
    for batch in rows:
        [reject] = decode(batch).rejects
        assert reason in reject.reason
        assert reject.line == 1
        assert set(json.loads(reject.raw)) == {"id", "time", "account", "text", name}


def test_bad_rows_do_not_move_the_good_ones():
    """Posts keep their order and rejects their numbers."""
    decoded = decode(table(4, account=["a", None, "c", ""]))
    assert decoded.batch.posts.column("id").to_pylist() == ["0", "2"]
    assert [reject.line for reject in decoded.rejects] == [2, 4]


def test_other_names_and_a_platform():
    """Columns are mapped as fields of lines are, and a platform can be said for all."""
    rows = table().rename_columns(["n", "when", "author", "text"])
    decoded = decode(rows, columns={"id": "n", "time": "when", "account": "author"}, platform="p")
    [post] = batch_to_posts(decoded.batch.posts)
    assert (post.account, post.platform) == ("a", "p")
    assert decode(rows).rejects[0].reason == "id: is missing"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
POST = st.builds(
    Post,
    id=TEXT,
    time=st.integers(EARLIEST, LATEST - 1),
    account=TEXT,
    text=TEXT,
    urls=st.lists(TEXT, max_size=2).map(tuple),
    reach=st.none() | st.integers(0, 2**63 - 1),
    verified=st.none() | st.booleans(),
    media=st.lists(st.builds(Media, url=TEXT, alt=TEXT), max_size=2).map(tuple),
)


@given(st.lists(POST, max_size=4))
def test_a_batch_read_as_a_table_is_itself(posts):
    """What this project writes to Parquet it reads back unchanged."""
    batch = posts_to_batch(posts)
    assert decode(batch.drop_columns(["unknown"])).batch.posts.equals(batch)
    assert all(encode_line(post) for post in posts)


COLUMNS = st.sampled_from(
    [
        pa.int64(),
        pa.float64(),
        pa.bool_(),
        pa.binary(),
        pa.string(),
        pa.timestamp("ns"),
        pa.date32(),
        pa.list_(pa.int8()),
    ]
)


@given(st.dictionaries(st.sampled_from(["id", "time", "account", "text", *POSTS.names, "type"]), COLUMNS), st.data())
def test_tables_of_any_types_never_raise(kinds, data):
    """Whatever types the columns have, every row is a post or a reject."""
    values = {
        pa.int64(): st.integers(-(2**63), 2**63 - 1),
        pa.float64(): st.floats(),
        pa.bool_(): st.booleans(),
        pa.binary(): st.binary(max_size=4),
        pa.string(): TEXT,
        pa.timestamp("ns"): st.integers(-(2**63), 2**63 - 1),
        pa.date32(): st.integers(-(2**31), 2**31 - 1),
        pa.list_(pa.int8()): st.lists(st.integers(-128, 127), max_size=2),
    }
    columns = {}
    for name, kind in kinds.items():
        drawn = data.draw(st.lists(st.none() | values[kind], min_size=2, max_size=2))
        storage = {pa.timestamp("ns"): pa.int64(), pa.date32(): pa.int32()}.get(kind, kind)
        columns[name] = pa.array(drawn, storage).cast(kind)
    decode(table(2, **columns), time_unit="auto")


@pytest.mark.parametrize("unit", ["auto", "s", "ms"])
@pytest.mark.parametrize(
    "column",
    [
        pa.array([100], pa.int8()),
        pa.array([30_000], pa.uint16()),
        pa.array([2**64 - 1], pa.uint64()),
        pa.array([1e300]),
        pa.array([2**62], pa.timestamp("s")),
        pa.array([2**63 - 1], pa.timestamp("ms", "UTC")),
        pa.array([2**31 - 1], pa.date32()),
        pa.array([0], pa.timestamp("ns", "Mars/Phobos")),
    ],
)
def test_a_time_that_cannot_be_is_a_reject_that_says_so(column, unit):
    """However wide the numbers of the column are, none runs over into a time that can be."""
    [refused] = decode(table(time=column), time_unit=unit).rejects
    assert "between the years 1990 and 2200" in refused.reason or "milliseconds are whole" in refused.reason


def not_utf8():
    """One text of a column that says it is text, and whose bytes are not."""
    return pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\4\0\0\0"), pa.py_buffer(b"a\xffbc"))


@pytest.mark.parametrize("name", ["id", "account", "text"])
@pytest.mark.parametrize("dictionary", [False, True])
def test_text_that_is_not_utf8_is_a_reject(name, dictionary):
    """A file may say that it holds text and hold other bytes; so may the dictionary of a column."""
    column = not_utf8()
    if dictionary:
        column = pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()), column)
    [refused] = decode(table(**{name: column})).rejects
    assert refused.reason == f"{name}: not UTF-8"
    assert json.loads(refused.raw)[name] == "a\\xffbc"


def test_an_optional_value_that_is_not_utf8_is_kept_spelt_out():
    """The post is what matters; odd bytes beside it, on whatever level of it, do not cost it."""
    ends = pa.array([0, 1], pa.int32())
    columns = {
        "client": not_utf8(),
        "urls": pa.ListArray.from_arrays(ends, not_utf8()),
        "media": pa.ListArray.from_arrays(ends, pa.StructArray.from_arrays([not_utf8()], ["url"])),
    }
    [post] = batch_to_posts(decode(table(**columns)).batch.posts)
    spelt = "a\\xffbc"
    assert {"client": spelt, "urls": [spelt], "media": [{"url": spelt}]} == post.unknown
