"""How is it told, over HTTP, who can or could do what with the internal tools, and by which policies?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.server.answers import RefusedError
from holdfast.app.server.asking import Ask, shown, time_of
from holdfast.app.server.operation import KEY, Handler, Operation, Parameter
from holdfast.events import format_time, format_time_or_none
from holdfast.guard import Act
from holdfast.guard.staff import StaffHold, Tier
from holdfast.response.past import Date
from holdfast.response.staff.access import Right, Wanted

from .judged import judged, unknown_of
from .lockdowns import LockSeen, lock_seen

MOST = 5_000  # rights in one answer: narrow the question for the rest
_TEXT = {"type": "string", "maxLength": 512}
_TIERS = {"type": "string", "enum": [tier.word for tier in Tier]}


class RightSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What a person could do with a function on accounts of a tier, and what it took.

    Where it took a grant and they had none, or one of these `holds` stood in the way, `now` is false.
    """

    person: str
    name: str
    roles: tuple[str, ...]
    function: str
    tier: str
    takes: tuple[str, ...]
    grants: tuple[str, ...]
    holds: tuple[str, ...]
    level: int
    now: bool


class StaffHoldSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A hold on a member of staff, a session of theirs, a tool, or a function of it."""

    id: str
    kind: str
    subject: str
    starts: str
    until: str | None


class AccessSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Who could do what at `at`. `people` counts them, `people_now` those not held who had whatever grant it takes.

    `holds` and `locks` are all that were in force then, those too that say nothing of a right: on a session, on a
    network. Whom a lock shuts out has no right in the list.

    `policy` is the SHA-256 of the RFC 8785 form of the texts that held since `since`, and stands in the ledger; `files`
    are the SHA-256 of each text. Before `certain_from` things are as they were first found. `more`: there are others.
    `unknown` says, in words, which names in the question fit nobody and no function of then: a slip is no answer.
    """

    at: str
    policy: str
    since: str | None
    certain_from: str | None
    files: Mapping[str, str]
    people: int
    people_now: int
    items: tuple[RightSeen, ...]
    holds: tuple[StaffHoldSeen, ...]
    locks: tuple[LockSeen, ...]
    more: bool
    unknown: tuple[str, ...] = ()
    texts: Mapping[str, str] | None = None


WANTED = (
    Parameter(name="at", says="When, RFC 3339; now without it.", schema=_TEXT),
    Parameter(name="person", says="This person.", schema=KEY),
    Parameter(name="function", says="This function, or `tool/function`.", schema=_TEXT),
    Parameter(name="tier", says="Accounts of this tier.", schema=_TIERS),
    Parameter(name="target", says="This account, of whichever tier it was.", schema=KEY),
)
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="list_access",
        method="GET",
        path="/v1/gate/access",
        says="Who can do what with the internal tools, or could on a past date, by the policies of that date.",
        parameters=(
            *WANTED,
            Parameter(
                name="texts",
                says="`true`: the texts of the policies, too.",
                schema={"type": "string", "enum": ["true"]},
            ),
        ),
        act=Act.SEE_STAFF,
        looks="rights",
        answers={200: ("Who, and what.", AccessSeen)},
    ),
)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""

    async def list_access(http: Request) -> Response:
        query = http.query_params
        at, wanted, texts = time_of(query, "at"), wanted_of(query), query.get("texts") == "true"
        return shown(await access_seen(ask, at, wanted, texts=texts))

    return {"list_access": list_access}


async def access_seen(ask: Ask, at: int | None, wanted: Wanted, *, texts: bool = False) -> AccessSeen:
    """Who can do what at `at` (milliseconds since 1970 UTC; None: now), with the texts of the policies if asked for.

    Raises:
        RefusedError: it is to come, or not known which policies held then, or cannot be worked out.

    """
    when, date = await ask(lambda run: date_at(run, at))
    found = await judged(date, when, wanted)
    unknown = () if found else await unknown_of(date, wanted)
    return AccessSeen(
        at=format_time(when),
        policy=date.policy,
        since=format_time_or_none(date.since),
        certain_from=format_time_or_none(date.certain_from),
        files={name: hashlib.sha256(text.encode()).hexdigest() for name, text in date.texts.items()},
        people=len({each.person for each in found}),
        people_now=len({each.person for each in found if each.now}),
        items=tuple(map(right_seen, found[:MOST])),
        holds=tuple(map(_hold_seen, date.facts.holds)),
        locks=tuple(lock_seen(each, when) for each in date.facts.locks),
        more=len(found) > MOST,
        unknown=unknown,
        texts=date.texts if texts else None,
    )


def date_at(run: LiveWatch, at: int | None) -> tuple[int, Date]:
    """A date that can be asked about: now where none is said.

    Raises:
        RefusedError: it is to come.
        UsageError: it is not known which policies held then.
        StoreError: it cannot be read.

    """
    now = run.clock.now()
    if at is not None and at > now:
        says, advice = "`at` is in the future, and nobody knows yet who can do what then", "Name a time that is past."
        raise RefusedError(HTTPStatus.BAD_REQUEST, says, advice=advice)
    when = now if at is None else at
    return when, run.response.staff.date(when)


def wanted_of(query: Mapping[str, str]) -> Wanted:
    """Which rights are asked for by a query.

    Raises:
        RefusedError: there is no such tier.

    """
    tier = query.get("tier", "")
    try:
        return Wanted(
            person=query.get("person", ""),
            function=query.get("function", ""),
            tier=Tier.named(tier) if tier else None,
            target=query.get("target", ""),
        )
    except KeyError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"there is no tier {tier!r}") from error


def _hold_seen(hold: StaffHold) -> StaffHoldSeen:
    return StaffHoldSeen(
        id=hold.id,
        kind=str(hold.kind),
        subject=hold.subject,
        starts=format_time(hold.starts),
        until=format_time_or_none(hold.until),
    )


def right_seen(right: Right) -> RightSeen:
    """A right as it is shown."""
    return RightSeen(
        person=right.person,
        name=right.name,
        roles=right.roles,
        function=right.function,
        tier=right.tier.word,
        takes=tuple(map(str, right.takes)),
        grants=right.grants,
        holds=right.holds,
        level=right.level,
        now=right.now,
    )
