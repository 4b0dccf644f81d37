"""What happens to accounts every day: sign-ins, lost passwords, support tickets, new phones, apps let in.

These are the decoys among which a cause has to be found: a popular app, carriers behind whose addresses everybody
stands, relays that honest people use too, and support staff who replace e-mails because a holder asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from holdfast.events import (
    AppAuthorised,
    CredentialChange,
    DataExport,
    ProfileChange,
    Report,
    ResetRequested,
    SecurityEvent,
    SignIn,
)

from .geography import Place, carrier, home, relay
from .scenario import HOUR, MINUTE, SECOND
from .services import Services
from .streams import stream, token
from .tool import AccountDesk, Function, Seat
from .world import World

SHIFT = 8 * HOUR
SEATS = 40  # support staff on shift at a time
TICKETS_PER_HOUR = 60.0
READS_MESSAGES = 0.1  # tickets about threats or scams in private messages
CALLS_BACK = 0.8  # holders who use the new e-mail at once to set a password and sign in
SIGN_INS_PER_HOUR = 420.0
VIA_RELAY = 0.02
PER_HOUR = {"reset": 30.0, "port": 9.0, "app": 60.0, "export": 6.0, "profile": 25.0, "report": 40.0}
PORT_DESKS = 12  # at each carrier
APPS = (
    "app-queuewell",
    "app-striderun",
    "app-stationcast",
    "app-deckboard",
    "app-quizpal",
    "app-unfollow",
    "app-birthdays",
)
APP_SHARES = (0.34, 0.22, 0.16, 0.12, 0.08, 0.05, 0.03)
CATEGORIES = ("spam", "abuse", "impersonation", "spam", "other")  # spam is most of what is reported


class Routine:
    """The day of everybody who is not in the story."""

    def __init__(self, world: World, services: Services, desk: AccountDesk) -> None:
        """Put the support desk on the agenda; the rest is drawn when asked for."""
        self._world, self._services, self._desk = world, services, desk
        self._seats: dict[str, Seat] = {}
        self._opens, self._end = world.scenario.opens, world.scenario.end
        for begin in range(self._opens, self._end, SHIFT):
            self._roster(begin)

    # The support desk

    def _roster(self, begin: int) -> None:
        """Who works this shift, and the tickets they will get."""
        rng = stream(self._world.seed, "shift", begin)
        people = self._world.scenario.population.staff
        staff = [f"st-{number:04d}" for number in rng.choice(people, min(SEATS, people), replace=False)]
        attack = self._world.scenario.attack
        without = {stolen.staff for stolen in attack.staff if not stolen.rights} if attack else set()
        staff = sorted({*staff, *self._world.scenario.on_shift} - without)
        for name in staff:
            self._world.agenda.at(begin + int(rng.integers(15 * MINUTE)), self._sit_down, name)
        for _ in range(int(rng.poisson(TICKETS_PER_HOUR * SHIFT / HOUR))):
            at = begin + 15 * MINUTE + int(rng.integers(SHIFT - 20 * MINUTE))
            row = int(rng.integers(len(self._world.accounts.cast), self._world.accounts.size))
            self._world.agenda.at(
                at, self._ticket, staff[int(rng.integers(len(staff)))], row, int(rng.integers(1 << 40))
            )

    def _sit_down(self, staff: str, time: int) -> None:
        number = int(token(self._world.seed, "desk", staff), 16)
        seat = self._desk.sit_down(staff, home(number, 0), time, method="hardware_key" if number % 3 else "push")
        if seat is not None:
            self._seats[staff] = seat

    def _ticket(self, staff: str, row: int, draw: int, time: int) -> None:
        """A holder lost the old mailbox: the e-mail is replaced, then they come back by themselves."""
        seat = self._seats.get(staff)
        ticket = f"T{draw:x}"
        if seat is None or not self._desk.use(seat, Function.VIEW, row, time, ticket=ticket):
            return
        if draw % 1_000 < READS_MESSAGES * 1_000:
            self._world.agenda.at(time + MINUTE, self._read_messages, seat, row, ticket)
        else:
            self._world.agenda.at(time + 90 * SECOND, self._replace_email, seat, row, ticket, draw)

    def _read_messages(self, seat: Seat, row: int, ticket: str, time: int) -> None:
        self._desk.use(seat, Function.VIEW_MESSAGES, row, time, ticket=ticket)

    def _replace_email(self, seat: Seat, row: int, ticket: str, draw: int, time: int) -> None:
        email = token(self._world.seed, "replacement", draw)
        replaced = self._desk.replace_email(seat, row, email, time, ticket=ticket)
        if replaced and draw % 100 < CALLS_BACK * 100:
            self._world.agenda.at(time + 2 * MINUTE + draw % (25 * MINUTE), self._come_back, row, draw)

    def _come_back(self, row: int, draw: int, time: int) -> None:
        if self._services.reset(row, "email", time):
            place = home(row, int(self._world.accounts.lang[row]), device=draw % 3)
            self._world.agenda.at(time + 40 * SECOND, lambda now: self._services.sign_in(row, place, "recovery", now))

    # Everybody else

    def records(self) -> list[SecurityEvent]:
        """All that holders do by themselves from the scenario's opening to its end, in order of time."""
        records: list[SecurityEvent] = [*self._sign_ins()]
        for kind, rate in PER_HOUR.items():
            records.extend(self._everyday(kind, rate))
        records.extend(self._let_in())
        records.sort(key=lambda record: record.time)
        return records

    def _draw(self, kind: str, per_hour: float) -> list[tuple[int, int, int]]:
        """When, which account, and a number to draw the rest from."""
        rng = stream(self._world.seed, "routine", kind)
        count = int(rng.poisson(per_hour * (self._end - self._opens) / HOUR))
        times = np.sort(rng.integers(self._opens, self._end, count))
        rows = rng.integers(0, self._world.accounts.size, count)
        return list(zip(times.tolist(), rows.tolist(), rng.integers(1 << 60, size=count).tolist(), strict=True))

    def _place(self, row: int, draw: int) -> Place:
        if draw % 1_000 < VIA_RELAY * 1_000:
            return relay(draw)
        return home(row, int(self._world.accounts.lang[row]), device=draw % 2)

    def _sign_ins(self) -> list[SignIn]:
        """Strangers now and then; those known by name several times before the story, so that their habits show."""
        rng = stream(self._world.seed, "habits")
        named = [
            (int(rng.integers(self._opens, self._world.scenario.start)), row, int(rng.integers(1 << 60)))
            for row in range(len(self._world.accounts.cast))
            for _ in range(3)
        ]
        return [self._sign_in(*drawn) for drawn in [*self._draw("sign_in", SIGN_INS_PER_HOUR), *named]]

    def _sign_in(self, time: int, row: int, draw: int, method: Literal["password", "sms"] = "password") -> SignIn:
        place = self._place(row, draw)
        refused = draw % 17 == 0
        return SignIn(
            account=self._world.accounts.id(row),
            time=time,
            outcome="refused" if refused else "ok",
            session="" if refused else f"s-{draw:015x}",
            ip=place.ip,
            asn=place.asn,
            country=place.country,
            device=place.device,
            client=place.client,
            method=method,
        )

    def _let_in(self) -> Iterator[SecurityEvent]:
        """Who let the app in whose tokens will be stolen: its later victims, and everybody else who liked it."""
        attack = self._world.scenario.attack
        if attack is None or not attack.app:
            return
        rng = stream(self._world.seed, "audience")
        accounts = self._world.accounts
        rows = [accounts.cast[target.handle] for target in attack.targets]
        rows += rng.integers(len(accounts.cast), accounts.size, attack.audience).tolist()
        for row, time in zip(
            rows, rng.integers(self._opens, self._world.scenario.start, len(rows)).tolist(), strict=True
        ):
            yield AppAuthorised(
                account=accounts.id(row), time=time, app=attack.app, scopes=("read", "post"), by="holder"
            )

    def _everyday(self, kind: str, rate: float) -> list[SecurityEvent]:
        made: list[SecurityEvent] = []
        for time, row, draw in self._draw(kind, rate):
            made.extend(self._one(kind, time, row, draw))
        return made

    def _one(self, kind: str, time: int, row: int, draw: int) -> list[SecurityEvent]:
        account = self._world.accounts.id(row)
        match kind:
            case "reset":
                return self._forgotten(account, time, row, draw)
            case "port":
                desk = f"{carrier(row)}/port-desk-{draw % PORT_DESKS:02d}"
                return [
                    CredentialChange(
                        account=account, time=time, what="phone", change="replaced", by="system", carrier=desk
                    )
                ]
            case "app":
                app = APPS[int(np.searchsorted(np.cumsum(APP_SHARES), draw % 1_000 / 1_000, side="right"))]
                return [AppAuthorised(account=account, time=time, app=app, scopes=("read", "post"), by="holder")]
            case "export":
                return [
                    DataExport(account=account, time=time, stage="requested", by="holder", session=f"s-{draw:015x}")
                ]
            case "profile":
                return [ProfileChange(account=account, time=time, what="bio", old="", new=f"bio {draw % 10_000}")]
            case _:
                by = self._world.accounts.id(draw % self._world.accounts.size)
                return [Report(account=account, time=time, by=by, category=CATEGORIES[draw % len(CATEGORIES)])]

    def _forgotten(self, account: str, time: int, row: int, draw: int) -> list[SecurityEvent]:
        channel = "sms" if draw % 3 == 0 else "email"
        hint = token(self._world.seed, "hint", row)
        return [
            ResetRequested(account=account, time=time, channel=channel, hint_hash=hint),
            CredentialChange(account=account, time=time + 50 * SECOND, what="password", change="replaced", by="holder"),
            self._sign_in(time + 80 * SECOND, row, draw, "sms" if channel == "sms" else "password"),
        ]
