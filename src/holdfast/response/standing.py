"""What does an approved plan cover when its campaign grows, and what needs a new request?

A person agreed to a plan of a stated kind and size. While the campaign grows within that, waiting for them again would
only give the intruder time; when it grows beyond, they must be asked again. Renewing a hold is always asked: it was to
end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from holdfast.containment import Hold, Plan, PlanKind, Restriction, Subject, SubjectKind, cohort_key, one_way
from holdfast.guard import TABLE, Table

from .case import StandingOrder
from .offers import WIDENING

# Plans that hold only what took part or was touched, from narrow to wide. A cohort of the innocent is never placed by a
# standing order: whoever ordered the brake has the carriers and the cause followed, and no further innocents.
AIMED = (PlanKind.LURES, PlanKind.CARRIERS, PlanKind.CAUSE)
_ONE_WAY = frozenset(restriction for restriction in Restriction if one_way(restriction))
_NO_HOLDER = frozenset({SubjectKind.POST, SubjectKind.LURE, SubjectKind.STAFF, SubjectKind.TOOL_SESSION})


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How far a standing order reaches beyond the plan that was approved, and for how long (milliseconds)."""

    share: float = 0.5  # half as many accounts again: still the same picture as the one that was agreed to
    few: int = 50  # so that a plan made at the third post may follow a campaign to the size of July 2020
    lasting: int = 6 * 3_600_000  # a shift: after that, somebody else is on the desk

    def most(self, accounts: int) -> int:
        """How many accounts a plan may come to hold that was approved for `accounts`."""
        return max(int(accounts * (1 + self.share)), accounts + self.few)


class FollowUp(msgspec.Struct, frozen=True, kw_only=True):
    """Holds to place under a standing order, and how many more would need a new request."""

    holds: tuple[Hold, ...] = ()
    beyond: int = 0


def followed(kind: PlanKind, plans: Sequence[Plan]) -> Plan | None:
    """Of `plans` made anew, the one that an order of `kind` follows: of that kind, or the widest that is aimed."""
    kinds = AIMED[: AIMED.index(kind) + 1] if kind in AIMED else AIMED
    return next((plan for wanted in reversed(kinds) for plan in plans if plan.kind is wanted), None)


def succeeded(before: StandingOrder | None, order: StandingOrder, now: int) -> StandingOrder:
    """The order that stands at `now` once the plan of `order` was carried out, where `before` stood until then.

    What others have agreed to is not ended by a plan that takes fewer people. Nor is it by one person alone: an
    emergency that reaches further takes its place for as long as it lasts, and no other does. What one person did in an
    emergency is not cut short by another alone: a narrower plan that takes nobody goes on after it.
    """
    if before is None:
        return order
    agreed = before if before.ends is None else before.before
    agreed = None if agreed is None or now >= agreed.until else agreed
    narrower = before.ends is not None and now < before.until and _wider(before, order)
    if order.ends is not None:
        if narrower or (agreed is not None and not _wider(order, agreed)):
            return before
        return msgspec.structs.replace(order, before=agreed)
    if agreed is not None and order.approvals < agreed.approvals:
        return before
    return msgspec.structs.replace(before, before=order) if narrower and not order.approvals else order


def undone(order: StandingOrder | None, plan: str) -> StandingOrder | None:
    """What is left of `order` once what `plan` placed is undone: of an emergency, what goes on after it, or itself."""
    if order is None or order.plan == plan:
        return None if order is None else undone(order.before, plan)
    return msgspec.structs.replace(order, before=undone(order.before, plan))


def _wider(one: StandingOrder, other: StandingOrder) -> bool:
    return WIDENING.index(one.kind) > WIDENING.index(other.kind)


def lasting_order(order: StandingOrder | None, now: int) -> StandingOrder | None:
    """The order that stands at `now`: an emergency that is over gives way to what others had agreed to before it."""
    if order is not None and order.before is not None and now >= order.until:
        return order.before
    return order


def up_to(order: StandingOrder, revision: int) -> StandingOrder:
    """The order, followed up to a revision of its campaign."""
    return msgspec.structs.replace(order, followed=revision)


def follow_up(  # noqa: PLR0913 - the order, what is wanted, what is there, and who it is about
    order: StandingOrder,
    plan: Plan,
    placed: Iterable[Hold],
    now: int,
    *,
    carriers: Collection[str] = (),
    whole: Plan | None = None,
    table: Table = TABLE,
    lasting: Collection[Restriction] = _ONE_WAY,
) -> FollowUp:
    """What of `plan` was never placed and is covered by `order` at `now` (milliseconds since 1970 UTC).

    What hides a post or refuses a lure holds nobody, what stops staff tools holds no holder, and who carries the lure
    (`carriers`) is what the plan is for: those are covered at any size of the campaign, or a flood of worthless
    carriers would keep the order from the ones that matter. Of all others only so many accounts as it reaches to, the
    greatest harm first, of the `whole` plan where `plan` is what is left of one: what was placed does not make room for
    more. What cannot be undone (`lasting`, on this platform) takes the agreement that such a deed takes, which nobody
    has given to what was carried out in an emergency.
    """
    if now >= order.until:
        return FollowUp(beyond=len(plan.holds))
    before = tuple(placed)
    known = {_what(hold) for hold in before}
    fresh = tuple(hold for hold in plan.holds if _what(hold) not in known)
    covered = _covered(order, whole or plan, carriers, {hold.subject for hold in before}, table)
    final = order.ends is None and table.required(accounts=1, one_way=True).approvals <= order.approvals
    holds = tuple(
        hold
        for hold in fresh
        if (final or hold.restriction not in lasting)
        and (hold.subject.kind in _NO_HOLDER or hold.subject.id in carriers or hold.subject in covered)
    )
    return FollowUp(holds=holds, beyond=len(fresh) - len(holds))


def _covered(
    order: StandingOrder, plan: Plan, carriers: Collection[str], held: Collection[Subject], table: Table
) -> frozenset[Subject]:
    """Those beside the carriers that the order reaches to: all of them, or the accounts of the greatest harm.

    Of the like harm those come first that are `held`, so that only who matters more comes in beyond the limit.
    """
    others = plan.preview.accounts - plan.preview.carriers
    if table.required(accounts=min(others, order.most_accounts), one_way=False).approvals > order.approvals:
        return frozenset()
    if others <= order.most_accounts:
        return frozenset(hold.subject for hold in plan.holds)
    harm: dict[Subject, float] = {}
    for hold in plan.holds:
        if hold.subject.kind is SubjectKind.ACCOUNT and hold.subject.id not in carriers:
            harm[hold.subject] = max(hold.harm, harm.get(hold.subject, 0.0))
    ranked = sorted(harm, key=lambda subject: (-harm[subject], subject not in held, subject.id))
    return frozenset(ranked[: order.most_accounts])


def _what(hold: Hold) -> tuple[object, ...]:
    """What a hold does and to whom, whichever plan it came from."""
    return (hold.subject, hold.restriction, None if hold.cohort is None else cohort_key(hold.cohort))
