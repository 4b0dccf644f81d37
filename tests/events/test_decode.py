"""Lines told into events: every line is an event or a reject, and the fast way is the slow way."""

import json
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from holdfast.errors import UsageError
from holdfast.events import POSTS, Decoder, Dialect, Post, SignIn, batch_to_posts, names_in
from holdfast.events.rejects import RAW_LIMIT

GOOD = {"type": "post", "id": "1", "time": 1_594_840_380_000, "account": "a", "text": "hello"}
SCANNED, INTERPRETED = {"few": -1, "short": -1}, {"few": 1 << 30}


def line(**fields):
    """A good post as a line, with other or further fields."""
    return json.dumps(GOOD | fields, ensure_ascii=False).encode()


def decode(lines, **said):
    """Decode both ways, make sure that they agree, and say what came out."""
    dialect = Dialect(**said)
    fast = Decoder(dialect, **SCANNED).decode(lines)
    slow = Decoder(dialect, **INTERPRETED).decode(lines)
    fast.batch.posts.validate(full=True)
    assert fast.batch.posts.schema == POSTS
    assert fast.batch.posts.to_pylist() == slow.batch.posts.to_pylist()
    assert list(fast.batch.others) == list(slow.batch.others)
    assert fast.rejects == slow.rejects
    assert fast.lines.tolist() == slow.lines.tolist()
    assert len(fast.lines) == fast.batch.posts.num_rows
    return fast


def refusal(bad):
    """Why a line between two good ones is refused; the good ones must come through."""
    decoded = decode(b"\n".join([line(id="before"), bad, line(id="after")]))
    assert decoded.batch.posts.column("id").to_pylist() == ["before", "after"]
    [reject] = decoded.rejects
    assert reject.line == 2
    assert reject.raw == bad
    assert reject.length == len(bad)
    return reject.reason


