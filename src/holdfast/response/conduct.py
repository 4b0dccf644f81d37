"""How does one hold move: news comes in, commands go out, and nothing else happens.

`conduct` does no IO and asks no clock, so the whole life of a hold can be told in a test as `>> news << command`.
Whoever calls it keeps the new state and carries the commands out *in one transaction*; that makes every intent stand on
the record before its deed, and every deed that was begun end in exactly one outcome, wherever the process is killed.
"""

from __future__ import annotations

import enum
from typing import TypeAlias, assert_never

import msgspec

from holdfast.containment import Hold, lift


@enum.unique
class HoldState(enum.StrEnum):
    """How far a hold has come."""

    WANTED = "wanted"  # intended; the platform has not said yes yet
    IN_FORCE = "in_force"
    FAILED = "failed"  # given up on for now: a dead letter
    ENDING = "ending"  # over; what the platform still has of it is being lifted
    STUCK = "stuck"  # over, but the platform would not lift it: a dead letter
    ENDED = "ended"


LIVE = frozenset({HoldState.WANTED, HoldState.IN_FORCE, HoldState.FAILED})  # not told to end yet


@enum.unique
class Deed(enum.StrEnum):
    """What can be done with a hold on a platform."""

    APPLY = "apply"
    LIFT = "lift"


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A hold and how far it has come. `applies` and `lifts` count the attempts of each deed ever begun.

    `tries` counts the attempts of the deed under way since it was last ordered. `note` is the last thing that went
    wrong.
    """

    hold: Hold
    state: HoldState
    applies: int = 0
    lifts: int = 0
    tries: int = 0
    note: str = ""

    def number(self, deed: Deed) -> int:
        """Which attempt of `deed` is the latest one."""
        return self.applies if deed is Deed.APPLY else self.lifts

    @property
    def deed(self) -> Deed | None:
        """The deed under way: intended, its outcome not yet known."""
        match self.state:
            case HoldState.WANTED:
                return Deed.APPLY
            case HoldState.ENDING:
                return Deed.LIFT
            case HoldState.IN_FORCE | HoldState.FAILED | HoldState.STUCK | HoldState.ENDED:
                return None
            case _:
                assert_never(self.state)


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The deed under way is done; `how` says by what."""

    how: str


class NotDone(msgspec.Struct, frozen=True, kw_only=True):
    """The deed under way did not work; it is to be tried `again` or given up."""

    reason: str
    again: bool


class Over(msgspec.Struct, frozen=True, kw_only=True):
    """The hold has ended at `at` (milliseconds since 1970 UTC): it expired, or somebody lifted it."""

    at: int
    why: str


class Anew(msgspec.Struct, frozen=True, kw_only=True):
    """The platform is found to differ from what should be, or a person wants a dead letter tried again."""

    why: str


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The platform shows that a dead letter's deed was done after all: it had said that it was not, or nothing."""


class Untrue(msgspec.Struct, frozen=True, kw_only=True):
    """The platform says again and again that the deed is done, and it does not show; or somebody undoes it."""

    reason: str


News: TypeAlias = Done | NotDone | Over | Anew | Seen | Untrue


class Intend(msgspec.Struct, frozen=True, kw_only=True):
    """Put on record what is meant, before it is done."""

    deed: Deed
    number: int
    why: str


class Conclude(msgspec.Struct, frozen=True, kw_only=True):
    """Put on record how an attempt went: `done`, `failed` or `withdrawn`."""

    deed: Deed
    number: int
    result: str
    detail: str = ""


class Observe(msgspec.Struct, frozen=True, kw_only=True):
    """Put on record what was seen of an attempt whose outcome is there already: `seen` or `untrue`."""

    deed: Deed
    number: int
    what: str
    detail: str = ""


class Send(msgspec.Struct, frozen=True, kw_only=True):
    """Queue the deed for the worker; the first of `tries` goes at once, later ones after a wait."""

    deed: Deed
    number: int
    tries: int


class Settle(msgspec.Struct, frozen=True, kw_only=True):
    """Take the deed out of the queue: nothing is left to do."""


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """Tell a person that a deed was given up."""

    deed: Deed
    reason: str


Command: TypeAlias = Intend | Conclude | Observe | Send | Settle | Alarm


def placed(hold: Hold) -> tuple[Held, tuple[Command, ...]]:
    """A new hold, and what is to be done about it."""
    return _begin(Held(hold=hold, state=HoldState.WANTED), Deed.APPLY, hold.why, tries=1)


