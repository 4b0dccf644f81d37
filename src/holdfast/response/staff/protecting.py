"""Which accounts are guarded more tightly than others? To guard one takes one person, to guard it less takes two."""

from __future__ import annotations

import msgspec

from holdfast.errors import NotAllowedError, UsageError
from holdfast.guard import RefusalCode
from holdfast.guard.staff import Tier
from holdfast.ledger import RecordKind
from holdfast.response.book import Book, Page, Shelf
from holdfast.response.emergency import reason
from holdfast.response.past import remember
from holdfast.response.timeline import HappeningKind

from .kept import Changes, named

LONGEST_ACCOUNT = 512  # characters


class Protected(msgspec.Struct, frozen=True, kw_only=True):
    """That `account` is of this tier since `at` (ms since 1970 UTC), by whom and why; others are ordinary."""

    account: str
    tier: Tier
    why: str
    by: str
    at: int


class Protecting:
    """The register of protected accounts. Whoever calls it has made sure that `by` may do so."""

    def __init__(self, book: Book, changes: Changes) -> None:
        """As kept in the book's store."""
        self._book, self._changes = book, changes
        self.kept = Shelf(book, "gate_protected", Protected)

    def tier(self, account: str) -> Tier:
        """Of which tier an account is."""
        found = self.kept.get(account)
        return Tier.ORDINARY if found is None else found.tier

    def protect(self, account: str, tier: Tier, by: str, why: str, now: int) -> Protected:
        """Guard an account more tightly.

        Raises:
            UsageError: it is no account's id, or of no tier that is guarded.
            NotAllowedError: it would be guarded less, or no reason is given.
            StoreError: nothing was kept.

        """
        if not 0 < len(account) <= LONGEST_ACCOUNT or tier is Tier.ORDINARY:
            raise UsageError(
                "this is no account's id, or the tier is ordinary",
                advice=f"Name an id of at most {LONGEST_ACCOUNT} characters, and a tier above ordinary.",
            )
        if tier < self.tier(account):
            raise NotAllowedError(
                f"{account} is of the tier {self.tier(account).word}, which is higher",
                code=RefusalCode.APPROVALS_MISSING,
                advice="Propose the lower tier, so that somebody else can agree: holdfast staff unprotect.",
            )
        with self._book.change(now) as page:
            return self.set_on(page, account, tier, by, reason(why))

    def set_on(self, page: Page, account: str, tier: Tier, by: str, why: str) -> Protected:
        """Make it so on the page of whatever it follows from."""
        made = Protected(account=account, tier=tier, why=why, by=by, at=page.now)
        if tier is not Tier.ORDINARY:
            self.kept.put(page, account, made)
        elif account in self.kept:
            self.kept.drop(page, account)
        remember(page, "tier", account, tier)
        page.then.append(lambda: self._changes.note("tiers", account, tier))
        body = {"tier": tier.word, "why": why}
        key = named("protected/t", msgspec.to_builtins(made))
        page.record(RecordKind.DECISION, key, f"account:{account}", body, actor=by)
        page.note(HappeningKind.PEOPLE, f"{by} made {account} {tier.word}: {why}", account)
        return made
