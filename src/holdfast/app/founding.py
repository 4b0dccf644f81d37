"""How does a deployment begin? With a store, and with one person who says who else is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from holdfast.backends import SqlStore, load_or_create_signer
from holdfast.errors import UsageError
from holdfast.guard import Role, Scope
from holdfast.response import Notices, Pace, People, Timeline
from holdfast.response.book import Book

from .live import ORIGIN, key_beside

FOUNDER = "holdfast init"  # who is named on record for what nobody registered did
_SCOPES = (Scope.READ, Scope.PEOPLE)


class Founding(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is to administer people, and the hash of their token, which counts for so many days.

    `now` is milliseconds since 1970 UTC.
    """

    id: str
    name: str = ""
    hash: str
    now: int
    days: int


def found(store: str, key: Path | None, first: Founding) -> str:
    """Register the first administrator; the id of the token.

    Raises:
        UsageError: somebody is registered already, or the id is none.
        StoreError: the store cannot be opened, or somebody is at work on it.

    """
    with _register(store, key) as people:
        if people.persons:
            raise UsageError(
                f"{len(people.persons)} people are registered in {store} already",
                advice="An administrator registers more: `holdfast people add`. If nobody has a token any more: "
                "`holdfast init --new-token-for ADMINISTRATOR`, while the service is stopped.",
            )
        people.add(first.id, first.name, [Role.ADMINISTRATOR], FOUNDER, first.now)
        return _token(people, first)


def rescue(store: str, key: Path | None, lost: Founding) -> str:
    """Give an administrator who has lost theirs a token; its id. A notice tells them.

    Raises:
        UsageError: that is no administrator who is there.
        StoreError: the store cannot be opened, or somebody is at work on it.

    """
    with _register(store, key) as people:
        person = people.person(lost.id)
        if person is None or not person.active or Role.ADMINISTRATOR not in person.roles:
            raise UsageError(f"{lost.id} is no administrator who is there", advice="Name one who is.")
        return _token(people, lost)


def _token(people: People, whose: Founding) -> str:
    return people.make_token(whose.hash, whose.id, _SCOPES, FOUNDER, whose.now, days=whose.days, label=FOUNDER).id


@contextmanager
def _register(store: str, key: Path | None) -> Iterator[People]:
    signer = load_or_create_signer(key or key_beside(store), origin=ORIGIN)
    with SqlStore(store, signer=signer, owned=True) as opened:
        book = Book(opened, Pace(), Timeline())
        yield People(book, Notices(book))
