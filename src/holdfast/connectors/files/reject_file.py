"""Where are the lines kept that are no events?"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from holdfast.errors import StoreError, StoreFullError
from holdfast.events import Reject

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class RejectFile:
    """Appends rejects to a file of JSON Lines, made when the first one comes.

    Each line has `source`, `line`, `reason`, and the refused bytes as `text`, or as `base64` where they are not UTF-8;
    `length` and `sha256` (of the whole) too when only the start is kept.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Keep rejects at `path`; nothing is made yet."""
        self.path = Path(path)
        self.count = 0
        self._file: int | None = None

    def append(self, rejects: Iterable[Reject], *, source: str = "") -> None:
        """Keep `rejects`, all of them or none: after an error the file is as it was before.

        Raises:
            StoreFullError: there is no room for them.
            StoreError: the file cannot be made or written.

        """
        listed = list(rejects)
        if not listed:
            return
        data = b"".join(_encode_entry(reject, source) for reject in listed)
        try:
            self._write(data)
        except OSError as error:
            raise self._refused(error, listed, source) from error
        self.count += len(listed)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, data: bytes) -> None:
        if self._file is None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        before = os.fstat(self._file).st_size
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            if len(rest) < len(data):
                os.ftruncate(self._file, before)
            raise

    def _refused(self, error: OSError, rejects: list[Reject], source: str) -> StoreError:
        lines = f"{source or 'line'} {rejects[0].line}" + (f" to {rejects[-1].line}" if len(rejects) > 1 else "")
        said = f"{len(rejects)} rejects ({lines}) could not be kept in {self.path}: {error.strerror or error}"
        if error.errno in _NO_ROOM:
            return StoreFullError(said)
        return StoreError(said, advice="Name another file for the rejects, in a folder that may be written.")


class _Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    source: str = ""
    line: int
    reason: str
    text: str | None = None
    base64: bytes | None = None
    length: int | None = None
    sha256: str = ""


def _encode_entry(reject: Reject, source: str) -> bytes:
    try:
        text, encoded = reject.raw.decode(), None
    except UnicodeDecodeError:
        text, encoded = None, reject.raw
    return (
        msgspec.json.encode(
            _Entry(
                source=source,
                line=reject.line,
                reason=reject.reason,
                text=text,
                base64=encoded,
                length=reject.length if reject.sha256 else None,
                sha256=reject.sha256,
            )
        )
        + b"\n"
    )
