"""Which attempts does somebody ask for, and what do these come to: who was refused what, who was let, and when?"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from .attempts import Attempt, Chain


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts on `target` (in any spelling), by `person` (an id), with `tool`, from `since` until before `until`.

    `allowed` says which outcome. What is empty (else: None) is any. Times are milliseconds since 1970 UTC.
    """

    target: str = ""
    person: str = ""
    tool: str = ""
    since: int | None = None
    until: int | None = None
    allowed: bool | None = None

    @property
    def chain(self) -> tuple[Chain, str]:
        """The shortest chain that all of them are in."""
        if self.target:
            return Chain.TARGET, self.target
        return (Chain.PERSON, self.person) if self.person else (Chain.ALL, "")

    @property
    def narrowed(self) -> bool:
        """Whether others of this outcome may be in that chain."""
        times = self.since is not None or self.until is not None
        return bool(self.tool) or times or bool(self.target and self.person)

    def fits(self, attempt: Attempt) -> bool:
        """Whether one of that chain is one of these."""
        return (
            (not self.target or self.person in {"", attempt.person})
            and self.tool in {"", attempt.tool}
            and (self.since is None or self.since <= max(attempt.time, attempt.last_at))
            and (self.until is None or attempt.time < self.until)
        )


class Tally:
    """What attempts come to, added one by one.

    `unknown` are those of whom the gate did not know, `changed` those that were allowed to change something: what is no
    longer in the catalogue is taken for that. `people` tried, `reached_by` were let.
    """

    def __init__(self, reading: Collection[tuple[str, str]]) -> None:
        """Nothing was tried; `reading` are the functions (tool and function) that only look."""
        self._reading = reading
        self.refused = self.allowed = self.changed = self.unknown = 0
        self.people: set[str] = set()
        self.reached_by: set[str] = set()
        self.first_at: int | None = None
        self.last_at: int | None = None

    def add(self, attempt: Attempt) -> None:
        """Count it, as often as it was tried."""
        first, last = attempt.time, max(attempt.time, attempt.last_at)
        self.first_at = first if self.first_at is None else min(self.first_at, first)
        self.last_at = last if self.last_at is None else max(self.last_at, last)
        if attempt.person:
            self.people.add(attempt.person)
        else:
            self.unknown += 1
        if not attempt.allowed:
            self.refused += attempt.times
            return
        self.allowed += 1
        self.reached_by.add(attempt.person)
        self.changed += (attempt.tool, attempt.function) not in self._reading
