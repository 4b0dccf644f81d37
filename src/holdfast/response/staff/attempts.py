"""Who tried what on whom, and was it allowed? Everything is on record, and what was refused is found first.

An attempt says which one came before it in each of its chains (all, on this target, by this person; those that were
refused and those that were allowed apart), so the newest of a chain are found one by one from its end, in any store,
with nothing in memory. Those that are kept together share rows, under the number of the first.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice, takewhile
from typing import Any, TypeAlias, cast

import msgspec

from holdfast.errors import UsageError
from holdfast.events import spelling_key
from holdfast.guard.staff import StaffAnswer, StaffReason, TicketSeen, Tier, ToolQuestion
from holdfast.ledger import Record, RecordKind
from holdfast.ports import Transaction
from holdfast.response.book import Book, Page, Shelf

ATTEMPTS, ENDS, AGAIN = "gate_attempts", "gate_attempt_ends", "gate_again"
_LATE_MS = 2 * 3_600_000
"""What is put on record only afterwards, or after a clock was set back, may be this much older; so may a shared row."""

_NOBODY = "holdfast"  # the actor on record where it is not known who tried
_SHARING = 32  # at most in a row: it costs little more than one by itself, and is still soon looked through


class Attempt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`person` (empty: nobody known) tried `function` of `tool` on `target`, at `time` (ms since 1970 UTC).

    What exactly was to be done is known by its `action_hash`; the payload is not kept. `agreed` is who had agreed to
    it, `tier` the tier that it was judged by (None: not noted). The same was refused so many `times`, last at `last_at`
    (0: once). `unit` is the unit taken in advance that paid for it, by which name whoever asked knows it. `ticket_seen`
    is what the gate saw of the ticket (None: nobody tells of tickets, or none was named). `before` are the numbers of
    the attempts before it in its chains, 0 for none, in the order of `Chain`.
    """

    number: int
    time: int
    person: str
    session: str
    tool: str
    function: str
    target: str = ""
    action_hash: str
    network: str = ""
    reason: str = ""
    ticket: str = ""
    allowed: bool
    reasons: tuple[StaffReason, ...] = ()
    holds: tuple[str, ...] = ()
    level: int = 0
    agreed: tuple[str, ...] = ()
    before: tuple[int, ...] = ()
    unit: str = ""
    tier: Tier | None = None
    times: int = 1
    last_at: int = 0
    ticket_seen: TicketSeen | None = None

    @property
    def id(self) -> str:
        """What it is called: on record, in answers and in the tool's own log."""
        return attempt_id(self.number)


Sees: TypeAlias = Callable[[ToolQuestion, StaffAnswer], TicketSeen | None]
"""What was seen of the ticket that a question names."""
_Row: TypeAlias = Attempt | tuple[Attempt, ...]
_ROW = cast("type[_Row]", _Row)
"""What lies under the number of the first: an attempt that was kept alone, or several."""


@enum.unique
class Chain(enum.StrEnum):
    """By what attempts are found."""

    ALL = "all"
    TARGET = "target"
    PERSON = "person"


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """How often what is on record under a number was tried, as long as that may still grow (ms since 1970 UTC)."""

    times: int
    first_at: int
    last_at: int


_PLACES = {chain: number for number, chain in enumerate(Chain)}


class Ends(msgspec.Struct, frozen=True, kw_only=True):
    """Where a chain ends: the newest refused and the newest allowed one (0: none), and how many there are of each."""

    refused: int = 0
    allowed: int = 0
    refusals: int = 0
    allowances: int = 0


_NO_ENDS = Ends()


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """Some attempts, refused ones first, each kind newest first; how many rows there are, and where to go on."""

    attempts: tuple[Attempt, ...]
    refusals: int
    allowances: int
    next: str = ""


