"""All accounts of a platform in columns: what cohorts and blast radii are counted over."""

from __future__ import annotations

import pyarrow as pa

ACCOUNTS = pa.schema(
    [
        pa.field("account", pa.string(), nullable=False),
        pa.field("handle", pa.string()),
        pa.field("verified", pa.bool_(), nullable=False),
        pa.field("reach", pa.int64(), nullable=False),  # followers
        pa.field("tier", pa.string(), nullable=False),  # ordinary, high_reach, official, protected
        pa.field("org", pa.string()),  # shared by accounts run by one body
        pa.field("emergency", pa.bool_(), nullable=False),  # warns people of danger: weather, police, health
        pa.field("created", pa.int64()),  # milliseconds since 1970 UTC
        pa.field("posts_per_hour", pa.float32(), nullable=False),  # the account's usual rate
    ]
)
