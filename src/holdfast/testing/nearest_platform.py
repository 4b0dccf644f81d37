"""What if a platform has fewer actions than there are restrictions, and takes the nearest one?

The small platform with some of its flags gone: what would raise one of those raises the nearest that there is. Whoever
looks sees the flag, and by it every restriction that it may stand for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import msgspec

from holdfast.containment import Hold, Restriction, Subject
from holdfast.events import Batch
from holdfast.ports import Capability, Clock, Standing

from .small_platform import SmallPlatform

# An account that cannot be hidden, or kept from its messages alone, is silenced; nobody is let in to change anything.
NEAREST: Mapping[Restriction, Restriction] = MappingProxyType(
    {
        Restriction.HIDE_ACCOUNT: Restriction.NO_POSTING,
        Restriction.NO_MESSAGING: Restriction.NO_POSTING,
        Restriction.NO_CREDENTIAL_CHANGE: Restriction.NO_SIGN_IN,
    }
)


class NearestPlatform(SmallPlatform):
    """A platform of few flags; `flags` shows those that there are."""

    def __init__(
        self,
        clock: Clock,
        *,
        accounts: Iterable[str] = (),
        batches: Sequence[Batch] = (),
        nearest: Mapping[Restriction, Restriction] = NEAREST,
        asks_guard: bool = True,
    ) -> None:
        """The restrictions in `nearest` come to the flag of the one that they are mapped to."""
        super().__init__(clock, accounts=accounts, batches=batches, asks_guard=asks_guard)
        self._nearest = nearest
        self.capabilities = {
            restriction: Capability(native=f"set_{nearest.get(restriction, restriction)}")
            for restriction in sorted({*self.capabilities, *nearest})
        }

    def apply(self, hold: Hold) -> None:
        """Raise the nearest flag.

        Raises:
            PlatformError: as the small platform.

        """
        super().apply(self._as_it_can(hold))

    def lift(self, hold: Hold) -> None:
        """Take the nearest flag down.

        Raises:
            PlatformError: as the small platform.

        """
        super().lift(self._as_it_can(hold))

    def in_force(self, subject: Subject) -> Sequence[Standing]:
        """Every restriction that a flag on `subject` may stand for.

        Raises:
            PlatformUnreachableError: it does not answer.

        """
        return [
            msgspec.structs.replace(standing, restriction=each)
            for standing in super().in_force(subject)
            for each in sorted(self.capabilities)
            if self._nearest.get(each, each) is standing.restriction
        ]

    def rival_places(self, subject: Subject, restriction: Restriction) -> None:
        """A rival administrator raises the nearest flag, for a reason of their own."""
        super().rival_places(subject, self._nearest.get(restriction, restriction))

    def rival_lifts(self, subject: Subject, restriction: Restriction) -> None:
        """A rival administrator clears the nearest flag, whoever set it."""
        super().rival_lifts(subject, self._nearest.get(restriction, restriction))

    def _as_it_can(self, hold: Hold) -> Hold:
        return msgspec.structs.replace(hold, restriction=self._nearest.get(hold.restriction, hold.restriction))
