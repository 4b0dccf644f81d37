"""How is it told, over HTTP, what has changed between two dates in who could do what with the internal tools?"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from itertools import islice

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.server.answers import RefusedError
from holdfast.app.server.asking import Ask, shown, time_of
from holdfast.app.server.operation import Handler, Operation, Parameter
from holdfast.events import format_time, format_time_or_none
from holdfast.guard import Act
from holdfast.response.staff.access import Wanted
from holdfast.response.staff.compared import Difference, compared

from .access import MOST, WANTED, RightSeen, date_at, right_seen, wanted_of
from .judged import judged


class RightChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A right that took something else on the earlier date than on the later one."""

    before: RightSeen
    after: RightSeen


class RightsCompared(msgspec.Struct, frozen=True, kw_only=True):
    """The rights that came, went and take something else. `more`: there are others."""

    gained: tuple[RightSeen, ...]
    lost: tuple[RightSeen, ...]
    changed: tuple[RightChanged, ...]
    more: bool


class AccessCompared(RightsCompared, frozen=True, kw_only=True):
    """What came, went and changed from `since` to `at`; `policies` are those of both dates, as in the ledger.

    `certain_from` is since when every change is known. `more`: there are others.
    """

    since: str
    at: str
    policies: tuple[str, str]
    certain_from: str | None


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="compare_access",
        method="GET",
        path="/v1/gate/access/changes",
        says="What has changed between two dates in who could do what with the internal tools.",
        parameters=(
            Parameter(name="since", says="The earlier date, RFC 3339.", schema={"type": "string", "maxLength": 64}),
            *WANTED,
        ),
        act=Act.SEE_STAFF,
        looks="changes of rights",
        answers={200: ("What came, went and changed.", AccessCompared)},
    ),
)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""

    async def compare_access(http: Request) -> Response:
        query = http.query_params
        since, at, wanted = time_of(query, "since"), time_of(query, "at"), wanted_of(query)
        if since is None:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "`since` is missing: it is the earlier date")
        return shown(await access_compared(ask, since, at, wanted))

    return {"compare_access": compare_access}


async def access_compared(ask: Ask, since: int, at: int | None, wanted: Wanted) -> AccessCompared:
    """What changed from `since` to `at` (milliseconds since 1970 UTC; None: now).

    Raises:
        RefusedError: they are not in this order, or to come, or not known, or cannot be worked out.

    """
    until, date = await ask(lambda run: date_at(run, at))
    if since > until:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "`since` is later than `at`")
    _, was = await ask(lambda run: date_at(run, since))
    found = compared(await judged(was, since, wanted), await judged(date, until, wanted))
    return AccessCompared(
        since=format_time(since),
        at=format_time(until),
        policies=(was.policy, date.policy),
        certain_from=format_time_or_none(date.certain_from),
        **msgspec.structs.asdict(rights_compared(found)),
    )


def rights_compared(found: Difference) -> RightsCompared:
    """A difference as it is shown, as much of it as fits into one answer."""
    return RightsCompared(
        gained=tuple(map(right_seen, islice(found.gained, MOST))),
        lost=tuple(map(right_seen, islice(found.lost, MOST))),
        changed=tuple(
            RightChanged(before=right_seen(one), after=right_seen(other)) for one, other in islice(found.changed, MOST)
        ),
        more=max(map(len, (found.gained, found.lost, found.changed))) > MOST,
    )
