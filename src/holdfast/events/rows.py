"""Which posts do the rows of a table hold, and which rows hold none?

Columns are converted whole (`coerce.py`). A row whose required field is null, empty or no value of its kind is a
reject; an optional value that is not of its kind is kept in `unknown`, as `interpret` does for JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from holdfast.errors import InputError

from .coerce import Coerced, coerce, plain, plain_values, said
from .decode import Decoded
from .dialect import REQUIRED, Dialect
from .posts import POSTS, Batch
from .rejects import reject
from .times import read_time
from .vocabulary import Post

_REQUIRED = [name for name in POSTS.names if name in REQUIRED[Post]]


class RowDecoder:
    """Decodes the rows of tables of posts in one dialect. Keeps nothing from one call to the next."""

    def __init__(self, dialect: Dialect | None = None) -> None:
        """Decode columns named as in `POSTS`, unless another `dialect` is said."""
        self._dialect = dialect or Dialect()
        self._named = self._dialect.named(Post)
        self._type_name = self._dialect.type_name

    def decode(self, rows: pa.RecordBatch, numbers: Sequence[int] | npt.NDArray[np.int64]) -> Decoded:
        """The posts of `rows`, whose numbers in their file are `numbers`. Nothing in `rows` raises."""
        source = {name: plain(rows.column(place)) for place, name in enumerate(rows.schema.names)}
        columns = {
            known: coerce(known, source[name], self._dialect.time_unit)
            for name, known in self._named.items()
            if name in source
        }
        reasons = self._reasons(source, columns, rows.num_rows)
        good = np.array([row for row in range(rows.num_rows) if row not in reasons], dtype=np.int64)
        posts = self._posts(source, columns, rows.num_rows)
        rejects = [
            reject(int(numbers[row]), reason, _spelt({name: column.slice(row, 1) for name, column in source.items()}))
            for row, reason in sorted(reasons.items())
        ]
        batch = Batch(posts=posts.take(good) if reasons else posts)
        return Decoded(batch=batch, rejects=tuple(rejects), lines=np.asarray(numbers, np.int64)[good])

    def _reasons(self, source: Mapping[str, pa.Array], columns: Mapping[str, Coerced], count: int) -> dict[int, str]:
        """Why rows are rejects, by their place."""
        reasons: dict[int, str] = {}
        if self._type_name is not None and self._type_name in source:
            kinds = coerce("type", source[self._type_name]).values.to_pylist()
            for row, kind in enumerate(kinds):
                if kind not in {None, "post"}:
                    reasons[row] = f"{self._type_name}: only posts can be read from a table, not {ascii(kind)[:40]}"
        for known in _REQUIRED:
            name = self._dialect.name_of(known)
            if known not in columns:
                return dict.fromkeys(range(count), f"{name}: is missing")
            for row in np.flatnonzero(~columns[known].fits).tolist():
                reasons.setdefault(row, f"{name}: {self._why(known, source[name].slice(row, 1))}")
        return reasons

    def _why(self, known: str, cell: pa.Array) -> str:
        [value] = plain_values(cell)
        if value is None:
            return "is null"
        if value == "":
            return "is empty"
        if known != "time":
            return "not UTF-8" if pa.types.is_binary(cell.type) else "not text"
        if pa.types.is_timestamp(cell.type) or pa.types.is_date(cell.type):
            return f"{value} is not between the years 1990 and 2200"
        try:
            read_time(value, self._dialect.time_unit)
        except InputError as error:
            return str(error)
        return "not a time"

    def _posts(self, source: Mapping[str, pa.Array], columns: Mapping[str, Coerced], count: int) -> pa.RecordBatch:
        arrays = [
            columns[field.name].values if field.name in columns else pa.nulls(count, field.type) for field in POSTS
        ]
        if self._dialect.platform:
            place = POSTS.get_field_index("platform")
            arrays[place] = arrays[place].fill_null(self._dialect.platform)
        if self._dialect.keep_unknown:
            arrays[POSTS.get_field_index("unknown")] = self._unknown(source, columns, count)
        return pa.RecordBatch.from_arrays(arrays, schema=POSTS)

    def _unknown(self, source: Mapping[str, pa.Array], columns: Mapping[str, Coerced], count: int) -> pa.Array:
        """Each row's values that have no name or are not of their kind, as one JSON object."""
        kept: list[dict[str, object]] = [{} for _ in range(count)]
        for name, column in source.items():
            known = self._named.get(name)
            if known is None and name != self._type_name:
                places = np.flatnonzero(said(column))
            elif known is not None and known not in REQUIRED[Post]:
                places = np.flatnonzero(~columns[known].fits)
            else:
                continue
            for row, value in zip(places, plain_values(column.take(pa.array(places))), strict=True):
                kept[row][name] = value
        return pa.array([_json(row).decode() if row else None for row in kept], pa.string())


def _spelt(cells: Mapping[str, pa.Array]) -> bytes:
    """A row as JSON, to be shown and repaired by hand."""
    return _json({name: plain_values(cell)[0] for name, cell in cells.items()})


def _json(row: Mapping[str, object]) -> bytes:
    return msgspec.json.encode(row, enc_hook=str)
