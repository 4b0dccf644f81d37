"""What does a column of a table say in the type that `POSTS` has for it?

Text stands for numbers, truth values and lists too, since a CSV file has nothing else: `urls` are parted by white
space, `media` is JSON. Times may be timestamps (without a zone: UTC), dates, numbers in the dialect's unit, or
RFC 3339.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from holdfast.errors import InputError

from .posts import POSTS
from .times import EARLIEST, LATEST, PER_UNIT, TimeUnit, read_time
from .vocabulary import Media

Flags: TypeAlias = npt.NDArray[np.bool_]

_YES = pa.array(["true", "t", "yes", "y", "1"])
_NO = pa.array(["false", "f", "no", "n", "0"])
_TEXTS = (pa.string(), pa.large_string(), pa.string_view())
_WHOLE = r"^[0-9]{1,18}$"  # 18 digits always fit 64 bits
_URLS, _MEDIA = POSTS.field("urls").type, POSTS.field("media").type


@dataclass(frozen=True, slots=True, kw_only=True)
class Coerced:
    """A column in its type of `POSTS`, and for each row whether it is fit.

    A row of a required field is fit if it says a value (text: not empty, but for the post's own). A row of an optional
    field is fit if it says a value of its kind or nothing. Rows that are not fit are null.
    """

    values: pa.Array
    fits: Flags


def plain(column: pa.Array) -> pa.Array:
    """The column without dictionaries, views and 64-bit offsets, on any level; as bytes where text is not UTF-8."""
    kind = column.type
    if pa.types.is_primitive(kind):
        return column
    cast = column.cast(_plain(kind, pa.string()))
    try:
        cast.validate(full=True)
    except pa.ArrowInvalid:
        return cast.cast(_plain(kind, pa.binary()))
    return cast


def coerce(known: str, column: pa.Array, time_unit: TimeUnit = "auto") -> Coerced:
    """The plain column of our field `known`, in the type it has in `POSTS` (text for names that are not there)."""
    match known:
        case "time":
            values = _times(column, time_unit)
            return Coerced(values=values, fits=_valid(values))
        case "id" | "account":
            values = _null_if_empty(_texts(column))
            return Coerced(values=values, fits=_valid(values))
        case "text":
            values = _texts(column)
            return Coerced(values=values, fits=_valid(values))
        case "reach":
            values = _counts(column)
        case "verified" | "edited":
            values = _truths(column)
        case "urls":
            values = _lists(column)
        case "media":
            values = _by_value(column, _MEDIA, _one_media)
        case _:
            values = _null_if_empty(_texts(column))
    return Coerced(values=values, fits=_valid(values) | ~said(column))


def said(column: pa.Array) -> Flags:
    """Where a plain column says something: neither null, nor NaN, nor empty text, nor an empty list."""
    if pa.types.is_floating(column.type):
        return _valid(column) & ~_flags(pc.is_nan(column))
    if pa.types.is_binary(column.type) or pa.types.is_string(column.type):
        return _flags(pc.greater(pc.binary_length(column), 0))
    if _is_list(column.type):
        return _flags(pc.greater(pc.list_value_length(column), 0))
    return _valid(column)


def plain_values(column: pa.Array) -> list[Any]:
    """A plain column's values as JSON has them, near enough to be shown or kept."""
    values = _values(column)
    return values if pa.types.is_primitive(column.type) else [_spelt(value) for value in values]


def _values(column: pa.Array) -> list[Any]:
    try:
        return list((column.cast(pa.string()) if pa.types.is_temporal(column.type) else column).to_pylist())
    except (ValueError, OverflowError, pa.ArrowException):
        # A time finer than Python's within a list or struct, farther away than its calendar, or in no zone there is.
        rows = (column.slice(row, 1).to_string(skip_new_lines=True) for row in range(len(column)))
        return [row if valid else None for row, valid in zip(rows, _valid(column).tolist(), strict=True)]


def _spelt(value: object) -> object:
    """A value with the bytes in it as text; those that are not UTF-8 are spelt out."""
    match value:
        case bytes():
            return value.decode(errors="backslashreplace")
        case list() | tuple():
            return [_spelt(item) for item in value]
        case dict():
            return {name: _spelt(item) for name, item in value.items()}
        case _:
            return value


def _plain(kind: pa.DataType, text: pa.DataType) -> pa.DataType:
    """The plain type for values of `kind`, with `text` for its text."""
    if pa.types.is_dictionary(kind) or isinstance(kind, pa.BaseExtensionType):
        return _plain(kind.value_type if pa.types.is_dictionary(kind) else kind.storage_type, text)
    if _is_list(kind):
        return pa.list_(_plain(kind.value_type, text))
    if pa.types.is_map(kind):
        return pa.map_(_plain(kind.key_type, text), _plain(kind.item_type, text))
    if pa.types.is_struct(kind):
        return pa.struct([part.with_type(_plain(part.type, text)) for part in kind])
    if _is_bytes(kind):
        return pa.binary()
    return text if kind in _TEXTS else kind


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _texts(column: pa.Array) -> pa.Array:
    if pa.types.is_string(column.type) or pa.types.is_integer(column.type):
        return column.cast(pa.string())
    if not pa.types.is_binary(column.type):
        return pa.nulls(len(column), pa.string())
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        return _by_value(column, pa.string(), bytes.decode)


def _null_if_empty(texts: pa.Array) -> pa.Array:
    return _where(said(texts), texts)


def _times(column: pa.Array, unit: TimeUnit) -> pa.Array:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _in_range(column.cast(pa.int64()), kind.unit)
    if pa.types.is_date(kind):
        return _in_range(column.cast(pa.date64()).cast(pa.int64()), "ms")
    if pa.types.is_integer(kind) or (pa.types.is_floating(kind) and unit != "ms"):
        return _in_range(column, unit)
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return _by_value(column, pa.int64(), lambda value: _one_time(value, unit))
    return pa.nulls(len(column), pa.int64())


def _in_range(column: pa.Array, unit: TimeUnit) -> pa.Array:
    """Numbers that count `unit`, as milliseconds; null where they are no time between the years of `times.py`."""
    valid, wide = said(column), np.float64 if pa.types.is_floating(column.type) else np.int64
    # What is beyond 63 bits comes out negative, and so out of range.
    numbers = column.fill_null(0).to_numpy(zero_copy_only=False).astype(wide)
    found, ms = np.zeros(len(column), dtype=np.bool_), np.zeros(len(column), dtype=np.int64)
    for factor, divisor in PER_UNIT.values() if unit == "auto" else [PER_UNIT[unit]]:
        inside = valid & (numbers >= EARLIEST * divisor // factor) & (numbers < LATEST * divisor // factor)
        ms[inside] = (numbers[inside] * factor // divisor).astype(np.int64)
        found |= inside
    return _where(found, pa.array(ms))


def _one_time(value: str | bytes, unit: TimeUnit) -> int:
    text = value if isinstance(value, str) else value.decode()
    return read_time(int(text), unit) if text.isascii() and text.isdigit() else read_time(text, unit)


def _counts(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_integer(kind):
        return _where(_whole(column), column.cast(pa.int64(), safe=False))
    if pa.types.is_floating(kind):
        return _where(_whole(column), column.fill_null(0).cast(pa.int64(), safe=False))
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        texts = _texts(column)
        digits = _flags(pc.match_substring_regex(texts, _WHOLE))
        return _where(digits, pc.if_else(pa.array(digits), texts, "0").cast(pa.int64()))
    return pa.nulls(len(column), pa.int64())


def _whole(column: pa.Array) -> Flags:
    """Where a number is whole, and from 0 to what 64 bits with a sign hold."""
    numbers: npt.NDArray[Any] = column.fill_null(0).to_numpy(zero_copy_only=False)
    numbers = numbers.astype(np.float64) if pa.types.is_floating(column.type) else numbers
    with np.errstate(invalid="ignore"):
        whole: Flags = said(column) & (numbers >= 0) & (numbers < 2**63) & (np.floor(numbers) == numbers)
    return whole


def _truths(column: pa.Array) -> pa.Array:
    if pa.types.is_boolean(column.type):
        return column
    texts = pc.utf8_lower(_texts(column))
    yes = pc.is_in(texts, _YES)
    return _where(_flags(pc.or_(yes, pc.is_in(texts, _NO))), yes)


def _lists(column: pa.Array) -> pa.Array:
    if _is_list(column.type):
        items = column.type.value_type
        if (pa.types.is_string(items) or pa.types.is_large_string(items)) and not column.flatten().null_count:
            return _where(said(column), column.cast(_URLS))
        return _by_value(column, _URLS, lambda value: msgspec.convert(value, list[str]) or None)
    return pc.utf8_split_whitespace(pc.utf8_trim_whitespace(_null_if_empty(_texts(column)))).cast(_URLS)


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _one_media(value: object) -> list[dict[str, object]] | None:
    items = msgspec.json.decode(value) if isinstance(value, str | bytes) else value
    if not isinstance(items, list):
        raise TypeError
    kept = [{name: part for name, part in item.items() if part is not None} for item in items]
    media = [msgspec.structs.asdict(item) for item in msgspec.convert(kept, list[Media])]
    return [{name: part or None for name, part in item.items()} for item in media] or None


def _by_value(column: pa.Array, kind: pa.DataType, convert: Callable[[Any], object]) -> pa.Array:
    """Each value converted by itself; null where `convert` refuses."""
    if column.null_count == len(column):
        return pa.nulls(len(column), kind)
    converted: list[object] = []
    for value in _values(column):
        try:
            converted.append(None if value is None else convert(value))
        except (InputError, ValueError, TypeError, AttributeError, RecursionError, msgspec.MsgspecError):
            converted.append(None)
    return pa.array(converted, kind)


def _valid(column: pa.Array) -> Flags:
    return _flags(column.is_valid())


def _flags(truths: pa.Array) -> Flags:
    """Truth values as numpy has them; null is false."""
    filled: Flags = truths.fill_null(False).to_numpy(zero_copy_only=False)
    return filled


def _where(fits: Flags, column: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(fits), column, pa.scalar(None, column.type))
