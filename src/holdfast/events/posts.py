"""Posts in columns: the one Arrow schema that the hot path reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from .vocabulary import SecurityEvent

POSTS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("time", pa.int64(), nullable=False),  # milliseconds since 1970 UTC
        pa.field("account", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("urls", pa.list_(pa.string())),
        pa.field("lang", pa.string()),
        pa.field("client", pa.string()),
        pa.field("repost_of", pa.string()),
        pa.field("reply_to", pa.string()),
        pa.field("quote_of", pa.string()),
        pa.field("reach", pa.int64()),
        pa.field("verified", pa.bool_()),
        pa.field("edited", pa.bool_()),
        pa.field(
            "media",
            pa.list_(
                pa.struct(
                    [
                        *((name, pa.string()) for name in ("sha256", "path", "url", "alt", "phash")),
                        ("codes", pa.list_(pa.string())),
                    ]
                )
            ),
        ),
        pa.field("platform", pa.string()),
        pa.field("unknown", pa.string()),  # the fields we have no name for, as one JSON object
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Events that arrived together: posts in columns (schema `POSTS`), the rest as records in order of arrival."""

    posts: pa.RecordBatch = field(default_factory=lambda: pa.RecordBatch.from_pylist([], schema=POSTS))
    others: Sequence[SecurityEvent] = ()
