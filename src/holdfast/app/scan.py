"""Which campaigns are in these posts?"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator

import msgspec

from holdfast.connectors.files import Delivery
from holdfast.detection import Campaign
from holdfast.events import OnceOnly
from holdfast.ports import Engine

from .refused import Refused


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

    def __init__(self, source: Iterable[Delivery], engine: Engine, refused: Refused) -> None:
        """Read `source` through `engine`; lines that are no events go to `refused`."""
        self._source, self._engine, self.refused = source, engine, refused
        self._once = OnceOnly(key=secrets.token_bytes(16))
        self._campaigns: dict[str, Campaign] = {}
        self.posts = self.others = self.duplicates = 0

    def __iter__(self) -> Iterator[Progress]:
        """Read on; one `Progress` after each batch.

        Raises:
            InputError: a file cannot be read further, or held no events; what came before has been counted.
            StoreError: rejects could not be kept; the batch they came with has been looked at.

        """
        for delivery in self._source:
            batch = self._once.batch(delivery.batch)
            self.duplicates += delivery.batch.posts.num_rows - batch.posts.num_rows
            self.posts += batch.posts.num_rows
            self.others += len(batch.others)
            for campaign in self._engine.run([batch]):
                self._keep(campaign)
            self.refused.take(delivery)
            yield Progress(
                posts=self.posts,
                others=self.others,
                rejects=self.refused.count,
                duplicates=self.duplicates,
                campaigns=len(self._campaigns),
                bytes_read=delivery.bytes_read,
                bytes_total=delivery.bytes_total,
            )
        self.refused.check(self.posts + self.others)

    @property
    def campaigns(self) -> tuple[Campaign, ...]:
        """The campaigns found so far, in order of detection."""
        return tuple(sorted(self._campaigns.values(), key=lambda found: (found.detected_at, found.id)))

    def _keep(self, campaign: Campaign) -> None:
        for merged in campaign.merged:
            self._campaigns.pop(merged, None)
        self._campaigns[campaign.id] = campaign
