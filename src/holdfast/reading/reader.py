"""What do the posts of a batch say? The columnar door: Arrow in, numpy out, no Python object per post."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from holdfast.errors import ColumnError

from .columns import NOTHING, Strings, filled, lists, said, strings
from .desk import KEY_HIGH, KEY_LOW, MOST_LURES, desk
from .fingerprint import HASHES
from .flags import PICTURE, QUOTED_LURE, REFERS, REPLIES
from .hashing import PUBLIC, halves, hash_all
from .post import BAND_COUNT, read_posts
from .suffixes import kernel_table

U8: TypeAlias = npt.NDArray[np.uint8]
U16: TypeAlias = npt.NDArray[np.uint16]
U32: TypeAlias = npt.NDArray[np.uint32]
U64: TypeAlias = npt.NDArray[np.uint64]
I64: TypeAlias = npt.NDArray[np.int64]

REFERENCES = {"repost_of": REFERS, "reply_to": REPLIES, "quote_of": REFERS | QUOTED_LURE}


class Rows(NamedTuple):
    """Room for what each of n posts says; the columns of `Readings` by the same names."""

    flags: U32
    script: U8
    length: U16
    words: U16
    signature: U8
    bands: U64
    lure_from: I64


class LureRows(NamedTuple):
    """Room for the lures of many posts, one after the other."""

    kind: U8
    key: U64
    valid: U8


def rows_for(n: int) -> Rows:
    """Room for `n` posts."""
    small = np.empty(n, np.uint32), np.empty(n, np.uint8), np.empty(n, np.uint16), np.empty(n, np.uint16)
    return Rows(
        *small, np.empty((n, HASHES), np.uint8), np.empty((n, BAND_COUNT), np.uint64), np.zeros(n + 1, np.int64)
    )


def lure_rows_for(n: int) -> LureRows:
    """Room for `n` lures."""
    return LureRows(np.empty(n, np.uint8), np.empty(n, np.uint64), np.empty(n, np.uint8))


class Readings:
    """What `posts` posts say. The arrays belong to the reader, and hold until its next `read`.

    `account`, `post`: hashes of the ids, u64[n]. `flags`: `Flag`, u32[n]. `script`: the group most letters belong to,
    numbered in `layout`, u8[n]. `length`: code points of the clean text, at most 65535, u16[n]. `words`: u16[n].
    `signature`: u8[n, 16]. `bands`: u64[n, 8], four of words and four of shingles, 0 for none. The lures of post `i` are
    those from `lure_from[i]` to `lure_from[i + 1]` (i64[n + 1]) in `lure_kind` (`LURE_CODES`, u8[m]), `lure_key` (equal
    for equal lures of one kind, never 0, u64[m]) and `lure_valid` (2 proved by checksum or public suffix, 1 shape,
    0 malformed, u8[m]).
    """

    __slots__ = (
        "account",
        "bands",
        "flags",
        "length",
        "lure_from",
        "lure_key",
        "lure_kind",
        "lure_valid",
        "post",
        "posts",
        "script",
        "signature",
        "words",
    )

    def __init__(self, account: U64, post: U64, rows: Rows, lures: LureRows) -> None:
        n = len(account)
        self.posts = n
        self.account = account
        self.post = post
        self.flags = rows.flags[:n]
        self.script = rows.script[:n]
        self.length = rows.length[:n]
        self.words = rows.words[:n]
        self.signature = rows.signature[:n]
        self.bands = rows.bands[:n]
        self.lure_from = rows.lure_from[: n + 1]
        m = int(rows.lure_from[n])
        self.lure_kind = lures.kind[:m]
        self.lure_key = lures.key[:m]
        self.lure_valid = lures.valid[:m]


class Reader:
    """Reads batches of posts; owns the buffers, so one reader serves one thread at a time."""

    def __init__(self, *, max_posts: int = 10_000, key: bytes = PUBLIC) -> None:
        """`max_posts` is the batch size that needs no new memory; larger batches make the buffers grow.

        `key` (16 bytes) is that under which ids and lures are hashed.
        """
        self._desk = desk()
        self._key = halves(key)
        self._desk[KEY_LOW], self._desk[KEY_HIGH] = self._key
        self._lures = lure_rows_for(2 * max_posts)
        self._make_room(max_posts)

    def _make_room(self, posts: int) -> None:
        self._rows = rows_for(posts)
        self._ids = np.empty(posts, np.uint64), np.empty(posts, np.uint64)

    def read(self, posts: pa.RecordBatch) -> Readings:
        """Read the columns id, account, text, and where there are any urls, media, repost_of, reply_to, quote_of.

        Raises ColumnError when one of the first three is missing, or one of them all is not what it should be.
        """
        n = posts.num_rows
        if n > len(self._rows.flags):
            self._make_room(n)
        post, account = (ids[:n] for ids in self._ids)
        hash_all(*strings(column(posts, "id")), *self._key, post)
        hash_all(*strings(column(posts, "account")), *self._key, account)
        flags = self._rows.flags[:n]
        flags[:] = 0
        for name, meaning in REFERENCES.items():
            if name in posts.schema.names:
                flags |= said(posts.column(name)) * np.uint32(meaning)
        if "media" in posts.schema.names and posts.column("media").null_count < n:
            flags |= filled(posts.column("media")) * np.uint32(PICTURE)
        link_lists, links = np.zeros(n + 1, np.int64), Strings(NOTHING, np.zeros(1, np.int64))
        if "urls" in posts.schema.names:
            link_lists, links = lists(posts.column("urls"))
        self._read(n, strings(column(posts, "text")), links, link_lists)
        return Readings(account, post, self._rows, self._lures)

    def _read(self, n: int, text: Strings, links: Strings, link_lists: I64) -> None:
        done = 0
        while True:
            done = read_posts(kernel_table(), self._desk, done, n, *text, *links, link_lists, *self._rows, *self._lures)
            if done == n:
                return
            more = lure_rows_for(2 * len(self._lures.kind) + MOST_LURES)
            kept = int(self._rows.lure_from[done])
            more.kind[:kept] = self._lures.kind[:kept]
            more.key[:kept] = self._lures.key[:kept]
            more.valid[:kept] = self._lures.valid[:kept]
            self._lures = more


def column(posts: pa.RecordBatch, name: str) -> pa.Array:
    """The column called `name`; raises ColumnError when there is none."""
    if name not in posts.schema.names:
        raise ColumnError(f"the posts have no column {name!r}")
    return posts.column(name)
