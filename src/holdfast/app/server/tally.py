"""What has been counted of the requests?"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counts of the event loop; nobody else writes them.

    `refused` is by status. `bodies` and `bytes` are of events that wait or are under way now;
    `forwarded` counts requests that name another caller, as those from a proxy do.
    """

    refused: dict[int, int] = field(default_factory=dict)
    faults: int = 0
    turned_away: int = 0
    bodies: int = 0
    bytes: int = 0
    forwarded: int = 0

    def refuse(self, status: int) -> None:
        """Count a problem that was answered."""
        self.refused[status] = self.refused.get(status, 0) + 1
