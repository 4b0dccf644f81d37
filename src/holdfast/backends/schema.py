"""Which tables does a store have?

Names and texts from outside are kept as UTF-8 bytes: they sort alike in every database, and none minds a NUL in them.
They may be longer than an entry in an index of PostgreSQL can be, which therefore holds their hash there.
"""

from __future__ import annotations

import re

import sqlalchemy as sa

SCHEMA = 1
"""The number of this layout; a store with a higher one was written by a newer Holdfast."""

_LAYOUT = re.compile(r"[0-9]{1,4}")  # more digits than there will ever be layouts

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
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("body", sa.LargeBinary),
    sa.UniqueConstraint("key").ddl_if(dialect="sqlite"),
)
sa.Index("entries_by_key", sa.func.sha256(entries.c.key), unique=True).ddl_if(dialect="postgresql")
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
    sa.Column("collection", sa.LargeBinary, nullable=False),
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("kind", sa.LargeBinary, nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("collection", "key").ddl_if(dialect="sqlite"),
)
sa.Index("collections_by_key", collections.c.collection, sa.func.sha256(collections.c.key), unique=True).ddl_if(
    dialect="postgresql"
)
"""The state of the response: msgspec's JSON under (collection, key)."""


def create_statements(dialect: str) -> list[str]:
    """The SQL that makes every table and index in a database of this kind, unless another process made it meanwhile."""
    written: list[str] = []

    def write(statement: sa.schema.CreateTable | sa.schema.CreateIndex, *_: object, **__: object) -> None:
        statement.if_not_exists = True
        written.append(str(statement.compile(dialect=engine.dialect)))

    engine = sa.create_mock_engine(f"{dialect}://", write)
    metadata.create_all(engine, checkfirst=False)
    return written


def layout_of(kept: object) -> int | None:
    """The layout that a store says it has, or None when that is no number of one: anybody could have written it."""
    return int(kept) if isinstance(kept, str) and _LAYOUT.fullmatch(kept) else None