def conduct(held: Held, news: News) -> tuple[Held, tuple[Command, ...]]:
    """The hold after `news`, and what is to be done about it. News that no longer matters changes nothing."""
    match news:
        case Done(how=how):
            return _done(held, how)
        case NotDone(reason=reason, again=again):
            return _not_done(held, reason, again=again)
        case Over(at=at, why=why):
            return _over(held, at, why)
        case Anew(why=why):
            return _anew(held, why)
        case Seen():
            return _seen(held)
        case Untrue(reason=reason):
            return _untrue(held, reason)
        case _:
            assert_never(news)


def _begin(held: Held, deed: Deed, why: str, *, tries: int) -> tuple[Held, tuple[Command, ...]]:
    number = held.number(deed) + 1
    match deed:
        case Deed.APPLY:
            held = msgspec.structs.replace(held, state=HoldState.WANTED, applies=number, tries=tries)
        case Deed.LIFT:
            held = msgspec.structs.replace(held, state=HoldState.ENDING, lifts=number, tries=tries)
        case _:
            assert_never(deed)
    return held, (Intend(deed=deed, number=number, why=why), Send(deed=deed, number=number, tries=tries))


def _done(held: Held, how: str) -> tuple[Held, tuple[Command, ...]]:
    deed = held.deed
    if deed is None:
        return held, ()
    state = HoldState.IN_FORCE if deed is Deed.APPLY else HoldState.ENDED
    outcome = Conclude(deed=deed, number=held.number(deed), result="done", detail=how)
    return msgspec.structs.replace(held, state=state, tries=0, note=""), (outcome, Settle())


def _not_done(held: Held, reason: str, *, again: bool) -> tuple[Held, tuple[Command, ...]]:
    deed = held.deed
    if deed is None:
        return held, ()
    outcome = Conclude(deed=deed, number=held.number(deed), result="failed", detail=reason)
    held = msgspec.structs.replace(held, note=reason)
    if again:
        held, commands = _begin(held, deed, "tried again", tries=held.tries + 1)
        return held, (outcome, *commands)
    state = HoldState.FAILED if deed is Deed.APPLY else HoldState.STUCK
    return msgspec.structs.replace(held, state=state, tries=0), (outcome, Settle(), Alarm(deed=deed, reason=reason))


def _over(held: Held, at: int, why: str) -> tuple[Held, tuple[Command, ...]]:
    if held.state not in LIVE:
        return held, ()
    commands: tuple[Command, ...] = ()
    if held.state is HoldState.WANTED:
        # The apply may have reached the platform just before a crash: it gets its outcome, and is lifted all the same.
        commands = (Conclude(deed=Deed.APPLY, number=held.applies, result="withdrawn", detail=why),)
    if held.hold.in_force(at) or at < held.hold.starts:
        held = msgspec.structs.replace(held, hold=lift(held.hold, at))
    held, more = _begin(held, Deed.LIFT, why, tries=1)
    return held, (*commands, *more)


def _anew(held: Held, why: str) -> tuple[Held, tuple[Command, ...]]:
    match held.state:
        case HoldState.WANTED | HoldState.ENDING:
            return held, ()  # under way already
        case HoldState.IN_FORCE | HoldState.FAILED:
            return _begin(held, Deed.APPLY, why, tries=1)
        case HoldState.STUCK | HoldState.ENDED:
            return _begin(held, Deed.LIFT, why, tries=1)
        case _:
            assert_never(held.state)


def _seen(held: Held) -> tuple[Held, tuple[Command, ...]]:
    if held.state not in {HoldState.FAILED, HoldState.STUCK}:
        return held, ()
    stands = held.state is HoldState.FAILED
    deed, state = (Deed.APPLY, HoldState.IN_FORCE) if stands else (Deed.LIFT, HoldState.ENDED)
    observed = Observe(deed=deed, number=held.number(deed), what="seen")
    return msgspec.structs.replace(held, state=state, note=""), (observed,)


def _untrue(held: Held, reason: str) -> tuple[Held, tuple[Command, ...]]:
    if held.state not in {HoldState.IN_FORCE, HoldState.ENDED}:
        return held, ()
    stands = held.state is HoldState.IN_FORCE
    deed, state = (Deed.APPLY, HoldState.FAILED) if stands else (Deed.LIFT, HoldState.STUCK)
    observed = Observe(deed=deed, number=held.number(deed), what="untrue", detail=reason)
    return msgspec.structs.replace(held, state=state, note=reason), (observed, Alarm(deed=deed, reason=reason))
