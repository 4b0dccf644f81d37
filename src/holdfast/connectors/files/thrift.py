"""Which numbers does a struct in Thrift's compact protocol hold?

Source: the Apache Thrift compact protocol specification (doc/specs/thrift-compact-protocol.md).
"""

from __future__ import annotations

from typing import BinaryIO, TypeAlias

Fields: TypeAlias = dict[int, "int | Fields | list[Fields]"]
"""The numbers, structs and lists of structs of a struct, by the number of their field."""

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _STRUCT = 1, 2, 3, 7, 8, 12
_INTEGERS, _LISTS = (4, 5, 6), (9, 10)
_LONG_LIST = 15  # the count follows
_DEPTH_LIMIT = 12  # a Parquet footer nests seven deep
_VARINT_BYTES = 10  # for 64 bits, seven at a time


class DamagedError(ValueError):
    """The bytes are not what should be there; never leaves the room."""


def read_struct(file: BinaryIO, depth: int = _DEPTH_LIMIT) -> Fields:
    """The struct that begins here, the rest of it (text, truth values, fractions) passed over.

    Raises:
        DamagedError: there is none, or it ends too early.

    """
    if not depth:
        raise DamagedError("a header nests too deep")
    fields: Fields = {}
    field = 0
    while head := _byte(file):
        field = field + (head >> 4) if head >> 4 else _zigzag(file)
        value = _value(file, head & 15, depth)
        if value is not None:
            fields[field] = value
    return fields


def _value(file: BinaryIO, kind: int, depth: int) -> int | Fields | list[Fields] | None:
    if kind == _STRUCT:
        return read_struct(file, depth - 1)
    if kind in _LISTS:
        return _list(file, depth)
    if kind in _INTEGERS:
        return _zigzag(file)
    if kind not in {_TRUE, _FALSE}:
        _pass_over(file, kind)
    return None


def _list(file: BinaryIO, depth: int) -> list[Fields]:
    head = _byte(file)
    count, kind = head >> 4, head & 15
    if count == _LONG_LIST:
        count = _varint(file)
    structs: list[Fields] = []
    for _ in range(count):
        if kind == _STRUCT:
            structs.append(read_struct(file, depth - 1))
        elif kind in _INTEGERS:
            _varint(file)
        else:
            _pass_over(file, _BYTE if kind in {_TRUE, _FALSE} else kind)
    return structs


def _pass_over(file: BinaryIO, kind: int) -> None:
    if kind not in {_BYTE, _DOUBLE, _BINARY}:
        raise DamagedError("a header holds what none does")
    size = _varint(file) if kind == _BINARY else {_BYTE: 1, _DOUBLE: 8}[kind]
    if size:
        file.seek(size - 1, 1)
        _byte(file)


def _zigzag(file: BinaryIO) -> int:
    number = _varint(file)
    return (number >> 1) ^ -(number & 1)


def _varint(file: BinaryIO) -> int:
    number = 0
    for place in range(_VARINT_BYTES):
        byte = _byte(file)
        number |= (byte & 127) << 7 * place
        if byte < 128:
            return number
    raise DamagedError("a header holds a number beyond 64 bits")


def _byte(file: BinaryIO) -> int:
    byte = file.read(1)
    if not byte:
        raise DamagedError("a header ends too early")
    return byte[0]
