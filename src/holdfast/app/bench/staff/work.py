"""What does an honest day at the support desk look like in events, with all that may look like an attack?

Besides tickets: trips, borrowed and new laptops, a company network that moves, slips at the push, favours to colleagues
without a ticket, calls from the press, families with one address, mass incidents, a mailing about passwords, a week of
training, an exercise about phishing; and what the kind of desk adds. Some accounts are taken over after an honest look.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from holdfast.connectors.simulated.streams import stream
from holdfast.events import CredentialChange, SecurityEvent, StaffAction, StaffReport, StaffSignIn

from .agents import Agent
from .desks import DESKS, Kind

HOUR, MINUTE = 3_600_000, 60_000  # milliseconds
DAY = 24 * HOUR
TOOL, INTRANET = "account-desk", "intranet"
ACCOUNTS, FAMOUS = 2_000_000, 4_000  # the first of them are of high reach
BODIES = 0.3  # of accounts of high reach are run by an organisation, some five each
EVERYDAY = ("view_account", "view_orders", "replace_email", "add_note", "close_case")
SELDOM = ("view_messages", "remove_mfa", "merge_accounts", "export_case", "unlock", "change_handle")
LENGTH = 8 * HOUR

INCIDENTS = (8, 20)  # days; from 14:00 on, for four hours
INCIDENT = (14 * HOUR, 18 * HOUR)
MAILING, EXERCISE, MOVED = 15, 10, 12
TRAINING = (17, 22)


ONE_ACCOUNT = (10 * HOUR, 20 * HOUR)
AROUND = 6  # accounts that are looked at with the one
MOVED_A_DAY = 1_500  # accounts
OUTAGE = 3 * HOUR
TAKEN_LATER, FAMOUS_LATER, INCIDENT_LATER = 0.001, 0.004, 0.02  # shares of accounts taken over in the days after a look
LATER = 9 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """The platform sees at `time` that `account` is in other hands."""

    account: str
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody works from on a day."""

    network: str
    device: str


def famous(number: int) -> str:
    """An account of high reach."""
    return f"famous-{number}"


def body(number: int) -> str:
    """Who runs it, if anybody but its holder."""
    return f"body-{number // 5}" if number % 10 < 10 * BODIES else ""