class Attempts:
    """The attempts in the store. `page`s write them; everything else reads."""

    def __init__(self, book: Book, sees: Sees = lambda _question, _answer: None) -> None:
        """Read by way of `book`; `sees` tells what is put on record of tickets."""
        self._book, self._sees = book, sees
        self._again = Shelf(book, AGAIN, Again)

    def count_on(self, page: Page, number: int, again: Again) -> None:
        """Keep on this page how often what has this number was tried so far."""
        self._again.put(page, _key(number), again)

    def counts(self, number: int) -> bool:
        """Whether it is kept how often what has this number was tried so far: more than once, and it may still grow."""
        return _key(number) in self._again

    def close_on(self, page: Page, number: int) -> None:
        """Write into the attempt of this number, and on the ledger, how often it was tried: it grows no more."""
        again, (key, row) = self._again[_key(number)], _row_of(page.transaction, number)
        self._again.drop(page, _key(number))
        counted = tuple(_times(each, again) if each.number == number else each for each in _in_row(row))
        page.transaction.put(ATTEMPTS, key, counted[0] if len(counted) == 1 else counted)
        attempt = next(each for each in counted if each.number == number)
        body = {"times": again.times, "first_at": again.first_at, "last_at": again.last_at}
        key, actor = f"attempt/{number}/again", attempt.person or _NOBODY
        page.record(RecordKind.OBSERVATION, key, _subject(attempt), body, actor=actor)

    def _counted(self, attempt: Attempt) -> Attempt:
        again = self._again.get(_key(attempt.number)) if self._again else None
        return attempt if again is None else _times(attempt, again)

    def note(self, page: Page, tried: Sequence[tuple[ToolQuestion, StaffAnswer, tuple[str, ...]]]) -> list[Attempt]:
        """Put on record what was tried, how it was answered, and who had agreed, all of it once this page is kept.

        An answer that has a name by now was given before; then what was asked has its own time.
        """
        transaction = page.transaction
        chains = [_chains(question.action.target, answer.person) for question, answer, _ in tried]
        ends = transaction.some(ENDS, {name for names in chains for name in names}, Ends)
        made = []
        for (question, answer, agreed), names in zip(tried, chains, strict=True):
            there = [ends.get(name, _NO_ENDS) for name in names]
            number = there[0].refusals + there[0].allowances + 1
            before = tuple(each.allowed if answer.allowed else each.refused for each in there)
            attempt = _attempt(question, answer, agreed, page.now, number, before)
            seen = self._sees(question, answer)
            made.append(attempt if seen is None else msgspec.structs.replace(attempt, ticket_seen=seen))
            ends |= {
                name: _longer(each, number, allowed=answer.allowed) for name, each in zip(names, there, strict=True)
            }
        for row in _rows(made):
            transaction.put(ATTEMPTS, _key(row[0].number), row[0] if len(row) == 1 else row)
        for name, each in ends.items():
            transaction.put(ENDS, name, each)
        transaction.record_all(map(_record, made))
        return made

    def find(  # noqa: PLR0913 - each narrows it
        self, chain: Chain, what: str, *, after: str = "", limit: int, since: int = 0, allowed: bool | None = None
    ) -> Tried:
        """At most `limit` of the attempts on a target, by a person, or of all; behind `after`, `next` of the last page.

        It is not gone on into those of long before `since` (milliseconds since 1970 UTC); some of before may be there.
        With `allowed`, only those that were, or that were not.

        Raises:
            UsageError: `after` is no place in this chain.
            StoreError: they cannot be read.

        """
        kinds = (False, True) if allowed is None else (allowed,)
        with self._book.reading() as transaction:
            ends = transaction.get(ENDS, _end(chain, what), Ends) or Ends()
            place, found = _place(transaction, chain, what, after), list[Attempt]()
            for start in _starts(chain, ends, place, kinds):
                for attempt in _back(transaction, chain, start, since):
                    if len(found) == limit:
                        return _tried(found, ends, following=found[-1].id)
                    found.append(self._counted(attempt))
        return _tried(found, ends)

    def count(self, chain: Chain, what: str) -> int:
        """How many there are in a chain, refused and allowed: it grows with each.

        Raises:
            StoreError: it cannot be read.

        """
        with self._book.reading() as transaction:
            ends = transaction.get(ENDS, _end(chain, what), Ends) or Ends()
        return ends.refusals + ends.allowances

    def since(self, person: str, number: int, *, most: int) -> list[Attempt]:
        """What somebody tried after the attempt of this `number`, the oldest first; the newest `most` of each kind.

        Raises:
            StoreError: they cannot be read.

        """
        found: list[Attempt] = []
        with self._book.reading() as transaction:
            ends = transaction.get(ENDS, _end(Chain.PERSON, person), Ends) or Ends()
            for start in (ends.refused, ends.allowed):
                newer = takewhile(lambda each: each.number > number, _back(transaction, Chain.PERSON, start))
                found += islice(newer, most)
        return sorted(map(self._counted, found), key=lambda each: each.number)

    @property
    def again(self) -> Mapping[str, Again]:
        """By their numbers, how often those were tried that may still be tried again."""
        return self._again

    def last_allowed(self, person: str) -> Attempt | None:
        """What somebody did last."""
        with self._book.reading() as transaction:
            ends = transaction.get(ENDS, _end(Chain.PERSON, person), Ends)
            return None if ends is None else _kept(transaction, ends.allowed)

    def get(self, id_: str) -> Attempt | None:
        """One of them."""
        number = number_of(id_)
        if number is None:
            return None
        with self._book.reading() as transaction:
            found = _kept(transaction, number)
        return None if found is None else self._counted(found)

    def first_at(self) -> int | None:
        """When the first of all was made (milliseconds since 1970 UTC); None before any was."""
        first = self.get(attempt_id(1))
        return None if first is None else first.time


