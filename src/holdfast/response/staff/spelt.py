"""How does the platform call the account that a tool named, and what holds it, in whatever spelling?

A tool may take any spelling of an account's id; the platform's events, its guard's questions and its holds have one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import msgspec

from holdfast.containment import SubjectKind
from holdfast.events import spelling_key
from holdfast.guard.staff import PendingChange
from holdfast.response.book import Book
from holdfast.response.conduct import Held

Alike: TypeAlias = Callable[[str], Sequence[str]]
"""The ids by which the platform knows accounts that are spelt like this one, itself among them, known longest first."""

_MOST = 64  # ids that are spelt alike; more are somebody's play, and each is held

_KINDS = frozenset({SubjectKind.ACCOUNT, SubjectKind.STAFF, SubjectKind.TOOL_SESSION})


def none_alike(_account: str) -> Sequence[str]:
    """The platform has named nobody."""
    return ()


def called(change: PendingChange, alike: Sequence[str]) -> PendingChange:
    """The same by the id that the platform has for its account, as far as it has named one that is spelt so.

    Where several are, and the tool named none of them, all are meant: to take two accounts for one costs a little, to
    take one for two lets a change pass unseen.
    """
    if len(alike) == 1:
        return msgspec.structs.replace(change, account=alike[0], named=True)
    others = [each for each in alike if each != change.account]
    return msgspec.structs.replace(change, named=change.account in alike, others=tuple(others[:_MOST]))


def heard(change: PendingChange, account: str) -> PendingChange:
    """The same once the platform itself has said `account`, which is spelt like its own; what was held stays so."""
    if account == change.account:
        return change if change.named else msgspec.structs.replace(change, named=True)
    if account == change.spelt or not change.named:  # what the tool meant to the letter, or the best that is known
        others = (change.account, *(each for each in change.others if each != account))
        return msgspec.structs.replace(change, account=account, named=True, others=others)
    if account in change.others or len(change.others) >= _MOST:
        return change
    return msgspec.structs.replace(change, others=(*change.others, account))


class Holds:
    """The holds ever placed on accounts, staff and tool sessions, by how their subjects are spelt."""

    def __init__(self, book: Book) -> None:
        """As they stand in `book`, which tells of each that is placed."""
        self._book = book
        self._on: dict[tuple[SubjectKind, str], dict[str, None]] = {}
        self._note(book.holds)
        book.when_moved(lambda moved, _now: self._note(moved))

    def on(self, kind: SubjectKind, id_: str) -> Iterator[Held]:
        """Those on whoever is spelt like `id_`."""
        return (self._book.holds[key] for key in self._on.get((kind, spelling_key(id_)), ()))

    def _note(self, keys: Iterable[str]) -> None:
        for key in keys:
            subject = self._book.holds[key].hold.subject
            if subject.kind in _KINDS:
                self._on.setdefault((subject.kind, spelling_key(subject.id)), {})[key] = None
