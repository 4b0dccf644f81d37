"""The seam by which the holder of an account hears what staff changed about it, on the ways that were theirs before."""

from __future__ import annotations

import enum
from typing import Protocol

import msgspec


@enum.unique
class NoticeKind(enum.StrEnum):
    """What the platform and the holder hear of a change."""

    ASKED = "asked"  # tell the holder, with the link; the new value does not count yet
    IN_FORCE = "in_force"  # the new value counts from now on
    REVERSED = "reversed"  # the holder said no: all is to be as it was at `as_of`
    ENDED = "ended"  # something else came in between: the new value is dropped


class HolderNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told about the change `change` of `what` on `account`. Times are milliseconds since 1970 UTC.

    It goes to each address and number that was on file at `as_of`, and to each session that was open then and still
    is; never to a value that was put there since. Holdfast knows no addresses, so the platform looks them up; `as_of`
    is a minute early, so that a platform whose clock is late does not take the new value for the old one. `link` is
    where the holder can undo it, until `until` where that is known. `id` is the same when it is told again.
    """

    id: str
    kind: NoticeKind
    change: str
    account: str
    what: str
    as_of: int
    at: int
    until: int | None = None
    link: str = ""


class Notifier(Protocol):
    """Tells holders. The same notice may be told again, and then reaches them once; only PlatformError comes out."""

    def tell(self, notice: HolderNotice) -> None:
        """Have `notice` on its way to the holder for good: after a crash, whoever took it still sends it.

        Raises:
            PlatformError: it was not taken.

        """
        ...
