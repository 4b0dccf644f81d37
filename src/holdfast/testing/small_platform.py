"""What is the least that a social platform can be, and still be one?

Flags in memory: for each subject and restriction, who wants it there, Holdfast or a rival administrator. It is real
within its size: it refuses what it cannot do, asks to be left alone when pressed, and keeps what others placed. Made
for tests of the response; `holdfast.connectors.simulated` is the one with holders, staff and an adversary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from holdfast.containment import Hold, Restriction, Subject
from holdfast.errors import PlatformError, PlatformUnreachableError, RateLimitedError, UnsupportedRestrictionError
from holdfast.events import ACCOUNTS, Batch
from holdfast.ports import Capability, Clock, Platform, Standing

PUSHED = (
    Restriction.HIDE_POST,
    Restriction.NO_POSTING,
    Restriction.NO_SIGN_IN,
    Restriction.NO_CREDENTIAL_CHANGE,
    Restriction.NO_TOOL,
    Restriction.END_SESSIONS,
)


class SmallPlatform(Platform):
    """A platform of flags.

    `reachable` set to False makes every call fail, `pressed_until` makes it ask for quiet, and deeds on the subjects
    whose ids are in `refuses` are refused.
    """

    def __init__(  # noqa: PLR0913  (each is one way in which platforms differ; all have a default)
        self,
        clock: Clock,
        *,
        accounts: Iterable[str] = (),
        batches: Sequence[Batch] = (),
        per_second: float = 0.0,
        asks_guard: bool = True,
        counts_holds: bool = False,
    ) -> None:
        """A platform with these accounts and this history; `per_second` limits each restriction, 0 limits nothing.

        One that `counts_holds` keeps a flag up until each hold that raised it is lifted; the other knows only the flag.
        """
        self.name = "small"
        self.capabilities: Mapping[Restriction, Capability] = {
            restriction: Capability(native=f"set_{restriction}", per_second=per_second) for restriction in PUSHED
        }
        self.asks_guard = asks_guard
        self.reachable = True
        self.pressed_until = 0
        self.refuses: set[str] = set()
        self.deeds: list[tuple[str, Subject, Restriction]] = []  # every change of a flag by Holdfast, in order
        self._clock = clock
        self._accounts = tuple(accounts)
        self._batches = tuple(batches)
        self._counts_holds = counts_holds
        self._ours: dict[tuple[Subject, Restriction], set[str]] = {}
        self._rivals: set[tuple[Subject, Restriction]] = set()

    def events(self, since: int = 0) -> Iterator[Batch]:
        """The batches it was made with, whole; `since` lets go of those that ended before."""
        for batch in self._batches:
            times = [*batch.posts.column("time").to_pylist(), *(event.time for event in batch.others)]
            if not times or max(times) >= since:
                yield batch

    def accounts(self) -> pa.RecordBatch:
        """Its accounts: ordinary, unverified, a hundred followers each."""
        rows = [
            {
                "account": account,
                "handle": account,
                "verified": False,
                "reach": 100,
                "tier": "ordinary",
                "org": "",
                "emergency": False,
                "created": 0,
                "posts_per_hour": 0.1,
            }
            for account in self._accounts
        ]
        return pa.RecordBatch.from_pylist(rows, schema=ACCOUNTS)

    def apply(self, hold: Hold) -> None:
        """Set the flag.

        Raises:
            UnsupportedRestrictionError: it has no such flag.
            RateLimitedError: it is pressed just now.
            PlatformUnreachableError: it does not answer.
            PlatformError: it refuses.

        """
        if hold.restriction not in self.capabilities:
            raise UnsupportedRestrictionError(f"{self.name} has no {hold.restriction}")
        self._answer(hold.subject)
        flag = (hold.subject, hold.restriction)
        if flag not in self._ours:
            self.deeds.append(("apply", *flag))
        self._ours.setdefault(flag, set()).add(hold.id)

    def lift(self, hold: Hold) -> None:
        """Take Holdfast's flag down; a rival's stays up.

        Raises:
            RateLimitedError: it is pressed just now.
            PlatformUnreachableError: it does not answer.
            PlatformError: it refuses.

        """
        self._answer(hold.subject)
        flag = (hold.subject, hold.restriction)
        holds = self._ours.get(flag, set())
        holds.discard(hold.id)
        if flag in self._ours and not (self._counts_holds and holds):
            del self._ours[flag]
            self.deeds.append(("lift", *flag))

    def in_force(self, subject: Subject) -> Sequence[Standing]:
        """The flags on `subject`, each with whose it is.

        Raises:
            PlatformUnreachableError: it does not answer.

        """
        self._answer()
        ours = [Standing(restriction=r, ours=True) for s, r in sorted(self._ours) if s == subject]
        rivals = [Standing(restriction=r, ours=False, note="rival") for s, r in sorted(self._rivals) if s == subject]
        return [*ours, *rivals]

    def flags(self) -> frozenset[tuple[Subject, Restriction]]:
        """Every flag of Holdfast's, as an onlooker sees them."""
        return frozenset(self._ours)

    def rival_flags(self) -> frozenset[tuple[Subject, Restriction]]:
        """Every flag of the rivals', as an onlooker sees them."""
        return frozenset(self._rivals)

    def rival_places(self, subject: Subject, restriction: Restriction) -> None:
        """A rival administrator sets a flag of their own."""
        self._rivals.add((subject, restriction))

    def rival_lifts(self, subject: Subject, restriction: Restriction) -> None:
        """A rival administrator clears the flag, whoever set it."""
        self._ours.pop((subject, restriction), None)
        self._rivals.discard((subject, restriction))

    def _answer(self, subject: Subject | None = None) -> None:
        if not self.reachable:
            raise PlatformUnreachableError(f"{self.name} does not answer")
        if self._clock.now() < self.pressed_until:
            raise RateLimitedError(f"{self.name} is pressed", retry_at=self.pressed_until)
        if subject is not None and subject.id in self.refuses:
            raise PlatformError(f"{self.name} refuses {subject.id}")
