"""How is a staff access abused? Five ways, drawn from a seed, each with the truth about it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from holdfast.connectors.simulated.streams import stream
from holdfast.events import SecurityEvent, StaffAction, StaffReport
from holdfast.guard.staff import Ticket

from .agents import PROVIDERS, Agent
from .tickets import ticket
from .work import ACCOUNTS, DAY, FAMOUS, HOUR, LENGTH, MINUTE, Place, TakenOver, acted, changed, famous, read, signed_in

SETTLING = 10  # days before the first attack: the desk has a past by then
PATIENT = 15  # days that the patient insider has at least
SITTING = 45 * MINUTE
SOLD, USED = 0.6, 0.2  # share of readers who sell to somebody who takes accounts over, and of the accounts that are
WITHIN = 8 * DAY
INVENTED, OF_OTHERS = 0.5, 0.25  # shares of made-up tickets; the rest they open themselves


@enum.unique
class Way(enum.StrEnum):
    """The ways."""

    RELAYED = "relayed_credential"
    FATIGUE = "push_fatigue"
    BRIBED = "bribed_reader"
    PATIENT = "patient_insider"
    INVENTING = "made_up_tickets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One abuse: whose access, from when on, and when each abusive action was; ms from the world's first."""

    way: Way
    staff: str
    begins: int
    actions: tuple[int, ...]
    events: tuple[SecurityEvent, ...]
    taken_over: tuple[TakenOver, ...] = ()  # by whoever bought what was read
    tickets: tuple[Ticket, ...] = ()  # that the help desk has, and whoever abuses it names


def attacks(seed: int, desk: list[Agent], days: int, each: int) -> list[Attack]:
    """`each` abuses of each way, on as many agents as there are of them; fewer where the desk is small."""
    rng = stream(seed, "attacks")
    fit = [agent for agent in desk if agent.hired < 0]
    chosen = rng.permutation(len(fit))[: each * len(Way)].tolist()
    made = []
    for number, at in enumerate(chosen):
        # Those with made-up tickets come last, on agents of their own: the others are what they were without them.
        way = _IN_TURN[number % len(_IN_TURN)] if number < each * len(_IN_TURN) else Way.INVENTING
        last = max(SETTLING + 1, days - PATIENT) if way is Way.PATIENT else days
        on = [day for day in range(min(SETTLING, days - 1), last) if fit[at].works(day)]
        if on:
            day = on[int(rng.integers(len(on)))]
            made.append(_DRAWN[way](stream(seed, "attack", number), fit[at], day, days))
    return made


def _relayed(rng: np.random.Generator, agent: Agent, day: int, days: int) -> Attack:  # noqa: ARG001 - as the others
    """Talked out of the credential: a page in between signs in from elsewhere; the visitor looks around, then takes."""
    begins = day * DAY + int(rng.integers(DAY - 3 * HOUR))
    session = f"stolen-{agent.number}"
    made: list[SecurityEvent] = []
    if rng.random() < 0.2:  # it felt wrong afterwards
        made.append(StaffReport(staff=agent.name, time=begins - 5 * MINUTE, kind="vishing"))
    method = "push" if not agent.key else "otp"
    made.append(signed_in(agent.name, begins, _elsewhere(rng), "ok", method, session))
    at = begins
    if rng.random() < 0.6:
        for _ in range(int(rng.integers(2, 6))):
            at += 2 * MINUTE
            made.append(read(agent.name, at, f"page:{rng.integers(40)}", session))
    return _taking(Way.RELAYED, rng, agent, (begins, at, session), made)


def _fatigue(rng: np.random.Generator, agent: Agent, day: int, days: int) -> Attack:  # noqa: ARG001 - as the others
    """The password is known; pushes at night until one is accepted."""
    begins = day * DAY + int(rng.integers(DAY - 3 * HOUR))
    session, place = f"stolen-{agent.number}", _elsewhere(rng)
    pushes = int(rng.integers(2, 13))
    made: list[SecurityEvent] = [
        signed_in(agent.name, begins - (number + 1) * MINUTE, place, "refused", "push", "") for number in range(pushes)
    ]
    made.append(signed_in(agent.name, begins, place, "ok", "push", session))
    return _taking(Way.FATIGUE, rng, agent, (begins, begins, session), made)


def _bribed(rng: np.random.Generator, agent: Agent, day: int, days: int) -> Attack:
    """Paid to look at 10 to 25 accounts that no ticket asks for, a third of them of high reach.

    Half of them spread it over a day's work, a quarter do it at one sitting, a quarter over four days.
    """
    manner, count = rng.random(), int(rng.integers(10, 26))
    on = [each for each in range(day, min(days, day + 8)) if agent.works(each)][: 4 if manner >= 0.75 else 1]
    first, length = 30 * MINUTE, LENGTH - HOUR
    if 0.5 <= manner < 0.75:
        first, length = int(rng.integers(30 * MINUTE, LENGTH - 2 * HOUR)), SITTING
    times = sorted(
        on[number % len(on)] * DAY + agent.begins(on[number % len(on)]) * HOUR + first + int(rng.integers(length))
        for number in range(count)
    )
    made = [
        acted(agent.name, time, "view_account", _account(rng, 0.33), f"session-{agent.number}-{time // DAY}", "")
        for time in times
    ]
    sold = _sold(rng, [(each.target, each.time) for each in made], days)
    return Attack(
        way=Way.BRIBED, staff=agent.name, begins=times[0], actions=tuple(times), events=tuple(made), taken_over=sold
    )


