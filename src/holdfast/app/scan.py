"""Which campaigns are in these posts?"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator

import msgspec

from holdfast.connectors.files import Delivery, RejectFile
from holdfast.detection import Campaign
from holdfast.events import OnceOnly
from holdfast.ports import Engine


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a scan has got. `bytes_total` is None for a stream."""

    posts: int
    others: int
    rejects: int
    duplicates: int
    campaigns: int
    bytes_read: int
    bytes_total: int | None


class Scan:
    """Files read through detection once; iterate for progress, then ask for the `campaigns`."""

    def __init__(self, source: Iterable[Delivery], engine: Engine, rejects: RejectFile | None = None) -> None:
        """Read `source` through `engine`; rejected lines go to `rejects` if there is such a file."""
        self._source, self._engine, self._rejects = source, engine, rejects
        self._once = OnceOnly(key=secrets.token_bytes(16))
        self._campaigns: dict[str, Campaign] = {}
        self.posts = self.others = self.rejected = self.duplicates = 0

    def __iter__(self) -> Iterator[Progress]:
        """Read on; one `Progress` after each batch.

        Raises:
            InputError: a file cannot be read further; what came before has been counted.

        """
        for delivery in self._source:
            batch = self._once.batch(delivery.batch)
            self.duplicates += delivery.batch.posts.num_rows - batch.posts.num_rows
            self.posts += batch.posts.num_rows
            self.others += len(batch.others)
            self.rejected += len(delivery.rejects)
            if self._rejects is not None:
                self._rejects.append(delivery.rejects, source=delivery.source)
            for campaign in self._engine.run([batch]):
                self._keep(campaign)
            yield Progress(
                posts=self.posts,
                others=self.others,
                rejects=self.rejected,
                duplicates=self.duplicates,
                campaigns=len(self._campaigns),
                bytes_read=delivery.bytes_read,
                bytes_total=delivery.bytes_total,
            )

    @property
    def campaigns(self) -> tuple[Campaign, ...]:
        """The campaigns found so far, in order of detection."""
        return tuple(sorted(self._campaigns.values(), key=lambda found: (found.detected_at, found.id)))

    def _keep(self, campaign: Campaign) -> None:
        for merged in campaign.merged:
            self._campaigns.pop(merged, None)
        self._campaigns[campaign.id] = campaign
