"""What was done before others could agree, who must hear of it, and who has looked at it since?

Somebody who may decides alone, with a reason. What they place ends soon of itself unless others agree to it by then,
those who were not waited for are told at once, and a review is owed until somebody else has closed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from holdfast.containment import Hold, SubjectKind, place
from holdfast.errors import NotAllowedError, UsageError
from holdfast.guard import Permit, Person, RefusalCode, Times, person_key
from holdfast.ledger import RecordKind

from .book import Book, Page, Shelf
from .case import Filed, StandingOrder
from .notices import Notices
from .timeline import HappeningKind

MINUTE = 60_000  # milliseconds
LONGEST_REASON = 2_000  # characters: a paragraph
EMERGENCY = "emergency"


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What one person did alone, to be looked at by somebody else. Times are milliseconds since 1970 UTC.

    `by` did it for the reason `why`; `requester` had asked for it. It is owed from `at`, and late after `due`.
    `justified` and `finding` are what `closed_by` found at `closed_at`.
    """

    request: str
    about: str
    requester: str
    by: str
    why: str
    at: int
    due: int
    closed_at: int | None = None
    closed_by: str = ""
    justified: bool | None = None
    finding: str = ""


class Emergencies:
    """The reviews, owed and closed."""

    def __init__(self, book: Book, notices: Notices) -> None:
        """As kept in the book's store."""
        self._book, self._notices = book, notices
        self.reviews = Shelf(book, "reviews", Review)

    @property
    def owed(self) -> Sequence[Review]:
        """The reviews that nobody has closed, the oldest first."""
        return sorted((each for each in self.reviews.values() if each.closed_at is None), key=lambda each: each.at)

    def happened(self, page: Page, filed: Filed, permit: Permit, skipped: Iterable[Person], times: Times) -> None:
        """Tell those who were not waited for, and owe a review, on the page that carries it out."""
        review = Review(
            request=permit.request,
            about=filed.about,
            requester=filed.request.by,
            by=permit.by,
            why=permit.emergency,
            at=page.now,
            due=page.now + times.review * MINUTE,
        )
        self.reviews.put(page, review.request, review)
        text = f"{permit.by} carried out what {filed.request.by} asked for, alone: {permit.emergency}"
        page.note(HappeningKind.EMERGENCY, text, filed.about)
        to = [each.id for each in skipped if person_key(each.id) != person_key(permit.by)]
        self._notices.tell(
            page,
            permit.request,
            to,
            f"{text}. It ends in {times.emergency} minutes; look at the request {permit.request}.",
        )

    def close(self, request: str, by: str, *, justified: bool, finding: str, now: int) -> Review:
        """Close a review with what was found.

        Raises:
            UsageError: none is owed for this request.
            NotAllowedError: whoever did it or asked for it cannot review it, or no finding is given.
            StoreError: nothing was kept.

        """
        owed = self.reviews.get(request)
        if owed is None or owed.closed_at is not None:
            raise UsageError(f"no review is owed for {request}", advice="`GET /v1/reviews` names those that are.")
        if person_key(by) in {person_key(owed.by), person_key(owed.requester)}:
            raise NotAllowedError(
                f"{by} asked for it or did it",
                code=RefusalCode.OWN_DEED,
                advice=f"Allowed when somebody other than {owed.by} and {owed.requester} reviews it.",
            )
        finding = reason(finding, "what was found")
        closed = msgspec.structs.replace(owed, closed_at=now, closed_by=by, justified=justified, finding=finding)
        with self._book.change(now) as page:
            self.reviews.put(page, request, closed)
            body = {"justified": justified, "finding": finding}
            page.record(RecordKind.DECISION, f"review/{request}", owed.about, body, actor=by)
            found = "justified" if justified else "not justified"
            page.note(HappeningKind.EMERGENCY, f"{by} found {found} what {owed.by} did alone: {finding}", owed.about)
        return closed


def reason(text: str, what: str = "why") -> str:
    """`text` as it is kept.

    Raises:
        NotAllowedError: it says nothing, or too much.

    """
    said = text.strip()
    if not said or len(said) > LONGEST_REASON:
        raise NotAllowedError(
            f"it takes words that say {what}",
            code=RefusalCode.REASON_MISSING,
            advice=f"Say it in 1 to {LONGEST_REASON:,} characters.",
        )
    return said


def fit(filed: Filed) -> None:
    """Pass what may be done in an emergency: a plan of which all can be undone.

    Raises:
        NotAllowedError: it is something else.

    """
    if filed.plan is None or filed.request.one_way:
        raise NotAllowedError(
            "only a plan of which all can be undone is carried out in an emergency",
            code=RefusalCode.NOT_IN_EMERGENCY,
            advice="Choose a plan without one-way deeds, or have others agree to this.",
        )


def shortened(holds: Iterable[Hold], request: str, until: int) -> tuple[Hold, ...]:
    """The same holds, ending at `until` (milliseconds since 1970 UTC) at the latest; others than those agreed to."""
    return tuple(
        place(
            hold.subject,
            hold.restriction,
            starts=hold.starts,
            until=until if hold.until is None else min(hold.until, until),
            why=hold.why,
            campaign=hold.campaign,
            plan=hold.plan,
            occasion=f"{EMERGENCY}/{request}",
            placed_by=f"{EMERGENCY}/{request}",
            harm=hold.harm,
            cohort=hold.cohort if hold.subject.kind in {SubjectKind.COHORT, SubjectKind.LURE} else None,
            text=hold.text,
        )
        for hold in holds
        if hold.starts < until
    )


def alone(hold: Hold) -> bool:
    """Whether one person placed it in an emergency, or it followed from that: nothing may make it last."""
    return hold.placed_by.startswith(f"{EMERGENCY}/")


def brief(order: StandingOrder, until: int) -> StandingOrder:
    """The order for as long as what was placed with it; what it places ends then, too."""
    return msgspec.structs.replace(order, until=min(order.until, until), ends=until)
