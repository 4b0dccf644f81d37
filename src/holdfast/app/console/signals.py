"""Whose access looks abused, what was proposed about it, and what did staff report that was tried on them?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, number_of
from holdfast.app.server.staff.lookups import looked_up
from holdfast.app.server.staff.reports import ReportSeen, report_seen
from holdfast.containment import Subject, SubjectKind
from holdfast.detection.staff import ReportWave, StaffAlarm
from holdfast.events import format_time
from holdfast.guard.staff import LEVELS
from holdfast.response import Filed, HoldState
from holdfast.response.staff.signals import access_of, proposed

from .desk import MOST_SHOWN
from .forms import names_of
from .pages import SIGNALS, Visitors
from .site import Site

DAYS = (1, 7, 31)
_USUAL_DAYS = 7
_DAY = 86_400_000  # milliseconds
_REQUESTS = 3  # about one access: the latest


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request on the desk."""

    id: str
    state: str
    title: str
    at: str


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """A line of evidence in words, and its summand of the score (nats)."""

    words: str
    nats: float


class AlarmShown(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm; `proposed` says what to do about it, `plan` and `title` are of what lies on the desk, if anything does.

    `wanted`: somebody has to decide. `held` is since when they have no tools, None while they have them.
    """

    staff: str
    tier: str
    proposed: str
    at: str
    since: str
    score: float
    actions: int
    accounts: tuple[str, ...]
    signs: tuple[Sign, ...]
    plan: str
    title: str
    wanted: bool
    requests: tuple[Asked, ...]
    held: str | None


class WaveShown(msgspec.Struct, frozen=True, kw_only=True):
    """That many reported at once, and the lockdown that is proposed."""

    at: str
    since: str
    people: int
    staff: tuple[str, ...]
    level: int
    words: str


class Signals(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows of the last `days`, newest first; `alarms_in_all` are all of these days."""

    days: int
    alarms: tuple[AlarmShown, ...]
    alarms_in_all: int
    waves: tuple[WaveShown, ...]
    reports: tuple[ReportSeen, ...]
    reports_in_all: int
    names: dict[str, str]


class SignalPages:
    """The page of staff signals."""

    def __init__(self, site: Site, visitors: Visitors, ask: Ask) -> None:
        """Answer with these; `ask` asks the worker."""
        self._site, self._visitors, self._ask = site, visitors, ask

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route(SIGNALS.path, self._page, methods=["GET"])]

    async def _page(self, http: Request) -> Response:
        visit = await self._visitors.enter(http, SIGNALS)
        days = number_of(http, "days", 1, max(DAYS), _USUAL_DAYS)
        it = await self._ask(lambda run: _signals(run, days))
        answer = self._site.live(http, "signals", visit, it=it, choices=DAYS)
        if answer.status_code == HTTPStatus.OK:
            await looked_up(self._ask, visit.who.caller, "signals", {"days": str(days)})
        return answer


def _signals(run: LiveWatch, days: int) -> Signals:
    """What there is."""
    since = run.clock.now() - days * _DAY
    signals = run.response.signals
    alarms = sorted((each for each in signals.alarms.values() if each.at >= since), key=lambda each: -each.at)
    waves = sorted((each for each in signals.waves.values() if each.at >= since), key=lambda each: -each.at)
    reports = [each for each in run.response.reports.kept.values() if each.at >= since]
    reports.sort(key=lambda each: -each.at)
    people = [each.staff for each in alarms[:MOST_SHOWN]] + [each.staff for each in reports[:MOST_SHOWN]]
    people += [id_ for wave in waves[:MOST_SHOWN] for id_ in wave.staff]
    asked = _asked(run, alarms[:MOST_SHOWN])
    return Signals(
        days=days,
        alarms=tuple(_alarm(run, each, asked) for each in alarms[:MOST_SHOWN]),
        alarms_in_all=len(alarms),
        waves=tuple(map(_wave, waves[:MOST_SHOWN])),
        reports=tuple(map(report_seen, reports[:MOST_SHOWN])),
        reports_in_all=len(reports),
        names=names_of(run, people),
    )


def _asked(run: LiveWatch, alarms: Iterable[StaffAlarm]) -> Mapping[str, Sequence[Filed]]:
    """The requests about these accesses, by what they are about, the newest first: found in one look at all of them."""
    asked: dict[str, list[Filed]] = {access_of(alarm.staff): [] for alarm in alarms}
    for filed in run.response.desk.requests.values():
        if filed.about in asked:
            asked[filed.about].append(filed)
    return {about: sorted(each, key=lambda filed: -filed.filed_at) for about, each in asked.items()}


def _alarm(run: LiveWatch, alarm: StaffAlarm, asked: Mapping[str, Sequence[Filed]]) -> AlarmShown:
    desk, about = run.response.desk, access_of(alarm.staff)
    offer = next((each for each in desk.offers if each.about == about), None)
    plan = None if offer is None else desk.plan(offer.recommended)
    return AlarmShown(
        staff=alarm.staff,
        tier=str(alarm.tier),
        proposed=proposed(alarm),
        at=format_time(alarm.at),
        since=format_time(alarm.since),
        score=alarm.score,
        actions=alarm.actions,
        accounts=alarm.accounts,
        signs=tuple(Sign(words=each.note or each.term, nats=each.log_likelihood) for each in alarm.evidence),
        plan="" if plan is None else plan.id,
        title="" if plan is None else plan.title,
        wanted=offer is not None and offer.wanted,
        requests=tuple(
            Asked(
                id=each.request.id,
                state=str(each.state),
                title=each.plan.title if each.plan else str(each.request.deed),
                at=format_time(each.filed_at),
            )
            for each in asked[about][:_REQUESTS]
        ),
        held=_held(run, alarm.staff),
    )


def _held(run: LiveWatch, staff: str) -> str | None:
    """Since when this person has no tools, if that is in force."""
    now = run.clock.now()
    on = run.response.book.on(Subject(kind=SubjectKind.STAFF, id=staff))
    standing = [each.hold.starts for each in on if each.state is HoldState.IN_FORCE and each.hold.in_force(now)]
    return format_time(min(standing)) if standing else None


def _wave(wave: ReportWave) -> WaveShown:
    return WaveShown(
        at=format_time(wave.at),
        since=format_time(wave.since),
        people=wave.people,
        staff=wave.staff,
        level=wave.level,
        words=LEVELS[wave.level].words,
    )
