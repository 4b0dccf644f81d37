"""Was an account entered, or changed again, while a change that staff made of it does not count yet?

The holder has been told to wait, and so has support. Who resets the password all the same, comes in by a device that was
never seen, or changes a credential by another hand, either does not know that, or is in a hurry for a reason.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

import msgspec

from holdfast.events import CredentialChange, ResetRequested, SecurityEvent, SignIn

from .bounded import remember
from .campaign import Term
from .order import events_in_order
from .takeover import Takeover

_REMEMBERED = 100_000
"""Accounts whose devices are remembered at most; the oldest go first."""

_DEVICES = 16
"""Of one account; more are a crowd, of which the newest say most."""


@enum.unique
class Use(enum.StrEnum):
    """What was done too early."""

    RESET = "reset_while_cooling"
    NEW_DEVICE = "new_device_while_cooling"
    CHANGED = "changed_again_while_cooling"
    REVERSED = "reversed_by_the_holder"


WEIGHTS = {
    Use.RESET: log(0.9 / 5e-4),
    Use.NEW_DEVICE: log(0.5 / 5e-4),
    Use.CHANGED: log(0.5 / 5e-4),
    Use.REVERSED: log(0.9 / 1e-4),
}
"""Nats. One honest change in two thousand is hurried so, one in ten thousand is denied by its own holder. [judged]"""

_NOTES = {
    Use.RESET: "a new password was asked for before the change of staff counted",
    Use.NEW_DEVICE: "it was entered from a device never seen before the change of staff counted",
    Use.CHANGED: "a credential was changed by another hand before the change of staff counted",
    Use.REVERSED: "the holder was told of the change of staff, and undid it",
}


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A change of `account` by `staff`, asked for at `since`, that counts from `until` on (None: not known yet)."""

    id: str
    account: str
    staff: str
    session: str
    since: int
    until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """The change `id` was used too early, at `at` (milliseconds since 1970 UTC)."""

    id: str
    use: Use
    at: int


class Cooled:
    """The changes that are watched, and the devices by which accounts were entered before."""

    def __init__(self) -> None:
        """Watch nothing."""
        self._watched: dict[str, dict[str, Watched]] = {}
        self._devices: dict[str, dict[str, None]] = {}

    def watch(self, change: Watched) -> None:
        """Watch this change, as it is now."""
        self._watched.setdefault(change.account, {})[change.id] = change

    def leave(self, account: str, id_: str) -> None:
        """Watch this change no longer."""
        of_account = self._watched.get(account, {})
        of_account.pop(id_, None)
        if not of_account:
            self._watched.pop(account, None)

    def observe(self, events: Iterable[SecurityEvent]) -> list[Used]:
        """What these events show, each change once in each call; events may be told again, and come late."""
        found: dict[str, Used] = {}
        for event in events_in_order(events):
            match event:
                case SignIn(outcome="ok") | ResetRequested() | CredentialChange():
                    for change in tuple(self._watched.get(event.account, {}).values()):
                        use = self._use(event, change)
                        if use is not None:
                            found.setdefault(change.id, Used(id=change.id, use=use, at=event.time))
                case _:
                    continue
            if isinstance(event, SignIn):
                self._remember(event)
        return list(found.values())

    def _use(self, event: SignIn | ResetRequested | CredentialChange, change: Watched) -> Use | None:
        if not _within(event, change):
            return None
        match event:
            case SignIn():
                return Use.NEW_DEVICE if self._strange(event) else None
            case ResetRequested():
                return Use.RESET
            case CredentialChange():
                same = {event.tool_session, event.staff} & {change.session, change.staff} - {""}
                own = event.by == "staff" and bool(same)  # also from another session of the same person
                return None if own or event.by == "system" else Use.CHANGED

    def _strange(self, event: SignIn) -> bool:
        known = self._devices.get(event.account, {})
        return event.method == "recovery" or bool(event.device and known and event.device not in known)

    def _remember(self, event: SignIn) -> None:
        """A device seen first while a change cools does not become one of the account's own."""
        watched = self._watched.get(event.account, {}).values()
        if not event.device or any(_within(event, change) for change in watched):
            return
        known = self._devices.get(event.account, {})
        remember(known, event.device, None, _DEVICES)
        remember(self._devices, event.account, known, _REMEMBERED)


def _within(event: SecurityEvent, change: Watched) -> bool:
    return change.since < event.time and (change.until is None or event.time < change.until)


def takeover(change: Watched, use: Use, at: int, now: int) -> Takeover:
    """The warning that follows: sure enough by itself for plans against the tool session, and for the account."""
    return Takeover(
        account=change.account,
        staff=change.staff,
        tool_session=change.session,
        changed_at=change.since,
        reset_at=at if use is Use.RESET else 0,
        signed_in_at=at if use is Use.NEW_DEVICE else 0,
        warned_at=now,
        score=WEIGHTS[use],
        evidence=(Term(term=str(use), log_likelihood=WEIGHTS[use], note=_NOTES[use]),),
        sure=True,
    )
