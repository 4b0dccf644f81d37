"""How large do the pages of a Parquet file say they are, unpacked, before any of them is unpacked?

Only the page headers tell, and no library hands them out. Source: the Apache Parquet format (parquet.thrift).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from .thrift import DamagedError, Fields, read_struct

_TAIL_BYTES = 8  # the footer's length, and "PAR1"
_ROW_GROUPS = 4  # field of the footer (FileMetaData)
_CHUNKS = 1  # field of a RowGroup
_CHUNK = 3  # field of a ColumnChunk
_CHUNK_BYTES, _FIRST_DATA, _FIRST_WORDS = 7, 9, 11  # fields of ColumnMetaData: packed bytes, offsets of pages
_UNPACKED, _PACKED = 2, 3  # fields of a PageHeader: bytes of the page
_DATA, _DICTIONARY, _DATA_2 = 5, 7, 8  # fields of a PageHeader: what is said of a page of each kind
_VALUES = 1  # field of those: how many values
_ENCODING = {_DATA: 2, _DATA_2: 4}  # field of those: how the values are written
_AS_WORDS = (2, 8)  # encodings: as words of the dictionary
_AS_DIFFERENCES = 7  # encoding: as differences to the value before


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page header says: bytes once unpacked, and the number of values.

    `words` tells whether it is a dictionary or holds words of one, `short` whether each of its values may stand for as
    many bytes as a whole page has.
    """

    unpacked: int
    values: int
    words: bool
    short: bool


class Footer:
    """Where the pages of a Parquet file are.

    Read here too, because pyarrow ends the process when it is asked about the chunks of some damaged footers.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read the footer of `file`.

        Raises:
            DamagedError: there is none, or it is damaged.

        """
        self._file = file
        size = file.seek(0, io.SEEK_END)
        file.seek(max(size - _TAIL_BYTES, 0))
        length = struct.unpack("<I4s", file.read(_TAIL_BYTES))[0] if size >= _TAIL_BYTES else 0
        file.seek(max(size - _TAIL_BYTES - length, 0))
        self._groups = [_structs(group, _CHUNKS) for group in _structs(read_struct(file), _ROW_GROUPS)]

    def pages(self, column: int) -> Iterator[Page]:
        """The pages of the column at this place, in all row groups.

        Raises:
            DamagedError: one is not where it should be.

        """
        for group in self._groups:
            chunk = group[column].get(_CHUNK) if column < len(group) else None
            if not isinstance(chunk, dict):
                raise DamagedError("a column is missing")
            start = _number(chunk, _FIRST_WORDS, 0) or _number(chunk, _FIRST_DATA)
            yield from self._pages(start, start + _number(chunk, _CHUNK_BYTES))

    def _pages(self, start: int, end: int) -> Iterator[Page]:
        while start < end:
            self._file.seek(start)
            header = read_struct(self._file)
            kind = next((kind for kind in (_DATA, _DICTIONARY, _DATA_2) if kind in header), 0)
            said = header.get(kind)
            if not isinstance(said, dict):
                raise DamagedError("a page header is damaged")
            encoding = said.get(_ENCODING.get(kind, 0))
            words = kind == _DICTIONARY or encoding in _AS_WORDS
            yield Page(
                unpacked=_number(header, _UNPACKED),
                values=_number(said, _VALUES),
                words=words,
                short=words or encoding == _AS_DIFFERENCES,
            )
            start = self._file.tell() + _number(header, _PACKED)


def _structs(fields: Fields, field: int) -> list[Fields]:
    found = fields.get(field)
    if not isinstance(found, list):
        raise DamagedError("the footer is damaged")
    return found


def _number(fields: Fields, field: int, otherwise: int = -1) -> int:
    found = fields.get(field, otherwise)
    if not isinstance(found, int) or found < 0:
        raise DamagedError("a header lacks a number")
    return found
