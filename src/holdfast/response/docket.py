"""What is known of each campaign, what is offered about it, and what do standing orders cover as it grows?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from holdfast.containment import (
    Hold,
    Plan,
    Subject,
    SubjectKind,
    blast_radius,
    danger,
    outstanding,
    propose,
    spared,
    unfounded,
)
from holdfast.detection import Campaign, CampaignTier
from holdfast.errors import PlatformError
from holdfast.guard import TABLE, Table
from holdfast.ledger import RecordKind
from holdfast.ports import Platform, Standing
from holdfast.reading import most_telling

from .book import Book, Page, Shelf
from .brakes import Brakes
from .case import Case, Concern, StandingOrder
from .conduct import LIVE, Over
from .emergency import shortened
from .found import FoundInPlace
from .inquiry import due, followed_up, investigated
from .knowledge import Knowledge
from .nearest import lasting
from .offers import WIDENING, Offers
from .standing import follow_up, followed, lasting_order, succeeded, undone, up_to
from .timeline import HappeningKind
from .watch import CampaignSeen

TEXTS = 50  # distinct texts of a campaign kept to find near-duplicates by; later ones are alike
SHOWN_LURES = 20  # lures that the record of a sighting names
FIRST_WAIT = 60_000  # milliseconds until an unknown cause is asked for again when nobody has posted since
MOST_DOUBLINGS = 6  # of that wait: about an hour


class Docket:
    """Turns sightings into cases and offers, and places what a standing order covers. It decides nothing else."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a case rests on, and what follows from it
        self,
        platform: Platform,
        book: Book,
        found: FoundInPlace,
        offers: Offers,
        knowledge: Knowledge,
        brakes: Brakes,
        table: Callable[[], Table] = lambda: TABLE,
    ) -> None:
        """Go on with the cases that the book's store keeps; `table` gives how many must agree to a plan."""
        self._table = table
        self._platform = platform
        self._book = book
        self._found = found
        self._offers = offers
        self._knowledge = knowledge
        self._brakes = brakes
        self._looked_at: set[str] = set()  # carriers on whom the platform was asked what stands
        self.cases = Shelf(book, "cases", Case)

    def seen(self, sight: CampaignSeen, now: int) -> None:
        """Take in a campaign as it stands; a revision that is known already changes nothing.

        Raises:
            StoreError: nothing of it was kept; tell it again.

        """
        before = self.cases.get(sight.campaign.id)
        if before is not None and sight.campaign.revision <= before.campaign.revision:
            return
        case = self._case(before, sight, now)
        contain = case.campaign.tier is CampaignTier.CONTAIN
        if contain:
            ask = investigated if due(case) else followed_up
            case = ask(case, self._knowledge, now)
        standings = self._look(case.campaign.accounts) if contain else []
        with self._book.change(now) as page:
            _record_sighting(page, before, case.campaign)
            for subject, standing in standings:
                self._found.keep(page, subject, standing)
            self._settle(page, before, case)

    def review(self, now: int) -> None:
        """Look again at cases of which more may be known though nobody has posted: the cause has touched new accounts.

        While a cause is unknown it is asked for again, each time after twice the wait.

        Raises:
            StoreError: what was found is not kept; the next review finds it again.

        """
        merged = {other for each in self.cases.values() for other in each.campaign.merged}
        alive = [each for each in self.cases.values() if each.campaign.id not in merged]
        for before in [each for each in alive if each.campaign.tier is CampaignTier.CONTAIN]:
            if before.behind or (before.factor and self._knowledge.told(before.factor) != before.told):
                self.catch_up(before.campaign.id, now)
            elif not before.factor and now - before.asked_at >= FIRST_WAIT * 2 ** min(before.asked, MOST_DOUBLINGS):
                with self._book.change(now) as page:
                    self._settle(page, before, investigated(before, self._knowledge, now))

    def catch_up(self, about: str, now: int) -> None:
        """Follow a campaign to where it stands now; nothing when `about` is no campaign.

        Raises:
            StoreError: nothing of it was kept; the next review does it.

        """
        before = self.cases.get(about)
        if before is not None:
            case = followed_up(before, self._knowledge, now)
            with self._book.change(now) as page:
                self._settle(page, before, case)

    def offer_again(self, page: Page, about: str) -> None:
        """Offer the plans about a campaign, or the one that it is part of, as of now; nothing when `about` is none."""
        case = self.cases.get(self.whole(about))
        if case is not None:
            self._offer(page, case, self._propose(case, page.now), beyond=False)

    def whole(self, about: str) -> str:
        """The campaign that `about` turned out to be part of, or `about` itself."""
        return next((name for name, case in self.cases.items() if about in case.campaign.merged), about)

    def ordered(self, page: Page, about: str, order: StandingOrder) -> None:
        """A plan about a campaign was carried out: the like of it is covered from now on, see `standing.succeeded`."""
        case = self.cases.get(about)
        if case is not None:
            stands = succeeded(case.order, order, page.now)
            self.cases.put(page, about, msgspec.structs.replace(case, order=stands))

    def dismissed(self, page: Page, about: str, plan: str = "") -> None:
        """What a standing order placed is undone: it places nothing more; of a `plan`, what that one placed."""
        case = self.cases.get(about)
        if case is not None:
            order = undone(case.order, plan) if plan else None
            self.cases.put(page, about, msgspec.structs.replace(case, order=order))

    def _case(self, before: Case | None, sight: CampaignSeen, now: int) -> Case:
        """The case as it was, with what the sighting adds, and what was known of campaigns that are merged into it.

        A carrier of which the engine does not say when it posted first was used at the latest now; the first of all,
        when the campaign began.
        """
        case = before or Case(campaign=sight.campaign)
        family = [case, *(self.cases[each] for each in sight.campaign.merged if each in self.cases)]
        first_used = dict(case.first_used)
        for account, time in (
            *((account, time) for each in family[1:] for account, time in each.first_used.items()),
            *((account, time) for account, time, _ in sight.posts),
            *zip(sight.campaign.accounts, sight.campaign.first_posts, strict=False),
            *((account, sight.campaign.first_post_at) for account in sight.campaign.accounts[:1]),
        ):
            first_used[account] = min(time, first_used.get(account, time))
        first_used = dict.fromkeys(sight.campaign.accounts, now) | first_used
        texts = [*(text for each in family for text in each.texts), *(text for *_, text in sight.posts)]
        orders = [each.order for each in family if each.order is not None]
        return msgspec.structs.replace(
            case,
            campaign=sight.campaign,
            first_used=first_used,
            texts=tuple(dict.fromkeys(text for text in texts if text.strip()))[:TEXTS],
            order=max(orders, key=lambda order: WIDENING.index(order.kind), default=None),
        )

    def _look(self, accounts: Iterable[str]) -> list[tuple[Subject, Standing]]:
        """What others have placed on carriers not looked at before, as far as the platform says."""
        found: list[tuple[Subject, Standing]] = []
        for account in accounts:
            if account in self._looked_at:
                continue
            subject = Subject(kind=SubjectKind.ACCOUNT, id=account)
            try:
                standings = self._platform.in_force(subject)
            except PlatformError:
                break  # the plan does not wait for it; the reconciler looks again
            self._looked_at.add(account)
            found.extend((subject, standing) for standing in standings if not standing.ours)
        return found

    def _settle(self, page: Page, before: Case | None, case: Case) -> None:
        """Keep the case, and do what follows from it: put the cause on record, follow up, offer plans."""
        _record_cause(page, before, case)
        case = msgspec.structs.replace(case, order=lasting_order(case.order, page.now))
        self._let_go(page, before, case)
        named_anew = before is None or before.factor != case.factor
        anew = named_anew or self._offers.outgrown(case.campaign.id, case.endangered)
        if case.campaign.tier is CampaignTier.CONTAIN and (anew or not self._is_followed(before, case, page.now)):
            plans = self._propose(case, page.now)
            case, beyond = self._follow(page, case, plans)
            if anew or (beyond and not self._offers.latest[case.campaign.id].wanted):
                self._offer(page, case, plans, beyond=beyond)
        elif case.order is not None:
            case = msgspec.structs.replace(case, order=up_to(case.order, case.campaign.revision))
        self.cases.put(page, case.campaign.id, case)
        for other in case.campaign.merged:  # its order and what was known of it are this case's from now on
            if other in self.cases and self.cases[other].order is not None:
                self.cases.put(page, other, msgspec.structs.replace(self.cases[other], order=None))
            self._offers.withdraw(page, other)

    def _is_followed(self, before: Case | None, case: Case, now: int) -> bool:
        """Whether no order waits to be followed: new bystanders, however many, change nothing of what it covers."""
        if case.order is None:
            return True
        if before is None or before.order != case.order or before.behind or now >= case.order.until:
            return False
        touched = self._knowledge.touched(case.factor) if case.factor else frozenset()
        return before.picture(touched) == case.picture(touched)

    def _let_go(self, page: Page, before: Case | None, case: Case) -> None:
        """End the campaign's holds on who, as it shows only now, took no part: nobody approved of holding them."""
        fresh = spared(case.campaign) - (spared(before.campaign) if before is not None else frozenset())
        known = () if before is None else before.campaign.borrowed
        borrowed = case.campaign.borrowed != known
        near = self._book.holds.values() if borrowed else (each for subject in fresh for each in self._book.on(subject))
        live = [held.hold for held in near if held.state in LIVE and held.hold.campaign in case.family]
        ended = sorted(hold.id for hold in unfounded(live, case.campaign))
        if ended:
            why = "took no part in the campaign, as is known by now"
            key = f"let-go/{case.campaign.id}/{case.campaign.revision}"
            page.record(RecordKind.DECISION, key, case.campaign.id, {"lifts": ended, "why": why})
            for hold in ended:
                page.tell(hold, Over(at=page.now, why=why))
            page.note(HappeningKind.ENDED, f"{len(ended)} holds lifted: who they were on {why}", case.campaign.id)

    def _propose(self, case: Case, now: int) -> tuple[Plan, ...]:
        return propose(
            case.campaign,
            case.cause,
            case.next_accounts,
            self._knowledge.directory,
            now,
            held_texts=case.texts,
            exempt=self._knowledge.exempt,
            before=self._found.accounts,
        )

    def _offer(self, page: Page, case: Case, plans: Sequence[Plan], *, beyond: bool) -> None:
        self._offers.make(
            page,
            case.campaign.id,
            Concern.CAMPAIGN,
            plans,
            endangered=case.endangered,
            carried_out=None if case.order is None else case.order.kind,
            beyond=beyond,
        )

    def _follow(self, page: Page, case: Case, plans: Sequence[Plan]) -> tuple[Case, bool]:
        """Place what the standing order covers of the plan made anew; answer whether something lies beyond it."""
        order = case.order
        plan = None if order is None else followed(order.kind, plans)
        if order is None or plan is None:
            return case, False
        standing = [held.hold for held in self._book.holds.values()]
        missing = msgspec.structs.replace(
            plan, holds=outstanding(plan, standing, page.now)
        )  # an incident may hold the same
        carriers = set(case.campaign.accounts) - set(case.campaign.bystanders)
        own = [hold for hold in standing if hold.campaign in case.family]
        follow = follow_up(
            order,
            missing,
            own,
            page.now,
            carriers=carriers,
            whole=plan,
            table=self._table(),
            lasting=lasting(self._platform),
        )
        holds = follow.holds if order.ends is None else shortened(follow.holds, order.request, order.ends)
        if holds:
            order = msgspec.structs.replace(order, follow_ups=order.follow_ups + 1)
            body = {"holds": [hold.id for hold in holds], "beyond": follow.beyond}
            key = f"follow-up/{order.request}/{order.follow_ups}"
            page.record(RecordKind.DECISION, key, case.campaign.id, body, actor=order.by)
            for hold in holds:
                page.place(hold)
            self._brakes.followed(page, order.kind, holds, self._innocents(case, holds, page.now))
            text = f"{len(holds)} more holds under the standing order for {order.kind}"
            page.note(HappeningKind.PLACED, text, case.campaign.id)
        return msgspec.structs.replace(case, order=up_to(order, case.campaign.revision)), follow.beyond > 0

    def _innocents(self, case: Case, holds: Sequence[Hold], now: int) -> float:
        """How many innocent accounts these are expected to hold; who carries the lure is none."""
        directory = self._knowledge.directory
        perils = danger(case.campaign, case.cause, case.next_accounts, directory, now)
        return blast_radius(holds, perils, directory, now).innocent_expected


