"""How are those who were let go, and is that bad enough to stop?"""

from __future__ import annotations

import msgspec


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of the accounts that were let go, `released` of them, since the first of them went."""

    released: int = 0
    lures: int = 0  # new lure posts
    takeovers: int = 0  # signs that one of them is being taken over
    complaints: int = 0  # accounts that others reported
    refusals: int = 0  # posts of theirs that the guard refused


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How much of each is still healthy: a stated number, or a share of the accounts let go, whichever is more.

    One lure or takeover is one too many. Complaints and refusals happen to the honest as well: people report each other
    every day, and quote a lure in order to warn of it.
    """

    lures: int = 0
    takeovers: int = 0
    complaints: int = 3
    refusals: int = 3
    share: float = 0.001  # of complaints and refusals: ten times what a day of the simulated platform brings


def trouble(health: Health, bounds: Bounds) -> tuple[str, ...]:
    """Which bounds are broken, in words; empty when all is well."""
    leeway = health.released * bounds.share
    found = (
        (health.lures, bounds.lures, "new lure posts"),
        (health.takeovers, bounds.takeovers, "signs of takeover"),
        (health.complaints, max(bounds.complaints, leeway), "complaints"),
        (health.refusals, max(bounds.refusals, leeway), "posts refused by the guard"),
    )
    return tuple(f"{count} {what}, at most {most:g} are healthy" for count, most, what in found if count > most)
