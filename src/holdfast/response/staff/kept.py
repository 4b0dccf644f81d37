"""How is a fact of the gate kept, so that the copies hear of each change, and of nothing that was not kept?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

import rfc8785

from holdfast.guard.staff import StaffFacts
from holdfast.response.book import Book, Page, Shelf

T = TypeVar("T")

_NAME_HEX = 12


def named(letter: str, what: object) -> str:
    """A short id that follows from all of `what` (JSON values): the same twice is one, and no two things share it."""
    return f"{letter}-{hashlib.sha256(rfc8785.dumps(what)).hexdigest()[:_NAME_HEX]}"  # type: ignore[arg-type]


class Changes:
    """What has changed since it was last taken, by kind and key; of several changes to one fact the last one counts."""

    def __init__(self) -> None:
        """Nothing has changed."""
        self._changed: dict[tuple[str, str], object] = {}

    def __bool__(self) -> bool:
        """Whether something has changed."""
        return bool(self._changed)

    def note(self, kind: str, key: str, fact: object) -> None:
        """Note a fact as it is now; `kind` is its field in `StaffFacts`."""
        self._changed[kind, key] = fact

    def take(self, version: int) -> StaffFacts:
        """All of it, as what leads to this version."""
        by_kind: dict[str, dict[str, object]] = {}
        for (kind, key), fact in self._changed.items():
            by_kind.setdefault(kind, {})[key] = fact
        self._changed = {}
        tiers = by_kind.pop("tiers", {})
        lifted = tuple(by_kind.pop("lifted", ()))
        listed = {kind: tuple(facts.values()) for kind, facts in by_kind.items()}
        return StaffFacts(version=version, tiers=tiers, lifted=lifted, **listed)  # type: ignore[arg-type]


class FactShelf(Shelf[T]):
    """A shelf of facts that tells `changes` of each once it is kept. What is dropped has ended before, for all."""

    def __init__(self, book: Book, collection: str, kind: type[T], changes: Changes, field: str) -> None:
        """What the store keeps in `collection`, all of one `kind`; `field` is theirs in `StaffFacts`."""
        super().__init__(book, collection, kind)
        self._changes, self._field = changes, field

    def put(self, page: Page, key: str, value: T) -> None:
        """Keep `value` under `key`, in place of what was there."""
        super().put(page, key, value)
        page.then.append(lambda: self._changes.note(self._field, key, value))

    def prune(self, page: Page, over: Callable[[T], bool]) -> None:
        """Forget what is over: the record keeps that it was there."""
        for key in [key for key, fact in self.items() if over(fact)]:
            self.drop(page, key)
