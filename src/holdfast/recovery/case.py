"""How does a hijacked account come back to its owner: one step after the other, and never in another order?

1. contained       held; nobody acts in its name
2. attacker out    every session, app, recovery value and forwarding of the attacker's is gone
3. owner proven    facts from before the attack say whose hands these are
4. renewed         the owner has set credentials that the attacker never knew
5. put back        what the attacker changed is as it was, or is known not to come back
6. released        on probation: enough people agreed, the holds have ended, and it is watched
7. closed          probation passed without trouble

A case is also closed, without a release, when nothing is to be recovered: the account was never in other hands, or as
many people as a release takes let go of it.

`advance` does no IO and asks no clock. It takes only what the step at hand calls for; trouble leads back to the first
step from any but the last, and all that was shown before it counts for nothing.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TypeAlias, assert_never

import msgspec

from holdfast.errors import RecoveryError
from holdfast.guard import Permit, action_hash, person_key, required

from .changes import Change
from .evidence import Fact, Ownership, weigh


@enum.unique
class Stage(enum.StrEnum):
    """How far a case has come, in order."""

    CONTAINED = "contained"
    ATTACKER_OUT = "attacker_out"
    OWNER_PROVEN = "owner_proven"
    RENEWED = "renewed"
    PUT_BACK = "put_back"
    RELEASED = "released"
    CLOSED = "closed"


@enum.unique
class Door(enum.StrEnum):
    """By what an attacker stays in, or comes back."""

    SESSIONS = "sessions"
    APPS = "apps"
    RECOVERY_VALUES = "recovery_values"
    FORWARDING = "forwarding"


@enum.unique
class Credential(enum.StrEnum):
    """What the owner has to set anew."""

    PASSWORD = "password"  # noqa: S105 - its name, no password
    SECOND_FACTOR = "second_factor"
    RECOVERY_VALUE = "recovery_value"


class RecoveryCase(msgspec.Struct, frozen=True, kw_only=True):
    """One hijacked account on its way back. Times are milliseconds since 1970 UTC.

    It was attacked first at `attacked_at`; `opened_by` works on it. `shut`, `facts`, `renewed` and `left` (what is
    still to be put back) tell what is done and what is missing; `back` was put back, `lost` could not be. It was
    `released_at`, and opened again `reopened` times, the last time because of `trouble`. `dismissed` says why nothing
    was to be recovered; empty where it was.
    """

    account: str
    campaign: str
    attacked_at: int
    opened_at: int
    opened_by: str
    stage: Stage = Stage.CONTAINED
    shut: frozenset[Door] = frozenset()
    facts: tuple[Fact, ...] = ()
    renewed: frozenset[Credential] = frozenset()
    left: tuple[Change, ...] = ()
    back: tuple[Change, ...] = ()
    lost: tuple[Change, ...] = ()
    released_at: int | None = None
    reopened: int = 0
    trouble: str = ""
    dismissed: str = ""

    @property
    def ownership(self) -> Ownership:
        """What the facts shown so far come to."""
        return weigh(self.facts, self.attacked_at, self.opened_by)

    @property
    def vouchers(self) -> frozenset[str]:
        """The members of staff on whose word the proof rests: they do not agree to the release as well."""
        return frozenset(fact.by for fact in self.ownership.counted) - {""}

    @property
    def dossier(self) -> str:
        """The hash that an approval of the release names: of all that is known of the case."""
        return action_hash(self)

    @property
    def missing(self) -> str:  # noqa: PLR0911  (one answer for each stage)
        """What the step at hand still lacks, in words; empty when the case is closed."""
        match self.stage:
            case Stage.CONTAINED:
                return "to shut: " + ", ".join(sorted(set(Door) - self.shut))
            case Stage.ATTACKER_OUT:
                return f"{self.ownership.missing} points of evidence that the owner asks"
            case Stage.OWNER_PROVEN:
                return "to renew: " + ", ".join(sorted(set(Credential) - self.renewed))
            case Stage.RENEWED:
                return "to put back: " + (", ".join(change.what for change in self.left) or "nothing; say so")
            case Stage.PUT_BACK:
                return "people who agree to the release"
            case Stage.RELEASED:
                return "the rest of the probation"
            case Stage.CLOSED:
                return ""
            case _:
                assert_never(self.stage)


# What a wrong owner has read cannot be unread.
RELEASE = required(accounts=1, one_way=True)


def release_hash(dossiers: Mapping[str, str]) -> str:
    """The hash of the release of the cases of these dossiers, by account: what is asked for and agreed to."""
    return action_hash({"release": dict(dossiers)})


class Shut(msgspec.Struct, frozen=True, kw_only=True):
    """The attacker can no longer come in by `door`."""

    door: Door


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever asks for the account showed this."""

    fact: Fact


class Renewed(msgspec.Struct, frozen=True, kw_only=True):
    """The owner set this anew. With the last one comes what the attacker `changed`, to be put back."""

    credential: Credential
    changed: tuple[Change, ...] = ()


class PutBack(msgspec.Struct, frozen=True, kw_only=True):
    """All that can be is as it was; `lost` cannot be."""

    lost: tuple[Change, ...] = ()


class Permitted(msgspec.Struct, frozen=True, kw_only=True):
    """Enough people agreed to release the cases of these `dossiers` (by account), as they were shown to them."""

    permit: Permit
    dossiers: Mapping[str, str]
    now: int


