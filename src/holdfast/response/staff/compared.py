"""What has changed between two dates in who could do what with the internal tools?"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from .access import Right


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """The rights that came, those that went, and those that took something else: as they were, and as they are."""

    gained: tuple[Right, ...]
    lost: tuple[Right, ...]
    changed: tuple[tuple[Right, Right], ...]


def compared(before: Iterable[Right], after: Iterable[Right]) -> Difference:
    """The difference, each part in the order of `after` or, for what went, of `before`."""
    were = {_named(right): right for right in before}
    are = {_named(right): right for right in after}
    return Difference(
        gained=tuple(right for name, right in are.items() if name not in were),
        lost=tuple(right for name, right in were.items() if name not in are),
        changed=tuple(
            (were[name], right) for name, right in are.items() if name in were and _terms(were[name]) != _terms(right)
        ),
    )


def _named(right: Right) -> tuple[object, ...]:
    return right.person, right.function, right.tier


def _terms(right: Right) -> tuple[object, ...]:
    """What counts as a change: not what somebody is called, nor by which of several roles, grants or holds it is so."""
    return right.takes, right.level, bool(right.grants), bool(right.holds)
