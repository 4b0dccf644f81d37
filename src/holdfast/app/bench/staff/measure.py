"""Play a support desk of many agents for many days, feed it to the watch, and count what is told of whom."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import msgspec

from holdfast.detection.staff import ReportWave, StaffAlarm, StaffTier, StaffWatch
from holdfast.events import Account, SecurityEvent

from .agents import Agent, agents
from .attacks import Attack, Way, attacks
from .desks import Kind
from .figures import FalseAlarm, Rate, Row, before_of, false_among, outcomes, rate_of, row_of, told
from .tickets import HelpDesk, NoHelpDesk
from .work import DAY, FAMOUS, HOUR, Honest, TakenOver, body, famous

MONTH, HOURS = 30, 24
ATTENDED = (Way.BRIBED, Way.PATIENT)  # by whoever the access belongs to
STOLEN = (Way.RELAYED, Way.FATIGUE)
MOST_HOLDS = 1.0  # false proposals to hold somebody's tools, among 1,000 agents in a month of 30 days
PER_SECOND = 100_000
MOST_WATCHED = 20.0  # false proposals to watch somebody, among as many
WATCHED_SHARE = 0.6  # of bribed readers and patient insiders who are proposed to be watched, or more
HELD_SHARE = 0.9  # of relayed credentials and of tired thumbs for which a hold is proposed
_THOUSAND = 1_000


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was found at a kind of `desk`, where the help desk tells of its `tickets`, or does not.

    `holds_per_month` counts false proposals among 1,000 agents in 30 days, between its bounds, and `watched_per_month`
    those of the middle. `actions_before` tells for each way the abusive actions done before each alarm.
    `events_per_second` is of processor time, which other programs on the machine do not lengthen much.
    """

    desk: str
    tickets: bool
    seed: int
    agents: int
    days: int
    events: int
    events_per_second: float
    ways: dict[str, Row]
    actions_before: dict[str, dict[str, tuple[int, ...]]]
    asked: Rate
    watched: Rate
    held: Rate
    watched_per_month: float
    holds_per_month: float
    holds_at_least: float
    holds_at_most: float
    waves: int
    goals: dict[str, bool]
    false: tuple[FalseAlarm, ...]

    @property
    def reached(self) -> bool:
        """Whether each goal is."""
        return all(self.goals.values())


class Watched(msgspec.Struct, kw_only=True):
    """What the watch told while the hours went by."""

    alarms: list[StaffAlarm] = []
    waves: list[ReportWave] = []
    events: int = 0
    seconds: float = 0.0
    agent_days: int = 0


def measure(  # noqa: PLR0913 - what is played
    count: int,
    days: int,
    seed: int,
    each: int,
    done: Callable[[], None] = lambda: None,
    *,
    kind: Kind = Kind.MIXED,
    tickets: bool = False,
) -> Report:
    """Play `count` agents of a `kind` of desk for `days` days with `each` abuses of each way.

    With `tickets` the help desk tells of its own. `done` is called after each day.
    """
    desk = agents(seed, count, days, kind)
    abuses = attacks(seed, desk, days, each)
    seen = Watched()
    help_desk = HelpDesk(seed, (each for attack in abuses for each in attack.tickets)) if tickets else NoHelpDesk()
    watch = StaffWatch()
    watch.observe([Account(account=famous(n), time=0, reach=500_000, org=body(n)) for n in range(FAMOUS)])
    hours = _hours(Honest(seed, kind), desk, abuses, days, seen, named=help_desk.named)
    for hour, (batch, taken_over, ends_day) in enumerate(hours):
        began = time.process_time()
        watch.observe(help_desk.heard(batch))
        watch.observe(help_desk.late_by((hour + 1) * HOUR))
        for taken in taken_over:
            watch.taken_over(taken.account, taken.time)
        seen.seconds += time.process_time() - began
        seen.events += len(batch)
        seen.alarms += watch.take_alarms()
        seen.waves += watch.take_waves()
        if ends_day:
            done()
    return _report(kind, seed, count, days, abuses, seen, tickets=tickets)


