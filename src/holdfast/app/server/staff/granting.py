"""How are grants given and accounts protected, over HTTP?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, absent, all_of, body_of, caller_of, key_of, limit_of, shown
from holdfast.app.server.fields import GuardedTier, TierName, Why
from holdfast.app.server.guard import Name
from holdfast.app.server.operation import ABSENT, AFTER, LIMIT, Handler, Operation, all_parameter, by_name, id_parameter
from holdfast.app.server.people import Id
from holdfast.app.server.views import Page, page_of
from holdfast.events import format_time, format_time_or_none
from holdfast.guard import Act, Scope
from holdfast.guard.staff import Grant, Tier
from holdfast.response.staff import Protected
from holdfast.response.staff.grants import LONGEST_HOURS

GRANTS, PROTECTED = "/v1/gate/grants", "/v1/gate/protected"


class GrantWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Leave for `person` to use `function` (`*`: each) of `tool` on accounts of up to this `tier`, for a while."""

    person: Id
    tool: Name
    function: Name = "*"
    tier: TierName = "ordinary"
    hours: Annotated[float, Meta(gt=0, le=LONGEST_HOURS)] = 1.0
    why: Why
    ticket: Annotated[str, Meta(min_length=1, max_length=512)]


class GrantSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A grant."""

    id: str
    person: str
    tool: str
    function: str
    tier: str
    starts: str
    until: str
    reason: str
    ticket: str
    granted_by: str
    revoked_at: str | None
    in_force: bool


class TierWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which tier an account is from now on, and why."""

    tier: GuardedTier
    why: Why


class ProtectedSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An account that is guarded more tightly than others."""

    account: str
    tier: str
    why: str
    by: str
    at: str


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="list_grants",
        method="GET",
        path=GRANTS,
        says="The grants in force, by id.",
        parameters=(AFTER, LIMIT, all_parameter("Those too that ended in the last day.")),
        act=Act.SEE_STAFF,
        answers={200: ("Some of them.", Page[GrantSeen])},
    ),
    Operation(
        name="give_grant",
        method="POST",
        path=GRANTS,
        says="Let somebody else use a tool for a while, for a reason and a ticket. They are told.",
        takes=GrantWanted,
        scope=Scope.DECIDE,
        act=Act.GRANT,
        answers={200: ("It.", GrantSeen)},
    ),
    Operation(
        name="revoke_grant",
        method="DELETE",
        path=GRANTS + "/{id}",
        says="Have a grant count no more.",
        parameters=(id_parameter(),),
        scope=Scope.DECIDE,
        act=Act.GRANT,
        answers={200: ("It.", GrantSeen), 404: ABSENT},
    ),
    Operation(
        name="list_protected",
        method="GET",
        path=PROTECTED,
        says="The accounts that are guarded more tightly, by id.",
        parameters=(AFTER, LIMIT),
        act=Act.SEE_STAFF,
        answers={200: ("Some of them.", Page[ProtectedSeen])},
    ),
    Operation(
        name="protect_account",
        method="PUT",
        path=PROTECTED + "/{id}",
        says="Guard an account more tightly, at once. To guard it less takes a proposal and somebody else.",
        takes=TierWanted,
        parameters=(id_parameter("The account's id."),),
        scope=Scope.DECIDE,
        act=Act.PROTECT,
        answers={200: ("It.", ProtectedSeen)},
    ),
)

_grant, _tier = msgspec.json.Decoder(GrantWanted), msgspec.json.Decoder(TierWanted)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""
    return by_name(OPERATIONS, _Handlers(ask))


class _Handlers:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def list_grants(self, http: Request) -> Response:
        after, limit, all_ = key_of(http), limit_of(http), all_of(http)

        def do(run: LiveWatch) -> Page[GrantSeen]:
            kept, now = run.response.staff.grants.kept, run.clock.now()
            some = {key: each for key, each in kept.items() if all_ or each.in_force(now)}
            return page_of(some, after, limit, lambda each: _grant_seen(each, now))

        return shown(await self._ask(do))

    async def give_grant(self, http: Request) -> Response:
        told, by = await body_of(http, _grant), caller_of(http).person

        def do(run: LiveWatch) -> GrantSeen:
            now = run.clock.now()
            made = run.response.staff.grants.give(
                told.person,
                told.tool,
                by,
                now,
                hours=told.hours,
                why=told.why,
                ticket=told.ticket,
                function=told.function,
                tier=Tier.named(told.tier),
            )
            return _grant_seen(made, now)

        return shown(await self._ask(do))

    async def revoke_grant(self, http: Request) -> Response:
        by, id_ = caller_of(http).person, http.path_params["id"]

        def do(run: LiveWatch) -> GrantSeen:
            grants, now = run.response.staff.grants, run.clock.now()
            if id_ not in grants.kept:
                raise absent("grant", GRANTS)
            return _grant_seen(grants.revoke(id_, by, now), now)

        return shown(await self._ask(do))

    async def list_protected(self, http: Request) -> Response:
        after, limit = key_of(http), limit_of(http)
        return shown(
            await self._ask(lambda run: page_of(run.response.staff.protecting.kept, after, limit, _protected_seen))
        )

    async def protect_account(self, http: Request) -> Response:
        told, by, account = await body_of(http, _tier), caller_of(http).person, http.path_params["id"]
        tier = Tier.named(told.tier)
        return shown(
            await self._ask(
                lambda run: _protected_seen(
                    run.response.staff.protecting.protect(account, tier, by, told.why, run.clock.now())
                )
            )
        )


def _grant_seen(grant: Grant, now: int) -> GrantSeen:
    return GrantSeen(
        id=grant.id,
        person=grant.person,
        tool=grant.tool,
        function=grant.function,
        tier=grant.tier.word,
        starts=format_time(grant.starts),
        until=format_time(grant.until),
        reason=grant.reason,
        ticket=grant.ticket,
        granted_by=grant.granted_by,
        revoked_at=format_time_or_none(grant.revoked_at),
        in_force=grant.in_force(now),
    )


def _protected_seen(found: Protected) -> ProtectedSeen:
    return ProtectedSeen(
        account=found.account, tier=found.tier.word, why=found.why, by=found.by, at=format_time(found.at)
    )
