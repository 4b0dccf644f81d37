"""What did the intruder change about an account, and what would put it back?"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing about an account that was altered at `at` (milliseconds since 1970 UTC): `before` became `now`.

    `what` names it: a field of the profile (`name`, `url`, `pinned_post`), or `post:ID` for a post that was deleted,
    whose text is `before`. Empty stands for nothing there.
    """

    what: str
    before: str
    now: str
    at: int


def to_put_back(changes: Iterable[Change], attacked_at: int) -> tuple[Change, ...]:
    """What differs by now from how it was before the attack, one change for one thing, in order of first change.

    What was changed before the attack is the owner's. What was changed and changed back is left out.
    """
    merged: dict[str, Change] = {}
    for change in sorted(changes, key=lambda change: change.at):
        if change.at >= attacked_at:
            first = merged.get(change.what, change)
            merged[change.what] = msgspec.structs.replace(first, now=change.now)
    return tuple(change for change in merged.values() if change.before != change.now)


def shown(changes: Iterable[Change]) -> tuple[str, ...]:
    """The changes as lines that a person reads: `- name: now there` and `+ name: to be put back`."""
    return tuple(
        line
        for change in changes
        for line in (f"- {change.what}: {change.now}", f"+ {change.what}: {change.before}")
        if not line.endswith(": ")
    )