def told(post_line, **dialect):
    """The one post that a line tells of."""
    [post] = batch_to_posts(decode(post_line, **dialect).batch.posts)
    return post


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"type":"post"', "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"{}", "is missing"),
        (b'{"a":1}{"a":2}', "not JSON"),
        (line() + b" x", "not JSON"),
        (line().replace(b"hello", b"hel\xfflo"), "not UTF-8"),
        (line().replace(b"hello", b"\xed\xa0\x80"), "not UTF-8"),
        (line(other="\u0001").replace(b"\\u0001", b"\xc0\xaf"), "not UTF-8"),
        (line().replace(b"hello", b"\\ud83d"), "lone surrogate"),
        (line().replace(b"hello", b"\\ude00\\ud83d"), "lone surrogate"),
        (line(other=1).replace(b"other", b"\\udc00"), "lone surrogate"),
        (line().replace(b"hello", b"a\tb"), "not JSON"),
        (line().replace(b"hello", b"\\x41"), "not JSON"),
        (line().replace(b"hello", b"\\u00g0"), "not JSON"),
        (line().replace(b'"id": "1"', b'"id": "1", "id": "2"'), "twice"),
        (line().replace(b'"id": "1"', b'"id": "1", "\\u0069d": "2"'), "twice"),
        (line(a={"b": {"x": 1}}).replace(b'"x": 1', b'"x": 1, "x": 2'), "twice"),
        (line(a=1).replace(b"1}", b"NaN}"), "NaN is no number"),
        (line(a=1).replace(b"1}", b"-Infinity}"), "Infinity is no number"),
        (line(a=1).replace(b"1}", b"1e999}"), "beyond a double"),
        (line(a=1).replace(b"1}", b"9" * 30 + b"}"), "beyond 64 bits"),
        (line(a=1).replace(b"1}", b"9" * 5_000 + b"}"), "beyond 64 bits"),
        (line(a=1).replace(b"1}", b"01}"), "not JSON"),
        (line(a=1).replace(b"1}", b"1.}"), "not JSON"),
        (line(a=1).replace(b"1}", b"+1}"), "not JSON"),
        (line(a=1).replace(b"1}", b"tru}"), "not JSON"),
        (line(a=1).replace(b"1}", b"[1,]}"), "not JSON"),
        (line(a=1).replace(b"1}", b"[1}}"), "not JSON"),
        (line(a=1).replace(b"1}", b"[" * 65 + b"]" * 65 + b"}"), "nests deeper"),
        (line(a=1).replace(b"1}", b"[" * 50_000), "nests deeper"),
        (b"\xef\xbb\xbf" + line(), "not JSON"),
        (line(id=None), "id: is null"),
        (line(id=""), "id: is empty"),
        (line(account=1.5), "account: not text"),
        (line(account={"id": 1}), "account: not text"),
        (line(text=None), "text: is null"),
        (line(time="noon"), "is not a time"),
        (line(time="2020-07-15T19:13:00"), "is not a time"),
        (line(time=1_594_840_380), "looks like seconds"),
        (line(time=1_594_840_380_000.0), "is not a time"),
        (line(time=True), "is not a time"),
        (line(type="poll"), "no event is of type"),
        (line(type=1), "no event is of type"),
        (b'{"type":"sign_in","account":"a","time":1594840380000,"outcome":"maybe"}', "outcome: "),
        (b'{"type":"report","time":1594840380000,"text":"bad"}', "names an account or a post"),
    ],
)
def test_a_bad_line_is_a_reject_that_says_why(bad, reason):
    """Whatever is wrong with a line, it is kept with its number and the reason, and the lines beside it are read."""
    assert reason in refusal(bad)


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        (line(text='a"b\\c/d\b\f\n\r\t\u00e9\u20ac\U0001f600'), "text", 'a"b\\c/d\b\f\n\r\t\u00e9\u20ac\U0001f600'),
        (json.dumps(GOOD | {"text": "\u00e9\u20ac\U0001f600\x00/"}).encode(), "text", "\u00e9\u20ac\U0001f600\x00/"),
        (line().replace(b"hello", b"\\/\\u0041\\uD83D\\uDE00"), "text", "/A\U0001f600"),
        (line(text=""), "text", ""),
        (line(id=12), "id", "12"),
        (line(id=0), "id", "0"),
        (line(id=-7), "id", "-7"),
        (line(id=2**64 - 1), "id", "18446744073709551615"),
        (line(time="2020-07-15T19:13:00Z"), "time", 1_594_840_380_000),
        (line(time="2020-07-15T12:13:00.250-07:00"), "time", 1_594_840_380_250),
        (line(time="2016-12-31T23:59:60Z"), "time", 1_483_228_799_999),
        (line(time="2000-02-29T00:00:00Z"), "time", 951_782_400_000),
        (line(urls=["a", "", "\u00e9\n"]), "urls", ("a", "", "\u00e9\n")),
        (line(urls=[]), "urls", ()),
        (line(urls=None), "urls", ()),
        (line(lang=None, client="", repost_of="2"), "repost_of", "2"),
        (line(client=""), "client", ""),
        (line(reach=0), "reach", 0),
        (line(reach=2**63 - 1), "reach", 2**63 - 1),
        (line(verified=False, edited=True), "verified", False),
        (line(verified=False, edited=True), "edited", True),
        (line(media=[{"url": "u", "alt": None}])[:-1] + b"}", "id", "1"),
        (line().replace(b'"type"', b' \t"type" \t').replace(b"{", b" { ") + b" \r", "id", "1"),
        (line(**{f"k{n}": n for n in range(300)}), "id", "1"),
        (line(a=[[[[[{"b": [1, -2.5, True, None, "x"]}]]]]]), "id", "1"),
    ],
)
def test_a_good_line_says_what_it_means(said, field, value):
    """Escapes, both kinds of time, numbered posts, nulls and blanks are read for what they mean."""
    assert getattr(told(said), field) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reach", -1),
        ("reach", "many"),
        ("reach", 1.5),
        ("reach", 2**63),
        ("verified", 1),
        ("urls", "http://a"),
        ("urls", ["a", 1]),
        ("lang", ["en"]),
        ("media", [1]),
        ("media", [{"url": 1}]),
        ("colour", {"r": 1}),
    ],
)
def test_an_optional_field_that_is_odd_is_kept_as_unknown(name, value):
    """The post counts, the value is not lost, and the field is as if not said."""
    post = told(line(**{name: value}))
    assert post.unknown == {name: value}
    assert getattr(post, name, None) in {None, "", ()}
    assert told(line(**{name: value}), keep_unknown=False).unknown == {}


def test_media_with_more_than_we_name_are_kept_as_they_came():
    """What a picture is said to be beyond our names is not lost."""
    media = [{"url": "u", "width": 3}]
    post = told(line(media=media))
    assert post.media[0].url == "u"
    assert post.unknown == {"media": media}


def test_unknown_values_are_spelt_as_they_came():
    """Numbers keep their digits, and text its escapes, so that nothing is lost by passing through."""
    given_line = line()[:-1] + b', "x" : 1.10 ,"y":["\\u00e9", 1e2],"z":""}'
    [spelt] = decode(given_line).batch.posts.column("unknown").to_pylist()
    assert spelt == '{"x":1.10,"y":["\\u00e9", 1e2],"z":""}'


