"""What did staff report that was tried on them, over HTTP, for whoever looks into it?"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, key_of, limit_of, shown
from holdfast.app.server.operation import AFTER, LIMIT, Handler, Operation
from holdfast.app.server.views import Page, page_of
from holdfast.events import format_time
from holdfast.guard import Act
from holdfast.response.staff.reported import Reported

from .signals import REPORTS


class ReportSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody reported, in their own words: hostile text, as whoever called them may have said it."""

    at: str
    staff: str
    kind: str
    text: str


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="list_staff_reports",
        method="GET",
        path=REPORTS,
        says="What staff reported in the last month, oldest first. It is no sign against whoever reported it.",
        parameters=(AFTER, LIMIT),
        act=Act.SEE_STAFF,
        looks="reports of staff",
        answers={200: ("Some of them.", Page[ReportSeen])},
    ),
)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""

    async def list_staff_reports(http: Request) -> Response:
        after, limit = key_of(http), limit_of(http)

        def do(run: LiveWatch) -> Page[ReportSeen]:
            return page_of(run.response.reports.kept, after, limit, report_seen)

        return shown(await ask(do))

    return {"list_staff_reports": list_staff_reports}


def report_seen(report: Reported) -> ReportSeen:
    """A report as it is shown."""
    return ReportSeen(at=format_time(report.at), staff=report.staff, kind=report.kind, text=report.text)
