"""How many rows of a Parquet file can be unpacked at once, and which of its columns had better stay dictionaries?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow.parquet as pq

from .parquet_pages import Footer
from .thrift import DamagedError

ROWS = 10_000  # at once, if nothing speaks against it: about as many posts as 4 MiB of JSON Lines hold
_UNPACKED_MOST = 256 * 1024 * 1024  # bytes at once: some honest writers make pages of 100 MB, most of 1 MB
_SPELT_OUT_MOST = 128 * 1024 * 1024  # bytes at once, where short codes stand for long values: 100 rows of most files
_LIST_MOST = 100  # values in the list of a row, on average: a post has a few addresses and pictures
_LISTS_MOST = 2**20  # values in the lists of a short file, whatever the average


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to read a file: so many rows at once, and the columns called `dictionaries` as such."""

    rows: int
    dictionaries: tuple[str, ...]


def plan(file: BinaryIO, metadata: pq.FileMetaData, columns: Collection[str]) -> Plan:
    """The plan for reading `columns` of `file`, going by what its pages say of themselves.

    Where values stand for many more bytes than they are written in, fewer rows are read at once; if they stand in
    lists, of which one row may have any number, they stay words of their dictionary.

    Raises:
        DamagedError: the pages are damaged, or no plan is small enough.

    """
    footer = Footer(file)
    rows, unpacked, dictionaries = ROWS, 0, []
    for place in range(metadata.num_columns):
        column = metadata.schema.column(place)
        if not any(column.path == name or column.path.startswith(f"{name}.") for name in columns):
            continue
        held = list(footer.pages(place))
        largest = max((page.unpacked for page in held), default=0)
        unpacked += largest
        values = sum(page.values for page in held)
        if column.max_repetition_level and values > max(_LIST_MOST * metadata.num_rows, _LISTS_MOST):
            raise DamagedError(f"the lists of {column.path} are too long")
        if column.physical_type == "BYTE_ARRAY" and any(page.short for page in held):
            if column.max_repetition_level and all(page.words for page in held):
                dictionaries.append(column.path)
            else:
                rows = min(rows, _SPELT_OUT_MOST // max(largest, 1) + 1)
        rows = min(rows, _UNPACKED_MOST // max(column.length, 1))
    if unpacked > _UNPACKED_MOST or not rows:
        raise DamagedError(f"it unpacks to more than {_UNPACKED_MOST} bytes at once")
    return Plan(rows=rows, dictionaries=tuple(dictionaries))
