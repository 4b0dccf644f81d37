"""May a request be carried out: who must agree, who has, and what would make it allowed?

An approval names the hash of the exact action; any change to it is another hash and needs its own approvals. The
requester never counts, a denial beats any number of approvals, and whoever may not agree any more does not count,
though they did when they agreed. Staff ids are opaque: whoever signs people in vouches that one person has one id; only
when approvals are counted are ids that look the same taken for one person (`people.person_key`).
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable
from typing import TypeAlias

import msgspec
import rfc8785

from .people import Via, person_key
from .policy import Asked
from .quorum import MINUTE, TABLE, Deed, Size, Table
from .signing import Signature


def action_hash(action: object) -> str:
    """64 hex of SHA-256 over the RFC 8785 form of `action`, a record or plain data; equal only for equal actions."""
    return hashlib.sha256(rfc8785.dumps(msgspec.to_builtins(action, order="deterministic"))).hexdigest()


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """`by` asks to carry out the action of this hash, which holds `accounts` accounts of `reach` followers in all.

    `policy` is the version of the policies that it was filed under, `credential` what it was filed with. `kind` is that
    of the plan, or "lift" or "release".
    """

    id: str
    action_hash: str
    by: str
    kind: str
    accounts: int
    reach: int = 0
    one_way: bool = False
    policy: str = ""
    credential: str = ""

    @property
    def deed(self) -> Deed:
        """What is asked for."""
        return Deed(self.kind) if self.kind in {Deed.LIFT, Deed.RELEASE} else Deed.HOLD

    @property
    def asked(self) -> Asked:
        """What policies see of it."""
        return Asked(
            deed=self.deed,
            kind=self.kind,
            accounts=self.accounts,
            reach=self.reach,
            one_way=self.one_way,
            requester=self.by,
        )


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """`by` agreed, at `at` (milliseconds since 1970 UTC), to exactly the action of this hash."""

    by: str
    action_hash: str
    at: int
    via: Via = Via.WIRED
    credential: str = ""
    signature: Signature | None = None

    @property
    def vouched(self) -> bool:
        """Whether it can count where approvals are signed. Those whom the program itself brings along sign nothing."""
        return self.signature is not None or self.via is Via.WIRED


class Denial(msgspec.Struct, frozen=True, kw_only=True):
    """`by` said no to the request, at `at` (milliseconds since 1970 UTC), and why."""

    by: str
    at: int
    why: str


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How things stand as of now: the table, the version of the policies, and who does not count (any more).

    `barred` are approvals whose person may not agree to this any more, or whose credential was revoked.
    """

    table: Table = TABLE
    policy: str = ""
    barred: frozenset[Approval] = frozenset()
    requester_barred: bool = False


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
class RefusalCode(enum.StrEnum):
    """Why something is not allowed, or not yet: the most telling reason."""

    APPROVALS_MISSING = "approvals_missing"  # too few people have been asked, or have answered
    REQUESTER_APPROVED = "requester_approved"  # the requester's own approval was offered
    APPROVED_ANOTHER_PLAN = "approved_another_plan"  # approvals name another hash: the plan has changed since
    APPROVAL_EXPIRED = "approval_expired"  # approvals are too old, or dated after now
    APPROVER_BARRED = "approver_barred"  # whoever agreed may not any more, or their token was revoked
    REQUESTER_BARRED = "requester_barred"  # whoever asked may not any more, or their token was revoked
    DENIED = "denied"  # somebody said no
    POLICY_CHANGED = "policy_changed"  # other policies hold than when it was asked for
    QUORUM_UNREACHABLE = "quorum_unreachable"  # fewer people may agree than must
    SIGNATURE_MISSING = "signature_missing"  # approvals of this have to be signed with a passkey, and one is not
    UNCONFIRMED = "unconfirmed"  # whoever asks is this person on one administrator's word alone
    NOT_A_PERSON = "not_a_person"  # a program, or nobody who is there
    SCOPE_MISSING = "scope_missing"  # the token is for something else
    ROLE_MISSING = "role_missing"  # no policy lets this person do it
    REASON_MISSING = "reason_missing"  # it takes a reason in words
    REQUEST_CLOSED = "request_closed"  # it was carried out, denied or overtaken already
    NOT_IN_EMERGENCY = "not_in_emergency"  # nothing but a plan of which all can be undone
    TOO_MANY_OPEN = "too_many_open"  # whoever asks has so many requests open that nobody can answer them
    TOO_OFTEN = "too_often"  # this person has done so as often in this hour as one person may
    OWN_DEED = "own_deed"  # whoever asked for it or did it cannot be the one who reviews it


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """Leave to carry out exactly one action, from `at` until `until` (milliseconds since 1970 UTC).

    `emergency` is why nobody was waited for; empty when enough people agreed. `by` is then who decided that.
    """

    request: str
    action_hash: str
    by: str
    approved_by: tuple[str, ...]
    at: int
    until: int
    policy: str = ""
    emergency: str = ""

    def covers(self, action_hash: str, now: int) -> bool:
        """Whether the action of this hash may be carried out at `now`. The executor asks this, with its own hash."""
        return self.action_hash == action_hash and self.at <= now < self.until


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Not allowed, at least not yet: why, how many people are missing, and in words what would make it allowed."""

    request: str
    code: RefusalCode
    missing: int
    allowed_when: str


Decision: TypeAlias = Permit | Refusal


def required_of(request: Request, standing: Standing) -> Size:
    """The row of the table that applies to `request`."""
    return standing.table.required(accounts=request.accounts, one_way=request.one_way, deed=request.deed)


def quorum(request: Request, approvals: Iterable[Approval], now: int, standing: Standing) -> Quorum:
    """How far the request has come at `now`: distinct people, not the requester, for this hash, who count now."""
    size = required_of(request, standing)
    agreed: dict[str, str] = {}
    for approval in approvals:
        if _fault(request, approval, now, standing) is None:
            agreed.setdefault(person_key(approval.by), approval.by)
    return Quorum(needed=size.approvals, reason=size.reason, agreed=tuple(sorted(agreed.values())))


def decide(
    request: Request,
    approvals: Iterable[Approval],
    now: int,
    standing: Standing,
    denials: Iterable[Denial] = (),
) -> Decision:
    """Whether `request` may be carried out at `now` (milliseconds since 1970 UTC), given what people said so far.

    (1) Nobody may have denied it; (2) the policies must be those it was filed under; (3) the requester must still be
    one who may ask; (4) enough others must validly have agreed.
    """
    given = tuple(approvals)
    reached = quorum(request, given, now, standing)
    code = _void(request, standing, denials)
    if code is None and not reached.missing:
        return Permit(
            request=request.id,
            action_hash=request.action_hash,
            by=request.by,
            approved_by=reached.agreed,
            at=now,
            until=now + standing.table.times.permit * MINUTE,
            policy=standing.policy,
        )
    if code is not None:
        return Refusal(request=request.id, code=code, missing=reached.missing, allowed_when=_ANEW[code])
    faults = [fault for approval in given if (fault := _fault(request, approval, now, standing)) is not None]
    return Refusal(
        request=request.id,
        code=min(faults, key=_TELLING.index, default=RefusalCode.APPROVALS_MISSING),
        missing=reached.missing,
        allowed_when=_allowed_when(request, reached, standing),
    )


_TELLING = (
    RefusalCode.APPROVED_ANOTHER_PLAN,
    RefusalCode.REQUESTER_APPROVED,
    RefusalCode.APPROVER_BARRED,
    RefusalCode.APPROVAL_EXPIRED,
    RefusalCode.SIGNATURE_MISSING,
)
_ANEW = {
    RefusalCode.DENIED: "Somebody said no, and no number of approvals beats that. Ask anew, and convince them.",
    RefusalCode.POLICY_CHANGED: "The policies have changed since it was asked for. Ask anew, under those of now.",
    RefusalCode.REQUESTER_BARRED: "Whoever asked for it may not any more. Somebody who may has to ask anew.",
}


def _void(request: Request, standing: Standing, denials: Iterable[Denial]) -> RefusalCode | None:
    """Why no approval can help `request` any more, if so."""
    if any(True for _ in denials):
        return RefusalCode.DENIED
    if request.policy != standing.policy:
        return RefusalCode.POLICY_CHANGED
    if standing.requester_barred:
        return RefusalCode.REQUESTER_BARRED
    return None


def _fault(request: Request, approval: Approval, now: int, standing: Standing) -> RefusalCode | None:
    """Why `approval` does not count for `request`, if it does not."""
    if approval.action_hash != request.action_hash:
        return RefusalCode.APPROVED_ANOTHER_PLAN
    if person_key(approval.by) in {person_key(request.by), ""}:
        return RefusalCode.REQUESTER_APPROVED
    if approval in standing.barred:
        return RefusalCode.APPROVER_BARRED
    if not approval.at <= now < approval.at + standing.table.times.approval * MINUTE:
        return RefusalCode.APPROVAL_EXPIRED
    if required_of(request, standing).signed and not approval.vouched:
        return RefusalCode.SIGNATURE_MISSING
    return None


def _allowed_when(request: Request, reached: Quorum, standing: Standing) -> str:
    alone = reached.missing == 1
    people, approve = ("one more person", "approves") if alone else (f"{reached.missing} more people", "approve")
    others = f", other than {request.by}" + "".join(f" and {name}" for name in reached.agreed)
    how = " with a passkey" if required_of(request, standing).signed else ""
    return (
        f"Allowed when {people}{others}, {approve} {request.action_hash[:12]}{how} "
        f"within {standing.table.times.approval} minutes ({reached.reason})."
    )
