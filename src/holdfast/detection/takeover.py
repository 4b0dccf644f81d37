"""Is an account being taken over through a staff tool, before it posts anything? The order of deeds, weighed.

Honest support looks alike: a holder who lost access has the address replaced by staff, resets the password and signs
in. What tells them apart is where the sign-in comes from, how fast one deed follows the other, whom it strikes, and
that one tool session (or one new address) does it to many.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log
from typing import TypeVar

import msgspec

from holdfast.events import Account, CredentialChange, ResetRequested, SecurityEvent, SignIn

from . import model
from .campaign import Term
from .order import events_in_order

V = TypeVar("V")

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
_PER_FURTHER_ACCOUNT = log(0.8 / 0.4)
_MOST_BY_SESSION = 4.0
_SAME_VALUE = log(0.3 / 1e-3)
"""One new address for several accounts: families share one, seldom."""

_REMEMBERED = 100_000
"""Accounts, tool sessions and new values remembered at most, each; the oldest go first."""


class Takeover(msgspec.Struct, frozen=True, kw_only=True):
    """A warning: this account looks taken over through a staff tool. Times are milliseconds since 1970 UTC."""

    account: str
    staff: str
    tool_session: str
    changed_at: int
    reset_at: int
    signed_in_at: int
    warned_at: int
    score: float
    evidence: tuple[Term, ...]


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
    warned: bool = False


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
    by_session: dict[str, set[str]] = field(default_factory=dict)
    by_value: dict[str, set[str]] = field(default_factory=dict)
    places: dict[str, Places] = field(default_factory=dict)
    high_reach: dict[str, None] = field(default_factory=dict)
    warnings: list[Takeover] = field(default_factory=list)

    def observe(self, events: Iterable[SecurityEvent]) -> None:
        """Take security events in, in order of time."""
        for event in events_in_order(events):
            match event:
                case Account() if event.verified or event.reach >= model.HIGH_REACH or event.tier != "ordinary":
                    _remember(self.high_reach, event.account, None)
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
        change = Change(
            account=event.account,
            staff=event.staff,
            tool_session=event.tool_session,
            new_hash=event.new_hash,
            changed_at=event.time,
        )
        if event.account in self.high_reach:
            change.signs["high_reach"] = _WEIGHTS["high_reach"]
        _remember(self.changes, event.account, change)
        session = event.tool_session or event.staff
        if session:
            _remember(self.by_session, session, self.by_session.get(session, set()) | {event.account})
        if event.new_hash:
            _remember(self.by_value, event.new_hash, self.by_value.get(event.new_hash, set()) | {event.account})

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
            change.signed_in_at = change.signed_in_at or event.time
            for name, seen, value in (
                ("signed_in_from_new_country", places.countries, event.country),
                ("signed_in_from_new_network", places.networks, event.asn),
                ("signed_in_from_new_device", places.devices, event.device),
            ):
                if value and seen and value not in seen:
                    change.signs[name] = _WEIGHTS[name]
            self._weigh(change, event.time)
            return  # a place first seen after such a change does not become one of the account's own
        places.countries |= {event.country} - {""}
        places.networks |= {event.asn} - {""}
        places.devices |= {event.device} - {""}
        _remember(self.places, event.account, places)

    def _weigh(self, change: Change, now: int) -> None:
        if change.warned:
            return
        signs = dict(change.signs)
        others = len(self.by_session.get(change.tool_session or change.staff, ())) - 1
        if others > 0:
            signs["same_tool_session"] = min(_MOST_BY_SESSION, others * _PER_FURTHER_ACCOUNT)
        if change.new_hash and len(self.by_value.get(change.new_hash, ())) > 1:
            signs["same_new_value"] = _SAME_VALUE
        score = sum(signs.values())
        if score < WARN:
            return
        change.warned = True
        notes = {"same_tool_session": f"{others} further accounts changed in the same tool session"}
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


def _remember(into: dict[str, V], key: str, value: V) -> None:
    """Keep `value` as the youngest; the oldest goes when there are too many."""
    into.pop(key, None)
    into[key] = value
    if len(into) > _REMEMBERED:
        del into[next(iter(into))]
