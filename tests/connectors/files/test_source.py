"""Files of every kind, whole and damaged, read into events."""

import bz2
import csv
import gzip
import io
import lzma
import os
import tracemalloc
from collections import Counter
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.connectors.files import FileSource
from holdfast.connectors.files.csv_rows import CsvRows
from holdfast.errors import ColumnError, UnreadableFileError
from holdfast.events import Dialect, Post, encode_line, posts_to_batch

POSTS = [Post(id=str(n), time=1_594_840_380_000 + n, account=f"a{n % 7}", text=f"hello {n:x}") for n in range(500)]
LINES = b"".join(encode_line(post) + b"\n" for post in POSTS)
CSV = b"id,time,account,text\n" + b"".join(f'{p.id},{p.time},{p.account},"{p.text}"\n'.encode() for p in POSTS)
VARIED = b"".join(  # unlike enough to be packed into several blocks: zstd unpacks whole ones, of up to 128 KiB
    encode_line(Post(id=str(n), time=1_594_840_380_000, account="a", text=sha256(b"%d" % n).hexdigest())) + b"\n"
    for n in range(3_000)
)
IDS = [post.id for post in POSTS]


def zstd(data):
    """The data packed with zstd."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(data)
    return sink.getvalue().to_pybytes()


def ids(deliveries):
    """The ids of all posts delivered."""
    return [name for delivery in deliveries for name in delivery.batch.posts.column("id").to_pylist()]


def rejects(deliveries):
    """Number and reason of every reject delivered."""
    return [(reject.line, reject.reason) for delivery in deliveries for reject in delivery.rejects]


def put(folder, name, data):
    """A file with this content."""
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("posts.jsonl", LINES),
        ("posts.ndjson", LINES.rstrip(b"\n")),
        ("posts.JSON", b"\xef\xbb\xbf" + LINES.replace(b"\n", b"\r\n")),
        ("posts.jsonl.gz", gzip.compress(LINES)),
        ("posts.jsonl.gz", gzip.compress(LINES[:999]) + gzip.compress(LINES[999:])),
        ("posts.jsonl.gz", gzip.compress(LINES) + bytes(5_000)),
        ("posts.jsonl.zst", zstd(LINES)),
        ("posts.jsonl.zstd", zstd(LINES[:999]) + zstd(LINES[999:])),
        ("posts.csv", CSV),
        ("posts.csv", b"\xef\xbb\xbf" + CSV.replace(b"\n", b"\r\n")),
        ("posts.csv.gz", gzip.compress(CSV)),
        ("posts.csv.zst", zstd(CSV)),
        ("posts.jsonl.zst", b"\x5a\x2a\x4d\x18\x03\0\0\0abc" + zstd(LINES)),
        ("posts", LINES),
        ("posts", gzip.compress(LINES)),
        ("posts", zstd(LINES)),
        ("posts.jsonl", zstd(LINES)),
    ],
)
@pytest.mark.parametrize("batch_bytes", [700, 1 << 22])
def test_every_kind_of_file_gives_the_same_events(tmp_path, name, data, batch_bytes):
    """Plain or packed, in one member or several, by its name or by its first bytes: the posts are the same."""
    source = FileSource([put(tmp_path, name, data)], batch_bytes=batch_bytes)
    deliveries = list(source)
    assert ids(deliveries) == IDS
    assert not rejects(deliveries)
    assert deliveries[-1].bytes_read == source.bytes_total == len(data)
    assert len(deliveries) <= 2 or batch_bytes < len(data)


def test_a_parquet_file_gives_the_same_events(tmp_path):
    """A table of posts is read in batches, by its name or by its first bytes."""
    pq.write_table(pa.Table.from_batches([posts_to_batch(POSTS)]), tmp_path / "posts.parquet", row_group_size=120)
    os.link(tmp_path / "posts.parquet", tmp_path / "posts")
    for name in ("posts.parquet", "posts"):
        deliveries = list(FileSource([tmp_path / name]))
        assert ids(deliveries) == IDS
        assert deliveries[-1].bytes_read == (tmp_path / name).stat().st_size


def test_several_files_follow_each_other_with_one_measure_of_progress(tmp_path):
    """Each delivery says which file it is from, and progress runs over all of them."""
    source = FileSource([put(tmp_path, "one.jsonl", LINES), put(tmp_path, "two.csv.gz", gzip.compress(CSV))])
    deliveries = list(source)
    assert ids(deliveries) == IDS * 2
    assert [os.path.basename(delivery.source) for delivery in deliveries] == ["one.jsonl", "two.csv.gz"]  # noqa: PTH119 - a source is a text
    read = [delivery.bytes_read for delivery in deliveries]
    assert read == sorted(read)
    assert read[-1] == source.bytes_total


@pytest.mark.parametrize("kind", ["jsonl", "csv", "csv.gz", "parquet"])
def test_a_name_that_is_not_utf8_is_a_name(tmp_path, kind):
    """The file is read like any other; where its name is told, the odd byte is spelt out."""
    path = os.fsencode(tmp_path) + b"/odd\xff." + kind.encode()
    if kind == "parquet":
        with open(path, "wb") as file:  # noqa: PTH123 - a path is a text
            pq.write_table(pa.Table.from_batches([posts_to_batch(POSTS)]), file)
    else:
        with open(path, "wb") as file:  # noqa: PTH123 - a path is a text
            file.write({"jsonl": LINES, "csv": CSV, "csv.gz": gzip.compress(CSV)}[kind])
    deliveries = list(FileSource([os.fsdecode(path)]))
    assert IDS == ids(deliveries)
    assert deliveries[0].source.endswith(f"/odd\\xff.{kind}")


def test_the_standard_input_is_read_to_its_end():
    """Lines come from a pipe in whole batches, and nobody knows how many there will be."""
    source = FileSource(["-"], standard_input=io.BytesIO(LINES + b"bad"))
    deliveries = list(source)
    assert ids(deliveries) == IDS
    assert [line for line, _ in rejects(deliveries)] == [501]
    assert source.bytes_total is None


def test_a_named_pipe_is_read_like_the_standard_input():
    """A path that is no regular file is a stream."""
    reader, writer = os.pipe()
    os.write(writer, LINES[:20_000].rpartition(b"\n")[0])
    os.close(writer)
    assert ids(FileSource([f"/dev/fd/{reader}"])) == IDS[: len(LINES[:20_000].splitlines()) - 1]
    os.close(reader)


@given(st.integers(1, 400), st.binary(min_size=1, max_size=40))
def test_how_a_file_is_cut_into_batches_changes_nothing(batch_bytes, noise):
    """Any size of batch gives the same events and the same rejects, with the same numbers."""
    data = LINES[:3_000] + b"\n" + noise + b"\n" + LINES[:500]
    whole = list(FileSource(["-"], standard_input=io.BytesIO(data)))
    cut = list(FileSource(["-"], standard_input=io.BytesIO(data), batch_bytes=batch_bytes))
    assert ids(cut) == ids(whole)
    assert rejects(cut) == rejects(whole)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("short.jsonl.gz", gzip.compress(LINES)[:-2_000]),
        ("short.jsonl.zst", zstd(VARIED)[:-2_000]),
        ("no-check.jsonl.gz", gzip.compress(LINES)[:-8]),
        ("tail.jsonl.gz", gzip.compress(LINES) + b"and more"),
        ("tail.jsonl.zst", zstd(LINES) + b"and more"),
        ("short.csv.gz", gzip.compress(CSV)[:-1_000]),
    ],
)
def test_what_lies_before_the_damage_is_delivered_first(tmp_path, name, data):
    """A damaged archive gives every whole line before the damage, then an error that says how far reading got."""
    deliveries = []
    with pytest.raises(
        UnreadableFileError, match=rf"{name} is damaged or incomplete: \d+ bytes could be unpacked"
    ) as damage:
        deliveries.extend(FileSource([put(tmp_path, name, data)]))
    got = ids(deliveries)
    assert got == [str(n) for n in range(len(got))]
    assert len(got) > 200
    assert "Fetch the file again" in damage.value.advice


@pytest.mark.parametrize("batch_bytes", [700, 1 << 22])
def test_a_wrong_checksum_costs_no_line(tmp_path, batch_bytes):
    """It stands behind the last line of an archive, so all of them are delivered before the error."""
    packed = bytearray(gzip.compress(VARIED))
    packed[-8] ^= 1
    deliveries = []
    with pytest.raises(UnreadableFileError, match=f"{len(VARIED)} bytes could be unpacked"):
        deliveries.extend(FileSource([put(tmp_path, "posts.jsonl.gz", bytes(packed))], batch_bytes=batch_bytes))
    assert [str(n) for n in range(3_000)] == ids(deliveries)


def test_noise_inside_an_archive_is_told_as_damage(tmp_path):
    """Bytes turned in the middle of a file do not come out as events of another kind."""
    packed = bytearray(gzip.compress(LINES))
    packed[len(packed) // 2 : len(packed) // 2 + 8] = bytes(8)
    with pytest.raises(UnreadableFileError):
        list(FileSource([put(tmp_path, "posts.jsonl.gz", bytes(packed))]))


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("plain.jsonl.gz", LINES, "is not what its name says"),
        ("other.jsonl.zst", gzip.compress(LINES), "is not what its name says"),
        ("empty.jsonl.gz", b"", "is not what its name says"),
        ("empty.csv.zst", b"", "is not what its name says"),
        ("head.parquet", b"PAR1 and no more", "is no whole Parquet file"),
        ("empty.parquet", b"", "is no whole Parquet file"),
        ("packed.parquet.gz", gzip.compress(b"PAR1"), "is a packed Parquet file"),
        ("bytes.csv", b"id,\xff\n1,2\n", "no readable first row"),
        ("twice.jsonl.gz", gzip.compress(gzip.compress(LINES)), "is packed twice"),
        ("twice.csv.gz", gzip.compress(zstd(CSV)), "is packed twice"),
        ("hidden.gz", gzip.compress(b"PAR1\x15\x04\x15"), "is a packed Parquet file"),
        ("posts.zip", b"PK\x03\x04\x14" + LINES, "is a zip archive"),
        ("posts.jsonl.bz2", bz2.compress(LINES), "is packed with bzip2"),
        ("posts.csv.xz", lzma.compress(CSV), "is packed with xz"),
        ("wide.jsonl", LINES.decode().encode("utf-16"), "is text in UTF-16"),
        ("wide.csv", CSV.decode().encode("utf-16"), "is text in UTF-16"),
        ("unmarked.jsonl", LINES.decode().encode("utf-16-be"), "is text in UTF-16"),
        ("array.json", b"[" + LINES.strip().replace(b"\n", b",") + b"]", "is one JSON array"),
        ("pretty.json", b"[\n    " + LINES.strip().replace(b"\n", b",\n    ") + b"\n]\n", "is one JSON array"),
    ],
)
def test_a_file_that_is_not_what_it_seems(tmp_path, name, data, message):
    """The error names the file, says what is wrong, and what to do."""
    with pytest.raises(UnreadableFileError, match=message) as refusal:
        list(FileSource([put(tmp_path, name, data)]))
    assert name in str(refusal.value)
    assert refusal.value.advice
    assert refusal.value.exit_code == 3


def test_a_missing_file_is_known_before_the_first_is_read(tmp_path):
    """One wrong name among many costs no time."""
    present = put(tmp_path, "posts.jsonl", LINES)
    with pytest.raises(UnreadableFileError, match="does not exist"):
        FileSource([present, tmp_path / "absent.jsonl"])
    with pytest.raises(UnreadableFileError, match="is a folder"):
        FileSource([present, tmp_path])


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_not_be_read(tmp_path):
    """A refusal of the operating system is told as ours."""
    path = put(tmp_path, "posts.jsonl", LINES)
    path.chmod(0)
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        list(FileSource([path]))


@pytest.mark.parametrize("name", ["posts.jsonl", "posts.csv", "posts.parquet"])
def test_wrong_columns_are_told_with_those_that_are_there(tmp_path, name):
    """Whatever the kind of file, the error lists its columns and the flags that would name them."""
    path = tmp_path / name
    table = pa.table({"id": ["1"], "created": [1_594_840_380], "author": ["a"], "text": ["t"], "followers": [3]})
    if name.endswith("parquet"):
        pq.write_table(table, path)
    elif name.endswith("csv"):
        path.write_text("id,created,author,text,followers\n1,1594840380,a,t,3\n")
    else:
        path.write_text('{"id":"1","created":1594840380,"author":"a","text":"t","followers":3}\n')
    with pytest.raises(ColumnError, match="'account' or 'time'") as refusal:
        list(FileSource([path]))
    assert "--column account=author" in refusal.value.advice
    assert "author, created, followers, id, text" in refusal.value.advice
    columns = {"account": "author", "time": "created"}
    with pytest.raises(ColumnError, match="'folowers'") as refusal:
        list(FileSource([path], dialect=Dialect(columns=columns | {"reach": "folowers"}, time_unit="auto")))
    assert "--column reach=followers" in refusal.value.advice
    right = FileSource([path], dialect=Dialect(columns=columns | {"reach": "followers"}, time_unit="auto"))
    [delivery] = right
    assert delivery.batch.posts.column("reach").to_pylist() == [3]


def test_a_file_of_bad_lines_only_is_no_matter_of_columns(tmp_path):
    """Lines that are no events are rejects, even if there are no others."""
    data = b'{"id":1}\nnot json\n{"type":"sign_in"}\n'
    assert [line for line, _ in rejects(FileSource([put(tmp_path, "posts.jsonl", data)]))] == [1, 2, 3]
    assert not list(FileSource([put(tmp_path, "empty.jsonl", b"")]))


def test_rows_of_a_csv_file_keep_their_numbers(tmp_path):
    """Misshapen rows and rows that hold no post are rejects by their number, wherever the blocks are cut."""
    rows = [f'{n},2020-07-15T19:13:00Z,a,"line\none, {n}"' for n in range(1, 200)]
    rows[9], rows[49], rows[50], rows[198] = "10,too few", "50,noon,a,b", "51,2020-07-15T19:13:00Z,,b", "1,2,3,4,5"
    path = put(tmp_path, "posts.csv", ("id,time,account,text\n" + "\n".join(rows) + "\n").encode())
    for batch_bytes in (200, 1_000, 1 << 22):
        deliveries = list(FileSource([path], batch_bytes=batch_bytes))
        assert [line for line, _ in rejects(deliveries)] == [10, 50, 51, 199]
        assert ids(deliveries) == [str(n) for n in range(1, 200) if n not in {10, 50, 51, 199}]


HEAD, POST = b"id,time,account,text\n", b"%d,2020-07-15T19:13:00Z,a,%s\n"


@pytest.mark.parametrize("batch_bytes", [64, 1 << 22])
def test_one_unclosed_quotation_mark_costs_the_line_that_it_stands_on(tmp_path, batch_bytes):
    """What it would swallow, up to the end of the file or to the next mark, is read line by line."""
    before, after = POST % (1, b'"open'), b"".join(POST % (n, b"x") for n in range(2, 400))
    quoted = POST % (400, b'"two\nlines, and ""marks"""') + POST % (401, b'a "free" one')
    for rest in (after, after + quoted, quoted + after):
        deliveries = list(FileSource([put(tmp_path, "posts.csv", HEAD + before + rest)], batch_bytes=batch_bytes))
        assert [(1, "has a quotation mark that is not closed")] == rejects(deliveries)
        assert {str(n) for n in range(2, 400 if rest is after else 402)} == set(ids(deliveries))