def test_blank_lines_and_a_byte_order_mark_at_the_start_are_skipped():
    """They are no events and no rejects, and they count as lines."""
    decoded = decode(b"\xef\xbb\xbf" + line() + b"\r\n\r\n \t\n" + line(id="2") + b"\nbad\n\n")
    assert decoded.batch.posts.column("id").to_pylist() == ["1", "2"]
    assert [reject.line for reject in decoded.rejects] == [5]
    assert not Decoder().decode(b"").rejects


def test_line_numbers_go_on_from_where_they_are_told():
    """A block in the middle of a stream reports its lines by their place in the stream."""
    for way in (SCANNED, INTERPRETED):
        assert Decoder(**way).decode(b"\xef\xbb\xbfx\ny\n", 100).rejects[1].line == 101


def test_a_long_refused_line_is_kept_by_its_start_and_hash():
    """What is kept of a reject is bounded."""
    [reject] = decode(b"x" * (RAW_LIMIT + 1)).rejects
    assert len(reject.raw) == RAW_LIMIT
    assert reject.length == RAW_LIMIT + 1
    assert len(reject.sha256) == 64


def test_other_names_are_read_as_ours():
    """A source's own names are mapped; one of ours that it uses for something else is unknown."""
    said = b'{"tsb":1594840380,"author":"b","id":"1","text":"t","account":"shop","src":"x"}'
    post = told(said, columns={"account": "author", "time": "tsb"}, time_unit="auto", platform="p")
    assert post == Post(
        id="1", time=1_594_840_380_000, account="b", text="t", platform="p", unknown={"account": "shop", "src": "x"}
    )


def test_a_name_given_to_one_field_means_no_other():
    """When `id` is said to be the account, it is no longer the post's id."""
    said = b'{"time":1594840380000,"id":"a","n":5,"text":"t","type":"x"}'
    post = told(said, columns={"account": "id", "id": "n", "lang": "type"})
    assert (post.account, post.id, post.lang) == ("a", "5", "x")


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns", "auto"])
@pytest.mark.parametrize("digits", [9, 10, 12, 13, 15, 16, 18])
def test_units_of_time_are_read_alike_both_ways(unit, digits):
    """The scan and the interpreter agree on every unit and size of number."""
    for first in "123479":
        decode(line(time=int(first * digits)), time_unit=unit)


def test_events_of_other_types_come_as_records():
    """Security events are told as records, in order, beside the posts; what is odd in them is kept."""
    sign_in = (
        b'{"type":"sign_in","account":"a","time":"2020-07-15T19:13:00Z","outcome":"ok","asn":64500,"method":"magic"}'
    )
    decoded = decode(b"\n".join([sign_in, line(), sign_in]))
    expected = SignIn(time=1_594_840_380_000, account="a", outcome="ok", asn="64500", unknown={"method": "magic"})
    assert list(decoded.batch.others) == [expected, expected]
    assert decoded.batch.posts.num_rows == 1


def test_lines_without_a_type_are_what_the_dialect_says():
    """A file of one kind of event need not say it in each line."""
    decoded = decode(b'{"account":"a","time":1594840380000,"outcome":"ok"}', default_type="sign_in")
    assert isinstance(decoded.batch.others[0], SignIn)


@pytest.mark.parametrize(
    ("dialect", "message"),
    [
        ({"columns": {"acount": "x"}}, "did you mean 'account'"),
        ({"columns": {"account": "x", "id": "x"}}, "for two fields"),
        ({"columns": {"account": "\udcff"}}, "cannot be called"),
        ({"default_type": "posts"}, "did you mean 'post'"),
    ],
)
def test_a_dialect_that_cannot_be_meant_is_refused(dialect, message):
    """A misspelt field or type is named, with the nearest one."""
    with pytest.raises(UsageError, match=message):
        Dialect(**dialect)


def test_names_are_those_of_lines_that_parse():
    """The names a file uses can be listed, whatever else is in it, and looking ends early."""
    lines = b'\xef\xbb\xbf{"a":1}\nbad\n{"b":{"c":1}}\n'
    assert names_in(lines) == {"a", "b"}
    assert names_in(lines, wanted={"a"}) == {"a"}


# What follows makes lines of any shape, and breaks them.

