"""From where do people sign in: countries, their networks, and the few networks that people from everywhere share.

Numbers of autonomous systems come from the range kept for documentation (RFC 5398), addresses from
2001:db8::/32 (RFC 3849).
"""

from __future__ import annotations

from dataclasses import dataclass

from .vocabulary import LANGUAGES

COUNTRIES = {
    "en": ("US", "US", "GB", "CA", "IN", "NG", "AU"),
    "es": ("MX", "ES", "AR", "CO"),
    "pt": ("BR", "BR", "PT"),
    "ja": ("JP",),
    "fr": ("FR", "CA", "SN"),
    "ar": ("SA", "EG", "AE"),
    "de": ("DE", "AT"),
    "tr": ("TR",),
}
NETWORKS_PER_COUNTRY = 4  # the first is a mobile carrier, behind whose few addresses very many people stand
FIRST_NETWORK = 65_540
VPN_NETWORKS = ("AS64501", "AS64502", "AS64503", "AS64504")  # commercial relays; ordinary people use them too
SIGN_IN_CLIENTS = ("iPhone", "iPhone", "Android", "Android", "Web")
CARRIERS = ("northline", "telcor", "vistacom", "mobila", "airgrid")
_EVERY = tuple(sorted({country for countries in COUNTRIES.values() for country in countries}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody is when they sign in."""

    asn: str
    country: str
    ip: str
    device: str
    client: str


def mix(value: int, salt: int = 0) -> int:
    """A fixed scrambling of 64 bits (the finaliser of SplitMix64): chance-like, the same in every run."""
    value = (value + 0x9E3779B97F4A7C15 * (salt + 1)) & 0xFFFFFFFFFFFFFFFF
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    value = (value ^ value >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    return value ^ value >> 31


def client_of(draw: int) -> str:
    """With what people sign in and post, as common as it is."""
    return SIGN_IN_CLIENTS[mix(draw, 12) % len(SIGN_IN_CLIENTS)]


def country_of(row: int, lang: int) -> str:
    """Where the account in `row` lives."""
    choices = COUNTRIES[LANGUAGES[lang].code]
    return choices[mix(row, 1) % len(choices)]


def home(row: int, lang: int, *, device: int = 0) -> Place:
    """Where the account in `row` usually is; `device` numbers its devices."""
    country = country_of(row, lang)
    network = min(mix(row, 2) % (NETWORKS_PER_COUNTRY + 2), NETWORKS_PER_COUNTRY + 1) % NETWORKS_PER_COUNTRY
    number = FIRST_NETWORK + _EVERY.index(country) * NETWORKS_PER_COUNTRY + network
    shared = network == 0
    host = mix(row, 3) % (16 if shared else 1 << 32)
    return Place(
        asn=f"AS{number}",
        country=country,
        ip=f"2001:db8:{number - 65_000:x}::{host:x}",
        device=f"d{mix(row, 10 + device):016x}",
        client=client_of(row + device),
    )


def relay(draw: int, networks: tuple[str, ...] = VPN_NETWORKS) -> Place:
    """A way in through one of `networks`, as `draw` (any whole number) chooses."""
    asn = networks[mix(draw, 4) % len(networks)]
    return Place(
        asn=asn,
        country=_EVERY[mix(draw, 5) % len(_EVERY)],
        ip=f"2001:db8:f{int(asn[2:]) % 0xFFF:x}::{mix(draw, 6) % 512:x}",
        device=f"d{mix(draw, 7):016x}",
        client=client_of(draw),
    )


def stranger(draw: int, country: str) -> Place:
    """Some household line in `country`, another for each `draw`: a rented network of infected computers."""
    number = FIRST_NETWORK + _EVERY.index(country) * NETWORKS_PER_COUNTRY + mix(draw, 8) % NETWORKS_PER_COUNTRY
    return Place(
        asn=f"AS{number}",
        country=country,
        ip=f"2001:db8:{number - 65_000:x}::{mix(draw, 9) % (1 << 32):x}",
        device=f"d{mix(draw, 7):016x}",
        client=client_of(draw),
    )


def carrier(row: int) -> str:
    """The phone carrier of the account in `row`."""
    return CARRIERS[mix(row, 11) % len(CARRIERS)]