def test_marks_that_a_careless_writer_did_not_double_are_only_marks(tmp_path):
    """A post about a quotation is not lost to it."""
    [delivery] = FileSource([put(tmp_path, "posts.csv", HEAD + POST % (1, b'"he said "hi" to me"') + POST % (2, b"x"))])
    assert ["1", "2"] == ids([delivery])


def test_a_misshapen_row_may_hold_any_bytes(tmp_path):
    """It is a reject like any other, however long it is and whether or not it is UTF-8; the rest is read."""
    rows = POST % (1, b"x\xff,y") + POST % (2, b"x," + b"y" * 200_000) + POST % (3, b"ok") + POST % (4, b"\xff")
    deliveries = list(FileSource([put(tmp_path, "posts.csv", HEAD + rows)]))
    assert ["3"] == ids(deliveries)
    assert [1, 2, 4] == [line for line, _ in rejects(deliveries)]
    first, second, _ = (reject for delivery in deliveries for reject in delivery.rejects)
    assert b"1,2020-07-15T19:13:00Z,a,x\xff,y" == first.raw
    assert (len(second.raw), second.length > 200_000) == (65_536, True)


def test_a_row_too_long_to_hold_is_a_reject(tmp_path):
    """As a line of JSON is; rows after it keep their numbers, and a row of many short lines is a row."""
    rows = POST % (1, b"x") + POST % (2, b"y" * 9_000) + POST % (3, b'"' + b"line\n" * 2_000 + b'"') + POST % (4, b"z")
    deliveries = list(FileSource([put(tmp_path, "posts.csv", HEAD + rows)], longest_line=1_000, batch_bytes=500))
    assert ["1", "3", "4"] == ids(deliveries)
    assert [(2, "longer than 1000 bytes")] == rejects(deliveries)


