"""The seam to a social platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import msgspec
import pyarrow as pa

from holdfast.containment import Hold, Restriction, Subject
from holdfast.events import Batch


class Capability(msgspec.Struct, frozen=True, kw_only=True):
    """How a platform does one restriction: its native action, whether it can be undone, and how many a second."""

    native: str
    reversible: bool = True
    per_second: float = 0.0  # 0: no limit known


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A restriction found in force on a subject; `ours` when Holdfast placed it, else it was there before."""

    restriction: Restriction
    ours: bool
    note: str = ""


class Platform(Protocol):
    """One social platform, as a connector presents it. `apply` and `lift` are idempotent; only PlatformError comes out.

    A hold that a platform enforces by asking the guard at each write (a cohort, a lure) is not in `capabilities`;
    `asks_guard` says whether it does.
    """

    name: str
    capabilities: Mapping[Restriction, Capability]
    asks_guard: bool

    def events(self, since: int = 0) -> Iterator[Batch]:
        """What happens on the platform from `since` (milliseconds since 1970 UTC), roughly oldest first."""
        ...

    def accounts(self) -> pa.RecordBatch:
        """Every account, in columns (schema `events.ACCOUNTS`), as the platform knows them now.

        Raises:
            PlatformError: the platform did not say.

        """
        ...

    def apply(self, hold: Hold) -> None:
        """Put `hold` in force; doing so twice is the same as once.

        Raises:
            UnsupportedRestrictionError: the restriction is not among the capabilities.
            RateLimitedError: not now; come back at `retry_at`.
            PlatformError: the platform did not do it.

        """
        ...

    def lift(self, hold: Hold) -> None:
        """Undo `hold`; doing so twice is the same as once; what was there before Holdfast stays.

        Raises:
            RateLimitedError: not now; come back at `retry_at`.
            PlatformError: the platform did not do it.

        """
        ...

    def in_force(self, subject: Subject) -> Sequence[Standing]:
        """What stands on `subject` as the platform sees it now.

        Raises:
            PlatformError: the platform did not say.

        """
        ...
