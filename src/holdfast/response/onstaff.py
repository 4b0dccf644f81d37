"""Which holds are on staff, their sessions, or the internal tools, now or on a past date?"""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.containment import SubjectKind, rule_kind
from holdfast.guard import RuleKind
from holdfast.guard.staff import StaffHold

from .book import Book
from .conduct import LIVE, Held

OF_STAFF = frozenset({RuleKind.STAFF, RuleKind.TOOL_SESSION, RuleKind.TOOL, RuleKind.FUNCTION})
_SUBJECTS = frozenset({SubjectKind.STAFF, SubjectKind.TOOL_SESSION, SubjectKind.TOOL})


def on_staff(held: Held) -> StaffHold | None:
    """The hold as the gate needs it; None for any other, and for one that was told to end."""
    kind, hold = rule_kind(held.hold), held.hold
    if kind not in OF_STAFF or held.state not in LIVE:
        return None
    return StaffHold(id=hold.id, kind=kind, subject=hold.subject.id, starts=hold.starts, until=hold.until)


def on_staff_at(book: Book, at: int) -> Iterator[StaffHold]:
    """Those that were in force at `at` (milliseconds since 1970 UTC), each until when it was to end or was lifted."""
    for subject in (each for each in book.subjects if each.kind in _SUBJECTS):
        for held in book.on(subject):
            kind, hold = rule_kind(held.hold), held.hold
            if kind in OF_STAFF and hold.in_force(at):
                until = min((end for end in (hold.until, hold.lifted_at) if end is not None), default=None)
                yield StaffHold(id=hold.id, kind=kind, subject=hold.subject.id, starts=hold.starts, until=until)