def attempt_id(number: int) -> str:
    """What the attempt of this number is called."""
    return f"a-{number}"


def _attempt(  # noqa: PLR0913, PLR0917 - what an attempt is made of
    question: ToolQuestion,
    answer: StaffAnswer,
    agreed: tuple[str, ...],
    now: int,
    number: int,
    before: tuple[int, ...],
) -> Attempt:
    action = question.action
    return Attempt(
        number=number,
        time=min(now, question.time) if answer.attempt else now,
        person=answer.person,
        session=question.session,
        tool=action.tool,
        function=action.function,
        target=action.target,
        action_hash=answer.action_hash,
        network=question.network,
        reason=question.reason,
        ticket=question.ticket,
        allowed=answer.allowed,
        reasons=answer.reasons,
        holds=answer.holds,
        level=answer.level,
        agreed=agreed,
        before=before,
        unit=answer.attempt,
        tier=answer.tier,
    )


def _record(attempt: Attempt) -> Record:
    body: dict[str, Any] = {
        "tool": attempt.tool,
        "function": attempt.function,
        "action_hash": attempt.action_hash,
        "session": attempt.session,
        "network": attempt.network,
        "reason": attempt.reason,
        "ticket": attempt.ticket,
        "outcome": "allowed" if attempt.allowed else "refused",
        "reasons": [str(each) for each in attempt.reasons],
        "agreed": list(attempt.agreed),
        "level": attempt.level,
    }
    if attempt.tier is not None:
        body["tier"] = attempt.tier.word
    if attempt.unit:
        body["unit"] = attempt.unit
    if attempt.ticket_seen is not None:
        body["ticket_seen"] = str(attempt.ticket_seen)
    return Record(
        key=f"attempt/{attempt.number}",
        kind=RecordKind.DECISION,
        time=attempt.time,
        actor=attempt.person or _NOBODY,
        subject=_subject(attempt),
        body=body,
    )


def _subject(attempt: Attempt) -> str:
    return f"account:{attempt.target}" if attempt.target else f"tool:{attempt.tool}"


def _times(attempt: Attempt, again: Again) -> Attempt:
    return msgspec.structs.replace(attempt, times=again.times, last_at=again.last_at)


