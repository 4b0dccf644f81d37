"""How do staff report what was tried on them, and who is asked about, over HTTP?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, body_of, caller_of, key_of, limit_of, shown
from holdfast.app.server.operation import AFTER, LIMIT, Handler, Operation, by_name
from holdfast.app.server.views import Page, page_of
from holdfast.detection import Term
from holdfast.detection.staff import StaffAlarm
from holdfast.events import StaffReport, format_time
from holdfast.guard import Act, Scope
from holdfast.response.staff.reported import LONGEST_TEXT

REPORTS, ALARMS = "/v1/staff/reports", "/v1/staff/alarms"


class ReportTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was tried on whoever tells it: a call, a message, a device gone."""

    kind: Literal["vishing", "phishing", "lost_device", "other"]
    text: Annotated[str, Meta(max_length=LONGEST_TEXT)] = ""


class ReportTaken(msgspec.Struct, frozen=True, kw_only=True):
    """Thank you: it is heard, and counts for no one who reports."""

    staff: str
    kind: str
    at: str


class AlarmSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's access looks abused.

    `tier` `ask`: ask them; `watch`: have all they do take a reason and a ticket for some days; `hold`: a hold of their
    tools is proposed.
    """

    id: str
    staff: str
    tool_session: str
    tier: str
    since: str
    at: str
    score: float
    actions: int
    accounts: tuple[str, ...]
    evidence: tuple[Term, ...]


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="tell_staff_report",
        method="POST",
        path=REPORTS,
        says="Report a call, a message or a lost device, as oneself. Whoever reports is never held for it; several "
        "reports within hours have whoever leads told of a campaign against staff.",
        takes=ReportTold,
        scope=Scope.DECIDE,
        act=Act.USE_TOOLS,
        answers={200: ("It is heard.", ReportTaken)},
    ),
    Operation(
        name="list_staff_alarms",
        method="GET",
        path=ALARMS,
        says="Whose access looks abused, with the evidence term by term, by id.",
        parameters=(AFTER, LIMIT),
        act=Act.SEE_STAFF,
        looks="signals",
        answers={200: ("Some of them.", Page[AlarmSeen])},
    ),
)

_told = msgspec.json.Decoder(ReportTold)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""
    return by_name(OPERATIONS, _Handlers(ask))


class _Handlers:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def tell_staff_report(self, http: Request) -> Response:
        told, by = await body_of(http, _told), caller_of(http).person

        def do(run: LiveWatch) -> ReportTaken:
            now = run.clock.now()
            id_ = f"gate-report-{by}-{now}"
            report = StaffReport(id=id_, time=now, staff=by, kind=told.kind, text=told.text)
            run.response.reports.tell(report, now)  # before they are thanked: detection hears a moment later
            run.response.staff.tidings.reported(report)
            return ReportTaken(staff=by, kind=told.kind, at=format_time(now))

        return shown(await self._ask(do))

    async def list_staff_alarms(self, http: Request) -> Response:
        after, limit = key_of(http), limit_of(http)

        def do(run: LiveWatch) -> Page[AlarmSeen]:
            kept = {key: (key, alarm) for key, alarm in run.response.signals.alarms.items()}
            return page_of(kept, after, limit, lambda each: _seen(*each))

        return shown(await self._ask(do))


def _seen(key: str, alarm: StaffAlarm) -> AlarmSeen:
    return AlarmSeen(
        id=key,
        staff=alarm.staff,
        tool_session=alarm.tool_session,
        tier=str(alarm.tier),
        since=format_time(alarm.since),
        at=format_time(alarm.at),
        score=alarm.score,
        actions=alarm.actions,
        accounts=alarm.accounts,
        evidence=alarm.evidence,
    )
