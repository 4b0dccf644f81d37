"""How does the help desk tell the gate of its tickets, over HTTP, and who sees what it told?"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.server.answers import Problem, RefusedError, whole_body
from holdfast.app.server.asking import LARGEST, Ask, absent, all_of, body_of, caller_of, key_of, limit_of, shown
from holdfast.app.server.guard import Name
from holdfast.app.server.operation import ABSENT, AFTER, LIMIT, Handler, Operation, all_parameter, by_name, id_parameter
from holdfast.app.server.views import Page
from holdfast.app.server.worker import Rejected
from holdfast.errors import InputError
from holdfast.events import format_time, format_time_or_none, parse_time, spelling_key
from holdfast.guard import Act, Scope
from holdfast.guard.staff import Opener, Ticket
from holdfast.response.staff.tickets import AHEAD_MS, LONGEST_ID, MOST_ACCOUNTS, MOST_WORKERS

TICKETS = "/v1/gate/tickets"
MOST_AT_ONCE = 1_000  # of one body: some 20 ms of the owner's time, for which whoever asks the gate waits
_REJECTS_TOLD = 100  # enough to see what is wrong

TicketId = Annotated[str, Meta(min_length=1, max_length=LONGEST_ID)]
Moment = Annotated[str, Meta(max_length=64)]


class TicketTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the help desk says of a ticket: all of it, each time. Times are RFC 3339.

    `accounts` are those it is about, `workers` the persons who work it, by their ids here; nobody: it waits in a queue.
    `opened_by` says whether a holder had it opened or somebody of the staff, who is the `opener` then. `as_of` is when
    this was so, the time of the request where it is left out; what is older than what was told is not taken in.
    """

    accounts: Annotated[list[Name], Meta(max_length=MOST_ACCOUNTS)] = []
    workers: Annotated[list[Name], Meta(max_length=MOST_WORKERS)] = []
    opened_at: Moment
    opened_by: Literal["holder", "staff"]
    opener: Name = ""
    closed: bool = False
    as_of: Moment | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if (self.opened_by == "staff") is not bool(self.opener.strip()):
            raise ValueError("the `opener` is who of the staff opened it, and nobody where a holder did")
        if not all(map(spelling_key, (*self.accounts, *self.workers))):
            raise ValueError("an account or a worker without a name")


class TicketOfMany(TicketTold, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The same, with its `id`."""

    id: TicketId


class TicketsHeard(msgspec.Struct, frozen=True, kw_only=True):
    """How many were `taken` in, how many were older than what is known (`stale`), and which are none, by their place.

    `rejected` names the first 100, counted from 1; `rejects` counts them all. The others were taken in all the same.
    """

    taken: int = 0
    stale: int = 0
    rejects: int = 0
    rejected: tuple[Rejected, ...] = ()


class TicketShown(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as it was told."""

    id: str
    accounts: tuple[str, ...]
    workers: tuple[str, ...]
    opened_at: str
    opened_by: str
    opener: str
    closed_at: str | None
    as_of: str
    heard_at: str


class TicketsShown(Page[TicketShown], frozen=True, kw_only=True):
    """Some tickets, and when the help desk was last heard; null: never. `silent`: that is too long ago."""

    heard_at: str | None
    silent: bool
    kept: int


_AGAIN = "To tell it again does no harm."
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="tell_ticket",
        method="PUT",
        path=TICKETS + "/{id}",
        says="A ticket of the help desk's is so. What a person tells with a token of theirs counts as opened by them. "
        + _AGAIN,
        takes=TicketTold,
        parameters=(id_parameter("The ticket's id, at most 200 characters. One with a slash goes by the batch."),),
        scope=Scope.TICKETS_TELL,
        answers={200: ("What came of it.", TicketsHeard)},
    ),
    Operation(
        name="tell_tickets",
        method="POST",
        path=TICKETS,
        says=f"Up to {MOST_AT_ONCE:,} tickets at once, as a list or as JSON Lines. Each is taken in or rejected by "
        f"itself. None at all is a sign of life. {_AGAIN}",
        takes=Annotated[list[TicketOfMany], Meta(max_length=MOST_AT_ONCE)],
        scope=Scope.TICKETS_TELL,
        answers={200: ("What came of them.", TicketsHeard), 422: ("None of them is a ticket.", Problem)},
    ),
    Operation(
        name="list_tickets",
        method="GET",
        path=TICKETS,
        says="The tickets that the help desk told of, by id.",
        parameters=(AFTER, LIMIT, all_parameter("Those too that are closed, of the last three days.")),
        act=Act.SEE_STAFF,
        looks="tickets",
        answers={200: ("Some of them.", TicketsShown)},
    ),
    Operation(
        name="show_ticket",
        method="GET",
        path=TICKETS + "/{id}",
        says="One ticket, by its id in any spelling.",
        parameters=(id_parameter(),),
        act=Act.SEE_STAFF,
        looks="tickets",
        answers={200: ("It.", TicketShown), 404: ABSENT},
    ),
)

_one, _of_many = msgspec.json.Decoder(TicketTold), msgspec.json.Decoder(TicketOfMany)
_list = msgspec.json.Decoder(list[msgspec.Raw])


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""
    return by_name(OPERATIONS, _Handlers(ask))