def test_what_a_quotation_mark_may_swallow_is_bounded():
    """After a MiB nobody waits for the closing one any more, and reading needs no more memory than that."""
    rows = (
        POST % (1, b'"open') + b"".join(POST % (n, b"x" * 500) for n in range(2, 4_000)) + POST % (4_000, b'"closed"')
    )
    reader, data = CsvRows(), HEAD + rows
    parts = [reader.feed(data[at : at + 100_000]) for at in range(0, len(data), 100_000)]
    assert sum(len(part.values) for part in parts[:15]) > 1_000
    assert [1] == [reject.line for part in parts for reject in part.rejects]


@given(
    st.lists(st.lists(st.text(st.sampled_from('ab",\n\r;é'), max_size=6), min_size=4, max_size=4)), st.integers(1, 60)
)
def test_what_a_careful_writer_wrote_comes_back_as_it_was(rows, chunk):
    """RFC 4180 from Python's own writer, cut anywhere: the same values, none refused."""
    text = io.StringIO()
    csv.writer(text).writerows([["id", "time", "account", "text"], *rows])
    reader, data, values = CsvRows(), text.getvalue().encode(), []
    parts = [reader.feed(data[at : at + chunk]) for at in range(0, len(data), chunk)] + [reader.finish()]
    for part in parts:
        assert [] == part.rejects
        values += part.values
    assert rows == values


