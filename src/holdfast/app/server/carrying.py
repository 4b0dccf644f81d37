"""How do people undo, resume waves, try dead letters again and raise caps over HTTP?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.containment import Freed, describe
from holdfast.events import format_time, format_time_or_none
from holdfast.guard import Act, Scope
from holdfast.recovery import Phase
from holdfast.response import scope as scopes
from holdfast.response.breaker import BreakerState
from holdfast.response.conduct import Deed, Held, HoldState
from holdfast.response.restoring import Run

from . import requested
from .asking import Ask, absent, body_of, caller_of, key_of, limit_of, shown
from .operation import ABSENT, AFTER, LIMIT, Handler, Operation, by_name, id_parameter
from .requested import RequestSeen
from .requests import Hash, Key, Keys, Words
from .views import HoldSeen, Page, hold_seen, page_of

_MINUTE = 60_000  # milliseconds
_DAY = 1_440  # minutes
_ANY_TIME = Meta(ge=0, le=253_402_300_799_999)  # up to the year 9999


class ScopeAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which holds to undo: all that is said must fit. `since` and `until` are milliseconds since 1970 UTC."""

    campaign: Annotated[str, Meta(max_length=512)] = ""
    plan: Annotated[str, Meta(max_length=512)] = ""
    holds: Keys = ()
    since: Annotated[int, _ANY_TIME] | None = None
    until: Annotated[int, _ANY_TIME] | None = None


class UndoAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly the undo that was shown under this hash, and why."""

    undo: Hash
    why: Words


class UndoSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What an undo would come to. `orders` are the campaigns whose standing order ends with it."""

    undo: str
    holds: int
    freed: Freed
    orders: tuple[str, ...]


class WaveSeen(msgspec.Struct, frozen=True, kw_only=True):
    """How one cohort is given back: `given` of `waves` went, the next may go at `due` (null: not by itself)."""

    id: str
    about: str
    cohort: str
    phase: Phase
    given: int
    waves: int
    due: str | None
    restored: int
    held: int
    pauses: int


class DeadLetterSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A deed that was given up: to apply the hold or to lift it, and what went wrong last."""

    hold: HoldSeen
    deed: Deed
    harm: float
    note: str


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    """How many deeds are tried again."""

    retried: int


class BrakeSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A cap: `used` of `cap` in the last hour, and how many one-way deeds wait for its `owner` to raise it."""

    name: str
    cap: int
    used: float
    waiting: int
    owner: str
    raised_until: str | None
    raised_by: str
    why: str


class BrakesSeen(msgspec.Struct, frozen=True, kw_only=True):
    """How deeds go out to the platform, as of now.

    While `breaker` is open nothing goes, until `asked_again_at`. `untrue` holds did not stand at the last look though
    the platform had said so, `unaccounted` restrictions are said to be ours and are not known, `unreadable` subjects
    were not shown. `turn` counts the owners that the store has had.
    """

    platform: str
    breaker: BreakerState
    asked_again_at: str | None
    turn: int
    errands: int
    dead_letters: int
    unreadable: int
    unaccounted: int
    untrue: int
    caps: tuple[BrakeSeen, ...]


