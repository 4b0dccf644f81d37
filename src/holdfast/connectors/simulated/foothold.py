"""How does the adversary hold on to the staff tool: with credentials that staff were talked out of, one after another.

A credential works until the staff member is held; one whose sessions were cut three times is given up for the next.
"""

from __future__ import annotations

from collections.abc import Callable

from holdfast.events import StaffAction, StaffReport

from .geography import home, relay
from .scenario import MINUTE, Attack, StolenStaff
from .streams import stream, token
from .tool import INTRANET, AccountDesk, Seat
from .world import World

HOW_TO_PAGES = ("reach-account-desk", "support-escalations", "account-desk-faq", "vpn-setup", "who-has-desk-access")
BETWEEN_PAGES = 4 * MINUTE
SEATS_PER_CREDENTIAL = 3
TRIES_THE_DOOR = 40 * MINUTE
CALL = "Somebody called as the IT help desk about the VPN and wanted me to sign in on a page they gave me."


class Foothold:
    """The stolen seat at the tool; `seat` is None while there is none."""

    def __init__(self, world: World, desk: AccountDesk, attack: Attack) -> None:
        """Put the theft of each credential on the agenda."""
        self._world, self._desk, self._attack = world, desk, attack
        self._rng = stream(world.seed, "foothold")
        self._waiting: list[Callable[[Seat | None, int], None]] = []
        self.seat: Seat | None = None
        self._others: dict[str, Seat] = {}  # one for each credential, where one alone is not enough
        for stolen in attack.staff:
            world.agenda.at(stolen.at, self._take, stolen)
        for at, staff in attack.vishing:
            world.agenda.at(at, self._called, staff)

    def lose(self, then: Callable[[Seat | None, int], None], time: int) -> None:
        """The tool said no: get back in after some minutes, then call `then` with the new seat, or None without one."""
        self.seat = None
        self._others.clear()
        if not self._waiting:
            self._world.agenda.at(time + int(self._rng.integers(2 * MINUTE, 5 * MINUTE)), self._return)
        self._waiting.append(then)

    def seats(self, time: int) -> list[Seat]:
        """One at the tool for each credential that is in hand by now, sat down at where there was none."""
        for stolen in self._attack.staff:
            if stolen.rights and stolen.at <= time and stolen.staff not in self._others:
                current = self.seat if self.seat is not None and self.seat.staff == stolen.staff else None
                seat = current or self._sit_down(stolen, time)
                if seat is not None:
                    self._others[stolen.staff] = seat
        return list(self._others.values())

    def next_theft(self, time: int) -> int | None:
        """When the next credential with rights will be in hand."""
        return min((each.at for each in self._attack.staff if each.rights and each.at > time), default=None)

    def _called(self, staff: str, time: int) -> None:
        self._world.tell(StaffReport(staff=staff, time=time, kind="vishing", text=CALL))

    def _take(self, stolen: StolenStaff, time: int) -> None:
        if not stolen.rights:
            self._browse(stolen, time)
        elif self.seat is None and not self._waiting:
            self.seat = self._sit_down(stolen, time)

    def _sit_down(self, stolen: StolenStaff, time: int) -> Seat | None:
        """A willing staff member sits where they always do; a duped one's prompt is relayed from elsewhere."""
        draw = int(token(self._world.seed, "relay", stolen.staff), 16)
        place = home(draw, 0) if stolen.willing else relay(draw, self._attack.networks)
        seat = self._desk.sit_down(
            stolen.staff, place, time, rights=stolen.rights, passkey=stolen.willing, honest=False
        )
        if seat is not None:
            self._world.chronicle.sessions.setdefault(stolen.staff, []).append(seat.session)
        return seat

    def _browse(self, stolen: StolenStaff, time: int) -> None:
        """Without rights to the tool: reads how others get there, and tries the door."""
        place = relay(int(token(self._world.seed, "relay", stolen.staff), 16), self._attack.networks)
        for number, page in enumerate(HOW_TO_PAGES, start=1):
            read = StaffAction(
                staff=stolen.staff,
                time=time + number * BETWEEN_PAGES,
                tool=INTRANET,
                action="read_page",
                target=f"page:{page}",
                outcome="ok",
                ip=place.ip,
                device=place.device,
            )
            self._world.agenda.at(read.time, lambda read, _: self._world.tell(read), read)
        self._world.agenda.at(time + TRIES_THE_DOOR, lambda now: self._sit_down(stolen, now))

    def _return(self, time: int) -> None:
        for stolen in self._attack.staff:
            opened = self._world.chronicle.sessions.get(stolen.staff, ())
            if self.seat is None and stolen.rights and stolen.at <= time and len(opened) < SEATS_PER_CREDENTIAL:
                self.seat = self._sit_down(stolen, time)
        waiting, self._waiting = self._waiting, []
        for then in waiting:
            then(self.seat, time)
