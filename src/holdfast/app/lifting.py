"""How is a lockdown lifted where nobody gets in any more? On the machine of the store, by an administrator's token.

It takes both, who can write the store's files and who has the token, and a service that is stopped, so that it is not
done unseen. Whoever leads is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from holdfast.backends import SqlStore, load_or_create_signer, stands
from holdfast.errors import NotAllowedError
from holdfast.guard import Person, RefusalCode, SessionLimits, digest_of
from holdfast.guard.staff import Lock
from holdfast.response import Notices, Pace, People, Timeline
from holdfast.response.book import Book
from holdfast.response.staff import Locks, Protecting, Sessions
from holdfast.response.staff.kept import Changes
from holdfast.response.staff.tidings import Tidings

from .live import ORIGIN, key_beside


class Lifting(msgspec.Struct, frozen=True, kw_only=True):
    """Which `lock` is to end, and why, at `now` (milliseconds since 1970 UTC)."""

    lock: str
    why: str
    now: int


def lift_here(store: str, key: Path | None, token: str, wanted: Lifting) -> Lock:
    """End a lock alone.

    Raises:
        UsageError: there is no such lock in force.
        NotAllowedError: the token is no administrator's, or no reason is given.
        StoreError: there is no store, it cannot be opened, or the service is at work on it.

    """
    with _opened(store, key) as (people, locks):
        by, lock = _whose(people, token, wanted.now), locks.kept.get(wanted.lock)
        # By a clock that was ahead a lock starts later than now, and the service stands still there: it is in force.
        now = wanted.now if lock is None else max(wanted.now, lock.starts)
        return locks.lift_at_store(wanted.lock, by, wanted.why, now)


def _whose(people: People, token: str, now: int) -> Person:
    caller = people.roll.caller(digest_of(token.encode()), now)
    person = people.person(caller.person) if caller is not None else None
    if caller is None or person is None or not caller.confirmed:
        raise NotAllowedError(
            "the token is nobody's, counts no longer, or stands on the word of one administrator alone",
            code=RefusalCode.NOT_A_PERSON,
            advice="Put an administrator's into HOLDFAST_TOKEN; `holdfast init --new-token-for` makes one here.",
        )
    return person


@contextmanager
def _opened(store: str, key: Path | None) -> Iterator[tuple[People, Locks]]:
    stands(store)
    signer = load_or_create_signer(key or key_beside(store), origin=ORIGIN)
    with SqlStore(store, signer=signer, owned=True) as opened:
        book, changes = Book(opened, Pace(), Timeline()), Changes()
        notices = Notices(book)
        people = People(book, notices)
        sessions = Sessions(book, people, changes, Tidings(), SessionLimits())
        yield people, Locks(book, people, notices, sessions, Protecting(book, changes), changes)