class Honest:
    """The honest days of one agent after the other."""

    def __init__(self, seed: int, kind: Kind = Kind.MIXED) -> None:
        """Draw from `seed`."""
        self._seed, self._desk = seed, DESKS[kind]
        self.taken_over: list[TakenOver] = []
        self._trips: dict[int, tuple[int, Place]] = {}  # agent -> until which day, and where
        self._laptops: dict[int, str] = {}
        self._family: deque[str] = deque(maxlen=5_000)

    def day(self, agent: Agent, day: int) -> list[SecurityEvent]:
        """All that they do on this day, times in milliseconds from the world's first."""
        if not agent.works(day):
            return []
        rng = stream(self._seed, "day", agent.number, day)
        place = self._place(agent, day, rng)
        begin = day * DAY + agent.begins(day) * HOUR + int(rng.integers(-20 * MINUTE, 20 * MINUTE))
        begin = max(begin, day * DAY)
        session = f"session-{agent.number}-{day}"
        made = [*self._signs_in(agent, place, begin, session, rng)]
        made += self._looks(agent, day, begin, session, rng)
        made += self._learns(agent, day, begin, session, rng)
        made += _reports(agent, day, begin, rng)
        return made

    def _place(self, agent: Agent, day: int, rng: np.random.Generator) -> Place:
        device = self._laptops.get(agent.number, agent.devices[int(rng.integers(len(agent.devices)))])
        until, away = self._trips.get(agent.number, (0, None))
        if away is not None and day < until:
            return away
        if rng.random() < 0.002:
            device = self._laptops[agent.number] = f"laptop-{agent.number}-{day}"
        if rng.random() < 0.004:
            borrowed = f"loan-{rng.integers(10_000)}" if rng.random() < 0.1 else device
            away = Place(network=f"hotel-{rng.integers(3_000)}", device=borrowed)
            self._trips[agent.number] = (day + int(rng.integers(1, 6)), away)
            return away
        if rng.random() < 0.01:  # from home, a café, or by another exit
            return Place(network=f"provider-{rng.integers(300)}", device=device)
        moved = day >= MOVED and agent.network.startswith("office")
        return Place(network=f"new-{agent.network}" if moved else agent.network, device=device)

    def _signs_in(
        self, agent: Agent, place: Place, begin: int, session: str, rng: np.random.Generator
    ) -> list[SecurityEvent]:
        made: list[SecurityEvent] = []
        for number in range(1 + int(rng.integers(3))):
            time = begin + number * 3 * HOUR
            slips = 0 if agent.key else _slips(rng.random())
            made += [
                signed_in(agent.name, time - each * MINUTE, place, "refused", "push", "")
                for each in range(1, slips + 1)
            ]
            made.append(signed_in(agent.name, time, place, "ok", "hardware_key" if agent.key else "push", session))
        return made

    def _looks(self, agent: Agent, day: int, begin: int, session: str, rng: np.random.Generator) -> list[SecurityEvent]:
        busy = 1.5 if day == MAILING else 1.0
        count = int(rng.poisson(agent.per_day * busy))
        times = np.sort(rng.integers(begin + MINUTE, begin + LENGTH, count))
        known, untold = self._drawn(agent, day, times, rng)
        who, what = rng.integers(0, ACCOUNTS, count), rng.random(count)
        made: list[SecurityEvent] = []
        for time, number, high, no_ticket, drawn in zip(
            times.tolist(), who.tolist(), known.tolist(), untold.tolist(), what.tolist(), strict=True
        ):
            account = famous(number % FAMOUS) if high else f"a{number}"
            action = _action(number, drawn)
            ticket = "" if no_ticket else f"t{number}"
            made.append(acted(agent.name, time, action, account, session, ticket))
            if action == "replace_email":
                made.append(changed(agent.name, time + 1, account, session, self._value(number, rng)))
        self._later(day, made, rng)
        return made + self._on_such_days(agent, day, begin, session, rng)

    def _drawn(
        self, agent: Agent, day: int, times: npt.NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Which of the day's accounts are of high reach, and for which there is no ticket."""
        count = len(times)
        share = np.full(count, agent.moves_to if 0 <= agent.moves <= day else agent.famous)
        unasked = np.full(count, agent.unasked)
        since = times - day * DAY
        if day in INCIDENTS:
            mass = (since >= INCIDENT[0]) & (since < INCIDENT[1])
            share[mass], unasked[mass] = np.maximum(share[mass], 0.1), 0.6
        if agent.fresh(day):
            unasked = np.maximum(unasked, self._desk.shadowing)
        if day in self._desk.outage and agent.number % 3 == day % 3:
            down = (since >= INCIDENT[0]) & (since < INCIDENT[0] + OUTAGE)
            unasked[down] = 1.0
        known, untold = rng.random(count) < share, rng.random(count) < unasked
        run, call = rng.random(), rng.random()
        if run < 0.01 and count:  # a colleague asks for help, or the ticket system is slow
            at = int(rng.integers(count))
            untold[at : at + int(rng.integers(3, 9))] = True
        if call < 0.002 and count:  # the press, or a manager, calls about some of the famous
            at = int(rng.integers(count))
            untold[at : at + int(rng.integers(2, 5))] = known[at : at + 4] = True
        return known, untold

    def _on_such_days(
        self, agent: Agent, day: int, begin: int, session: str, rng: np.random.Generator
    ) -> list[SecurityEvent]:
        """What this kind of desk adds on some days."""
        made: list[SecurityEvent] = []
        if day in self._desk.one_account:
            first, last = max(begin, day * DAY + ONE_ACCOUNT[0]), min(begin + LENGTH, day * DAY + ONE_ACCOUNT[1])
            for time in sorted(rng.integers(first, last, int(rng.integers(2, 7))).tolist()) if first < last else ():
                around = int(rng.integers(AROUND)) if rng.random() < 0.5 else 0
                made.append(acted(agent.name, time, "view_account", famous(day + 10 * around), session, ""))
        if day in self._desk.migration and agent.number % 10 == 0:
            times = np.sort(rng.integers(begin + MINUTE, begin + LENGTH, MOVED_A_DAY)).tolist()
            for time, number in zip(times, rng.integers(0, ACCOUNTS, MOVED_A_DAY).tolist(), strict=True):
                account = famous(number % FAMOUS) if number % 300 == 0 else f"a{number}"
                made.append(acted(agent.name, time, "move_account", account, session, "t-migration"))
        return made

    def _later(self, day: int, made: list[SecurityEvent], rng: np.random.Generator) -> None:
        """Some accounts are taken over, whoever looked: more of the famous, and of those that an incident is about."""
        drawn, after = rng.random(len(made)), rng.random(len(made))
        incident = day in INCIDENTS
        for event, chance, share in zip(made, drawn.tolist(), after.tolist(), strict=True):
            if not isinstance(event, StaffAction) or chance >= INCIDENT_LATER:
                continue
            most = FAMOUS_LATER if event.target.startswith(famous(0)[:-1]) else TAKEN_LATER
            since = event.time - day * DAY
            if chance < (INCIDENT_LATER if incident and INCIDENT[0] <= since < INCIDENT[1] else most):
                self.taken_over.append(TakenOver(account=event.target, time=event.time + HOUR + int(share * LATER)))

    def _value(self, number: int, rng: np.random.Generator) -> str:
        """A new address; one in a thousand is the family's: changed in one call, or some days before by anybody."""
        if self._family and rng.random() < 0.001:
            return self._family[-1 if rng.random() < 0.5 else int(rng.integers(len(self._family)))]
        value = f"v{number}"
        self._family.append(value)
        return value

    def _learns(
        self, agent: Agent, day: int, begin: int, session: str, rng: np.random.Generator
    ) -> list[SecurityEvent]:
        """Trainings, a new team, curiosity: how-to pages, and sometimes the thing itself afterwards."""
        trained = TRAINING[0] <= day < TRAINING[1] and agent.number % 50 == day % 5 * 10
        moved = agent.moves == day
        curious = rng.random() < 0.01
        if not (trained or moved or curious):
            return []
        at = begin + int(rng.integers(HOUR, 5 * HOUR))
        made: list[SecurityEvent] = [
            read(agent.name, at + number * 3 * MINUTE, f"page:{rng.integers(40)}", session)
            for number in range(int(rng.integers(2, 6)))
        ]
        used = "review_appeal" if trained else SELDOM[int(rng.integers(len(SELDOM)))]
        if trained or moved or rng.random() < 0.2:
            made.append(acted(agent.name, at + HOUR, used, f"a{rng.integers(ACCOUNTS)}", session, f"t{day}"))
        return made


def _slips(drawn: float) -> int:
    """Pushes refused by mistake before the right one: one at each hundredth sign-in, three at one in 5,000."""
    return next((slips for slips, most in ((3, 0.0002), (2, 0.0012), (1, 0.012)) if drawn < most), 0)


def _action(number: int, drawn: float) -> str:
    """What is done, once in 2,000 times something seldom."""
    if drawn > 0.9995:
        return SELDOM[number % len(SELDOM)]
    return EVERYDAY[int(drawn * 4 * len(EVERYDAY)) % len(EVERYDAY)]


def _reports(agent: Agent, day: int, begin: int, rng: np.random.Generator) -> list[SecurityEvent]:
    """One report in 600 days; on the day of the exercise one in twenty recognises it."""
    vishing = rng.random() < 0.3
    if rng.random() < 1 / 600 or (day == EXERCISE and rng.random() < 0.05):
        kind: Literal["vishing", "phishing"] = "vishing" if vishing and day != EXERCISE else "phishing"
        return [StaffReport(staff=agent.name, time=begin + 2 * HOUR, kind=kind)]
    return []


def signed_in(  # noqa: PLR0913, PLR0917 - what a sign-in says
    staff: str, time: int, place: Place, outcome: str, method: str, session: str
) -> StaffSignIn:
    """One sign-in."""
    return StaffSignIn(
        staff=staff,
        time=time,
        outcome=outcome,
        asn=place.network,
        device=place.device,
        method=method,
        tool_session=session,
    )


def acted(  # noqa: PLR0913, PLR0917 - what an action says
    staff: str, time: int, action: str, target: str, session: str, ticket: str
) -> StaffAction:
    """One action in the tool."""
    return StaffAction(
        staff=staff,
        time=time,
        tool=TOOL,
        action=action,
        target=target,
        tool_session=session,
        ticket=ticket,
        outcome="ok",
    )


def read(staff: str, time: int, page: str, session: str) -> StaffAction:
    """One how-to page."""
    return StaffAction(
        staff=staff, time=time, tool=INTRANET, action="read_page", target=page, tool_session=session, outcome="ok"
    )


def changed(staff: str, time: int, account: str, session: str, value: str) -> CredentialChange:
    """An e-mail replaced by staff."""
    return CredentialChange(
        account=account,
        time=time,
        what="email",
        change="replaced",
        by="staff",
        staff=staff,
        tool_session=session,
        new_hash=value,
    )
