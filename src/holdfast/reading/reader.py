"""What do the posts of a batch say? The columnar door: Arrow in, numpy out, no Python object per post."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from holdfast.errors import ColumnError

from .columns import NOTHING, Strings, lists, said, strings
from .desk import MOST_LURES, desk
from .fingerprint import HASHES
from .flags import QUOTED_LURE, REFERS
from .hashing import hash_all
from .post import read_posts
from .suffixes import kernel_table

U8: TypeAlias = npt.NDArray[np.uint8]
U16: TypeAlias = npt.NDArray[np.uint16]
U32: TypeAlias = npt.NDArray[np.uint32]
U64: TypeAlias = npt.NDArray[np.uint64]
I64: TypeAlias = npt.NDArray[np.int64]


class Readings:
    """What `posts` posts say. The arrays belong to the reader, and hold until its next `read`.

    `account`, `post`: hashes of the ids, u64[n]. `flags`: `Flag`, u32[n]. `script`: the group most letters belong to,
    numbered in `layout`, u8[n]. `length`: code points of the clean text, at most 65535, u16[n]. `words`: u16[n].
    `signature`: u8[n, 16]. `bands`: u64[n, 8], four of words and four of shingles, 0 for none. The lures of post `i` are
    `lure_from[i]` to `lure_from[i + 1]` (i64[n + 1]) in `lure_kind` (`LURE_CODES`, u8[m]), `lure_key` (equal for equal
    lures of one kind, never 0, u64[m]) and `lure_valid` (2 proved by checksum or public suffix, 1 shape, 0 malformed,
    u8[m]).
    """

    __slots__ = (
        "account", "bands", "flags", "length", "lure_from", "lure_key", "lure_kind", "lure_valid", "post", "posts",
        "script", "signature", "words",
    )  # fmt: skip

    def __init__(self, posts: int, account: U64, post: U64, flags: U32, script: U8, length: U16, words: U16,
                 signature: U8, bands: U64, lure_from: I64, kind: U8, key: U64, valid: U8) -> None:  # fmt: skip
        self.posts, self.account, self.post, self.flags, self.script = posts, account, post, flags, script
        self.length, self.words, self.signature, self.bands = length, words, signature, bands
        self.lure_from = lure_from
        lures = int(lure_from[-1])
        self.lure_kind: U8 = kind[:lures]
        self.lure_key: U64 = key[:lures]
        self.lure_valid: U8 = valid[:lures]


class Reader:
    """Reads batches of posts; owns the buffers, so one reader serves one thread at a time."""

    _kind: U8
    _key: U64
    _valid: U8

    def __init__(self, *, max_posts: int = 10_000) -> None:
        """`max_posts` is the batch size that needs no new memory; larger batches make the buffers grow."""
        self._desk = desk()
        self._grow(max_posts)
        self._grow_lures(2 * max_posts + 64)

    def _grow(self, posts: int) -> None:
        self._capacity = posts
        self._account, self._post = np.empty(posts, np.uint64), np.empty(posts, np.uint64)
        self._flags, self._script = np.empty(posts, np.uint32), np.empty(posts, np.uint8)
        self._length, self._words = np.empty(posts, np.uint16), np.empty(posts, np.uint16)
        self._signature, self._bands = np.empty((posts, HASHES), np.uint8), np.empty((posts, 8), np.uint64)
        self._lure_from = np.zeros(posts + 1, np.int64)

    def _grow_lures(self, lures: int, kept: int = 0) -> None:
        """Make room for `lures`; the first `kept` stay."""
        kind, key, valid = np.empty(lures, np.uint8), np.empty(lures, np.uint64), np.empty(lures, np.uint8)
        if kept:
            kind[:kept], key[:kept], valid[:kept] = self._kind[:kept], self._key[:kept], self._valid[:kept]
        self._kind, self._key, self._valid = kind, key, valid

    def read(self, posts: pa.RecordBatch) -> Readings:
        """Read the columns id, account, text, and where there are any urls, repost_of, reply_to, quote_of.

        Raises ColumnError when one of the first three is missing or one cannot be read as text.
        """
        n = posts.num_rows
        if n > self._capacity:
            self._grow(n)
        text = strings(column(posts, "text"))
        link_lists, links = np.zeros(n + 1, np.int64), Strings(NOTHING, np.zeros(1, np.int64))
        if "urls" in posts.schema.names:
            link_lists, links = lists(posts.column("urls"))
        flags = self._flags[:n]
        flags[:] = 0
        for name, value in (("repost_of", REFERS), ("reply_to", REFERS), ("quote_of", REFERS | QUOTED_LURE)):
            if name in posts.schema.names:
                flags |= said(posts.column(name)) * np.uint32(value)
        for name, out in (("id", self._post), ("account", self._account)):
            hash_all(*strings(column(posts, name)), out[:n].view(np.int64))
        self._read(n, text, links, link_lists)
        return Readings(n, self._account[:n], self._post[:n], flags, self._script[:n], self._length[:n],
                        self._words[:n], self._signature[:n], self._bands[:n], self._lure_from[: n + 1], self._kind, self._key, self._valid)  # fmt: skip

    def _read(self, n: int, text: Strings, links: Strings, link_lists: I64) -> None:
        done = 0
        while True:
            done = read_posts(
                kernel_table(), self._desk, done, text.data, text.offsets, links.data, links.offsets, link_lists,
                self._flags[:n], self._script, self._length, self._words, self._signature, self._bands.view(np.int64),
                self._lure_from, self._kind, self._key.view(np.int64), self._valid,
            )  # fmt: skip
            if done == n:
                return
            self._grow_lures(2 * len(self._kind) + MOST_LURES, kept=int(self._lure_from[done]))


def column(posts: pa.RecordBatch, name: str) -> pa.Array:
    """The column called `name`; raises ColumnError when there is none."""
    if name not in posts.schema.names:
        raise ColumnError(f"the posts have no column {name!r}")
    return posts.column(name)