def _hours(  # noqa: PLR0913 - what is played
    honest: Honest,
    desk: list[Agent],
    abuses: list[Attack],
    days: int,
    seen: Watched,
    *,
    named: Callable[[SecurityEvent], SecurityEvent],
) -> Iterator[tuple[list[SecurityEvent], list[TakenOver], bool]]:
    """The events of each hour, what was taken over in it, and whether a day ends with it.

    What runs past midnight comes with the next day.
    """
    begins = {attack.staff: attack.begins for attack in abuses}
    hours: list[list[SecurityEvent]] = [[] for _ in range((days + 1) * HOURS)]
    lost: list[list[TakenOver]] = [[] for _ in range(days * HOURS)]
    for attack in abuses:
        for event in attack.events:
            hours[event.time // HOUR].append(event)
        honest.taken_over += attack.taken_over
    for day in range(days):
        for agent in desk:
            for event in honest.day(agent, day):
                hours[event.time // HOUR].append(named(event))
            seen.agent_days += agent.works(day) and begins.get(agent.name, days * DAY) >= (day + 1) * DAY
        for taken in honest.taken_over:
            if taken.time < days * DAY:
                lost[taken.time // HOUR].append(taken)
        honest.taken_over.clear()
        for hour in range(day * HOURS, (day + 1) * HOURS):
            yield hours[hour], sorted(lost[hour], key=lambda each: each.time), hour % HOURS == HOURS - 1
            hours[hour], lost[hour] = [], []


def _report(  # noqa: PLR0913, PLR0917 - what was played
    kind: Kind, seed: int, count: int, days: int, abuses: list[Attack], seen: Watched, *, tickets: bool
) -> Report:
    found = outcomes(abuses, seen.alarms)
    ways = {str(way): row_of([each for each in found if each.way == way]) for way in Way}
    wrong = false_among(abuses, seen.alarms)
    held = rate_of(sum(alarm.tier is StaffTier.HOLD for alarm in wrong), seen.agent_days)
    watched = rate_of(sum(alarm.tier is StaffTier.WATCH for alarm in wrong), seen.agent_days)
    # A thousand agents in a month, at work as often as these were.
    month = seen.agent_days / (count * days) * MONTH
    speed = seen.events / max(seen.seconds, 1e-9)
    of_their_own = (*ATTENDED, Way.INVENTING) if tickets else ATTENDED  # without word of tickets nobody could see those
    stolen, attended = ([ways[way] for way in some] for some in (STOLEN, of_their_own))
    return Report(
        desk=str(kind),
        tickets=tickets,
        seed=seed,
        agents=count,
        days=days,
        events=seen.events,
        events_per_second=speed,
        ways=ways,
        actions_before={str(way): before_of([each for each in found if each.way == way]) for way in Way},
        asked=rate_of(len(wrong), seen.agent_days),
        watched=watched,
        held=held,
        watched_per_month=watched.per_thousand * month,
        holds_per_month=held.per_thousand * month,
        holds_at_least=held.at_least * month,
        holds_at_most=held.at_most * month,
        waves=len(seen.waves),
        goals={
            f"at most {MOST_HOLDS:.0f} false proposal to hold, per 1,000 agents and month": held.per_thousand * month
            <= MOST_HOLDS,
            f"at most {MOST_WATCHED:.0f} false proposals to watch somebody, per 1,000 agents and month": (
                watched.per_thousand * month <= MOST_WATCHED
            ),
            f"watching proposed for {WATCHED_SHARE:.0%} of bribed and patient insiders": sum(
                row.watched.seen for row in attended
            )
            >= WATCHED_SHARE * sum(row.attacks for row in attended),
            f"a hold proposed for {HELD_SHARE:.0%} of stolen accesses": sum(row.held.seen for row in stolen)
            >= HELD_SHARE * sum(row.attacks for row in stolen),
            f"{PER_SECOND:,} events a second": speed >= PER_SECOND,
        },
        false=told(wrong),
    )
