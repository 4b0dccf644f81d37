"""Who looked up what about staff and accounts? Whoever asks the record is on it, before they are answered.

The same question of the same person is put on record once a minute, that of a page that they leave open once an hour.
Nobody is answered more questions in a minute than are put on record, so that none is hidden among many.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from holdfast.events import spelling_key
from holdfast.guard import Via
from holdfast.ledger import RecordKind
from holdfast.response.book import Book

LOOKUPS = "gate_lookups"
PREFIX = "look-"  # of their ids; locks have another
MINUTE = 60_000  # milliseconds
OPEN_FOR = 60 * MINUTE  # for so long a page that asks for itself anew is the look that is on record, and no other
MOST_OF_ONE = 120  # different questions of one person in a minute: two a second, which a list in a shell may ask
LONGEST = 512  # characters of what was asked for: as many as an id may have
ABOUT = {"target": "account", "account": "account", "person": "staff", "id": "session", "about": "account"}
"""What may be asked about by name, and what kind of subject it is."""
_ITS_ID = {"tickets": {"id": "ticket"}}  # where an id is another thing's
_LAST = "last"  # where it lies how many there are; their own keys are numbers
_DIGITS = 12

_Question = tuple[str, tuple[tuple[str, str], ...]]


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """`person` looked up `what`, narrowed to `asked`, at `time` (ms since 1970 UTC); `via` says how they came."""

    number: int
    time: int
    person: str
    what: str
    asked: dict[str, str] = {}
    via: Via

    @property
    def id(self) -> str:
        """What it is called, on record too."""
        return f"{PREFIX}{self.number}"


class _Count(msgspec.Struct, frozen=True, kw_only=True):
    number: int


class Lookups:
    """The lookups in the store. One thread uses it: the one that owns the book."""

    def __init__(self, book: Book) -> None:
        """Go on behind the last one that the book's store keeps."""
        self._book = book
        with book.reading() as transaction:
            last = transaction.get(LOOKUPS, _LAST, _Count)
        self.count = 0 if last is None else last.number
        self._minute = -1
        self._asked: dict[str, set[_Question]] = {}
        self._open: dict[tuple[str, _Question], int] = {}

    def note(  # noqa: PLR0913 - all that is on record of it
        self, person: str, what: str, asked: Mapping[str, str], via: Via, now: int, *, anew: bool = False
    ) -> bool:
        """Put on record that `person` looks this up; False where they have asked for too much in this minute.

        `anew` says that a page asks for itself, so whoever looks at it may be on record already. Anybody can say so.

        Raises:
            StoreError: it is not on record, so they must not be answered.

        """
        if now // MINUTE != self._minute:
            self._minute, self._asked = now // MINUTE, {}
            self._open = {key: at for key, at in self._open.items() if 0 <= now - at < OPEN_FOR}
        cut = {name: _cut(value) for name, value in sorted(asked.items())}
        question, known = (what, tuple(cut.items())), self._asked.setdefault(person, set())
        if question in known or (anew and 0 <= now - self._open.get((person, question), now + 1) < OPEN_FOR):
            return True
        if len(known) >= MOST_OF_ONE:
            return False
        self._keep(Lookup(number=self.count + 1, time=now, person=person, what=what, asked=cut, via=via))
        known.add(question)
        self._open[person, question] = now
        return True

    def newest(self, before: int | None, most: int) -> list[Lookup]:
        """At most `most` of those with a number below `before` (None: of all), the newest first.

        Raises:
            StoreError: they cannot be read.

        """
        end = self.count if before is None else min(self.count, before - 1)
        numbers = range(end, max(0, end - most), -1)
        with self._book.reading() as transaction:
            found = transaction.some(LOOKUPS, map(_key, numbers), Lookup)
        return [found[key] for key in map(_key, numbers) if key in found]

    def _keep(self, made: Lookup) -> None:
        kinds = ABOUT | _ITS_ID.get(made.what, {})
        subject = next((f"{kind}:{made.asked[name]}" for name, kind in kinds.items() if name in made.asked), "gate")
        with self._book.change(made.time) as page:
            page.transaction.put(LOOKUPS, _key(made.number), made)
            page.transaction.put(LOOKUPS, _LAST, _Count(number=made.number))
            body = {"looked_up": made.what, "asked": made.asked, "via": str(made.via)}
            page.record(RecordKind.OBSERVATION, f"lookup/{made.number}", subject, body, actor=made.person)
            page.then.append(lambda: self._kept(made.number))

    def _kept(self, number: int) -> None:
        self.count = number


def _cut(value: str) -> str:
    """The same; of what is too long what tells it from others, for invisible characters could push that out."""
    return value if len(value) <= LONGEST else spelling_key(value)[:LONGEST]


def _key(number: int) -> str:
    return f"{number:0{_DIGITS}d}"
