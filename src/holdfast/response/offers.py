"""Which plans lie on the desk, about what, and does anybody still have to decide?"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from holdfast.containment import Plan, PlanKind, outstanding, recommended
from holdfast.ledger import RecordKind

from .book import Book, Page, Shelf
from .case import Concern, Offer
from .timeline import HappeningKind

GROWN = 1.5  # plans are offered anew when half as many accounts again are in danger: that may change a mind
WIDENING = tuple(PlanKind)  # the kinds of plan against a campaign, from narrow to wide, then those against staff


class Offers:
    """The latest offer about each campaign and incident, and the plans in it."""

    def __init__(self, book: Book) -> None:
        """As kept in the book's store."""
        self._book = book
        self.latest = Shelf(book, "offers", Offer)
        self.plans = Shelf(book, "plans", Plan)

    def outgrown(self, about: str, endangered: int) -> bool:
        """Whether so many accounts are in danger by now that the plans on the desk may mislead, or there are none."""
        offer = self.latest.get(about)
        return offer is None or endangered >= GROWN * max(1, offer.endangered)

    def number(self, about: str) -> int:
        """How many offers were made about it."""
        offer = self.latest.get(about)
        return 0 if offer is None else offer.number

    def make(  # noqa: PLR0913  (what an offer says)
        self,
        page: Page,
        about: str,
        concern: Concern,
        plans: Sequence[Plan],
        *,
        endangered: int,
        carried_out: PlanKind | None = None,
        beyond: bool = False,
    ) -> None:
        """Put `plans` on the desk in place of those about the same thing; nothing when there are none.

        Nor is anything offered again of which the suggested plan is in force already.

        Somebody has to decide unless a plan as wide as the suggested one was `carried_out` and nothing lies `beyond`
        it.
        """
        best = recommended(plans)
        if best is None:
            return
        earlier = self.latest.get(about)
        if earlier is not None and not outstanding(best, (held.hold for held in self._book.holds.values()), page.now):
            return
        for gone in set() if earlier is None else set(earlier.plans) - {plan.id for plan in plans}:
            self.plans.drop(page, gone)
        for plan in plans:
            self.plans.put(page, plan.id, plan)
        offer = Offer(
            about=about,
            concern=concern,
            number=self.number(about) + 1,
            at=page.now,
            first_at=page.now if earlier is None else earlier.first_at,
            plans=tuple(plan.id for plan in plans),
            recommended=best.id,
            endangered=endangered,
            wanted=beyond or carried_out is None or WIDENING.index(best.kind) > WIDENING.index(carried_out),
        )
        self.latest.put(page, about, offer)
        body = {
            "recommended": best.id,
            "plans": [{"id": plan.id, "kind": str(plan.kind), "accounts": plan.preview.accounts} for plan in plans],
        }
        page.record(RecordKind.OBSERVATION, f"offer/{about}/{offer.number}", about, body)
        if offer.wanted:
            page.note(HappeningKind.PROPOSAL, f"{len(plans)} plans; suggested: {best.title}", about)

    def withdraw(self, page: Page, about: str) -> None:
        """Take what lies on the desk about it away: it is part of something else now."""
        offer = self.latest.get(about)
        if offer is not None:
            for plan in offer.plans:
                self.plans.drop(page, plan)
            self.latest.drop(page, about)

    def answered(self, page: Page, about: str) -> None:
        """A plan about it was carried out: nobody has to decide until it is offered again."""
        offer = self.latest.get(about)
        if offer is not None:
            self.latest.put(page, about, msgspec.structs.replace(offer, wanted=False))
