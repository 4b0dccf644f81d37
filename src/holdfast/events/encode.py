"""How is an event written down: as one line of JSON, or as rows of an Arrow batch?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import pyarrow as pa

from .posts import POSTS
from .vocabulary import AnyEvent, Post


def encode_line(event: AnyEvent) -> bytes:
    """One JSON object without a line break: the event's fields, times in milliseconds, its unknown fields beside them.

    Reading the line gives the event back. An unknown field called like a known one that is also set cannot stand beside
    it; such fields are kept together in a field called `unknown`.
    """
    said: dict[str, Any] = msgspec.to_builtins(event)
    unknown = said.pop("unknown", {})
    beside = {name: value for name, value in unknown.items() if name not in said}
    hidden = {name: value for name, value in unknown.items() if name in said}
    return msgspec.json.encode(said | beside | ({"unknown": hidden} if hidden else {}))


def posts_to_batch(posts: Iterable[Post], unknown: Iterable[str | None] | None = None) -> pa.RecordBatch:
    """The posts as rows of schema `POSTS`; what a post does not say is null.

    `unknown` gives the column of that name as JSON texts, one for each post, where they are at hand.
    """
    listed = list(posts)
    columns = {
        field.name: [
            _said(getattr(post, field.name)) if field.nullable else getattr(post, field.name) for post in listed
        ]
        for field in POSTS
    }
    columns["media"] = [
        [{name: part or None for name, part in msgspec.structs.asdict(item).items()} for item in post.media] or None
        for post in listed
    ]
    columns["unknown"] = (
        [msgspec.json.encode(post.unknown).decode() if post.unknown else None for post in listed]
        if unknown is None
        else list(unknown)
    )
    return pa.RecordBatch.from_pydict(columns, schema=POSTS)


def _said(value: object) -> object:
    """Null for what stands for "not said"."""
    return None if value in ("", ()) else value


def batch_to_posts(batch: pa.RecordBatch) -> list[Post]:
    """The rows of a batch of schema `POSTS` as records; null becomes what the record has for "not said"."""
    return [_row_to_post(row) for row in batch.to_pylist()]


def _row_to_post(row: dict[str, Any]) -> Post:
    said = {name: value for name, value in row.items() if value is not None}
    if "unknown" in said:
        said["unknown"] = msgspec.json.decode(said["unknown"])
    if "media" in said:
        said["media"] = [{name: part for name, part in item.items() if part is not None} for item in said["media"]]
    return msgspec.convert(said, type=Post)
