"""Parquet files made to burst, or damaged: what can be read is, in bounded memory, and nothing else comes out."""

import random
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from holdfast.connectors.files import FileSource
from holdfast.errors import InputError, UnreadableFileError
from holdfast.events import LONGEST_LINE, Dialect

MS = 1_594_840_380_000
MIB = 1 << 20
LONG = "x" * MIB


def posts(count, **columns):
    """A table of so many posts."""
    good = {"id": [str(n) for n in range(count)], "time": [MS] * count, "account": ["a"] * count, "text": ["t"] * count}
    return pa.table(good | columns)


def repeated(count):
    """So many times the same MiB of text, as one word of a dictionary."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array([LONG]))


def in_lists(values):
    """Each value in a list of its own."""
    return pa.ListArray.from_arrays(pa.array(range(len(values) + 1), pa.int32()), values)


def read(path, **dialect):
    """How many posts and rejects a file gives."""
    found = [0, 0]
    for delivery in FileSource([path], dialect=Dialect(**dialect)):
        found = [found[0] + delivery.batch.posts.num_rows, found[1] + len(delivery.rejects)]
    return found


@pytest.mark.parametrize("told", [False, True], ids=["text", "dictionary"])
@pytest.mark.parametrize(
    "columns",
    [
        {"text": repeated(1_000)},
        {"urls": in_lists(repeated(1_000))},
        {"media": in_lists(pa.StructArray.from_arrays([repeated(1_000)], ["url"]))},
        {"beside": repeated(1_000)},
    ],
    ids=["flat", "lists", "structs", "unasked"],
)
def test_a_word_that_is_repeated_a_thousand_times_is_not_spelt_out_at_once(tmp_path, peak, columns, told):
    """A file of some kilobytes that says a gigabyte is read in a third of that, whether or not it tells of its words."""
    path = tmp_path / "bomb.parquet"
    pq.write_table(posts(1_000, **columns), path, compression="zstd", store_schema=told)
    assert path.stat().st_size < 100_000
    assert [1_000, 0] == read(path, keep_unknown=False)
    assert peak() < 350 * MIB


def test_differences_that_say_next_to_nothing_are_not_spelt_out_at_once(tmp_path, peak):
    """Every value is the one before: a few bytes each, a MiB each when read."""
    path = tmp_path / "bomb.parquet"
    table = posts(100, text=[LONG] * 100)
    encoding = {"text": "DELTA_BYTE_ARRAY"}
    with pq.ParquetWriter(path, table.schema, use_dictionary=False, column_encoding=encoding) as file:
        for _ in range(6):
            file.write_table(table)
    del table
    assert path.stat().st_size < 10 * MIB
    assert [600, 0] == read(path)
    assert peak() < 450 * MIB


def test_a_page_that_unpacks_to_more_than_there_is_room_for_is_refused(tmp_path, peak):
    """It is known from its header, before anything is unpacked."""
    path = tmp_path / "bomb.parquet"
    count = 300
    pq.write_table(posts(count, text=[LONG] * count), path, compression="zstd", use_dictionary=False)
    written = peak()
    assert path.stat().st_size < 100_000
    with pytest.raises(UnreadableFileError, match="unpacks to more than"):
        read(path)
    assert peak() == written


def test_a_row_too_long_to_hold_is_a_reject(tmp_path):
    """As a line of JSON is; rows before and after it are read."""
    path = tmp_path / "posts.parquet"
    pq.write_table(posts(3, text=["a", "y" * (LONGEST_LINE + 1), "b"]), path)
    [*deliveries] = FileSource([path])
    assert ["0", "2"] == [name for delivery in deliveries for name in delivery.batch.posts.column("id").to_pylist()]
    assert [(2, f"longer than {LONGEST_LINE} bytes")] == [
        (reject.line, reject.reason) for delivery in deliveries for reject in delivery.rejects
    ]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_damaged_nothing_but_our_own_errors_comes_out(tmp_path, seed):
    """Bits turned, bytes taken out, ends cut off: an error with advice, or posts and rejects."""
    chance, path = random.Random(seed), tmp_path / "posts.parquet"
    table = posts(
        300, account=[f"a{n % 50}" for n in range(300)], urls=in_lists(pa.array([f"u{n % 9}" for n in range(300)]))
    )
    pq.write_table(table, path, row_group_size=100, data_page_version=chance.choice(["1.0", "2.0"]))
    whole = path.read_bytes()
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 1, 5])):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        if chance.random() < 0.3:
            start = chance.randrange(len(data))
            del data[start : start + chance.randrange(1, 100)]
        path.write_bytes(data)
        with suppress(InputError):
            assert 300 >= sum(read(path, keep_unknown=chance.random() < 0.5))
