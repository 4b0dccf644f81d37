"""Was this account reached, or tried? What was tried with internal tools is looked up, and summed up, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.server.answers import RefusedError
from holdfast.app.server.asking import Ask, key_of, limit_of, shown, time_of
from holdfast.app.server.operation import AFTER, KEY, LIMIT, Handler, Operation, Parameter, by_name
from holdfast.events import format_time, format_time_or_none, spoken_time
from holdfast.guard import Act
from holdfast.guard.staff import StaffReason, TicketSeen
from holdfast.response.staff import Attempt
from holdfast.response.staff.repeats import MOST_ROWS, Repeats
from holdfast.response.staff.sought import Sought
from holdfast.response.staff.strangers import MOST_OF_ALL, MOST_OF_ONE

from .headline import headline
from .searching import exact, found, tallied

ATTEMPTS = "/v1/gate/attempts"
ON_RECORD = (ATTEMPTS, "/console/attempts")  # before what is under these is answered, the record has to be whole
COUNTED = (
    "Not every refusal is here one by one. In an hour there are at most: to nobody known, "
    f"{MOST_OF_ONE} from one network and {MOST_OF_ALL} in all; to one person on ordinary accounts, {MOST_ROWS} "
    "different ones. The record counts the rest."
)
_OUTCOMES = {"": None, "refused": False, "allowed": True}
_TIME = {"type": "string", "maxLength": 64}


class AttemptSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody tried, and how it was answered; `person` is empty where the gate had opened no such session.

    `tier` is the tier that it was judged by, null where that was not noted. `ticket_seen` is what the gate saw of the
    ticket, null where the help desk tells it of none, or none was named. `unit` is what the tool was told that it is
    called, where a unit taken in advance paid for it; else it is empty. The same was refused so many `times` from `at`
    to `last_at`, for each of which a tool was told this `id`.
    """

    id: str
    unit: str
    at: str
    times: int
    last_at: str
    allowed: bool
    person: str
    tool: str
    function: str
    target: str
    tier: str | None
    action_hash: str
    reasons: tuple[StaffReason, ...]
    reason: str
    ticket: str
    ticket_seen: TicketSeen | None
    network: str
    session: str
    agreed: tuple[str, ...]
    holds: tuple[str, ...]
    level: int


class AttemptsSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Some attempts: the refused ones first, of each kind the newest first; and how many rows there are of each.

    Where a tool or times narrow it, `refused` and `allowed` are null: see the summary. `next` may come with fewer than
    were asked for, or none: so many were looked through.
    """

    items: tuple[AttemptSeen, ...]
    refused: int | None
    allowed: int | None
    next: str | None = None


class AttemptsSummed(msgspec.Struct, frozen=True, kw_only=True):
    """What they come to, `says` in words. `changed` were allowed to change something, by the catalogue of today.

    `people` tried, `reached_by` were let; `unknown` attempts are of nobody known. Not `whole`: only the newest of an
    outcome were looked through, and there are more. `recorded_from` is when the record of attempts begins, `counted`
    what is not in it one by one. `tier` is that of the account today, empty where none was asked about.
    """

    says: str
    refused: int
    allowed: int
    changed: int
    unknown: int
    people: tuple[str, ...]
    reached_by: tuple[str, ...]
    first_at: str | None
    last_at: str | None
    whole: bool
    recorded_from: str | None
    counted: str
    tier: str


_SOUGHT = (
    Parameter(name="target", says="On this account, in any spelling.", schema=KEY),
    Parameter(name="person", says="By this person.", schema=KEY),
    Parameter(name="tool", says="With this tool.", schema=KEY),
    Parameter(
        name="outcome", says="Which were so answered.", schema={"type": "string", "enum": ["refused", "allowed"]}
    ),
    Parameter(name="since", says="From then on, RFC 3339.", schema=_TIME),
    Parameter(name="until", says="Before then, RFC 3339.", schema=_TIME),
)
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="list_attempts",
        method="GET",
        path=ATTEMPTS,
        says="What was tried with internal tools: on one account, by one person, or all of it. What was refused first.",
        parameters=(*_SOUGHT, AFTER, LIMIT),
        act=Act.SEE_STAFF,
        looks="attempts",
        answers={200: ("Some of it.", AttemptsSeen)},
    ),
    Operation(
        name="sum_up_attempts",
        method="GET",
        path=f"{ATTEMPTS}/summary",
        says="Was this account reached, or tried? How often, by whom, and when, in words and figures.",
        parameters=_SOUGHT,
        act=Act.SEE_STAFF,
        looks="attempts",
        answers={200: ("What they come to.", AttemptsSummed)},
    ),
)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""
    return by_name(OPERATIONS, _Handlers(ask))


class _Handlers:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def list_attempts(self, http: Request) -> Response:
        return shown(await attempts_seen(self._ask, sought_of(http.query_params), key_of(http), limit_of(http)))

    async def sum_up_attempts(self, http: Request) -> Response:
        return shown(await attempts_summed(self._ask, sought_of(http.query_params)))


def sought_of(query: Mapping[str, str]) -> Sought:
    """What is asked for by a query.

    Raises:
        RefusedError: a time or an outcome is none, or the times are the wrong way round.

    """
    target, person, tool, outcome = (query.get(name, "").strip() for name in ("target", "person", "tool", "outcome"))
    if outcome not in _OUTCOMES:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "`outcome` is `refused` or `allowed`, or left out")
    since, until = time_of(query, "since"), time_of(query, "until")
    if since is not None and until is not None and until <= since:  # nothing is in it, and that would be an answer
        raise RefusedError(HTTPStatus.BAD_REQUEST, "`until` is no later than `since`, so nothing lies between them")
    return Sought(
        target=target,
        person=person,
        tool=tool,
        since=since,
        until=until,
        allowed=_OUTCOMES[outcome],
    )


async def attempts_seen(ask: Ask, sought: Sought, after: str, limit: int) -> AttemptsSeen:
    """At most `limit` of those that are sought, behind `after`.

    Raises:
        RefusedError: they cannot be read, or `after` is no place among them.

    """
    some = await found(ask, sought, after, limit)
    items = tuple(map(attempt_seen, some.attempts))
    return AttemptsSeen(items=items, refused=some.refusals, allowed=some.allowances, next=some.next or None)


async def attempts_summed(ask: Ask, sought: Sought) -> AttemptsSummed:
    """What they come to.

    Raises:
        RefusedError: they cannot be read.

    """

    def facts(run: LiveWatch) -> tuple[str, int | None, str]:
        staff = run.response.staff
        tier = staff.state.tier_of(sought.target).word if sought.target else ""
        return tier, staff.recorded_from(), _beyond(staff.repeats, exact(run, sought))

    (tier, begun, beyond), came = await ask(facts), await tallied(ask, sought)
    tally = came.tally
    return AttemptsSummed(
        says=headline(sought, came, begun),
        refused=tally.refused,
        allowed=tally.allowed,
        changed=tally.changed,
        unknown=tally.unknown,
        people=tuple(sorted(tally.people)),
        reached_by=tuple(sorted(tally.reached_by)),
        first_at=format_time_or_none(tally.first_at),
        last_at=format_time_or_none(tally.last_at),
        whole=came.all_allowed and came.all_refused,
        recorded_from=format_time_or_none(begun),
        counted=COUNTED + beyond,
        tier=tier,
    )


def _beyond(repeats: Repeats, sought: Sought) -> str:
    """How many refusals of people who are known are in no row: any of them may have been about an ordinary account."""
    total, people, since = repeats.beyond(sought.person)
    if since is None:
        return ""
    who = "one person" if people == 1 else f"{people:,} people"
    counted = f"{total:,} refusals of {who} were only counted"
    return f" Since {spoken_time(since)} {counted}, all on accounts that were ordinary then."


def attempt_seen(attempt: Attempt) -> AttemptSeen:
    """An attempt as it is shown."""
    return AttemptSeen(
        id=attempt.id,
        unit=attempt.unit,
        at=format_time(attempt.time),
        times=attempt.times,
        last_at=format_time(max(attempt.time, attempt.last_at)),
        allowed=attempt.allowed,
        person=attempt.person,
        tool=attempt.tool,
        function=attempt.function,
        target=attempt.target,
        tier=None if attempt.tier is None else attempt.tier.word,
        action_hash=attempt.action_hash,
        reasons=attempt.reasons,
        reason=attempt.reason,
        ticket=attempt.ticket,
        ticket_seen=attempt.ticket_seen,
        network=attempt.network,
        session=attempt.session,
        agreed=attempt.agreed,
        holds=attempt.holds,
        level=attempt.level,
    )
