"""Does somebody come from there, and is it still where they came from before?

A network is what the gate's caller names it by: an address, or a name of the platform's own (`vpn-dublin`, `AS64500`).
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TypeAlias

Place: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network | str
_NEAR = {4: 24, 6: 48}  # bits: what one place commonly has, so that a new lease is no move
_KEPT = 16_384  # of the latest: a platform's staff come from few places


@lru_cache(_KEPT)
def within(network: str, block: str) -> bool:
    """Whether `network` is `block`, or an address in that block of addresses (`198.51.100.0/24`)."""
    if network == block:
        return True
    address = _address(network)
    if address is None or "/" not in block:
        return False
    try:
        return address in ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False


@lru_cache(_KEPT)
def moved(before: str, now: str) -> bool:
    """Whether `now` is elsewhere than `before`: both are known, and neither the same nor addresses close by."""
    return bool(before and now) and place_of(before) != place_of(now)


def place_of(network: str) -> Place:
    """The addresses that are close by, where it is an address; a name is a place of its own."""
    address = _address(network)
    return network if address is None else ipaddress.ip_network((address, _NEAR[address.version]), strict=False)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
