"""How does whoever looks something up come on record before they are answered, and who looked up what?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.server.answers import RefusedError
from holdfast.app.server.asking import Ask, key_of, limit_of, shown, time_of
from holdfast.app.server.operation import AFTER, KEY, LIMIT, Handler, Operation, Parameter
from holdfast.app.server.views import Page
from holdfast.events import format_time, spelling_key
from holdfast.guard import Act, Caller, Via, person_key
from holdfast.response.staff import Lookup
from holdfast.response.staff.lookups import ABOUT, MINUTE, MOST_OF_ONE, PREFIX

LOOKUPS = "/v1/gate/lookups"
ITSELF = "lookups"  # what it is on record that somebody asked for these
SLICE = 250  # looked at in one turn of the worker: some milliseconds
MOST_LOOKED = 20_000  # for one answer
_ABOUT = "What was asked about this account or person, in any spelling. Who asked this question is left out."
_PAGING = {"after", "limit", "texts", "all"}  # which part of an answer is wanted, not what is asked about
_TIME = {"type": "string", "maxLength": 64}


class LookupSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`person` looked up `what`, narrowed to `asked`, at `at` and as often as they liked in that minute.

    `via` is how they came: `token` is the API or a command, everything else a browser.
    """

    id: str
    at: str
    person: str
    what: str
    asked: dict[str, str]
    via: Via


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="list_lookups",
        method="GET",
        path=LOOKUPS,
        says="Who looked up what about staff and accounts, the newest first: each question of a person once a minute.",
        parameters=(
            Parameter(name="person", says="What this person looked up.", schema=KEY),
            Parameter(
                name="about",
                says=_ABOUT,
                schema=KEY,
            ),
            Parameter(name="since", says="From then on, RFC 3339.", schema=_TIME),
            Parameter(name="until", says="Before then, RFC 3339.", schema=_TIME),
            AFTER,
            LIMIT,
        ),
        act=Act.SEE_STAFF,
        looks=ITSELF,
        answers={200: ("Some of them; fewer than were asked for where enough was looked through.", Page[LookupSeen])},
    ),
)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""

    async def list_lookups(http: Request) -> Response:
        return shown(await lookups_seen(ask, http.query_params, key_of(http), limit_of(http)))

    return {"list_lookups": list_lookups}


async def looked_up(ask: Ask, caller: Caller, what: str, asked: Mapping[str, str], *, anew: bool = False) -> None:
    """Put on record that a person looks this up, before they are answered; `anew`: their page asks for itself.

    Raises:
        RefusedError: it cannot be put on record, or they ask for too much.

    """

    def note(run: LiveWatch) -> bool:
        return run.response.staff.lookups.note(caller.person, what, asked, caller.via, run.clock.now(), anew=anew)

    if not await ask(note):
        raise RefusedError(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"more than {MOST_OF_ONE} different questions in a minute, and each has to be put on record",
            advice="Ask again in a minute.",
            headers=[(b"retry-after", b"%d" % (MINUTE // 1_000))],
        )


def asked_in(http: Request, operation: Operation) -> dict[str, str]:
    """What a request asks about, without what only says which part of the answer is wanted."""
    names = [each.name for each in operation.parameters if each.name not in _PAGING]
    said = {**http.query_params, **http.path_params}
    return {name: value for name in names if (value := str(said.get(name, "")).strip())}


async def lookups_seen(ask: Ask, query: Mapping[str, str], after: str, limit: int) -> Page[LookupSeen]:
    """At most `limit` of those that a query wants, behind `after`; fewer where enough was looked through.

    Raises:
        RefusedError: a time is none, or `after` is no place among them.

    """
    fits, since = _wanted(query), time_of(query, "since") or 0
    place, found, looked = _place(after), list[Lookup](), 0
    while looked < MOST_LOOKED:
        before = place
        some = await ask(lambda run, before=before: run.response.staff.lookups.newest(before, SLICE))  # type: ignore[misc]
        for each in some:
            place = each.number
            if fits(each):
                found.append(each)
            if len(found) == limit:
                return _page(found, place)
        looked += len(some)
        if len(some) < SLICE or some[-1].time < since:
            return _page(found, 1)
    return _page(found, place or 1)


def _page(found: list[Lookup], place: int) -> Page[LookupSeen]:
    return Page(items=tuple(map(_seen, found)), next=f"{PREFIX}{place}" if place > 1 else None)


def _wanted(query: Mapping[str, str]) -> Callable[[Lookup], bool]:
    since, until = time_of(query, "since"), time_of(query, "until")
    person, about = (query.get(name, "").strip() for name in ("person", "about"))
    who, whom = person_key(person), spelling_key(about)

    def fits(each: Lookup) -> bool:
        subjects = {spelling_key(each.asked[name]) for name in ABOUT if name in each.asked}
        return (
            (not person or person_key(each.person) == who)
            and (not about or (each.what != ITSELF and whom in subjects))  # else each such question finds itself
            and (since is None or since <= each.time)
            and (until is None or each.time < until)
        )

    return fits


def _place(after: str) -> int | None:
    if not after:
        return None
    number = after.removeprefix(PREFIX)
    if not (number.isascii() and number.isdecimal() and len(number) <= 12 and after != number):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "after is no place among the lookups")
    return int(number)


def _seen(each: Lookup) -> LookupSeen:
    return LookupSeen(
        id=each.id, at=format_time(each.time), person=each.person, what=each.what, asked=each.asked, via=each.via
    )