@given(st.binary(max_size=300), st.integers(1, 60))
def test_every_line_of_a_csv_file_is_in_a_row_or_a_reject(noise, chunk):
    """Whatever the bytes are, and wherever they are cut."""
    data = b"a,b\n1,x\n" + noise.replace(b"\r", b"") + b"\n2,y\n"
    kept = []
    for size in (chunk, len(data)):
        reader = CsvRows()
        parts = [reader.feed(data[at : at + size]) for at in range(0, len(data), size)] + [reader.finish()]
        values = [value for part in parts for value in part.values]
        refused = [reject.raw for part in parts for reject in part.rejects]
        numbers = sorted([n for part in parts for n in part.numbers] + [r.line for part in parts for r in part.rejects])
        assert list(range(1, len(numbers) + 1)) == numbers
        kept.append((values, refused))
    assert kept[0] == kept[1]
    told = b"".join(value.encode(errors="surrogateescape") for row in kept[0][0] for value in row) + b"".join(
        kept[0][1]
    )
    assert Counter(byte for byte in data[4:] if byte not in b'",\n') == Counter(
        byte for byte in told if byte not in b'",\n'
    )


def test_columns_without_a_name_are_no_matter(tmp_path):
    """Tables end in empty columns; a name that stands twice matters only where something is read from it."""
    data = b"id,time,account,text,,,x,x\n1,2020-07-15T19:13:00Z,a,t,,,1,2\n"
    path = put(tmp_path, "posts.csv", data)
    assert ["1"] == ids(FileSource([path], dialect=Dialect(keep_unknown=False)))
    with pytest.raises(ColumnError, match="two columns called 'x'"):
        list(FileSource([path]))


