"""Which pictures do these posts carry, and what is on them? Looks before detection does, and hands every post on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import msgspec
import pyarrow as pa

from holdfast.connectors.files import Delivery
from holdfast.connectors.pictures.keeper import Keeper
from holdfast.connectors.pictures.verdict import UnfitPictureError
from holdfast.events import POSTS, Batch, Media, Reject, reject

from .fetch import Fetcher

MOST_OF_A_POST = 8
"""Pictures of one post that are looked at; platforms show four to twenty."""

_MEDIA = POSTS.field("media").type


class Looking:
    """The deliveries of a source, with `phash` and `codes` of each picture filled in.

    A picture that cannot be fetched or looked at is a reject with the line of its post; the post goes on without. What
    lies elsewhere, and what there was no time for, is counted.
    """

    def __init__(
        self,
        source: Iterable[Delivery],
        fetcher: Fetcher,
        keeper: Keeper,
        *,
        patience: float | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look no longer than `patience` seconds at the pictures of one delivery: a live stream must not wait."""
        self._source, self._fetcher, self._keeper = source, fetcher, keeper
        self._patience, self._monotonic = patience, monotonic
        self.looked_at = 0
        self.refused = 0
        self.elsewhere = 0
        self.left_out = 0

    def __iter__(self) -> Iterator[Delivery]:
        """Deliver what the source does."""
        for delivery in self._source:
            column = delivery.batch.posts.column("media")
            yield delivery if column.null_count == len(column) else self._look_through(delivery)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keeper.close()

    def _look_through(self, delivery: Delivery) -> Delivery:
        posts, until = delivery.batch.posts, None
        if self._patience is not None:
            until = self._monotonic() + self._patience
        rejects: list[Reject] = []
        media: list[Any] = posts.column("media").to_pylist()
        for row, items in enumerate(media):
            if not items:
                continue
            for place, item in enumerate(items):
                if place >= MOST_OF_A_POST or (until is not None and self._monotonic() > until):
                    self.left_out += 1
                elif why := self._look_at(item):
                    line = int(delivery.lines[row]) if row < len(delivery.lines) else 0
                    said = {"id": posts.column("id")[row].as_py(), "media": _said(item)}
                    rejects.append(reject(line, f"media: {why}", msgspec.json.encode(said)))
        self.refused += len(rejects)
        looked = posts.set_column(POSTS.get_field_index("media"), POSTS.field("media"), pa.array(media, _MEDIA))
        return replace(
            delivery,
            batch=Batch(posts=looked, others=delivery.batch.others),
            rejects=tuple(sorted([*delivery.rejects, *rejects], key=lambda bad: bad.line)),
        )

    def _look_at(self, item: dict[str, Any]) -> str:
        """Fill in what is on one picture; why it was refused, or nothing."""
        try:
            data = self._fetcher.fetch(msgspec.convert(_said(item), Media))
            if data is None:
                self.elsewhere += 1
                return ""
            seen = self._keeper.look(data)
        except UnfitPictureError as unfit:
            return str(unfit)
        self.looked_at += 1
        item["phash"] = item["phash"] or seen.phash or None
        item["codes"] = [*dict.fromkeys([*(item["codes"] or ()), *seen.codes])] or None
        return ""


def _said(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None}
