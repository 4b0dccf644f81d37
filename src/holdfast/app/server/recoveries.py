"""How are hijacked accounts given back, each by a case, as people and the platform see it over HTTP?"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.connectors.told import Told
from holdfast.errors import InputError, RecoveryError
from holdfast.events import format_time, format_time_or_none, parse_time
from holdfast.guard import Scope
from holdfast.recovery import NEEDED, Change, Credential, Door, Fact, FactKind, RecoveryCase, Stage
from holdfast.recovery import shown as diff

from .answers import Problem, RefusedError
from .asking import Ask, absent, all_of, body_of, key_of, limit_of, shown
from .operation import (
    ABSENT,
    AFTER,
    ERRORS,
    LIMIT,
    LONGEST_KEY,
    Handler,
    Operation,
    all_parameter,
    by_name,
    id_parameter,
)
from .views import Page, page_of

LONGEST_VALUE = 100_000  # characters: of a long post
Time = Annotated[str, Meta(max_length=40, description="RFC 3339, with its offset.")]


class FactSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was shown for an account; `set_aside` says why it does not count, empty where it does."""

    kind: FactKind
    on_file_since: str | None
    by: str
    set_aside: str


class ChangeTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was altered at `at`: a field of the profile, or `post:ID` of a deleted post, whose text is `before`."""

    what: Annotated[str, Meta(min_length=1, max_length=LONGEST_KEY)]
    before: Annotated[str, Meta(max_length=LONGEST_VALUE)] = ""
    now: Annotated[str, Meta(max_length=LONGEST_VALUE)] = ""
    at: Time


class FactTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody showed who asks for the account. `source` is what it rests on, by its hash or id.

    `on_file_since` is when the platform came to know it, null when nobody can say; `by` is the member of staff who
    checked it, empty when a machine did.
    """

    kind: FactKind
    source: Annotated[str, Meta(min_length=1, max_length=LONGEST_KEY)]
    on_file_since: Time | None
    by: Annotated[str, Meta(max_length=LONGEST_KEY)] = ""


class PlatformTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the platform has done in a case, seen when that had been `reopened` so many times. All else may be left out.

    `changed` is all that the intruder changed, told with what was `renewed`. `put_back` says that all of it is as it
    was, but for what is named in `lost`.
    """

    reopened: Annotated[int, Meta(ge=0)]
    shut: Annotated[tuple[Door, ...], Meta(max_length=len(Door))] = ()
    facts: Annotated[tuple[FactTold, ...], Meta(max_length=100)] = ()
    renewed: Annotated[tuple[Credential, ...], Meta(max_length=len(Credential))] = ()
    changed: Annotated[tuple[ChangeTold, ...], Meta(max_length=1_000)] | None = None
    put_back: bool = False
    lost: Annotated[tuple[str, ...], Meta(max_length=1_000)] = ()


class CaseSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One hijacked account on its way back. `missing` is what the step at hand lacks, in words.

    What came on file since `attacked_at` proves nothing. `diff` are the lines of what was changed since: `-` as it was
    found, `+` as it is put back; `lost` cannot be. An approval of its release is of exactly this `dossier`.
    """

    account: str
    campaign: str
    stage: Stage
    missing: str
    attacked_at: str
    opened_at: str
    released_at: str | None
    points: int
    points_needed: int
    facts: tuple[FactSeen, ...]
    to_shut: tuple[Door, ...]
    to_renew: tuple[Credential, ...]
    to_put_back: tuple[ChangeTold, ...]
    diff: tuple[str, ...]
    lost: tuple[str, ...]
    reopened: int
    trouble: str
    dismissed: str
    dossier: str


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="list_recoveries",
        method="GET",
        path="/v1/recoveries",
        says="The recovery cases, by account. To ask for a release: POST /v1/requests.",
        parameters=(AFTER, LIMIT, all_parameter("Those too that are closed.")),
        answers={200: ("Some of them.", Page[CaseSeen])},
    ),
    Operation(
        name="show_recovery",
        method="GET",
        path="/v1/recoveries/{id}",
        says="The recovery case of one account.",
        parameters=(id_parameter("The account."),),
        answers={200: ("It.", CaseSeen), 404: ABSENT},
    ),
    Operation(
        name="tell_recovery",
        method="POST",
        path="/v1/recoveries/{id}/told",
        says="What the platform has done in the case of one account, or what whoever asks for it has shown. It counts "
        "with the next look, within a minute; to tell it again does no harm.",
        takes=PlatformTold,
        parameters=(id_parameter("The account."),),
        scope=Scope.EVENTS_TELL,
        answers={200: ("The case, as it stood.", CaseSeen), 404: ABSENT, 409: (ERRORS[409], Problem)},
    ),
)