def test_two_columns_of_one_name_are_refused(tmp_path):
    """Which of the two is meant cannot be known."""
    with pytest.raises(ColumnError, match="two columns called 'id'"):
        list(FileSource([put(tmp_path, "posts.csv", b"id,id,time,account,text\n1,2,3,4,5\n")]))


def test_a_small_file_that_unpacks_to_a_giant_line_takes_little_memory(tmp_path, peak):
    """A bomb of 256 MiB without a line break is passed through, and becomes one reject."""
    with gzip.open(tmp_path / "bomb.jsonl.gz", "wb", compresslevel=1) as bomb:
        for _ in range(256):
            bomb.write(bytes(1 << 20))
        bomb.write(b"\n" + LINES)
    tracemalloc.start()
    deliveries = list(FileSource([tmp_path / "bomb.jsonl.gz"]))
    most = tracemalloc.get_traced_memory()[1] + peak()
    tracemalloc.stop()
    [reject] = [reject for delivery in deliveries for reject in delivery.rejects]
    assert (reject.line, reject.length) == (1, 256 << 20)
    assert ids(deliveries) == IDS
    assert most < 128 << 20


@pytest.mark.parametrize("data", [LINES.decode().encode("utf-16"), b"[" + LINES, bz2.compress(LINES)])
def test_a_stream_that_is_not_what_it_seems(data):
    """Standard input is asked for its first bytes like a file, and called by its name."""
    with pytest.raises(UnreadableFileError, match="standard input is"):
        list(FileSource(["-"], standard_input=io.BytesIO(data)))
