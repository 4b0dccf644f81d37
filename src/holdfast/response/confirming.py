"""Who vouches for a person, a token or a passkey besides the administrator who made it?"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from holdfast.errors import NotAllowedError, UsageError
from holdfast.guard import ApiToken, Passkey, Person, RefusalCode
from holdfast.ledger import RecordKind

from .book import Book
from .notices import Notices
from .past import remember
from .people import People, same
from .timeline import HappeningKind

_LOOK = "`holdfast people passkeys` and `holdfast token list` name them."


class Confirming:
    """Takes the second word. Whoever calls it has made sure that `by` may register people, and is confirmed."""

    def __init__(self, book: Book, people: People, notices: Notices) -> None:
        """As the register keeps them."""
        self._book, self._people, self._notices = book, people, notices

    def confirm(self, id_: str, credentials: Iterable[str], by: str, now: int) -> Person:
        """Have `by` vouch, too, for somebody and for these tokens and passkeys of theirs. What is confirmed stays so.

        Raises:
            UsageError: nobody has this id, one of these is none of theirs, or its maker knows its secret.
            NotAllowedError: it stands on the word of `by` already.
            StoreError: nothing was kept.

        """
        old, wanted = self._people.registered(id_), tuple(sorted(set(credentials)))
        if not old.active:
            raise UsageError(f"{id_} is there no more", advice="Bring them back first: `holdfast people change`.")
        own = [self._own(id_, each) for each in wanted]
        words = {each.on_word_of for each in (old, *own) if each.on_word_of}
        if any(same(by, word) for word in words) or (old.on_word_of and same(by, id_)):
            raise NotAllowedError(
                f"it stands on the word of {by} already",
                code=RefusalCode.OWN_DEED,
                advice="Allowed for another administrator.",
            )
        person = msgspec.structs.replace(old, on_word_of="")
        if words:
            self._keep(person, own, words, by, now)
        return person

    def _own(self, id_: str, credential: str) -> ApiToken | Passkey:
        """A token or passkey of theirs that nobody else knows the secret of."""
        token, passkey = self._people.tokens.get(credential), self._people.passkeys.get(credential)
        found = token or passkey
        if found is None or found.revoked_at is not None or not same(found.person, id_):
            raise UsageError(f"{id_} has no token or passkey {credential}, or it was revoked", advice=_LOOK)
        if token is not None and token.on_word_of and not same(token.made_by, id_):
            advice = f"Have {id_} run `holdfast token renew` first, and tell you what it is called then."
            raise UsageError(f"whoever made {credential} knows its secret", advice=advice)
        return found

    def _keep(self, person: Person, own: Iterable[ApiToken | Passkey], words: Iterable[str], by: str, now: int) -> None:
        with self._book.change(now) as page:
            self._people.persons.put(page, person.id, person)
            remember(page, "person", person.id, person)
            for each in own:
                match each:
                    case ApiToken():
                        self._people.tokens.put(page, each.id, msgspec.structs.replace(each, on_word_of=""))
                    case Passkey():
                        self._people.keep_passkey(page, msgspec.structs.replace(each, on_word_of=""))
            named = [each.id for each in own]
            body = {"credentials": named, "on_word_of": sorted(words)}
            key = f"person/{person.id}/confirmed/{person.revision}/{now}"
            page.record(RecordKind.DECISION, key, person.id, body, actor=by)
            text = f"{by} confirmed {person.id}" + ((named and f" and of theirs {', '.join(named)}") or "")
            page.note(HappeningKind.PEOPLE, text, person.id)
            self._notices.tell(page, f"confirmed-{person.id}", {person.id, *words}, text)
            page.then.append(self._people.call_the_roll)
