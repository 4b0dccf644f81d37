"""Which accounts share a key, as long as it is alive? Groups that grow post by post."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .judge import SMALLEST, Group


@dataclass(slots=True)
class _Open:
    first: Any  # what the first post is compared by
    last: int
    accounts: set[str] = field(default_factory=set)
    found_at: int | None = None


class Grouping:
    """Joins a post to the group that shares a key with it, is like it, and had its last post within `window` ms."""

    def __init__(self, window: int, alike: Callable[[Any, Any], bool] = lambda one, other: True) -> None:
        """`alike` compares what the first post of a group is compared by with that of the new one."""
        self._window = window
        self._alike = alike
        self._of: dict[Hashable, _Open] = {}
        self._all: list[_Open] = []

    def add(self, account: str, time: int, keys: Iterable[Hashable], compared_by: Any = None) -> None:
        """One post; posts come in order of time (ms)."""
        known = {key: one for key in keys if (one := self._of.get(key)) and time - one.last <= self._window}
        fits = (one for one in known.values() if self._alike(one.first, compared_by))
        group = next(fits, None) or self._new(compared_by, time)
        group.accounts.add(account)
        group.last = time
        if group.found_at is None and len(group.accounts) >= SMALLEST:
            group.found_at = time
        for key in keys:
            if key not in known:
                self._of[key] = group

    def groups(self) -> Iterator[Group]:
        """All that ever had three accounts, in order of their first posts."""
        for one in self._all:
            if one.found_at is not None:
                yield Group(accounts=frozenset(one.accounts), found_at=one.found_at)

    def _new(self, compared_by: Any, time: int) -> _Open:
        self._all.append(_Open(compared_by, time))
        return self._all[-1]
