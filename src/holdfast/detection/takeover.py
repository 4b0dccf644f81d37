"""Is an account being taken over through a staff tool, before it posts anything? The order of deeds, weighed.

Honest support looks alike: a holder who lost access has the address replaced by staff, resets the password and signs
in. What tells them apart is where the sign-in comes from, how fast one deed follows the other, whom it strikes, that one
new address serves several, and what else came of the same tool session: sign-ins at home, or from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log

import msgspec

from holdfast.events import Account, CredentialChange, ResetRequested, SecurityEvent, SignIn

from . import model
from .bounded import remember
from .campaign import Term
from .order import events_in_order

WARN = log((1 - model.MISSED) / 1e-3)
"""6.86 nats: one in a thousand honest changes by staff may be called in. [judged]"""

WINDOW = 24 * model.HOUR
"""How long after the change the other deeds count."""

_QUICK = 15 * model.MINUTE
_WEIGHTS = {
    "reset_followed": log(0.95 / 0.6),  # most honest changes are followed by a reset too
    "reset_at_once": log(0.7 / 0.3),  # within a quarter of an hour
    "signed_in_from_new_country": log(0.5 / 0.02),
    "signed_in_from_new_network": log(0.7 / 0.25),
    "signed_in_from_new_device": log(0.9 / 0.6),
    "high_reach": log(0.6 / 0.02),  # who is worth stealing
}
_ELSEWHERE, _AT_HOME = log(0.7 / 0.25), log(0.3 / 0.75)
"""A further change of the same tool session, by where the account was then entered from. That a session changed others says
nothing by itself: support does it all day. [judged]"""

_MOST_BY_SESSION = 4.0
_SAME_VALUE = log(0.3 / 1e-3)
"""One new address for several accounts: families share one, seldom."""

_REMEMBERED = 100_000
"""Accounts, tool sessions and new values remembered at most, each; the oldest go first."""


class Takeover(msgspec.Struct, frozen=True, kw_only=True):
    """A warning: this account looks taken over through a staff tool. Times are milliseconds since 1970 UTC.

    `sure` is one that needs no second account to bear it out.
    """

    account: str
    staff: str
    tool_session: str
    changed_at: int
    reset_at: int
    signed_in_at: int
    warned_at: int
    score: float
    evidence: tuple[Term, ...]
    sure: bool = False


@dataclass(slots=True, kw_only=True)
class Change:
    """One credential changed by staff, and what followed."""

    account: str
    staff: str
    tool_session: str
    new_hash: str
    changed_at: int
    reset_at: int = 0
    signed_in_at: int = 0
    signs: dict[str, float] = field(default_factory=dict)
    led_to: float = 0.0  # what the sign-in tells of the tool session, nats
    warned: bool = False

    @property
    def session(self) -> str:
        """The tool session; the staff member where sessions are not told apart."""
        return self.tool_session or self.staff


@dataclass(slots=True, kw_only=True)
class Sitting:
    """What one tool session did: the accounts it changed, and what their sign-ins tell of it together, in nats."""

    accounts: dict[str, None] = field(default_factory=dict)
    led_to: float = 0.0


@dataclass(slots=True, kw_only=True)
class Places:
    """Where an account signed in from before."""

    countries: set[str] = field(default_factory=set)
    networks: set[str] = field(default_factory=set)
    devices: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Takeovers:
    """Accounts whose credentials staff changed within a day, and the warnings that came of it."""

    changes: dict[str, Change] = field(default_factory=dict)
    by_session: dict[str, Sitting] = field(default_factory=dict)
    by_value: dict[str, set[str]] = field(default_factory=dict)
    places: dict[str, Places] = field(default_factory=dict)
    high_reach: dict[str, None] = field(default_factory=dict)
    warnings: list[Takeover] = field(default_factory=list)

    def observe(self, events: Iterable[SecurityEvent]) -> None:
        """Take security events in, in order of time."""
        for event in events_in_order(events):
            match event:
                case Account() if event.verified or event.reach >= model.HIGH_REACH or event.tier != "ordinary":
                    remember(self.high_reach, event.account, None, _REMEMBERED)
                case CredentialChange(by="staff"):
                    self._changed(event)
                case ResetRequested():
                    self._reset(event)
                case SignIn(outcome="ok"):
                    self._signed_in(event)
                case _:
                    pass

    def take_warnings(self) -> list[Takeover]:
        """Those since the last call."""
        taken, self.warnings = self.warnings, []
        return taken

    def _changed(self, event: CredentialChange) -> None:
        change = self._of_the_same_hand(event) or Change(
            account=event.account,
            staff=event.staff,
            tool_session=event.tool_session,
            new_hash="",
            changed_at=event.time,
        )
        change.new_hash = event.new_hash or change.new_hash
        if event.account in self.high_reach:
            change.signs["high_reach"] = _WEIGHTS["high_reach"]
        remember(self.changes, event.account, change, _REMEMBERED)
        if change.session:
            sitting = self.by_session.get(change.session) or Sitting()
            remember(sitting.accounts, event.account, None, _REMEMBERED)
            remember(self.by_session, change.session, sitting, _REMEMBERED)
        if event.new_hash:
            accounts = self.by_value.get(event.new_hash, set()) | {event.account}
            remember(self.by_value, event.new_hash, accounts, _REMEMBERED)

    def _of_the_same_hand(self, event: CredentialChange) -> Change | None:
        """The change that `event` goes on with: an address replaced and a second factor removed are one takeover."""
        before = self.changes.get(event.account)
        if before is None or event.time - before.changed_at > WINDOW:
            return None
        return before if (before.tool_session, before.staff) == (event.tool_session, event.staff) else None

    def _reset(self, event: ResetRequested) -> None:
        change = self.changes.get(event.account)
        if change is None or not 0 <= event.time - change.changed_at <= WINDOW:
            return
        change.reset_at = event.time
        change.signs["reset_followed"] = _WEIGHTS["reset_followed"]
        if event.time - change.changed_at <= _QUICK:
            change.signs["reset_at_once"] = _WEIGHTS["reset_at_once"]

    def _signed_in(self, event: SignIn) -> None:
        places = self.places.get(event.account) or Places()
        change = self.changes.get(event.account)
        if change and change.reset_at and 0 <= event.time - change.reset_at <= WINDOW:
            self._entered(change, event, places)
            return  # a place first seen after such a change does not become one of the account's own
        places.countries |= {event.country} - {""}
        places.networks |= {event.asn} - {""}
        places.devices |= {event.device} - {""}
        remember(self.places, event.account, places, _REMEMBERED)

    def _entered(self, change: Change, event: SignIn, places: Places) -> None:
        first = not change.signed_in_at
        change.signed_in_at = change.signed_in_at or event.time
        for name, seen, value in (
            ("signed_in_from_new_country", places.countries, event.country),
            ("signed_in_from_new_network", places.networks, event.asn),
            ("signed_in_from_new_device", places.devices, event.device),
        ):
            if value and seen and value not in seen:
                change.signs[name] = _WEIGHTS[name]
        if first and ((event.country and places.countries) or (event.asn and places.networks)):
            elsewhere = {"signed_in_from_new_country", "signed_in_from_new_network"} & change.signs.keys()
            change.led_to = _ELSEWHERE if elsewhere else _AT_HOME
            if change.session in self.by_session:
                self.by_session[change.session].led_to += change.led_to
        if self._weigh(change, event.time):
            self._weigh_others(change, event.time)

    def _weigh_others(self, warned: Change, now: int) -> None:
        """What was not enough alone may be, now that the same session or the same new value is under suspicion."""
        sitting = self.by_session.get(warned.session, Sitting())
        for account in [*sitting.accounts, *sorted(self.by_value.get(warned.new_hash, ()))]:
            other = self.changes.get(account)
            same = other is not None and (other.session == warned.session or other.new_hash == warned.new_hash)
            if other is not None and same and other.signed_in_at:
                self._weigh(other, now)

    def _weigh(self, change: Change, now: int) -> bool:
        """Warn if there is enough for it; True when a warning came of it."""
        if change.warned:
            return False
        signs = dict(change.signs)
        of_session = self.by_session.get(change.session, Sitting()).led_to - change.led_to
        if of_session > 0:
            signs["same_tool_session"] = min(_MOST_BY_SESSION, of_session)
        if change.new_hash and len(self.by_value.get(change.new_hash, ())) > 1:
            signs["same_new_value"] = _SAME_VALUE
        score = sum(signs.values())
        if score < WARN:
            return False
        change.warned = True
        notes = {"same_tool_session": "further accounts that it changed were entered from elsewhere, too"}
        self.warnings.append(
            Takeover(
                account=change.account,
                staff=change.staff,
                tool_session=change.tool_session,
                changed_at=change.changed_at,
                reset_at=change.reset_at,
                signed_in_at=change.signed_in_at,
                warned_at=now,
                score=score,
                evidence=tuple(
                    Term(term=name, log_likelihood=nats, note=notes.get(name, "")) for name, nats in signs.items()
                ),
            )
        )
        return True
