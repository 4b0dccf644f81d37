"""What happened to an account before it was used: its security events as a time line that a person can read.

Each line carries a weight: w means that about one account in 10^w sees the like in three days. The default rates are
orders of magnitude assumed for a large public platform, to be replaced by the platform's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import msgspec

from holdfast.events import (
    IN_VAIN,
    AppAuthorised,
    CredentialChange,
    DataExport,
    DataRead,
    ProfileChange,
    ResetRequested,
    SecurityEvent,
    SignIn,
    StaffAction,
)

from .deliveries import in_order, subject

# Share of ordinary accounts that see this in three days.
ORDINARY: Mapping[str, float] = {
    "app authorised": 1e-2,
    "credential changed": 3e-3,
    "credential changed by staff": 1e-4,
    "export": 1e-3,
    "handle or name changed": 1e-3,
    "inbox read by staff": 1e-5,
    "looked up by staff": 1e-3,
    "looked up by staff without a ticket": 1e-4,
    "second factor removed": 5e-4,
    "reset requested": 5e-3,
    "sign-in": 0.5,
    "sign-in by recovery": 3e-3,
    "sign-in from a new country": 1e-2,
    "sign-in from a new network": 5e-2,
    "sign-in refused": 2e-2,
}


class Precursor(msgspec.Struct, frozen=True, kw_only=True):
    """One line: what happened, when (milliseconds since 1970 UTC), and how unusual it is (see the module)."""

    time: int
    kind: str
    text: str
    weight: float


class _Seen:
    """Where an account was signed in from so far."""

    def __init__(self) -> None:
        self.countries: set[str] = set()
        self.networks: set[str] = set()

    def sign_in(self, event: SignIn) -> tuple[str, str]:
        """What kind of sign-in this is, given those before."""
        if event.outcome != "ok":
            return "sign-in refused", f"a sign-in was refused{_where(event)}"
        known = bool(self.countries or self.networks)
        new_country = bool(event.country) and event.country not in self.countries
        new_network = bool(event.asn) and event.asn not in self.networks
        self.countries.update({event.country} - {""})
        self.networks.update({event.asn} - {""})
        if event.method == "recovery":
            return "sign-in by recovery", f"signed in by recovery{_where(event)}"
        if known and new_country:
            return "sign-in from a new country", f"signed in from a country new to the account{_where(event)}"
        if known and new_network:
            return "sign-in from a new network", f"signed in from a network new to the account{_where(event)}"
        return "sign-in", f"signed in{_where(event)}"


def precursors(
    account: str,
    events: Iterable[SecurityEvent],
    until: int,
    *,
    since: int | None = None,
    rates: Mapping[str, float] = ORDINARY,
) -> tuple[Precursor, ...]:
    """The time line of `account` up to and including `until` (milliseconds since 1970 UTC), oldest first.

    `events` may come in any order, hold repeats and other accounts' events. Events before `since` are not shown, but
    tell what is new to the account.
    """
    seen, lines = _Seen(), []
    for event in in_order(event for event in events if subject(event) == account and event.time <= until):
        said = _say(event, seen)
        if said and (since is None or event.time >= since):
            kind, text = said
            weight = -math.log10(rates.get(kind, ORDINARY[kind]))
            lines.append(Precursor(time=event.time, kind=kind, text=text, weight=weight))
    return tuple(lines)


def _say(event: SecurityEvent, seen: _Seen) -> tuple[str, str] | None:  # noqa: PLR0911  (one answer per kind of event)
    """The kind and the text of the event's line; None when it is no precursor."""
    match event:
        case SignIn():
            return seen.sign_in(event)
        case ResetRequested():
            return "reset requested", "a reset was asked for" + (f" by {event.channel}" if event.channel else "")
        case CredentialChange():
            return _credential(event)
        case StaffAction(outcome=outcome) if outcome in IN_VAIN:
            return None
        case StaffAction():
            kind = "looked up by staff" if event.ticket else "looked up by staff without a ticket"
            asked = f"ticket {event.ticket}" if event.ticket else "no ticket"
            return kind, f"staff member {event.staff}: {event.action} in {event.tool} ({asked})"
        case DataRead(by="staff"):
            kind = "inbox read by staff" if event.what == "messages" else "looked up by staff"
            return kind, f"staff member {event.staff} read its {event.what}"
        case AppAuthorised():
            return "app authorised", f"app {event.app} was let in"
        case DataExport():
            return "export", f"an archive of its data was {event.stage}"
        case ProfileChange(what="handle" | "name"):
            return "handle or name changed", f"its {event.what} was changed from {event.old!r} to {event.new!r}"
        case _:
            return None


def _credential(event: CredentialChange) -> tuple[str, str]:
    """The line of a changed credential."""
    by = f"staff member {event.staff or '(not named)'}" if event.by == "staff" else f"the {event.by or 'unknown hand'}"
    session = f" in tool session {event.tool_session}" if event.tool_session else ""
    text = f"{event.what} {event.change or 'changed'} by {by}{session}"
    if event.by == "staff":
        return "credential changed by staff", text
    if event.what in {"mfa", "passkey"} and event.change == "removed":
        return "second factor removed", text
    return "credential changed", text


def _where(event: SignIn) -> str:
    """From where and with what, as far as was said."""
    parts = [part for part in (event.country, event.asn, event.client) if part]
    return f" ({', '.join(parts)})" if parts else ""