def _starts(chain: Chain, ends: Ends, after: Attempt | None, kinds: Iterable[bool]) -> Iterator[int]:
    """Where to begin in each of these kinds (refused, allowed), behind `after`: of what comes before it, nowhere."""
    for allowed in kinds:
        if after is None or allowed > after.allowed:
            yield ends.allowed if allowed else ends.refused
        elif allowed == after.allowed:
            yield after.before[_PLACES[chain]]


def _back(transaction: Transaction, chain: Chain, number: int, since: int = 0) -> Iterator[Attempt]:
    """Those of one kind in a chain, from this number back; rows that they share are read, and decoded, once."""
    first, near = 0, dict[int, Attempt]()
    while number:
        if _first(number) != first:
            first = _first(number)
            rows = transaction.some(ATTEMPTS, map(_key, range(first, number + 1)), _ROW)
            near = {each.number: each for row in rows.values() for each in _in_row(row)}
        attempt = near.get(number)
        if attempt is None or attempt.time < since - _LATE_MS:
            return
        yield attempt
        number = attempt.before[_PLACES[chain]]


def _rows(made: Iterable[Attempt]) -> Iterator[tuple[Attempt, ...]]:
    """The same in rows, of which none reaches over a multiple of `_SHARING`."""
    for _, row in groupby(made, lambda each: _first(each.number)):
        yield tuple(row)


def _first(number: int) -> int:
    """The lowest number of a row in which the attempt of this number may be."""
    return (number - 1) // _SHARING * _SHARING + 1


def _kept(transaction: Transaction, number: int) -> Attempt | None:
    """The attempt of this number, if there is one."""
    _, row = _row_of(transaction, number)
    return next((each for each in _in_row(row) if each.number == number), None)


def _row_of(transaction: Transaction, number: int) -> tuple[str, _Row]:
    """The row, with its key, under the nearest number up to this one; an empty one where there is none."""
    for key in map(_key, range(number, _first(number) - 1, -1)):
        row = transaction.get(ATTEMPTS, key, _ROW)
        if row is not None:
            return key, row
    return _key(number), ()


def _in_row(row: _Row) -> tuple[Attempt, ...]:
    return row if isinstance(row, tuple) else (row,)


def _chains(target: str, person: str) -> tuple[str, str, str]:
    return (_end(Chain.ALL, ""), _end(Chain.TARGET, target), _end(Chain.PERSON, person))


def _end(chain: Chain, what: str) -> str:
    """An account's chain is that of all its spellings, as its tier is: a tool may take any of them for it."""
    if chain is Chain.ALL:
        return chain.value
    return f"{chain}/{spelling_key(what) if chain is Chain.TARGET else what}"


def _longer(ends: Ends, number: int, *, allowed: bool) -> Ends:
    if allowed:
        return msgspec.structs.replace(ends, allowed=number, allowances=ends.allowances + 1)
    return msgspec.structs.replace(ends, refused=number, refusals=ends.refusals + 1)


def _key(number: int) -> str:
    return f"{number:012d}"


def number_of(id_: str) -> int | None:
    """The number of the attempt that is called so; None where it is no attempt's name."""
    digits = id_.removeprefix("a-")
    return int(digits) if digits != id_ and digits.isascii() and digits.isdecimal() and len(digits) <= 12 else None


def _place(transaction: Transaction, chain: Chain, what: str, after: str) -> Attempt | None:
    if not after:
        return None
    number = number_of(after)
    found = None if number is None else _kept(transaction, number)
    if found is None or _end(chain, what) not in _chains(found.target, found.person):
        raise UsageError(f"{after} is no attempt among these", advice="Use `next` of the page before.")
    return found


def _tried(found: Sequence[Attempt], ends: Ends, following: str = "") -> Tried:
    return Tried(attempts=tuple(found), refusals=ends.refusals, allowances=ends.allowances, next=following)
