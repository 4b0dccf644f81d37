"""How does a deployment begin? With a store, and with one person or two who say who else is there.

Whoever owns the machine and its store vouches for the first, and may for others where no second administrator can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from holdfast.backends import SqlStore, load_or_create_signer, stands
from holdfast.errors import UsageError
from holdfast.guard import Person, Role, Scope, new_person
from holdfast.response import Confirming, Notices, Pace, People, Timeline
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


def found(store: str, key: Path | None, *first: Founding) -> list[str]:
    """Register the first administrators; the ids of their tokens.

    Raises:
        UsageError: somebody is registered already, or the id is none.
        StoreError: the store cannot be opened, or somebody is at work on it.

    """
    with _register(store, key) as (people, _):
        if people.persons:
            raise UsageError(
                f"{len(people.persons)} people are registered in {store} already",
                advice="An administrator registers more: `holdfast people add`. If nobody has a token any more: "
                "`holdfast init --new-token-for ADMINISTRATOR`, while the service is stopped.",
            )
        known: list[Person] = []
        for each in first:  # before any is registered: a place is founded whole, or not
            known.append(new_person(each.id, each.name, (), known, each.now))
        for each in first:
            people.add(each.id, each.name, [Role.ADMINISTRATOR], FOUNDER, each.now, vouched=True)
        return [_token(people, each) for each in first]


def rescue(store: str, key: Path | None, lost: Founding) -> str:
    """Give an administrator who has lost theirs a token; its id. A notice tells them.

    Raises:
        UsageError: that is no administrator who is there.
        StoreError: there is no store, it cannot be opened, or somebody is at work on it.

    """
    stands(store)
    with _register(store, key) as (people, _):
        person = people.person(lost.id)
        if person is None or not person.active or Role.ADMINISTRATOR not in person.roles:
            raise UsageError(f"{lost.id} is no administrator who is there", advice="Name one who is.")
        return _token(people, lost)


def vouch(store: str, key: Path | None, person: str, credentials: Iterable[str], now: int) -> None:
    """Confirm somebody, and tokens and passkeys of theirs, where there is no second administrator who could.

    Raises:
        UsageError: nobody has this id, one of these is none of theirs, or its maker knows its secret.
        StoreError: there is no store, it cannot be opened, or somebody is at work on it.

    """
    stands(store)
    with _register(store, key) as (_, confirming):
        confirming.confirm(person, credentials, FOUNDER, now)


def _token(people: People, whose: Founding) -> str:
    return people.make_token(
        whose.hash, whose.id, _SCOPES, FOUNDER, whose.now, days=whose.days, label=FOUNDER, vouched=True
    ).id


@contextmanager
def _register(store: str, key: Path | None) -> Iterator[tuple[People, Confirming]]:
    signer = load_or_create_signer(key or key_beside(store), origin=ORIGIN)
    with SqlStore(store, signer=signer, owned=True) as opened:
        book = Book(opened, Pace(), Timeline())
        notices = Notices(book)
        people = People(book, notices)
        yield people, Confirming(book, people, notices)
