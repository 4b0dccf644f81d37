"""What is to be offered about staff tools, before or without any post: private data read, accounts taken over?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from holdfast.containment import LIKELY, RECENT_MS, Danger, Plan, Restriction, Subject, SubjectKind, propose_for_staff
from holdfast.detection import Term
from holdfast.detection.takeover import Takeover
from holdfast.investigation import Factor, FactorKind
from holdfast.ledger import RecordKind

from .book import Book, Page, Shelf
from .case import Concern, Named
from .inquiry import ALIKE, in_hand
from .knowledge import Knowledge
from .offers import Offers
from .staff import StaffSignals
from .timeline import HappeningKind

# Warnings about so many accounts by one tool session are an incident. One in a thousand honest changes by staff gives a
# warning, so a session with three of them is honest about once in 10^7 even if it makes hundreds of changes.
TOGETHER = 3


class Incidents:
    """Puts warnings on record, and offers plans against the session or staff member behind them."""

    def __init__(self, book: Book, offers: Offers, knowledge: Knowledge, signals: StaffSignals) -> None:
        """Go on with what the book's store keeps; `signals` deals with accesses abused."""
        self._signals = signals
        self._book = book
        self._offers = offers
        self._knowledge = knowledge
        self.takeovers = Shelf(book, "takeovers", Takeover)

    @property
    def accused(self) -> tuple[Named, ...]:
        """Whom or what plans were offered against, by the time of the first offer."""
        hands = {_about(each): _hand(each) for each in self.takeovers.values()}
        taking = [
            Named(factor=hand.key, at=self._offers.latest[about].first_at)
            for about, hand in hands.items()
            if hand is not None and about in self._offers.latest
        ]
        return tuple(sorted([*self._signals.accused, *taking], key=lambda named: (named.at, named.factor)))

    def hand(self, about: str) -> str:
        """The key of the tool session or staff member behind the takeovers in `about`; empty when it is no such."""
        hands = (_hand(each) for each in self.takeovers.values() if _about(each) == about)
        return next((hand.key for hand in hands if hand is not None), "")

    def perils(self, about: str, now: int) -> Danger | None:
        """Who is in danger by the takeovers in `about`, as far as is known `now`; None when it is no such."""
        takeover = next((each for each in self.takeovers.values() if _about(each) == about), None)
        if takeover is None:
            return None
        return Danger(carriers=(), next=self._in_hand(takeover, self._warned(takeover, now), now))

    def warned(self, takeover: Takeover, now: int) -> None:
        """An account looks taken over through a staff tool; several by one tool session are an incident.

        Raises:
            StoreError: nothing was kept; tell it again.

        """
        key = f"{takeover.account}/{takeover.changed_at}"
        before = self.takeovers.get(key)
        if before is not None and (before.sure or not takeover.sure):
            return
        about = _about(takeover)
        warned = {takeover.account, *self._warned(takeover, now)}
        plans: tuple[Plan, ...] = ()
        if (takeover.sure or len(warned) >= TOGETHER) and self._offers.outgrown(about, len(warned)):
            plans = self._against(takeover, self._in_hand(takeover, warned, now), now)
        with self._book.change(now) as page:
            self.takeovers.put(page, key, takeover)
            body = {"account": takeover.account, "staff": takeover.staff, "tool_session": takeover.tool_session}
            body["evidence"] = _words(takeover.evidence)
            again = "" if before is None else "/sure"  # it was weighed before, and is certain now
            page.record(RecordKind.OBSERVATION, f"takeover/{key}{again}", about, body)
            if len(warned) <= TOGETHER:  # after that, the offers tell how it grows
                name = self._knowledge.directory.called(takeover.account)
                text = f"{name} looks taken over by {takeover.tool_session or takeover.staff}"
                page.note(HappeningKind.WARNING, text, about)
            self._offers.make(page, about, Concern.TAKEOVERS, plans, endangered=len(warned))

    def review(self, now: int) -> None:
        """Offer anew where a plan against a tool session was carried out, and accounts are in its hands beyond that.

        They were taken while people thought about the plan, or their signs were too weak when it was made. What was
        held once is not asked for again: it was to end, or somebody lifted it.

        Raises:
            StoreError: nothing was kept; the next review finds it again.

        """
        for about, takeover in {_about(each): each for each in self.takeovers.values()}.items():
            offer = self._offers.latest.get(about)
            if offer is None or offer.wanted:
                continue
            chances = self._in_hand(takeover, self._warned(takeover, now), now)
            if any(chance >= LIKELY and not self._was_held(account, now) for account, chance in chances.items()):
                with self._book.change(now) as page:
                    self.offer_again(page, about)

    def offer_again(self, page: Page, about: str) -> None:
        """Offer the plans about an incident as of now; nothing when `about` is none."""
        self._signals.offer_again(page, about)
        takeover = {_about(each): each for each in self.takeovers.values()}.get(about)
        if takeover is not None:
            warned = self._warned(takeover, page.now)
            plans = self._against(takeover, self._in_hand(takeover, warned, page.now), page.now)
            self._offers.make(page, about, Concern.TAKEOVERS, plans, endangered=len(warned))

    def _warned(self, takeover: Takeover, now: int) -> set[str]:
        """The accounts that the same hand took since yesterday."""
        return {
            each.account
            for each in self.takeovers.values()
            if (each.tool_session, each.staff) == (takeover.tool_session, takeover.staff)
            and now - each.warned_at <= RECENT_MS
        }

    def _in_hand(self, takeover: Takeover, warned: Collection[str], now: int) -> dict[str, float]:
        hand = _hand(takeover)
        return dict.fromkeys(warned, ALIKE) if hand is None else in_hand(hand, warned, self._knowledge, now)

    def _was_held(self, account: str, now: int) -> bool:
        """Whether it was kept from posting by name since yesterday, whatever became of the hold."""
        placed = self._book.on(Subject(kind=SubjectKind.ACCOUNT, id=account))
        return any(
            held.hold.restriction is Restriction.NO_POSTING and now - held.hold.starts <= RECENT_MS for held in placed
        )

    def _against(self, takeover: Takeover, chances: Mapping[str, float], now: int) -> tuple[Plan, ...]:
        """Plans against the staff tool behind the takeovers, from its session to the accounts it took."""
        return propose_for_staff(
            _about(takeover),
            takeover.staff,
            (takeover.tool_session,) if takeover.tool_session else (),
            self._knowledge.directory,
            now,
            why="accounts were taken over through it",
            next_accounts=chances,
            revision=self._offers.number(_about(takeover)) + 1,
        )


def _about(takeover: Takeover) -> str:
    """The name of the incident that it belongs to."""
    return f"takeovers/{takeover.tool_session or takeover.staff}"


def _hand(takeover: Takeover) -> Factor | None:
    """Whose deed it was, as far as the platform tells: the tool session, or else the staff member."""
    if takeover.tool_session:
        return Factor(kind=FactorKind.TOOL_SESSION, value=takeover.tool_session)
    return Factor(kind=FactorKind.STAFF, value=takeover.staff) if takeover.staff else None


def _words(evidence: Iterable[Term]) -> str:
    return "; ".join(term.note or term.term for term in evidence)
