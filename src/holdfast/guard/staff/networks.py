"""Does somebody come from there, and is it still where they came from before?

A network is what the gate's caller names it by: an address, or a name of the platform's own (`vpn-dublin`, `AS64500`).
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from holdfast.events import address_of, network_of

_LIKE_AN_ADDRESS = re.compile(r"\d+(\.\d+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*")
_KEPT = 16_384  # of the latest: a platform's staff come from few places


@lru_cache(_KEPT)
def within(network: str, block: str) -> bool:
    """Whether `network` is `block`, or an address in that block of addresses (`198.51.100.0/24`)."""
    if network == block:
        return True
    address = address_of(network)
    if address is None or "/" not in block:
        return False
    try:
        return address in ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False


def nobody_is_in(network: str) -> bool:
    """Whether it looks like an address or a block of them and is none, so that nobody can come from there."""
    if not ("/" in network or _LIKE_AN_ADDRESS.fullmatch(network)):
        return False
    try:
        ipaddress.ip_network(network, strict=False)
    except ValueError:
        return True
    return False


@lru_cache(_KEPT)
def moved(before: str, now: str) -> bool:
    """Whether `now` is elsewhere than `before`: both are known, and neither the same nor addresses close by."""
    return bool(before and now) and network_of(before) != network_of(now)
