"""How is everything detection knows written down, and read back? Plain data, versioned, checked."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from holdfast.errors import InputError

from .clock import StreamTime
from .growth import Growth
from .keyed import KeyedState
from .pieces import Pieces
from .postlog import COLUMNS, Chunk, PostLog
from .takeover import Takeovers

VERSION = 6
_MAGIC = b"holdfast detection\n"
_CODEC = "zstd"


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot's content. Arrays: (dtype, shape, rows in use, their bytes); logs: Arrow IPC streams beside columns."""

    version: int
    memory_mb: int
    key: bytes
    time: StreamTime
    sequence: int
    origin: int | None
    newest: int
    late: int
    rates: list[int]
    crowds: list[list[int]]
    shorteners: list[int]
    arrays: dict[str, tuple[str, tuple[int, ...], bytes, bytes]]
    logs: tuple[list[tuple[bytes, dict[str, bytes]]], ...]
    growth: Growth
    pieces: Pieces
    takeovers: Takeovers


class DamagedSnapshotError(InputError):
    """A snapshot was cut short, changed, or written by another version."""

    advice = "Start from an older snapshot, or without one: detection then learns its stream anew."


def pack(saved: Saved) -> bytes:
    """The snapshot as bytes: a line of text, a checksum, and compressed MessagePack."""
    body = msgspec.msgpack.encode(saved)
    squeezed = pa.compress(body, codec=_CODEC, asbytes=True)
    rest = len(body).to_bytes(8, "big") + squeezed
    return b"".join((_MAGIC, zlib.crc32(rest).to_bytes(4, "big"), rest))


def unpack(snapshot: bytes) -> Saved:
    """Read it back.

    Raises:
        DamagedSnapshotError: it is not whole, or not of this version.

    """
    start = len(_MAGIC)
    if not snapshot.startswith(_MAGIC) or len(snapshot) < start + 12:
        raise DamagedSnapshotError("This is not a snapshot of detection.")
    check, rest = snapshot[start : start + 4], snapshot[start + 4 :]
    if zlib.crc32(rest).to_bytes(4, "big") != check:
        raise DamagedSnapshotError("The snapshot's checksum does not fit its content.")
    size, squeezed = int.from_bytes(rest[:8], "big"), rest[8:]
    try:
        saved = msgspec.msgpack.decode(pa.decompress(squeezed, size, codec=_CODEC, asbytes=True), type=Saved)
    except (msgspec.MsgspecError, pa.ArrowException, ValueError, OSError) as error:
        raise DamagedSnapshotError(f"The snapshot cannot be read: {error}") from error
    if saved.version != VERSION:
        raise DamagedSnapshotError(f"The snapshot has version {saved.version}; this is version {VERSION}.")
    return saved


def arrays_of(state: KeyedState) -> dict[str, tuple[str, tuple[int, ...], bytes, bytes]]:
    """Every table of the keyed state, without its empty rows."""
    return {name: _sparse(array) for name, array in state.arrays()}


def fill(state: KeyedState, arrays: dict[str, tuple[str, tuple[int, ...], bytes, bytes]]) -> None:
    """Put saved tables into a fresh state of the same sizes.

    Raises:
        DamagedSnapshotError: a table is missing or of another size.

    """
    for name, array in state.arrays():
        if name not in arrays:
            raise DamagedSnapshotError(f"The snapshot has no table {name}.")
        dtype, shape, used, content = arrays[name]
        rows = np.frombuffer(used, np.int64)
        if (dtype, tuple(shape)) != (array.dtype.str, array.shape) or rows.max(initial=-1) >= len(array):
            raise DamagedSnapshotError(f"The snapshot's table {name} is of another size; memory_mb must be as it was.")
        array[rows] = np.frombuffer(content, array.dtype).reshape(len(rows), *array.shape[1:])


def _sparse(array: Any) -> tuple[str, tuple[int, ...], bytes, bytes]:
    used = np.flatnonzero(array.reshape(len(array), -1).any(axis=1))
    return array.dtype.str, array.shape, used.tobytes(), array[used].tobytes()


def chunks_of(log: PostLog) -> list[tuple[bytes, dict[str, bytes]]]:
    """A log's chunks."""
    return [(_ipc(chunk.names), {name: getattr(chunk, name).tobytes() for name in COLUMNS}) for chunk in log.chunks]


def refill(log: PostLog, chunks: list[tuple[bytes, dict[str, bytes]]]) -> None:
    """Put saved chunks into an empty log."""
    for names, columns in chunks:
        arrays = {name: np.frombuffer(columns[name], dtype) for name, dtype in COLUMNS.items()}
        arrays["signature"] = arrays["signature"].reshape(-1, 16)
        log.append(Chunk(names=_batch(names), **arrays))


def _ipc(batch: Any) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


def _batch(data: bytes) -> Any:
    with pa.ipc.open_stream(data) as reader:
        return reader.read_next_batch()
