"""How do other policies come into force while the service runs: over HTTP, or at a signal?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.policies import load_policies, tools_out_of_reach
from holdfast.errors import HoldfastError, PolicyError
from holdfast.events import format_time
from holdfast.guard import Act, Person, Scope, unreachable
from holdfast.response import InForce, Policies
from holdfast.response.emergency import LONGEST_REASON
from holdfast.response.governing import Asked, Weighed
from holdfast.response.past import Date
from holdfast.response.staff.access import Wanted
from holdfast.response.staff.compared import Difference, compared

from .answers import Problem, RefusedError
from .asking import Ask, body_of, caller_of, shown
from .logs import Log
from .operation import Handler, Operation, by_name
from .staff.comparing import RightsCompared, rights_compared
from .staff.judged import judged
from .worker import Worker

POLICIES = "/v1/policies"
_WRONG = "policies_wrong"
_SIGNAL = "the process was told to, by a signal"
_NO_FOLDER = "no folder of policies is named in the settings, so those that come along hold"

Version = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class AskedSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Policies that somebody asked for, which somebody else has to ask for, too, until then."""

    version: str
    by: str
    why: str
    at: str
    until: str


class PoliciesSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The policies in force: their version, that of both parts, and the SHA-256 of each file.

    `since`, `by`, `why` and `looser` say how they came into force; `waiting` is what somebody asked for in their place.
    """

    version: str
    response: str
    staff: str
    files: Mapping[str, str]
    since: str | None
    by: tuple[str, ...]
    why: str
    looser: tuple[str, ...]
    waiting: tuple[AskedSeen, ...]


class PoliciesPreviewed(RightsCompared, frozen=True, kw_only=True):
    """What would come of the files as they are now, were they put in force in place of those of `in_force`.

    `looser` is what they may let through that is stopped now: where it is not empty, `people` is 2. `ends` is what
    would end with the policies that it rests on; `warnings` what nobody could do any more. `gained`, `lost` and
    `changed` are the rights of whoever is registered now. `asked_by` are those who asked for just these.
    """

    version: str
    in_force: str
    files: Mapping[str, str]
    other_files: tuple[str, ...]
    looser: tuple[str, ...]
    ends: tuple[str, ...]
    warnings: tuple[str, ...]
    people: int
    asked_by: tuple[str, ...]


class ReloadWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That exactly the files of this `version`, as the preview named it, be in force; and why."""

    version: Version
    why: Annotated[str, Meta(min_length=1, max_length=LONGEST_REASON)]


class Reloaded(msgspec.Struct, frozen=True, kw_only=True):
    """Whether they are in force; else they wait `until` somebody else asks for them, too. `by` is who asked."""

    version: str
    in_force: bool
    by: tuple[str, ...]
    looser: tuple[str, ...]
    until: str | None


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="show_policies",
        method="GET",
        path=POLICIES,
        says="Which policies are in force, since when and by whose word, and what waits to take their place.",
        act=Act.SEE_STAFF,
        answers={200: ("They.", PoliciesSeen)},
    ),
    Operation(
        name="preview_policies",
        method="POST",
        path=f"{POLICIES}/previews",
        says="Read the folder of policies, check it, and say what would change. Nothing does.",
        scope=Scope.READ,
        act=Act.MANAGE_PEOPLE,
        answers={200: ("That.", PoliciesPreviewed)},
    ),
    Operation(
        name="reload_policies",
        method="POST",
        path=f"{POLICIES}/reload",
        says="Put the policies in the folder in force, whole. What may loosen something takes a second administrator, "
        "who asks for the same.",
        takes=ReloadWanted,
        scope=Scope.PEOPLE,
        act=Act.MANAGE_PEOPLE,
        answers={200: ("They are, or wait.", Reloaded), 409: ("The files are no longer these.", Problem)},
    ),
)

_decode = msgspec.json.Decoder(ReloadWanted)


