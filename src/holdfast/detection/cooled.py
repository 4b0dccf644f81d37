"""Was an account entered, or changed again, while a change that staff made of it does not count yet?

The holder has been told to wait, and so has support. Who resets the password all the same, comes in from elsewhere, or
changes a credential by another hand, either does not know that, or is in a hurry for a reason. Accounts are the same in
any spelling: the tool may have named them otherwise than the platform does.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

import msgspec

from holdfast.events import CredentialChange, ResetRequested, SecurityEvent, SignIn, spelling_key

from .campaign import Term
from .homes import From, Home, Homes
from .order import events_in_order
from .resets import Resets
from .takeover import Takeover


@enum.unique
class Use(enum.StrEnum):
    """What was done too early."""

    RESET = "reset_while_cooling"
    RESET_OF_MANY = "reset_of_many_while_cooling"  # as of far more accounts than usual
    NEW_DEVICE = "new_device_while_cooling"  # or network or country, where no device is told
    STRANGER = "stranger_while_cooling"  # both; or somebody who came in by recovery
    CHANGED = "changed_again_while_cooling"
    REVERSED = "reversed_by_the_holder"


WEIGHTS = {
    Use.RESET: log(0.9 / 5e-4),
    Use.RESET_OF_MANY: log(0.9 / 5e-2),
    Use.NEW_DEVICE: log(0.99 / 6.4e-3),
    Use.STRANGER: log(0.93 / 8e-4),
    Use.CHANGED: log(0.5 / 5e-4),
    Use.REVERSED: log(0.9 / 1e-4),
}
"""Nats. One honest change in two thousand is hurried so, one in ten thousand is denied by its own holder. [judged]

Of honest sign-ins on synthetic days 6.4 % come from a new device and 0.8 % from a new device at a new place, of thieves'
99 and 93 % (`benchmarks/cooled.py`). One account in ten is entered before an honest change of it counts. [judged]
"""

SURE = frozenset(Use) - {Use.NEW_DEVICE, Use.RESET_OF_MANY}
"""Enough by themselves for plans. A new device alone is a warning: whoever lost a telephone has another. So is a reset
while the form is flooded, which anybody can do."""

_NOTES = {
    Use.RESET: "a new password was asked for before the change of staff counted",
    Use.RESET_OF_MANY: "a new password was asked for before the change of staff counted, as of many accounts just then",
    Use.NEW_DEVICE: "it was entered from a device or place never seen before the change of staff counted",
    Use.STRANGER: "it was entered by recovery, or from a new device at a new place, before the change of staff counted",
    Use.CHANGED: "a credential was changed by another hand before the change of staff counted",
    Use.REVERSED: "the holder was told of the change of staff, and undid it",
}


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A change of `account` by `staff`, asked for at `since`, that counts from `until` on (None: not known yet).

    `home` is from where the account was entered before `began`, when the first of the changes was asked for that this
    one goes on with. One that was `used` too early already is told again only where that was not sure and this is; one
    that is `off` is never used.
    """

    id: str
    account: str
    staff: str
    session: str
    since: int
    began: int
    until: int | None = None
    home: Home = Home()
    used: Use | None = None
    off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """The change `id` was used too early, at `at` (ms since 1970 UTC), of the account that the platform calls so."""

    id: str
    account: str
    use: Use
    at: int


class Cooled:
    """The changes that are watched, and from where accounts were entered before."""

    def __init__(self) -> None:
        """Watch nothing."""
        self._watched: dict[str, dict[str, Watched]] = {}
        self._resets = Resets()
        self.homes = Homes()

    def watch(self, change: Watched) -> None:
        """Watch this change, as it is now; what it learnt of the home since stays."""
        of_account = self._watched.setdefault(spelling_key(change.account), {})
        before = of_account.get(change.id)
        of_account[change.id] = change if before is None else msgspec.structs.replace(change, home=before.home)

    def leave(self, account: str, id_: str) -> None:
        """Watch this change no longer."""
        key = spelling_key(account)
        of_account = self._watched.get(key, {})
        of_account.pop(id_, None)
        if not of_account:
            self._watched.pop(key, None)

    def observe(self, events: Iterable[SecurityEvent]) -> list[Used]:
        """What these events show, each change once in each call; events may be told again, and come late."""
        found: dict[str, Used] = {}
        for event in events_in_order(events):
            match event:
                case SignIn(outcome="ok") | ResetRequested() | CredentialChange():
                    if isinstance(event, ResetRequested):
                        self._resets.heard(event)
                    watched = self._of(event.account)
                    for change in watched:
                        use = self._use(event, change)
                        before = found[change.id].use if change.id in found else change.used
                        if use is not None and (before is None or (use in SURE and before not in SURE)):
                            found[change.id] = Used(id=change.id, account=event.account, use=use, at=event.time)
                    if isinstance(event, SignIn):
                        self._entered(event, watched)
                case _:
                    continue
        return list(found.values())

    def _of(self, account: str) -> tuple[Watched, ...]:
        return tuple(self._watched.get(spelling_key(account), {}).values()) if self._watched else ()

    def _use(self, event: SignIn | ResetRequested | CredentialChange, change: Watched) -> Use | None:
        if change.off or change.used in SURE or not _within(event, change):
            return None
        match event:
            case SignIn():
                return Use.STRANGER if event.method == "recovery" else _ENTERED[change.home.seen_from(event)]
            case ResetRequested():
                return Use.RESET_OF_MANY if self._resets.are_many(event) else Use.RESET
            case CredentialChange():
                own = event.by == "staff" and _same_hand(event, change)
                return None if own or event.by == "system" else Use.CHANGED

    def _entered(self, event: SignIn, watched: tuple[Watched, ...]) -> None:
        """Whoever comes in first while a change cools, or after one that others followed, is not at home because of it."""
        for change in watched:
            if event.time <= change.began:
                self._watched[spelling_key(change.account)][change.id] = msgspec.structs.replace(
                    change, home=change.home.after(event)
                )
        if not any(_within(event, change) for change in watched):
            self.homes.entered(event)


def _same_hand(event: CredentialChange, change: Watched) -> bool:
    """Whether the same session did it, or the same person from another one, however the platform writes them."""
    person = bool(event.staff) and spelling_key(event.staff) == spelling_key(change.staff)
    return person or bool(event.tool_session and event.tool_session == change.session)


_ENTERED = {From.HOME: None, From.NEW: Use.NEW_DEVICE, From.ELSEWHERE: Use.STRANGER}


def _within(event: SecurityEvent, change: Watched) -> bool:
    return change.since < event.time and (change.until is None or event.time < change.until)


def takeover(change: Watched, use: Use, at: int, now: int) -> Takeover:
    """The warning that follows; where `use` is in `SURE`, enough for plans against the tool session, for the account."""
    return Takeover(
        account=change.account,
        staff=change.staff,
        tool_session=change.session,
        changed_at=change.since,
        reset_at=at if use in {Use.RESET, Use.RESET_OF_MANY} else 0,
        signed_in_at=at if use in {Use.NEW_DEVICE, Use.STRANGER} else 0,
        warned_at=now,
        score=WEIGHTS[use],
        evidence=(Term(term=str(use), log_likelihood=WEIGHTS[use], note=_NOTES[use]),),
        sure=use in SURE,
    )
