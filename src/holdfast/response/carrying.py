"""What do people do while holds are carried out: undo, resume, try again, raise a cap? Every face asks here."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.errors import NotAllowedError
from holdfast.guard import Act, Asked, Caller, Deed, RefusalCode

from .brakes import Brake, Brakes
from .desk import Answer, Desk
from .entitled import Entitled
from .restoring import Restoring, Run
from .scope import Scope, Undo
from .undoing import Undoing


class Carrying:
    """Asks whether whoever comes may do it, and has it done by the part whose business it is."""

    def __init__(self, desk: Desk, undoing: Undoing, restoring: Restoring, brakes: Brakes, entitled: Entitled) -> None:
        """Over these."""
        self._desk = desk
        self._undoing = undoing
        self._restoring = restoring
        self._brakes = brakes
        self._entitled = entitled

    def preview(self, scope: Scope, now: int, by: Caller | None = None) -> Undo:
        """What an undo would come to; nothing is asked for. Each who looks has a share of what is remembered.

        Raises:
            UsageError: the scope says nothing, names a hold that was never placed, or fits no hold that stands.

        """
        return self._undoing.preview(scope, now, "" if by is None else by.person or by.credential)

    def undo(self, shown: str, by: Caller | str, why: str, now: int) -> Answer:
        """Ask for exactly the undo that was shown under this hash; it is done when enough people agree.

        Raises:
            UsageError: no such undo was shown lately.
            NotAllowedError: whoever asks may not or gives no reason, or too few people may agree.
            StoreError: nothing was kept, nothing was done.

        """
        caller = self._entitled.caller(by)
        lift = Asked(deed=Deed.LIFT, kind=str(Deed.LIFT), accounts=0, reach=0, one_way=False, requester=caller.person)
        self._entitled.check(caller, Act.REQUEST, lift)  # before it is told whether there is such an undo
        undo = self._undoing.shown(shown)
        return self._desk.request_lift(undo.holds, by, why, now, undo=undo)

    def waves(self) -> dict[str, Run]:
        """Everything that is given back in waves, by its name."""
        return {key.replace("/", "."): run for key, run in self._restoring.runs.items()}

    def resume(self, wave: str, by: Caller | str, now: int) -> None:
        """Let waves go on that were paused; whoever asks has looked into what was wrong.

        Raises:
            RecoveryError: they are not paused.
            NotAllowedError: whoever asks may not.
            KeyError: there are none of this name.
            StoreError: nothing was kept.

        """
        person = self._entitled.check(by, Act.OPERATE).person
        names = {key.replace("/", "."): key for key in self._restoring.runs}
        self._restoring.resume(names[wave], person, now)

    def retry_all(self, by: Caller | str, now: int) -> int:
        """Have every dead letter tried again, as after an outage that is over; how many.

        Raises:
            NotAllowedError: whoever asks may not.
            StoreError: some were not kept, and are dead letters still.

        """
        dead = self._desk.dead_letters
        for held in dead:
            self._desk.retry(held.hold.id, by, now)
        if not dead:
            self._entitled.check(by, Act.OPERATE)
        return len(dead)

    def brakes(self, now: int) -> Sequence[Brake]:
        """Every cap as it stands."""
        return self._brakes.seen(now)

    def raise_cap(self, name: str, to: int, by: Caller | str, why: str, until: int, now: int) -> None:  # noqa: PLR0913, PLR0917
        """Let more through until `until` (milliseconds since 1970 UTC); only the cap's owner may.

        Raises:
            UsageError: there is no such cap, no reason, or no raise that ends within a day.
            NotAllowedError: whoever asks may not, or has not the role that owns the cap.
            StoreError: nothing was kept.

        """
        caller = self._entitled.check(by, Act.OPERATE)
        person, owner = self._entitled.person(caller), self._brakes.owner
        if owner not in {person.id, *person.roles}:
            says = f"the cap is the {owner}'s to raise, and {person.id} is none"
            raise NotAllowedError(says, code=str(RefusalCode.ROLE_MISSING), advice=f"Ask a {owner}.")
        self._brakes.raise_cap(name, to, by=person.id, why=why, until=until, now=now)
