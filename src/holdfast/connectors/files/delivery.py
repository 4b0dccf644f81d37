"""What does a source of events hand over at a time?"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from holdfast.events import Batch, Decoded, Reject


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Some events, the lines or rows between them that are none, and how far reading has got.

    `source` is where they come from, `lines` the number of each post's line or row there. `bytes_read` and
    `bytes_total` count the bytes of all files as they lie on disk; the total is None for a stream.
    """

    source: str
    batch: Batch
    rejects: tuple[Reject, ...] = ()
    lines: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    bytes_read: int = 0
    bytes_total: int | None = None

    @classmethod
    def of(cls, decoded: Decoded, *, source: str, bytes_read: int = 0, bytes_total: int | None = None) -> Delivery:
        """What was decoded, with its origin; what is not UTF-8 in a file's name is spelt out."""
        return cls(
            source=source.encode(errors="surrogateescape").decode(errors="backslashreplace"),
            batch=decoded.batch,
            rejects=decoded.rejects,
            lines=decoded.lines,
            bytes_read=bytes_read,
            bytes_total=bytes_total,
        )
