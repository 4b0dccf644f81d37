"""Which tables does a store have?

Names and texts from outside are kept as UTF-8 bytes: they sort alike in every database, and none minds a NUL in them.
"""

from __future__ import annotations

import sqlalchemy as sa

SCHEMA = 1
"""The number of this layout; a store with a higher one was written by a newer Holdfast."""

metadata = sa.MetaData()

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.String(512), nullable=False),
)
"""`schema`, `origin` and `vkey` of this store."""

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("key", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("body", sa.LargeBinary),
)
"""The ledger; `salt` and `body` are NULL once erased."""

tiles = sa.Table(
    "tiles",
    metadata,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hashes", sa.LargeBinary, nullable=False),
)
"""The Merkle tree over the leaves, as C2SP tiles of height 8."""

checkpoints = sa.Table(
    "checkpoints",
    metadata,
    sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("note", sa.Text, nullable=False),
)
"""Every signed head, one for each commit that appended."""

seal = sa.Table(
    "seal",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("lanes", sa.LargeBinary, nullable=False),
)
"""One row: the signed sum of all rows in `collections` as of the last commit."""

collections = sa.Table(
    "collections",
    metadata,
    sa.Column("collection", sa.LargeBinary, primary_key=True),
    sa.Column("key", sa.LargeBinary, primary_key=True),
    sa.Column("kind", sa.LargeBinary, nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False),
)
"""The state of the response: msgspec's JSON under (collection, key)."""