class CapRaised(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which cap is raised, how far, for how many minutes, and why."""

    cap: Key
    to: Annotated[int, Meta(ge=1, le=10_000_000)]
    minutes: Annotated[int, Meta(ge=1, le=_DAY)]
    why: Words


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="preview_undo",
        method="POST",
        path="/v1/undo/preview",
        says="What would an undo let go of: whom, who stays held, what cannot be undone, who is likely hijacked? "
        "Looking asks for nothing.",
        takes=ScopeAsked,
        scope=Scope.READ,
        act=Act.LOOK,
        answers={200: ("It, under the hash that a request names.", UndoSeen)},
    ),
    Operation(
        name="undo",
        method="POST",
        path="/v1/undo",
        says="Ask for exactly an undo that was shown. It is done when enough people agree, unless it would let go of "
        "more by then.",
        takes=UndoAsked,
        scope=Scope.DECIDE,
        act=Act.REQUEST,
        answers={200: ("The request, as it stands now.", RequestSeen)},
    ),
    Operation(
        name="list_waves",
        method="GET",
        path="/v1/waves",
        says="What is given back in waves, by name.",
        parameters=(AFTER, LIMIT),
        answers={200: ("Some of it.", Page[WaveSeen])},
    ),
    Operation(
        name="resume_wave",
        method="POST",
        path="/v1/waves/{id}/resume",
        says="Let waves go on that were paused: whoever asks has looked into what was wrong.",
        parameters=(id_parameter(),),
        answers={200: ("It, as it stands now.", WaveSeen), 404: ABSENT},
    ),
    Operation(
        name="list_dead_letters",
        method="GET",
        path="/v1/dead-letters",
        says="The deeds that were given up, by hold. One is tried again with POST /v1/holds/{id}/retry.",
        parameters=(AFTER, LIMIT),
        answers={200: ("Some of them.", Page[DeadLetterSeen])},
    ),
    Operation(
        name="retry_dead_letters",
        method="POST",
        path="/v1/dead-letters/retry",
        says="Have every deed that was given up tried again.",
        answers={200: ("How many.", Retried)},
    ),
    Operation(
        name="show_brakes",
        method="GET",
        path="/v1/brakes",
        says="How deeds go out: is the platform left alone, what was found at the last look, which caps are reached?",
        answers={200: ("It.", BrakesSeen)},
    ),
    Operation(
        name="raise_cap",
        method="POST",
        path="/v1/brakes/raise",
        says="Raise a cap for a while; only its owner may. What waits goes at once as far as it fits, by harm.",
        takes=CapRaised,
        answers={200: ("All of them, as they stand now.", BrakesSeen)},
    ),
)

_scope = msgspec.json.Decoder(ScopeAsked)
_undo = msgspec.json.Decoder(UndoAsked)
_raised = msgspec.json.Decoder(CapRaised)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""
    return by_name(OPERATIONS, _Handlers(ask))


class _Handlers:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def preview_undo(self, http: Request) -> Response:
        asked, caller = await body_of(http, _scope), caller_of(http)
        scope = scopes.Scope(**msgspec.structs.asdict(asked))
        undo = await self._ask(lambda run: run.response.carrying.preview(scope, run.clock.now(), caller))
        return shown(UndoSeen(undo=undo.hash, holds=len(undo.holds), freed=undo.freed, orders=undo.orders))

    async def undo(self, http: Request) -> Response:
        asked, caller = await body_of(http, _undo), caller_of(http)

        def do(run: LiveWatch) -> RequestSeen:
            answer = run.response.carrying.undo(asked.undo, caller, asked.why, run.clock.now())
            seen = requested.request(run, answer.request)
            assert seen is not None, "what was just filed is there"
            return seen

        return shown(await self._ask(do))

    async def list_waves(self, http: Request) -> Response:
        after, limit = key_of(http), limit_of(http)

        def look(run: LiveWatch) -> Page[WaveSeen]:
            waves = run.response.carrying.waves()
            return page_of(
                {key: (key, wave) for key, wave in waves.items()}, after, limit, lambda each: _wave(run, *each)
            )

        return shown(await self._ask(look))

    async def resume_wave(self, http: Request) -> Response:
        id_, caller = http.path_params["id"], caller_of(http)

        def do(run: LiveWatch) -> WaveSeen:
            if id_ not in run.response.carrying.waves():
                raise absent("wave", "/v1/waves")
            run.response.carrying.resume(id_, caller, run.clock.now())
            return _wave(run, id_, run.response.carrying.waves()[id_])

        return shown(await self._ask(do))

    async def list_dead_letters(self, http: Request) -> Response:
        after, limit = key_of(http), limit_of(http)

        def look(run: LiveWatch) -> Page[DeadLetterSeen]:
            dead = {held.hold.id: held for held in run.response.desk.dead_letters}
            return page_of(dead, after, limit, lambda held: _dead(held, run))

        return shown(await self._ask(look))

    async def retry_dead_letters(self, http: Request) -> Response:
        caller = caller_of(http)
        count = await self._ask(lambda run: run.response.carrying.retry_all(caller, run.clock.now()))
        return shown(Retried(retried=count))

    async def show_brakes(self, http: Request) -> Response:  # noqa: ARG002 - a handler's
        return shown(await self._ask(_brakes))

    async def raise_cap(self, http: Request) -> Response:
        asked, caller = await body_of(http, _raised), caller_of(http)

        def do(run: LiveWatch) -> BrakesSeen:
            now = run.clock.now()
            until = now + asked.minutes * _MINUTE
            run.response.carrying.raise_cap(asked.cap, asked.to, caller, asked.why, until, now)
            return _brakes(run)

        return shown(await self._ask(do))


def _wave(run: LiveWatch, key: str, wave: Run) -> WaveSeen:
    count = run.response.restoring.standing_at(wave, run.clock.now())
    due = wave.waves.due
    return WaveSeen(
        id=key,
        about=wave.about,
        cohort=describe(wave.cohort),
        phase=wave.waves.phase,
        given=wave.waves.given,
        waves=len(wave.waves.free),
        due=format_time_or_none(due),
        restored=count.restored,
        held=count.held,
        pauses=wave.waves.pauses,
    )


def _dead(held: Held, run: LiveWatch) -> DeadLetterSeen:
    deed = Deed.APPLY if held.state is HoldState.FAILED else Deed.LIFT
    return DeadLetterSeen(
        hold=hold_seen(held, run.clock.now(), run.response.undoing.final),
        deed=deed,
        harm=held.hold.harm,
        note=held.note,
    )


def _brakes(run: LiveWatch) -> BrakesSeen:
    response, now = run.response, run.clock.now()
    breaker, report = response.line.breaker, response.report
    return BrakesSeen(
        platform=response.line.name,
        breaker=breaker.state(now),
        asked_again_at=format_time(breaker.until) if breaker.opened else None,
        turn=run.store.turn,
        errands=len(response.book.errands),
        dead_letters=len(response.desk.dead_letters),
        unreadable=report.unreadable,
        unaccounted=report.unaccounted,
        untrue=report.untrue,
        caps=tuple(
            BrakeSeen(
                name=each.name,
                cap=each.cap,
                used=each.used,
                waiting=each.waiting,
                owner=each.owner,
                raised_until=format_time_or_none(each.until),
                raised_by=each.raised_by,
                why=each.why,
            )
            for each in response.carrying.brakes(now)
        ),
    )