def _sold(rng: np.random.Generator, read: list[tuple[str, int]], days: int) -> tuple[TakenOver, ...]:
    """What becomes of the accounts that were read."""
    if rng.random() >= SOLD:
        return ()
    taken = [
        TakenOver(account=account, time=time + HOUR + int(rng.integers(WITHIN)))
        for account, time in read
        if rng.random() < USED
    ]
    return tuple(each for each in taken if each.time < days * DAY)


def _patient(rng: np.random.Generator, agent: Agent, day: int, days: int) -> Attack:
    """One or two of the famous on each day at work; half of them also put in an address of their own, now and then."""
    begins = day * DAY + agent.begins(day) * HOUR
    changes = rng.random() < 0.5
    made: list[SecurityEvent] = []
    times, seen = [], []
    for each in range(day, days):
        for _ in range(int(rng.integers(1, 3)) if agent.works(each) else 0):
            time = each * DAY + agent.begins(each) * HOUR + int(rng.integers(HOUR, LENGTH))
            account, session = famous(int(rng.integers(FAMOUS))), f"session-{agent.number}-{each}"
            made.append(acted(agent.name, time, "view_account", account, session, ""))
            times.append(time)
            seen.append((account, time))
            if changes and rng.random() < 0.3:
                made.append(changed(agent.name, time + MINUTE, account, session, f"taken-{agent.number}"))
                times.append(time + MINUTE)
    sold = _sold(rng, seen, days)
    return Attack(
        way=Way.PATIENT,
        staff=agent.name,
        begins=begins,
        actions=tuple(sorted(times)),
        events=tuple(made),
        taken_over=sold,
    )


def _inventing(rng: np.random.Generator, agent: Agent, day: int, days: int) -> Attack:
    """The bribed reader, who names a ticket each time: invented, about others, or opened by themselves."""
    read, tickets = _bribed(rng, agent, day, days), list[Ticket]()
    events: list[SecurityEvent] = []
    for number, event in enumerate(read.events):
        assert isinstance(event, StaffAction)
        named = f"t{rng.integers(ACCOUNTS)}-{agent.number}-{number}"
        how = rng.random()
        if how >= INVENTED:
            own = how >= INVENTED + OF_OTHERS
            about, opener = (event.target, agent.name) if own else (_account(rng, 0.0), "")
            tickets.append(ticket(named, (about,), event.time, opener))
        events.append(msgspec.structs.replace(event, ticket=named))
    return replace(read, way=Way.INVENTING, events=tuple(events), tickets=tuple(tickets))


_IN_TURN = (Way.RELAYED, Way.FATIGUE, Way.BRIBED, Way.PATIENT)
_DRAWN: Mapping[Way, Callable[[np.random.Generator, Agent, int, int], Attack]] = {
    Way.RELAYED: _relayed,
    Way.FATIGUE: _fatigue,
    Way.BRIBED: _bribed,
    Way.PATIENT: _patient,
    Way.INVENTING: _inventing,
}


def _elsewhere(rng: np.random.Generator) -> Place:
    """A relay; three in ten are at providers that colleagues use too."""
    network = f"provider-{rng.integers(PROVIDERS)}" if rng.random() < 0.3 else f"relay-{rng.integers(1_000)}"
    return Place(network=network, device=f"visitor-{rng.integers(1_000_000)}")


def _account(rng: np.random.Generator, share: float) -> str:
    return famous(int(rng.integers(FAMOUS))) if rng.random() < share else f"a{rng.integers(ACCOUNTS)}"


def _taking(
    way: Way, rng: np.random.Generator, agent: Agent, start: tuple[int, int, str], made: list[SecurityEvent]
) -> Attack:
    """From an access taken: look at 20 to 60 accounts, half of them famous, and put in an address for every third.

    One in ten look-ups has a ticket made up; six in ten visitors use one address for all.
    """
    begins, at, session = start
    same, times = rng.random() < 0.6, []
    for number in range(int(rng.integers(20, 61))):
        at += int(rng.integers(MINUTE, 3 * MINUTE))
        account, ticket = _account(rng, 0.5), "made-up" if rng.random() < 0.1 else ""
        made.append(acted(agent.name, at, "view_account", account, session, ticket))
        times.append(at)
        if number % 3 == 2:
            value = f"taken-{agent.number}" if same else f"taken-{agent.number}-{number}"
            made += [
                acted(agent.name, at + 1000, "replace_email", account, session, ticket),
                changed(agent.name, at + 1001, account, session, value),
            ]
            times.append(at + 1000)
    return Attack(way=way, staff=agent.name, begins=begins, actions=tuple(times), events=tuple(made))
