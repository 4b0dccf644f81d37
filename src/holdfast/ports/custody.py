"""The seam to those who give hijacked accounts back: what a platform does, and knows, about one account."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from holdfast.recovery import Change, Credential, Door, Fact


class Custody(Protocol):
    """A platform's own part in a recovery case. All of it can be asked for twice; only PlatformError comes out.

    Where it raises PlatformPendingError, it is waited for, and asked again. Times are milliseconds since 1970 UTC. A
    platform without this seam keeps hijacked accounts held, and no case is
    opened for them.
    """

    def shut(self, account: str, door: Door, attacked_at: int) -> None:
        """Let nobody in by `door` who came in since `attacked_at`; recovery values are as they were before it.

        Raises:
            PlatformError: the platform did not do it.

        """
        ...

    def shown(self, account: str) -> Sequence[Fact]:
        """What those who ask for the account have shown so far, in order; it is not for the platform to judge it.

        Nothing is taken back. What is shown a second time, to a case that has begun anew, comes a second time.

        A telephone number is on file since it was last moved to another SIM card, as far as the platform can know.

        Raises:
            PlatformError: the platform did not say.

        """
        ...

    def renew(self, account: str) -> Collection[Credential]:
        """Let the proven owner set new credentials; answer which are set by now.

        Raises:
            PlatformError: the platform did not do it.

        """
        ...

    def changed(self, account: str, attacked_at: int) -> Sequence[Change]:
        """What was changed about the account since `attacked_at` in sessions that were shut out, in order.

        Raises:
            PlatformError: the platform did not say.

        """
        ...

    def put_back(self, account: str, changes: Sequence[Change]) -> Sequence[Change]:
        """Make these things as they were before; answer those for which there is no way.

        Raises:
            PlatformError: the platform did not do it.

        """
        ...