_told = msgspec.json.Decoder(PlatformTold)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""
    return by_name(OPERATIONS, _Handlers(ask))


class _Handlers:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def list_recoveries(self, http: Request) -> Response:
        after, limit, all_ = key_of(http), limit_of(http), all_of(http)
        return shown(await self._ask(lambda run: _cases(run, after, limit, all_=all_)))

    async def tell_recovery(self, http: Request) -> Response:
        told, account = await body_of(http, _told), http.path_params["id"]
        try:
            news = _news(told)
        except InputError as error:
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), advice=error.advice) from error
        return shown(await self._ask(lambda run: _tell(run, account, told.reopened, news)))

    async def show_recovery(self, http: Request) -> Response:
        account = http.path_params["id"]
        return shown(await self._ask(lambda run: _case(run, account)))


def _tell(run: LiveWatch, account: str, reopened: int, news: Told) -> CaseSeen:
    found = run.response.returning.recoveries.get(account)
    if found is None or run.custody is None:
        raise absent("recovery case", "/v1/recoveries")
    if found.case.reopened != reopened:
        text = f"the case has begun anew {found.case.reopened} times"
        raise RecoveryError(text, advice="Look at it, and do all of it again.")
    occasion = run.response.returning.occasion(account)
    if occasion:  # else the case is over, and nothing that is told of it can matter
        run.custody.tell(account, msgspec.structs.replace(news, occasion=occasion))
    return _case_seen(found.case)


def _news(told: PlatformTold) -> Told:
    """What was told, as the custody takes it.

    Raises:
        InputError: a time is none.

    """
    changes = None
    if told.changed is not None:
        changes = tuple(
            Change(what=each.what, before=each.before, now=each.now, at=parse_time(each.at)) for each in told.changed
        )
    return Told(
        shut=frozenset(told.shut),
        facts=tuple(
            Fact(kind=each.kind, source=each.source, on_file_since=_ms(each.on_file_since), by=each.by)
            for each in told.facts
        ),
        renewed=frozenset(told.renewed),
        changed=changes,
        lost=frozenset(told.lost) if told.put_back else None,
    )


def _ms(time: str | None) -> int | None:
    return None if time is None else parse_time(time)


def _cases(run: LiveWatch, after: str, limit: int, *, all_: bool) -> Page[CaseSeen]:
    cases = {account: each.case for account, each in run.response.returning.recoveries.items()}
    open_ = {account: case for account, case in cases.items() if all_ or case.stage is not Stage.CLOSED}
    return page_of(open_, after, limit, _case_seen)


def _case(run: LiveWatch, account: str) -> CaseSeen:
    found = run.response.returning.recoveries.get(account)
    if found is None:
        raise absent("recovery case", "/v1/recoveries")
    return _case_seen(found.case)


def _case_seen(case: RecoveryCase) -> CaseSeen:
    proof = case.ownership
    aside = {each.fact: each.reason for each in proof.set_aside}
    return CaseSeen(
        account=case.account,
        campaign=case.campaign,
        stage=case.stage,
        missing=case.missing,
        attacked_at=format_time(case.attacked_at),
        opened_at=format_time(case.opened_at),
        released_at=format_time_or_none(case.released_at),
        points=proof.points,
        points_needed=NEEDED,
        facts=tuple(
            FactSeen(
                kind=fact.kind,
                on_file_since=format_time_or_none(fact.on_file_since),
                by=fact.by,
                set_aside=aside.get(fact, ""),
            )
            for fact in case.facts
        ),
        to_shut=tuple(sorted(set(Door) - case.shut)),
        to_renew=tuple(sorted(set(Credential) - case.renewed)),
        to_put_back=tuple(
            ChangeTold(what=each.what, before=each.before, now=each.now, at=format_time(each.at)) for each in case.left
        ),
        diff=diff((*case.left, *case.back, *case.lost)),
        lost=tuple(change.what for change in case.lost),
        reopened=case.reopened,
        trouble=case.trouble,
        dismissed=case.dismissed,
        dossier=case.dossier,
    )
