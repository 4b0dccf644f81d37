"""What lies in the buffers of an Arrow column of strings?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from holdfast.errors import ColumnError

NOTHING = np.frombuffer(b"\0", np.uint8)  # read-only, as Arrow's buffers are: kernels are compiled for that


class Strings(NamedTuple):
    """Strings without nulls: string `i` is `data[offsets[i]:offsets[i + 1]]`."""

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]


def strings(column: pa.Array) -> Strings:
    """The bytes of a column of any string type, nulls as empty strings; copied only where offsets are 32 bits wide."""
    kind = column.type
    if pa.types.is_null(kind):
        return Strings(NOTHING, np.zeros(len(column) + 1, np.int64))
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        try:
            column = column.cast(pa.large_string())
        except pa.ArrowException as e:
            raise ColumnError(f"a column of type {kind} cannot be read as text") from e
        kind = column.type
    if column.null_count:
        column = pc.fill_null(column, "")
    width = np.int64 if pa.types.is_large_string(kind) else np.int32
    return Strings(_data(column.buffers()[2]), _offsets(column, width))


def _data(buffer: pa.Buffer | None) -> npt.NDArray[np.uint8]:
    return np.frombuffer(buffer, np.uint8) if buffer is not None and buffer.size else NOTHING


def _offsets(column: pa.Array, width: type[np.int32 | np.int64]) -> npt.NDArray[np.int64]:
    """The offsets of the slice that `column` is."""
    buffer = column.buffers()[1]
    if buffer is None or not len(column):
        return np.zeros(1, np.int64)
    return np.frombuffer(buffer, width)[column.offset : column.offset + len(column) + 1].astype(np.int64)


def lists(column: pa.Array) -> tuple[npt.NDArray[np.int64], Strings]:
    """A column of lists of strings: list `i` holds strings `starts[i]` to `starts[i + 1]`; nulls as empty lists."""
    kind = column.type
    if pa.types.is_null(kind):
        return np.zeros(len(column) + 1, np.int64), Strings(NOTHING, np.zeros(1, np.int64))
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)):
        raise ColumnError(f"a column of type {kind} cannot be read as lists of links")
    starts = _offsets(column, np.int64 if pa.types.is_large_list(kind) else np.int32)
    if column.null_count:  # a null may cover values; give it the end of the list before
        lengths = np.diff(starts) * column.is_valid().to_numpy(zero_copy_only=False)
        if lengths.sum() != starts[-1] - starts[0]:
            return lists(pc.fill_null(column, pa.scalar([], kind)))
    return starts, strings(column.values)


def filled(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Whether each list is there and not empty, bool[n]."""
    lengths = column.value_lengths().fill_null(0).to_numpy()
    return np.asarray(lengths > 0)


def said(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Whether each string is there and not empty, bool[n]."""
    offsets = strings(column).offsets
    return offsets[1:] > offsets[:-1]