def _record_sighting(page: Page, before: Case | None, campaign: Campaign) -> None:
    lures = most_telling(campaign.lures)
    body = {
        "tier": str(campaign.tier),
        "accounts": len(campaign.accounts),
        "posts": len(campaign.posts),
        "lures": [msgspec.to_builtins(lure) for lure in lures[:SHOWN_LURES]],
        "score": round(campaign.score, 3),
        "merged": list(campaign.merged),
    }
    page.record(RecordKind.OBSERVATION, f"campaign/{campaign.id}/{campaign.revision}", campaign.id, body)
    if before is None or before.campaign.tier is not campaign.tier:
        lure = lures[0].value if lures else "one text"
        text = f"{campaign.tier}: {lure}, {len(campaign.accounts)} accounts, {len(campaign.posts)} posts"
        page.note(HappeningKind.CAMPAIGN, text, campaign.id)


def _record_cause(page: Page, before: Case | None, case: Case) -> None:
    """Put the answer on record when it is the first one, or another than before."""
    if case.cause is None or (before is not None and before.cause is not None and before.factor == case.factor):
        return
    body = {
        "named": case.factor or None,
        "why": case.cause.why,
        "tried": case.cause.tried,
        "next": len(case.next_accounts),
    }
    page.record(RecordKind.OBSERVATION, f"cause/{case.campaign.id}/{case.asked}", case.campaign.id, body)
    text = f"{case.cause.why} Next may be {len(case.next_accounts)} accounts." if case.factor else case.cause.why
    page.note(HappeningKind.CAUSE, text, case.campaign.id)