class Troubled(msgspec.Struct, frozen=True, kw_only=True):
    """The attacker is back in, or never was out."""

    why: str


class Dismissed(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing is to be recovered, and no hold is left that this case would keep."""

    why: str


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """The account was free until `now` and nothing happened; probation takes `probation` milliseconds."""

    now: int
    probation: int


News: TypeAlias = Shut | Shown | Renewed | PutBack | Permitted | Troubled | Dismissed | Passed


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """End the holds on the account."""


class HoldAgain(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the account again at once."""

    why: str


Command: TypeAlias = Release | HoldAgain


def advance(  # noqa: PLR0911  (one answer for each kind of news)
    case: RecoveryCase, news: News
) -> tuple[RecoveryCase, tuple[Command, ...]]:
    """The case after `news`, and what is to be done.

    Raises:
        RecoveryError: it is not the turn of that; the case stays as it is.

    """
    match news:
        case Shut(door=door):
            return _shut(case, door), ()
        case Shown(fact=fact):
            return _shown(case, fact), ()
        case Renewed():
            return _renewed(case, news), ()
        case PutBack(lost=lost):
            _turn(case, Stage.RENEWED, "put content back")
            back = tuple(change for change in case.left if change not in lost)
            return msgspec.structs.replace(case, stage=Stage.PUT_BACK, left=(), back=back, lost=lost), ()
        case Permitted():
            return _permitted(case, news), (Release(),)
        case Troubled(why=why):
            return _reopened(case, why)
        case Dismissed(why=why):
            return _dismissed(case, why), ()
        case Passed(now=now, probation=probation):
            return _passed(case, now, probation), ()
        case _:
            assert_never(news)


def _turn(case: RecoveryCase, stage: Stage, what: str) -> None:
    if case.stage is not stage:
        text = f"{case.account} is {case.stage}: it is not the turn to {what}"
        raise RecoveryError(text, advice=f"Still missing: {case.missing or 'nothing, it is closed'}.")


def _shut(case: RecoveryCase, door: Door) -> RecoveryCase:
    _turn(case, Stage.CONTAINED, "shut the attacker out")
    shut = case.shut | {door}
    stage = Stage.ATTACKER_OUT if shut == set(Door) else Stage.CONTAINED
    return msgspec.structs.replace(case, shut=shut, stage=stage)


def _shown(case: RecoveryCase, fact: Fact) -> RecoveryCase:
    _turn(case, Stage.ATTACKER_OUT, "prove the owner")
    case = msgspec.structs.replace(case, facts=tuple(dict.fromkeys((*case.facts, fact))))
    proven = not case.ownership.missing
    return msgspec.structs.replace(case, stage=Stage.OWNER_PROVEN) if proven else case


def _renewed(case: RecoveryCase, news: Renewed) -> RecoveryCase:
    _turn(case, Stage.OWNER_PROVEN, "renew credentials")
    renewed = case.renewed | {news.credential}
    if renewed != set(Credential):
        return msgspec.structs.replace(case, renewed=renewed)
    return msgspec.structs.replace(case, renewed=renewed, stage=Stage.RENEWED, left=news.changed)


def _permitted(case: RecoveryCase, news: Permitted) -> RecoveryCase:
    _turn(case, Stage.PUT_BACK, "release")
    if not news.permit.covers(release_hash(news.dossiers), news.now) or (
        news.dossiers.get(case.account) != case.dossier
    ):
        text = f"{case.account} is not as it was when its release was agreed to"
        raise RecoveryError(text, advice="Ask for the release anew.")
    agreed = {person_key(each) for each in news.permit.approved_by} - {person_key(each) for each in case.vouchers}
    if len(agreed) < RELEASE.approvals:
        text = f"{len(agreed)} people agreed to release {case.account}, besides those who called back"
        raise RecoveryError(text, advice=f"It takes {RELEASE.approvals}: {RELEASE.reason}.")
    return msgspec.structs.replace(case, stage=Stage.RELEASED, released_at=news.now)


def _reopened(case: RecoveryCase, why: str) -> tuple[RecoveryCase, tuple[Command, ...]]:
    if case.stage is Stage.CLOSED:
        raise RecoveryError(f"the case of {case.account} is closed", advice="Open a new one.")
    after = RecoveryCase(
        account=case.account,
        campaign=case.campaign,
        attacked_at=case.attacked_at,
        opened_at=case.opened_at,
        opened_by=case.opened_by,
        reopened=case.reopened + 1,
        trouble=why,
    )
    return after, (HoldAgain(why=why),) if case.stage is Stage.RELEASED else ()


def _dismissed(case: RecoveryCase, why: str) -> RecoveryCase:
    if case.stage in {Stage.RELEASED, Stage.CLOSED}:
        raise RecoveryError(
            f"{case.account} is {case.stage}: there is nothing to dismiss", advice="It is free already."
        )
    return msgspec.structs.replace(case, stage=Stage.CLOSED, dismissed=why)


def _passed(case: RecoveryCase, now: int, probation: int) -> RecoveryCase:
    _turn(case, Stage.RELEASED, "close")
    released_at = case.released_at
    assert released_at is not None, "a released case without a time"
    if now < released_at:  # the clock was set back: what it said was no time, so probation begins anew
        return msgspec.structs.replace(case, released_at=now)
    over = now >= released_at + probation
    return msgspec.structs.replace(case, stage=Stage.CLOSED) if over else case