def handlers(ask: Ask, folder: str) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker, `folder` has the files."""
    return by_name(OPERATIONS, _Handlers(ask, folder))


class _Handlers:
    def __init__(self, ask: Ask, folder: str) -> None:
        self._ask, self._folder = ask, folder

    async def show_policies(self, http: Request) -> Response:  # noqa: ARG002 - a handler's
        return shown(await self._ask(_seen))

    async def preview_policies(self, http: Request) -> Response:  # noqa: ARG002 - a handler's
        return shown(await previewed(self._ask, await _read(self._folder)))

    async def reload_policies(self, http: Request) -> Response:
        told, by = await body_of(http, _decode), caller_of(http)
        wanted = await _read(self._folder)
        if wanted.version != told.version:
            raise RefusedError(
                HTTPStatus.CONFLICT,
                f"the files in the folder are those of version {wanted.version[:12]}, not {told.version[:12]}",
                advice="Look at them again: holdfast policy reload --dry-run.",
            )

        def do(run: LiveWatch) -> Reloaded:
            return _reloaded(run.response.governing.ask(wanted, by, told.why, run.clock.now()))

        return shown(await self._ask(do))


async def previewed(ask: Ask, wanted: Policies) -> PoliciesPreviewed:
    """What would come of `wanted`.

    Raises:
        RefusedError: it cannot be worked out just now.

    """
    found = await ask(lambda run: _found(run, wanted))
    weighed = found.weighed
    people = [each for each in found.people if each.active]
    return PoliciesPreviewed(
        version=wanted.version,
        in_force=found.here.version,
        files=wanted.files,
        other_files=_others(found.here.files, wanted.files),
        looser=weighed.looser,
        ends=weighed.ends,
        warnings=tuple(await asyncio.to_thread(_warnings, wanted, people)),
        people=2 if weighed.looser else 1,
        asked_by=tuple(each.by for each in found.waiting if each.version == wanted.version),
        **msgspec.structs.asdict(rights_compared(await _difference(found, wanted))),
    )


async def at_signal(worker: Worker, folder: str, log: Log) -> None:
    """Put the policies of `folder` in force where they loosen nothing; what came of it is in the log."""
    made = await _followed(worker, folder)
    if isinstance(made, InForce):
        log.info("policies_in_force", version=made.version)
    else:
        log.error("policies_refused", error=str(made), advice=made.advice)


async def _followed(worker: Worker, folder: str) -> InForce | HoldfastError:
    try:
        wanted = await asyncio.to_thread(load_policies, _named(folder))
        done = worker.ask_first(lambda run: run.response.governing.follow(wanted, _SIGNAL, run.clock.now()))
        return await asyncio.wrap_future(done)
    except HoldfastError as error:
        return error


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker knows that a preview is made of."""

    now: int
    here: Policies
    weighed: Weighed
    waiting: tuple[Asked, ...]
    date: Date
    people: tuple[Person, ...]


def _found(run: LiveWatch, wanted: Policies) -> _Found:
    governing, now = run.response.governing, run.clock.now()
    return _Found(
        now=now,
        here=governing.policies,
        weighed=governing.weigh(wanted, now),
        waiting=tuple(governing.waiting(now)),
        date=run.response.staff.date(now),
        people=tuple(run.response.people.known.values()),
    )


async def _difference(found: _Found, wanted: Policies) -> Difference:
    """What changes in who can do what with the tools, as it is now."""
    other = msgspec.structs.replace(found.date, texts=dict(wanted.staff.texts))
    was, will = await judged(found.date, found.now, Wanted()), await judged(other, found.now, Wanted())
    return compared(was, will)


def _warnings(wanted: Policies, people: list[Person]) -> list[str]:
    return [*unreachable(wanted.response, people), *tools_out_of_reach(wanted.staff, people)] if people else []


def _others(were: Mapping[str, str], are: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in were.keys() | are.keys() if were.get(name) != are.get(name)))


async def _read(folder: str) -> Policies:
    """The policies of the folder, checked.

    Raises:
        RefusedError: there is no folder, or they do not hold.

    """
    try:
        return await asyncio.to_thread(load_policies, _named(folder))
    except PolicyError as error:
        raise RefusedError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"{error}. Nothing changed: what was in force stays so",
            advice=error.advice,
            code=_WRONG,
        ) from error


def _named(folder: str) -> str:
    """The folder, if there is one.

    Raises:
        PolicyError: there is none.

    """
    if not folder:
        raise PolicyError(_NO_FOLDER, advice="Name one in policy.folder and start anew.")
    return folder


def _seen(run: LiveWatch) -> PoliciesSeen:
    governing, now = run.response.governing, run.clock.now()
    here, since = governing.policies, governing.since
    return PoliciesSeen(
        version=here.version,
        response=here.response.version,
        staff=here.staff.version,
        files=here.files,
        since=None if since is None else format_time(since.at),
        by=() if since is None else since.by,
        why="" if since is None else since.why,
        looser=() if since is None else since.looser,
        waiting=tuple(
            AskedSeen(
                version=each.version,
                by=each.by,
                why=each.why,
                at=format_time(each.at),
                until=format_time(each.until),
            )
            for each in governing.waiting(now)
        ),
    )


def _reloaded(made: InForce | Asked) -> Reloaded:
    if isinstance(made, InForce):
        return Reloaded(version=made.version, in_force=True, by=made.by, looser=made.looser, until=None)
    until = format_time(made.until)
    return Reloaded(version=made.version, in_force=False, by=(made.by,), looser=made.looser, until=until)
