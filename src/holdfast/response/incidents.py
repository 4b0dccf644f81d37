"""What is to be offered about staff tools, before or without any post: private data read, accounts taken over?"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from holdfast.containment import Plan, PlanKind, propose_for_staff
from holdfast.detection import Term
from holdfast.detection.takeover import Takeover
from holdfast.investigation import FactorKind, ReadAbuse
from holdfast.ledger import RecordKind

from .book import Book, Shelf
from .case import Concern
from .inquiry import ALIKE
from .knowledge import Knowledge
from .offers import Offers
from .timeline import HappeningKind

# Warnings about so many accounts by one tool session are an incident. One in a thousand honest changes by staff gives a
# warning, so a session with three of them is honest about once in 10^7 even if it makes hundreds of changes.
TOGETHER = 3


class Incidents:
    """Puts suspicions and warnings on record, and offers plans against the session or staff member behind them."""

    def __init__(self, book: Book, offers: Offers, knowledge: Knowledge) -> None:
        """Go on with what the book's store keeps."""
        self._book = book
        self._offers = offers
        self._knowledge = knowledge
        self.suspicions = Shelf(book, "suspicions", ReadAbuse)
        self.takeovers = Shelf(book, "takeovers", Takeover)

    def suspected(self, suspicion: ReadAbuse, now: int) -> None:
        """A staff member or tool session reads what nobody asked them to read; told again when it is twice as much.

        Raises:
            StoreError: nothing was kept; tell it again.

        """
        factor = suspicion.factor
        about = f"reading/{factor.key}"
        known = self.suspicions.get(about)
        if known is not None and suspicion.touched < 2 * known.touched:
            return
        by_staff = factor.kind is FactorKind.STAFF
        plans = propose_for_staff(
            about,
            factor.value if by_staff else "",
            () if by_staff else (factor.value,),
            self._knowledge.directory,
            now,
            why=_words(suspicion.evidence),
            revision=suspicion.touched,
        )
        with self._book.change(now) as page:
            self.suspicions.put(page, about, suspicion)
            body = {
                "factor": factor.key,
                "touched": suspicion.touched,
                "unticketed": suspicion.unticketed,
                "evidence": [msgspec.to_builtins(term) for term in suspicion.evidence],
            }
            page.record(RecordKind.OBSERVATION, f"suspicion/{about}/{suspicion.touched}", about, body)
            page.note(HappeningKind.WARNING, f"{factor.key}: {_words(suspicion.evidence)}", about)
            against = plans if by_staff else _sessions_only(plans)
            self._offers.make(page, about, Concern.READING, against, endangered=suspicion.touched)

    def warned(self, takeover: Takeover, now: int) -> None:
        """An account looks taken over through a staff tool; several by one tool session are an incident.

        Raises:
            StoreError: nothing was kept; tell it again.

        """
        key = f"{takeover.account}/{takeover.changed_at}"
        if key in self.takeovers:
            return
        session = takeover.tool_session
        about = f"takeovers/{session or takeover.staff}"
        others = (
            each for each in self.takeovers.values() if (each.tool_session, each.staff) == (session, takeover.staff)
        )
        accounts = sorted({takeover.account, *(each.account for each in others)})
        plans: tuple[Plan, ...] = ()
        if len(accounts) >= TOGETHER and self._offers.outgrown(about, len(accounts)):
            plans = self._against(takeover, about, accounts, now)
        with self._book.change(now) as page:
            self.takeovers.put(page, key, takeover)
            body = {"account": takeover.account, "staff": takeover.staff, "tool_session": session}
            body["evidence"] = _words(takeover.evidence)
            page.record(RecordKind.OBSERVATION, f"takeover/{key}", about, body)
            if len(accounts) <= TOGETHER:  # after that, the offers tell how it grows
                name = self._knowledge.directory.called(takeover.account)
                text = f"{name} looks taken over by {session or takeover.staff}"
                page.note(HappeningKind.WARNING, text, about)
            self._offers.make(page, about, Concern.TAKEOVERS, plans, endangered=len(accounts))

    def _against(self, takeover: Takeover, about: str, accounts: Iterable[str], now: int) -> tuple[Plan, ...]:
        """Plans against the staff tool behind the takeovers, from its session to the accounts it took."""
        session = takeover.tool_session
        plans = propose_for_staff(
            about,
            takeover.staff,
            (session,) if session else (),
            self._knowledge.directory,
            now,
            why="accounts were taken over through it",
            next_accounts=dict.fromkeys(accounts, ALIKE),
            revision=len(tuple(accounts)),
        )
        return plans if takeover.staff else _sessions_only(plans)


def _sessions_only(plans: Iterable[Plan]) -> tuple[Plan, ...]:
    """The plans that name no staff member, where only the session is known."""
    return tuple(plan for plan in plans if plan.kind is PlanKind.SESSION)


def _words(evidence: Iterable[Term]) -> str:
    return "; ".join(term.note or term.term for term in evidence)
