"""Does the help desk tell the gate of its tickets, where the gate counts on it?"""

from __future__ import annotations

from holdfast.app.live import wall_time
from holdfast.app.policies import load_staff_policy
from holdfast.backends import LedgerFile, file_of
from holdfast.events import format_time
from holdfast.guard.staff import TicketRule
from holdfast.response.staff.tickets import FEED, SILENT_MS, Feed

from .finding import Finding, Health, well
from .settings import Settings

_ADVICE = (
    "See that the help desk tells of its tickets, and where there are none every few minutes of none: how-to, tell the "
    "gate of tickets. Until then grants stand in for new ones."
)


def look(settings: Settings) -> Finding:
    """By the policies and the store; `holdfast doctor` tells it.

    Raises:
        PolicyError: the policies do not hold.
        StoreError: the store cannot be read.

    """
    strict = load_staff_policy(settings.policy.folder).catalogue.gate.tickets is TicketRule.TOLD
    feed = _feed(settings)
    if feed is None:
        if strict:
            says = "only tickets that the gate is told of count, and it was never told of one"
            return Finding(about="tickets", health=Health.WARNING, says=says, advice=_ADVICE)
        return well("tickets", "the gate is told of none: a ticket is any text, and made-up ones are not seen")
    if wall_time() - feed.heard_at > SILENT_MS:
        says = f"nothing was heard of the help desk's tickets since {format_time(feed.heard_at)}"
        return Finding(about="tickets", health=Health.WARNING, says=says, advice=_ADVICE)
    counting = "only those count" if strict else "others count too, and are seen"
    return well("tickets", f"the help desk tells of them, last at {format_time(feed.heard_at)}; {counting}")


def _feed(settings: Settings) -> Feed | None:
    file = file_of(settings.store.address)
    if file is not None and not file.exists():
        return None
    with LedgerFile(settings.store.address) as record:
        return next(iter(record.values(FEED, Feed)), None)
