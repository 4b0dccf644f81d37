"""Who may carry out a plan: how many people must agree, who has, and what would make it allowed?

An approval names the hash of the exact plan; any change to the plan is another hash and needs its own approvals. The
requester never counts. Staff ids are opaque: whoever signs people in vouches that one person has one id, and what is
recorded is what was given. Only when approvals are counted are ids that differ in nothing but case, width, accents,
white space or invisible characters taken for one person: to take two people for one costs a phone call, to take one
person for two may cost the platform. Letters of another script that merely look alike are other letters.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable
from typing import TypeAlias

import msgspec
import rfc8785

from .people import person_key

APPROVAL_STANDS_MS = 30 * 60_000  # half an hour: an approval of what one saw then, not of what has come since
PERMIT_STANDS_MS = 5 * 60_000  # five minutes: to carry it out at once, not to keep for later


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table: up to so many accounts (None: any number), so many people besides the requester, and why."""

    accounts: int | None
    approvals: int
    reason: str


SIZES: tuple[Size, ...] = (
    Size(accounts=1, approvals=0, reason="one account, and all of it can be undone: speed matters more"),
    Size(accounts=10_000, approvals=1, reason="many accounts: one stolen staff login must not be enough"),
    Size(accounts=None, approvals=2, reason="so many accounts that a mistake is itself an incident"),
)
ONE_WAY = Size(accounts=None, approvals=2, reason="part of it can never be undone")


def required(*, accounts: int, one_way: bool) -> Size:
    """The row that applies to a plan that holds `accounts` accounts."""
    if one_way:
        return ONE_WAY
    return next(size for size in SIZES if size.accounts is None or accounts <= size.accounts)


def action_hash(action: object) -> str:
    """64 hex of SHA-256 over the RFC 8785 form of `action`, a record or plain data; equal only for equal actions."""
    return hashlib.sha256(rfc8785.dumps(msgspec.to_builtins(action, order="deterministic"))).hexdigest()


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """`by` asks to carry out the action of this hash, which holds `accounts` accounts of `reach` followers in all."""

    id: str
    action_hash: str
    by: str
    kind: str
    accounts: int
    reach: int = 0
    one_way: bool = False


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """`by` agreed, at `at` (milliseconds since 1970 UTC), to exactly the action of this hash."""

    by: str
    action_hash: str
    at: int


class Quorum(msgspec.Struct, frozen=True, kw_only=True):
    """How many people besides the requester must agree, why so many, and the distinct ones who validly have."""

    needed: int
    reason: str
    agreed: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """How many more people must agree; 0 when the quorum is reached."""
        return max(0, self.needed - len(self.agreed))


@enum.unique
class Missing(enum.StrEnum):
    """Why a request is not allowed yet: the most telling reason."""

    APPROVALS_MISSING = "approvals_missing"  # too few people have been asked, or have answered
    REQUESTER_APPROVED = "requester_approved"  # the requester's own approval was offered
    APPROVED_ANOTHER_PLAN = "approved_another_plan"  # approvals name another hash: the plan has changed since
    APPROVAL_EXPIRED = "approval_expired"  # approvals are too old, or dated after now


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """Leave to carry out exactly one action, from `at` until `until` (milliseconds since 1970 UTC)."""

    request: str
    action_hash: str
    by: str
    approved_by: tuple[str, ...]
    at: int
    until: int

    def covers(self, action_hash: str, now: int) -> bool:
        """Whether the action of this hash may be carried out at `now`. The executor asks this, with its own hash."""
        return self.action_hash == action_hash and self.at <= now < self.until


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Not allowed, at least not yet: why, how many people are missing, and in words what would make it allowed."""

    request: str
    code: Missing
    missing: int
    allowed_when: str


Decision: TypeAlias = Permit | Refusal


def quorum(request: Request, approvals: Iterable[Approval], now: int) -> Quorum:
    """How far the request has come at `now`: distinct people, not the requester, for this hash, not expired."""
    size = required(accounts=request.accounts, one_way=request.one_way)
    agreed: dict[str, str] = {}
    for approval in approvals:
        if _fault(request, approval, now) is None:
            agreed.setdefault(person_key(approval.by), approval.by)
    return Quorum(needed=size.approvals, reason=size.reason, agreed=tuple(sorted(agreed.values())))


def decide(request: Request, approvals: Iterable[Approval], now: int) -> Decision:
    """Whether `request` may be carried out at `now` (milliseconds since 1970 UTC), given the approvals so far."""
    given = tuple(approvals)
    reached = quorum(request, given, now)
    if not reached.missing:
        return Permit(
            request=request.id,
            action_hash=request.action_hash,
            by=request.by,
            approved_by=reached.agreed,
            at=now,
            until=now + PERMIT_STANDS_MS,
        )
    faults = [fault for approval in given if (fault := _fault(request, approval, now)) is not None]
    return Refusal(
        request=request.id,
        code=min(faults, key=_TELLING.index, default=Missing.APPROVALS_MISSING),
        missing=reached.missing,
        allowed_when=_allowed_when(request, reached),
    )


_TELLING = (Missing.APPROVED_ANOTHER_PLAN, Missing.REQUESTER_APPROVED, Missing.APPROVAL_EXPIRED)


def _fault(request: Request, approval: Approval, now: int) -> Missing | None:
    """Why `approval` does not count for `request`, if it does not."""
    if approval.action_hash != request.action_hash:
        return Missing.APPROVED_ANOTHER_PLAN
    if person_key(approval.by) in {person_key(request.by), ""}:
        return Missing.REQUESTER_APPROVED
    if not approval.at <= now < approval.at + APPROVAL_STANDS_MS:
        return Missing.APPROVAL_EXPIRED
    return None


def _allowed_when(request: Request, reached: Quorum) -> str:
    people = "one more person" if reached.missing == 1 else f"{reached.missing} more people"
    others = f", other than {request.by}" + "".join(f" and {name}" for name in reached.agreed)
    return (
        f"Allowed when {people}{others}, approve {request.action_hash[:12]} "
        f"within {APPROVAL_STANDS_MS // 60_000} minutes ({reached.reason})."
    )