TEXT = st.text(max_size=8)
LEAVES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | TEXT
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6
)
TIMES = st.sampled_from(
    [1_594_840_380_000, 1_594_840_380, "2020-07-15T19:13:00.5+05:45", "2016-12-31T23:59:60Z", "2020-07-15t19:13:00z"]
)
FIELDS = st.fixed_dictionaries(
    {"id": TEXT | VALUES, "time": TIMES | VALUES, "account": TEXT | VALUES, "text": TEXT | VALUES},
    optional={
        "type": st.sampled_from(["post", "sign_in", "nonsense", None]),
        "urls": st.lists(TEXT, max_size=3) | VALUES,
        "lang": TEXT | VALUES,
        "reach": st.integers(0, 10**9) | VALUES,
        "verified": st.booleans() | VALUES,
        "edited": st.booleans() | VALUES,
        "platform": TEXT,
        "media": st.lists(st.dictionaries(st.sampled_from(["url", "alt", "w"]), TEXT, max_size=2), max_size=2) | VALUES,
        "other": VALUES,
        "": VALUES,
        "tïme": VALUES,
    },
)


@st.composite
def written(draw):
    """An object of odd values, in any order and spacing, as bytes."""
    fields = draw(FIELDS)
    names = draw(st.permutations(list(fields)))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), ("\t,  ", " :\t ")]))
    text = json.dumps({name: fields[name] for name in names}, ensure_ascii=draw(st.booleans()), separators=separators)
    return text.encode(errors="surrogatepass") + draw(st.sampled_from([b"", b"\r", b" "]))


@st.composite
def broken(draw):
    """A few such lines, with up to three hurts."""
    lines = bytearray(b"\n".join(draw(st.lists(written(), min_size=1, max_size=3))))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(lines)))
        match draw(st.sampled_from(["cut", "put", "turn"])):
            case "cut":
                del lines[place : place + draw(st.integers(1, 4))]
            case "put":
                lines[place:place] = draw(
                    st.sampled_from([b'"', b"\\", b"\\u12", b"{", b"]", b",", b"\n", b"\xf0\x9f", b"e5", b"-"])
                )
            case _:
                lines[place : place + 1] = draw(st.binary(min_size=1, max_size=1))
    return bytes(lines)


def accounted(lines, decoded):
    """Whether every line that is not blank became one event or one reject."""
    wanted = sum(bool(part.strip(b" \t\r")) for part in lines.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
    return decoded.batch.posts.num_rows + len(decoded.batch.others) + len(decoded.rejects) == wanted


@settings(max_examples=250)
@given(broken(), st.booleans(), st.sampled_from(["ms", "auto"]))
def test_both_ways_agree_on_anything_and_count_every_line(lines, keep_unknown, time_unit):
    """Whole lines or broken ones: the scan and the interpreter give the same batches, and no line is left out."""
    assert accounted(lines, decode(lines, keep_unknown=keep_unknown, time_unit=time_unit))


@settings(max_examples=150)
@given(st.binary(max_size=200) | st.text('{}[]":,\\u0dD8post\n 1e-', max_size=120).map(str.encode))
@example(b'{"\\')
@example(b'{"id":"\\u')
@example(b'{"id":"\\ud800\\')
@example(b'{"":{"":')
def test_random_bytes_never_raise(lines):
    """Nothing that can come down a pipe stops the stream."""
    assert accounted(lines, decode(lines))


def test_many_lines_with_some_bad_ones_keep_their_order():
    """Posts come out in the order of their lines, whichever way each of them was read."""
    rng = random.Random(7)
    lines = []
    for number in range(3_000):
        odd = rng.choice([{}, {}, {}, {"media": [{"url": "u"}]}, {"reach": -1}, {"type": "x"}, {"text": "\u00e9" * 50}])
        lines.append(line(id=str(number), **odd))
    decoded = decode(b"\n".join(lines))
    ids = decoded.batch.posts.column("id").to_pylist()
    assert ids == sorted(ids, key=int)
    assert sorted([int(n) + 1 for n in ids] + [reject.line for reject in decoded.rejects]) == list(range(1, 3_001))


def test_the_way_of_reading_changes_with_the_amount_and_not_the_answer():
    """The first lines of a stream, small blocks and big blocks are read in different ways to the same events."""
    decoder, block = Decoder(few=500, short=200), b"\n".join([line(id=str(n)) for n in range(5)])
    expected = decode(block).batch.posts
    for lines, rows in ((block, 5), (block, 5), (line(id="0"), 1), (block, 5)):
        assert decoder.decode(lines).batch.posts.equals(expected.slice(0, rows))


@pytest.mark.parametrize("said", [{}, {"default_type": "sign_in"}])
def test_an_empty_type_says_nothing(said):
    """Like every optional field that is empty; and the same at the beginning of a file and far into it."""
    empty = decode(line(type="", outcome="ok"), **said)
    without = {name: value for name, value in GOOD.items() if name != "type"} | {"outcome": "ok"}
    absent = decode(json.dumps(without).encode(), **said)
    assert empty.batch.posts.equals(absent.batch.posts)
    assert empty.batch.others == absent.batch.others
    assert () == empty.rejects
