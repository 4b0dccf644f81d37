"""How is a long record of attempts looked through, so that whoever asks the gate meanwhile is answered?

A slice at a time, of all who look one after the other: the worker turns to others in between.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from weakref import WeakKeyDictionary

import msgspec

from holdfast.app.live import LiveWatch
from holdfast.app.server.answers import RefusedError
from holdfast.app.server.asking import Ask
from holdfast.errors import UsageError
from holdfast.guard import person_key
from holdfast.guard.staff import Kind
from holdfast.response.staff import Attempt, Tried
from holdfast.response.staff.sought import Sought, Tally

SLICE = 250  # attempts looked at in one turn of the worker: 20 ms where each lies in another row, 0.3 s in the largest
MOST_LOOKED = 20_000  # of each outcome, for one answer: two seconds of the worker's time at most
_TURNS = WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]()
"""Whose slice it is: did all slices wait for the worker at once, whoever asks the gate would wait for all of them."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Some attempts, and behind which to go on (empty: there are no more).

    `refusals` and `allowances` count those of the whole chain; None where that is not what was asked for.
    """

    attempts: tuple[Attempt, ...]
    refusals: int | None
    allowances: int | None
    next: str


async def found(ask: Ask, sought: Sought, after: str, limit: int) -> Found:
    """At most `limit` of those that are sought, behind `after`; fewer where enough was looked through.

    Raises:
        RefusedError: they cannot be read, or `after` is no place among them.

    """
    sought = await ask(lambda run: exact(run, sought))
    fitting: list[Attempt] = []
    looked = 0
    while True:
        tried = await _slice(ask, sought, after, SLICE if sought.narrowed else min(limit - len(fitting), SLICE))
        for number, attempt in enumerate(tried.attempts, start=1):
            if sought.fits(attempt):
                fitting.append(attempt)
            if len(fitting) == limit:
                more = tried.next or number < len(tried.attempts)
                return _found(fitting, sought, tried, attempt.id if more else "")
        looked, after = looked + len(tried.attempts), tried.next
        if not after or looked >= MOST_LOOKED:
            return _found(fitting, sought, tried, after)


class Tallied(msgspec.Struct, frozen=True, kw_only=True):
    """What they come to, and whether that is of all that were allowed or refused: else it is of the newest of these."""

    tally: Tally
    all_allowed: bool
    all_refused: bool


async def tallied(ask: Ask, sought: Sought) -> Tallied:
    """What they come to. What was allowed is looked for by itself: no number of refusals hides it.

    Raises:
        RefusedError: they cannot be read.

    """
    sought, looks = await ask(lambda run: (exact(run, sought), _looks(run)))
    tally, whole = Tally(looks), {True: True, False: True}
    for allowed in whole:
        if sought.allowed in {None, allowed}:
            whole[allowed] = await _tally(ask, msgspec.structs.replace(sought, allowed=allowed), tally)
    return Tallied(tally=tally, all_allowed=whole[True], all_refused=whole[False])


async def _tally(ask: Ask, sought: Sought, tally: Tally) -> bool:
    """Count those of one outcome; whether that is all of them."""
    looked, after = 0, ""
    while True:
        tried = await _slice(ask, sought, after, SLICE)
        for attempt in filter(sought.fits, tried.attempts):
            tally.add(attempt)
        looked, after = looked + len(tried.attempts), tried.next
        if not after or looked >= MOST_LOOKED:
            return not after


async def _slice(ask: Ask, sought: Sought, after: str, size: int) -> Tried:
    (chain, what), since = sought.chain, sought.since or 0

    def do(run: LiveWatch) -> Tried:
        find = run.response.staff.attempts.find
        try:
            return find(chain, what, after=after, limit=size, since=since, allowed=sought.allowed)
        except UsageError as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, str(error), advice=error.advice) from error

    async with _TURNS.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
        return await ask(do)


def _found(fitting: list[Attempt], sought: Sought, tried: Tried, following: str) -> Found:
    return Found(
        attempts=tuple(fitting),
        refusals=None if sought.narrowed else tried.refusals,
        allowances=None if sought.narrowed else tried.allowances,
        next=following,
    )


def exact(run: LiveWatch, sought: Sought) -> Sought:
    """The same with the person's id as it is registered: it was asked for in any spelling."""
    people = run.response.people.known
    if not sought.person or sought.person in people:
        return sought
    key = person_key(sought.person)
    id_ = next((person.id for person in people.values() if person.key == key), sought.person)
    return msgspec.structs.replace(sought, person=id_)


def _looks(run: LiveWatch) -> set[tuple[str, str]]:
    """The functions that only look."""
    functions = run.response.staff.policy.functions
    return {name for name, (_, function) in functions.items() if function.kind is Kind.READ}
