"""What is on the pictures of a benchmark that are files of its folder? Looked at as `scan --media-root` does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from holdfast.connectors.files import Delivery
from holdfast.connectors.media import Fetcher, Looking
from holdfast.connectors.pictures.keeper import Keeper
from holdfast.events import Batch


def looked_at(batches: Sequence[pa.RecordBatch], folder: Path) -> tuple[list[pa.RecordBatch], list[str]]:
    """The posts (schema `POSTS`) with what is on their pictures in `folder`, and why some of these were refused.

    Raises:
        SettingsError: there are such pictures, and what it takes to look at them is not installed.

    """
    if not any(_names_files(batch.column("media")) for batch in batches):
        return list(batches), []
    deliveries = [Delivery(source=str(folder), batch=Batch(posts=batch, others=[])) for batch in batches]
    with Looking(deliveries, Fetcher(root=folder), Keeper()) as looking:
        told = list(looking)
    return [each.batch.posts for each in told], [reject.reason for each in told for reject in each.rejects]


def _names_files(media: pa.ListArray) -> bool:
    return media.null_count < len(media) and bool(pc.any(pc.is_valid(media.flatten().field("path"))).as_py())
