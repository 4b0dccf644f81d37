"""From which network does somebody come? An address stands for what one place commonly has: a new lease is no move."""

from __future__ import annotations

import ipaddress

_NEAR = {4: 24, 6: 48}  # bits


def network_of(text: str) -> str:
    """The network (`192.0.2.0/24`, `2001:db8:7::/48`) of an address; a name of the platform's (`vpn-dublin`) is one."""
    address = address_of(text)
    return text if address is None else str(ipaddress.ip_network((address, _NEAR[address.version]), strict=False))


def address_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a text is, of IPv4 where it only dresses as IPv6; None where it is none."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
