"""What is to be offered about staff tools, before or without any post: private data read, accounts taken over?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from holdfast.containment import LIKELY, RECENT_MS, Plan, Restriction, Subject, SubjectKind, propose_for_staff
from holdfast.detection import Term
from holdfast.detection.takeover import Takeover
from holdfast.investigation import Factor, FactorKind, ReadAbuse
from holdfast.ledger import RecordKind

from .book import Book, Shelf
from .case import Concern
from .inquiry import ALIKE, in_hand
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
            self._offers.make(page, about, Concern.READING, plans, endangered=suspicion.touched)

    def warned(self, takeover: Takeover, now: int) -> None:
        """An account looks taken over through a staff tool; several by one tool session are an incident.

        Raises:
            StoreError: nothing was kept; tell it again.

        """
        key = f"{takeover.account}/{takeover.changed_at}"
        if key in self.takeovers:
            return
        about = f"takeovers/{takeover.tool_session or takeover.staff}"
        warned = {takeover.account, *self._warned(takeover, now)}
        plans: tuple[Plan, ...] = ()
        if len(warned) >= TOGETHER and self._offers.outgrown(about, len(warned)):
            plans = self._against(takeover, about, self._in_hand(takeover, warned, now), now)
        with self._book.change(now) as page:
            self.takeovers.put(page, key, takeover)
            body = {"account": takeover.account, "staff": takeover.staff, "tool_session": takeover.tool_session}
            body["evidence"] = _words(takeover.evidence)
            page.record(RecordKind.OBSERVATION, f"takeover/{key}", about, body)
            if len(warned) <= TOGETHER:  # after that, the offers tell how it grows
                name = self._knowledge.directory.called(takeover.account)
                text = f"{name} looks taken over by {takeover.tool_session or takeover.staff}"
                page.note(HappeningKind.WARNING, text, about)
            self._offers.make(page, about, Concern.TAKEOVERS, plans, endangered=len(warned))

    def review(self, now: int) -> None:
        """Offer anew where a plan against a tool session was carried out, and accounts are in its hands beyond that.

        They were taken while people thought about the plan, or were signs too weak when it was made. What was held once
        is not asked for again: it was to end, or somebody lifted it.

        Raises:
            StoreError: nothing was kept; the next review finds it again.

        """
        latest = {f"takeovers/{each.tool_session or each.staff}": each for each in self.takeovers.values()}
        for about, takeover in latest.items():
            offer = self._offers.latest.get(about)
            if offer is None or offer.wanted:
                continue
            warned = self._warned(takeover, now)
            chances = self._in_hand(takeover, warned, now)
            if any(chance >= LIKELY and not self._was_held(account, now) for account, chance in chances.items()):
                plans = self._against(takeover, about, chances, now)
                with self._book.change(now) as page:
                    self._offers.make(page, about, Concern.TAKEOVERS, plans, endangered=len(warned))

    def _warned(self, takeover: Takeover, now: int) -> set[str]:
        """The accounts that the same hands took since yesterday."""
        hands = (takeover.tool_session, takeover.staff)
        return {
            each.account
            for each in self.takeovers.values()
            if (each.tool_session, each.staff) == hands and now - each.warned_at <= RECENT_MS
        }

    def _in_hand(self, takeover: Takeover, warned: Collection[str], now: int) -> dict[str, float]:
        session = takeover.tool_session
        if not (session or takeover.staff):
            return dict.fromkeys(warned, ALIKE)
        kind = FactorKind.TOOL_SESSION if session else FactorKind.STAFF
        return in_hand(Factor(kind=kind, value=session or takeover.staff), warned, self._knowledge, now)

    def _was_held(self, account: str, now: int) -> bool:
        """Whether it was kept from posting by name since yesterday, whatever became of the hold."""
        placed = self._book.on(Subject(kind=SubjectKind.ACCOUNT, id=account))
        return any(
            held.hold.restriction is Restriction.NO_POSTING and now - held.hold.starts <= RECENT_MS for held in placed
        )

    def _against(self, takeover: Takeover, about: str, chances: Mapping[str, float], now: int) -> tuple[Plan, ...]:
        """Plans against the staff tool behind the takeovers, from its session to the accounts it took."""
        offer = self._offers.latest.get(about)
        return propose_for_staff(
            about,
            takeover.staff,
            (takeover.tool_session,) if takeover.tool_session else (),
            self._knowledge.directory,
            now,
            why="accounts were taken over through it",
            next_accounts=chances,
            revision=1 if offer is None else offer.number + 1,
        )


def _words(evidence: Iterable[Term]) -> str:
    return "; ".join(term.note or term.term for term in evidence)
