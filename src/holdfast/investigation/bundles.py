"""Which factors touched the account that an event tells of: an event's bundle, and what is in it.

A bundle is a tuple of strings whose first says what kind of event it came from. Two events with the same bundle touched
their accounts in the same way, so a record need keep only its number.
"""

from __future__ import annotations

import functools
import hashlib
import ipaddress
from typing import TypeAlias

import msgspec

from holdfast.events import (
    IN_VAIN,
    AppAuthorised,
    AppRevoked,
    CredentialChange,
    DataRead,
    ResetRequested,
    SignIn,
    StaffAction,
)

from .cause import Factor, FactorKind

Bundle: TypeAlias = tuple[str, ...]

LONGEST_VALUE = 200  # characters; ids and hashes are shorter, and what is longer is kept by its digest
_RECOVERY = frozenset({"email", "phone", "recovery"})


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle says: the `deed`, the factors that did it, a standing factor that it ended, if it had a ticket.

    `proof` says that what proves the holder was changed, and not by staff; `opens` that it was, by anybody, or that a
    reset was asked for.
    """

    deed: str
    factors: tuple[Factor, ...] = ()
    ended: tuple[Factor, ...] = ()
    ticketed: bool = False
    by_staff: bool = False
    proof: bool = False
    opens: bool = False

    @property
    def manner(self) -> str:
        """The deed, and whether a ticket asked for it."""
        return f"{self.deed} by ticket" if self.ticketed else self.deed


def sign_in(event: SignIn) -> Bundle | None:
    """Only a sign-in that went through touched the account."""
    if event.outcome != "ok":
        return None
    return ("sign_in", event.asn, network_prefix(event.ip), event.client, event.country)


def reset(event: ResetRequested) -> Bundle | None:
    """By which channel a reset was asked for."""
    return ("reset", event.channel)


def credential(event: CredentialChange) -> Bundle | None:
    """Who changed what, to which value; passwords have no value that may repeat."""
    value = event.new_hash if event.what in _RECOVERY and event.change != "removed" else ""
    how = f"{event.what} {event.change or 'changed'} by {event.by or 'somebody'}"
    return ("credential", how, event.staff, event.tool_session, value, event.carrier)


def app(event: AppAuthorised | AppRevoked) -> Bundle | None:
    """Which app was let in, or shut out."""
    return ("app" if type(event) is AppAuthorised else "app_revoked", event.app)


def staff_read(event: DataRead) -> Bundle | None:
    """Private data read by staff; what holders and apps read of their own touches nothing."""
    if event.by != "staff":
        return None
    return ("staff", event.staff, event.session, f"read {event.what}", "")


def staff_action(event: StaffAction) -> Bundle | None:
    """What staff did in a tool, and whether a ticket, or the queue it lay in, asked for it."""
    if event.outcome in IN_VAIN:
        return None
    return ("staff", event.staff, event.tool_session, event.action, "ticket" if event.ticket or event.queue else "")


def network_prefix(ip: str) -> str:
    """The part of an address that its network gives out: the first three octets or groups, as written; cheap."""
    if ":" not in ip:
        return ip.rpartition(".")[0]
    head = ip.split(":", 3)[:3]
    if "" not in head:
        return ":".join(head)
    try:
        address = ipaddress.IPv6Address(ip)
    except ValueError:
        return ""
    if address.ipv4_mapped:
        return str(address.ipv4_mapped).rpartition(".")[0]
    return ":".join(address.exploded.split(":", 3)[:3])


def contents(bundle: Bundle) -> Contents:
    """What `bundle` says."""
    match bundle:
        case ("sign_in", asn, prefix, client, country):
            return Contents(
                deed="sign-in",
                factors=_factors(
                    (FactorKind.NETWORK, asn),
                    (FactorKind.NETWORK, _network(prefix)),
                    (FactorKind.CLIENT, client),
                    (FactorKind.COUNTRY_CHANGE, country),
                ),
            )
        case ("reset", channel):
            return Contents(deed="reset requested", factors=_factors((FactorKind.RESET_CHANNEL, channel)), opens=True)
        case ("credential", how, staff, tool_session, value, carrier):
            return Contents(
                deed=how,
                factors=_factors(
                    (FactorKind.STAFF, staff),
                    (FactorKind.TOOL_SESSION, tool_session),
                    (FactorKind.RECOVERY_VALUE, value),
                    (FactorKind.CARRIER, carrier),
                ),
                by_staff=bool(staff or tool_session),
                proof=not (staff or tool_session or how.endswith(" by staff")),
                opens=True,
            )
        case ("staff", staff, tool_session, deed, ticket):
            return Contents(
                deed=deed,
                factors=_factors((FactorKind.STAFF, staff), (FactorKind.TOOL_SESSION, tool_session)),
                ticketed=bool(ticket),
                by_staff=True,
            )
        case ("app", app_id):
            return Contents(deed="app authorised", factors=_factors((FactorKind.APP, app_id)))
        case ("app_revoked", app_id):
            return Contents(deed="app revoked", ended=_factors((FactorKind.APP, app_id)))
        case _:
            raise ValueError(f"no bundle begins with {bundle[:1]!r}")


def shortened(bundle: Bundle) -> Bundle:
    """The bundle with every overlong value replaced by its digest, so that hostile text costs no memory."""
    return tuple(
        value
        if len(value) <= LONGEST_VALUE
        else "sha256:" + hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        for value in bundle
    )


def _factors(*said: tuple[FactorKind, str]) -> tuple[Factor, ...]:
    """The factors whose value was said."""
    return tuple(Factor(kind=kind, value=value) for kind, value in said if value)


@functools.lru_cache(maxsize=1 << 16)
def _network(prefix: str) -> str:
    """The network in canonical form: /24 of IPv4, /48 of IPv6; nothing when the address was none."""
    try:
        return str(ipaddress.ip_network(f"{prefix}::/48" if ":" in prefix else f"{prefix}.0/24"))
    except ValueError:
        return ""
