"""What does an approved plan cover when its campaign grows, and what needs a new request?

A person agreed to a plan of a stated kind and size. While the campaign grows within that, waiting for them again would
only give the intruder time; when it grows beyond, they must be asked again. Renewing a hold is always asked: it was to
end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from holdfast.containment import Hold, Plan, PlanKind, SubjectKind, cohort_key
from holdfast.guard import TABLE, Table

from .case import StandingOrder

# Plans that hold only what took part or was touched, from narrow to wide. A cohort of the innocent is never placed by a
# standing order: whoever ordered the brake has the carriers and the cause followed, and no further innocents.
AIMED = (PlanKind.LURES, PlanKind.CARRIERS, PlanKind.CAUSE)
_NO_ACCOUNT = frozenset({SubjectKind.POST, SubjectKind.LURE})


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


def follow_up(order: StandingOrder, plan: Plan, placed: Iterable[Hold], now: int, *, table: Table = TABLE) -> FollowUp:
    """What of `plan` was never placed and is covered by `order` at `now` (milliseconds since 1970 UTC).

    What hides a post or refuses a lure of the campaign holds nobody, so it is covered at any size of the campaign.
    """
    if now >= order.until:
        return FollowUp(beyond=len(plan.holds))
    known = {_what(hold) for hold in placed}
    fresh = tuple(hold for hold in plan.holds if _what(hold) not in known)
    needs = table.required(accounts=plan.preview.accounts, one_way=not plan.reversible).approvals
    if plan.preview.accounts <= order.most_accounts and needs <= order.approvals:
        return FollowUp(holds=fresh)
    covered = tuple(hold for hold in fresh if hold.subject.kind in _NO_ACCOUNT)
    return FollowUp(holds=covered, beyond=len(fresh) - len(covered))


def _what(hold: Hold) -> tuple[object, ...]:
    """What a hold does and to whom, whichever plan it came from."""
    return (hold.subject, hold.restriction, None if hold.cohort is None else cohort_key(hold.cohort))
