"""Who tried what on whom, and was it allowed? Everything is on record, and what was refused is found first.

An attempt says which one came before it in each of its chains (all, on this target, by this person; those that were
refused and those that were allowed apart), so the newest of a chain are found one by one from its end, in any store,
with nothing in memory.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from holdfast.errors import UsageError
from holdfast.events import spelling_key
from holdfast.guard.staff import StaffAnswer, StaffReason, ToolQuestion
from holdfast.ledger import Record, RecordKind
from holdfast.ports import Transaction
from holdfast.response.book import Book, Page

ATTEMPTS, ENDS = "gate_attempts", "gate_attempt_ends"
_NOBODY = "holdfast"  # the actor on record where it is not known who tried


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """`person` (empty: nobody known) tried `function` of `tool` on `target`, at `time` (ms since 1970 UTC).

    What exactly was to be done is known by its `action_hash`; the payload is not kept. `agreed` is who had agreed to
    it. `unit` is the unit taken in advance that paid for it, by which name whoever asked knows it. `before`
    are the numbers of the attempts before it in its chains, 0 for none, in the order of `Chain`.
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

    @property
    def id(self) -> str:
        """What it is called: on record, in answers and in the tool's own log."""
        return attempt_id(self.number)


@enum.unique
class Chain(enum.StrEnum):
    """By what attempts are found."""

    ALL = "all"
    TARGET = "target"
    PERSON = "person"


_PLACES = {chain: number for number, chain in enumerate(Chain)}


class Ends(msgspec.Struct, frozen=True, kw_only=True):
    """Where a chain ends: the newest refused and the newest allowed one (0: none), and how many there are of each."""

    refused: int = 0
    allowed: int = 0
    refusals: int = 0
    allowances: int = 0


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """Some attempts, refused ones first, each kind newest first; how many there are in all, and where to go on."""

    attempts: tuple[Attempt, ...]
    refusals: int
    allowances: int
    next: str = ""


class Attempts:
    """The attempts in the store. `page`s write them; everything else reads."""

    def __init__(self, book: Book) -> None:
        """Read by way of `book`."""
        self._book = book

    def note(self, page: Page, tried: Sequence[tuple[ToolQuestion, StaffAnswer, tuple[str, ...]]]) -> list[Attempt]:
        """Put on record what was tried, how it was answered, and who had agreed, all of it once this page is kept.

        An answer that has a name by now was given before; then what was asked has its own time.
        """
        made, records = [], []
        for question, answer, agreed in tried:
            attempt = self._next(page.transaction, _attempt(question, answer, agreed, page.now))
            page.transaction.put(ATTEMPTS, _key(attempt.number), attempt)
            records.append(_record(attempt))
            made.append(attempt)
        page.transaction.record_all(records)
        return made

    def find(self, chain: Chain, what: str, *, after: str = "", limit: int) -> Tried:
        """At most `limit` of the attempts on a target, by a person, or of all; behind `after`, `next` of the last page.

        Raises:
            UsageError: `after` is no place in this chain.
            StoreError: they cannot be read.

        """
        with self._book.reading() as transaction:
            ends = transaction.get(ENDS, _end(chain, what), Ends) or Ends()
            found: list[Attempt] = []
            for attempt in self._from(transaction, chain, ends, _place(transaction, chain, what, after)):
                if len(found) == limit:
                    return _tried(found, ends, following=found[-1].id)
                found.append(attempt)
        return _tried(found, ends)

    def last_allowed(self, person: str) -> Attempt | None:
        """What somebody did last."""
        with self._book.reading() as transaction:
            ends = transaction.get(ENDS, _end(Chain.PERSON, person), Ends)
            return None if ends is None else transaction.get(ATTEMPTS, _key(ends.allowed), Attempt)

    def get(self, id_: str) -> Attempt | None:
        """One of them."""
        number = number_of(id_)
        if number is None:
            return None
        with self._book.reading() as transaction:
            return transaction.get(ATTEMPTS, _key(number), Attempt)

    def _from(self, transaction: Transaction, chain: Chain, ends: Ends, after: Attempt | None) -> Iterator[Attempt]:
        place = _PLACES[chain]
        starts = [ends.refused, ends.allowed]
        if after is not None:
            starts = [after.before[place], ends.allowed] if not after.allowed else [after.before[place]]
        for start in starts:
            number = start
            while number and (attempt := transaction.get(ATTEMPTS, _key(number), Attempt)) is not None:
                yield attempt
                number = attempt.before[place]

    def _next(self, transaction: Transaction, attempt: Attempt) -> Attempt:
        """The same with its number, at the end of its chains."""
        kept = [(name, transaction.get(ENDS, name, Ends) or Ends()) for name in _chains(attempt)]
        number = kept[0][1].refusals + kept[0][1].allowances + 1
        before = []
        for name, ends in kept:
            before.append(ends.allowed if attempt.allowed else ends.refused)
            transaction.put(ENDS, name, _longer(ends, number, allowed=attempt.allowed))
        return msgspec.structs.replace(attempt, number=number, before=tuple(before))


def attempt_id(number: int) -> str:
    """What the attempt of this number is called."""
    return f"a-{number}"


def _attempt(question: ToolQuestion, answer: StaffAnswer, agreed: tuple[str, ...], now: int) -> Attempt:
    action = question.action
    return Attempt(
        number=0,
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
        unit=answer.attempt,
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
    if attempt.unit:
        body["unit"] = attempt.unit
    return Record(
        key=f"attempt/{attempt.number}",
        kind=RecordKind.DECISION,
        time=attempt.time,
        actor=attempt.person or _NOBODY,
        subject=f"account:{attempt.target}" if attempt.target else f"tool:{attempt.tool}",
        body=body,
    )


def _chains(attempt: Attempt) -> tuple[str, str, str]:
    return (_end(Chain.ALL, ""), _end(Chain.TARGET, attempt.target), _end(Chain.PERSON, attempt.person))


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
    found = None if number is None else transaction.get(ATTEMPTS, _key(number), Attempt)
    if found is None or _end(chain, what) not in _chains(found):
        raise UsageError(f"{after} is no attempt among these", advice="Use `next` of the page before.")
    return found


def _tried(found: Sequence[Attempt], ends: Ends, following: str = "") -> Tried:
    return Tried(attempts=tuple(found), refusals=ends.refusals, allowances=ends.allowances, next=following)