class _Handlers:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def tell_ticket(self, http: Request) -> Response:
        told, id_, caller = await body_of(http, _one), http.path_params["id"], caller_of(http)

        def do(run: LiveWatch) -> TicketsHeard:
            now = run.clock.now()
            ticket = _made(id_, told, caller.person, now)
            if isinstance(ticket, str):
                raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"that is no ticket: {ticket}")
            taken = run.response.staff.tell_tickets([ticket], caller.person or caller.credential, now)
            return TicketsHeard(taken=taken, stale=1 - taken)

        return shown(await self._ask(do))

    async def tell_tickets(self, http: Request) -> Response:
        body, caller = await whole_body(http.scope, http.receive, LARGEST), caller_of(http)
        rows = _rows(body)
        told = [_read(row) for row in rows]
        found = await self._ask(lambda run: _take_in(run, told, caller.person, caller.person or caller.credential))
        if found.rejects and not found.taken and not found.stale:
            first = found.rejected[0]
            raise RefusedError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"none of these {found.rejects} is a ticket; that at {first.line}: {first.reason}",
                advice="See /openapi.json.",
            )
        return shown(found)

    async def list_tickets(self, http: Request) -> Response:
        after, limit, all_ = key_of(http), limit_of(http), all_of(http)

        def do(run: LiveWatch) -> TicketsShown:
            tickets, now = run.response.staff.tickets, run.clock.now()
            behind = (key for key, each in tickets.kept.items() if key > after and (all_ or each.closed_at is None))
            keys = heapq.nsmallest(limit + 1, behind)
            return TicketsShown(
                items=tuple(_shown(tickets.kept[key]) for key in keys[:limit]),
                next=keys[limit - 1] if len(keys) > limit else None,
                heard_at=None if tickets.feed is None else format_time(tickets.feed.heard_at),
                silent=tickets.silent_since(now) is not None,
                kept=len(tickets.kept),
            )

        return shown(await self._ask(do))

    async def show_ticket(self, http: Request) -> Response:
        id_ = http.path_params["id"]

        def do(run: LiveWatch) -> TicketShown:
            found = run.response.staff.tickets.get(id_)
            if found is None:
                raise absent("ticket", TICKETS)
            return _shown(found)

        return shown(await self._ask(do))


def _rows(body: bytes) -> Sequence[bytes | msgspec.Raw]:
    """The tickets of a body, one by one as they came.

    Raises:
        RefusedError: it is no list, or too long a one.

    """
    try:
        listed = body.lstrip().startswith(b"[")
        rows = _list.decode(body) if listed else [line for line in body.splitlines() if line.strip()]
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"this is no list of tickets: {error}") from error
    if len(rows) > MOST_AT_ONCE:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"at most {MOST_AT_ONCE:,} tickets are told at once")
    return rows


def _read(row: bytes | msgspec.Raw) -> TicketOfMany | str:
    """A ticket, or why it is none."""
    try:
        return _of_many.decode(row)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        return str(error)


def _take_in(run: LiveWatch, told: Sequence[TicketOfMany | str], person: str, by: str) -> TicketsHeard:
    now = run.clock.now()
    made = [each if isinstance(each, str) else _made(each.id, each, person, now) for each in told]
    tickets = [each for each in made if isinstance(each, Ticket)]
    rejected = [Rejected(line=line, reason=each) for line, each in enumerate(made, 1) if isinstance(each, str)]
    taken = run.response.staff.tell_tickets(tickets, by, now) if tickets or not told else 0
    return TicketsHeard(
        taken=taken, stale=len(tickets) - taken, rejects=len(rejected), rejected=tuple(rejected[:_REJECTS_TOLD])
    )


def _made(id_: str, told: TicketTold, person: str, now: int) -> Ticket | str:
    """What is kept of it, or why nothing is; told by a person, it is of that person's making."""
    if len(id_) > LONGEST_ID or not any(map(str.isalnum, spelling_key(id_))):
        return f"the id of a ticket has a letter or a digit, and at most {LONGEST_ID} characters"
    try:
        opened_at = parse_time(told.opened_at)
        as_of = now if told.as_of is None else parse_time(told.as_of)
    except InputError as error:
        return str(error)
    if as_of > now + AHEAD_MS:
        return "`as_of` is still to come: the clock of whoever tells it is ahead"
    return Ticket(
        id=id_,
        accounts=tuple(told.accounts),
        workers=tuple(told.workers),
        opened_at=opened_at,
        opened_by=Opener.STAFF if person else Opener(told.opened_by),
        opener=person or told.opener,
        closed_at=as_of if told.closed else None,
        as_of=as_of,
        heard_at=now,
    )


def _shown(ticket: Ticket) -> TicketShown:
    return TicketShown(
        id=ticket.id,
        accounts=ticket.accounts,
        workers=ticket.workers,
        opened_at=format_time(ticket.opened_at),
        opened_by=str(ticket.opened_by),
        opener=ticket.opener,
        closed_at=format_time_or_none(ticket.closed_at),
        as_of=format_time(ticket.as_of),
        heard_at=format_time(ticket.heard_at),
    )
