"""Has this event been seen before? Delivery is at least once; each counts once.

An event is known by its platform, type and id. An edit carries the id of the post it changes, but another text, and
harmless posts may well be edited into a campaign: an edited post therefore counts once for each text it is given.
Events without an id cannot be told apart, and all pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from holdfast.errors import InputError, SettingsError

from .posts import Batch
from .siphash import KEY_BYTES, Hashes, hash_texts, kernel
from .vocabulary import SecurityEvent

DEFAULT_MEMORY = 128 * 1024 * 1024  # bytes: the last 5 million events at least
SMALLEST_MEMORY = 1024  # bytes
_FULL = 0.6  # share of a table's places taken at which it rests: beyond, a look takes more and more steps
_POST, _EDIT = np.uint64(1), np.uint64(2)  # tweaks that keep the hashes of ids and of edited texts apart
_FREE = np.uint64(0)


class OnceOnly:
    """Lets each event through the first time, within a bounded memory.

    What is remembered are 64-bit hashes, in two generations: when the newer one is full, the older is forgotten. So at
    least the last `remembers` events are known, at most twice as many; a repeat later than that passes again.

    A hash may by chance be that of another event, and then an event is dropped that never came before. With n hashes
    remembered the probability is n / 2**64 for each new event: with 10 million remembered, one in 1.8 trillion, which
    at 143,199 posts a second without a pause (the highest rate Twitter has told of) is one in five months.

    The key sees to it that it stays chance: who knows it could choose ids so that a post passes for one seen before.
    Take `KEY_BYTES` bytes from the operating system for each store or run and keep them secret; a snapshot holds them.
    """

    def __init__(self, *, key: bytes, memory: int = DEFAULT_MEMORY) -> None:
        """Remember in at most `memory` bytes.

        Raises:
            SettingsError: `memory` is too small, or `key` has another length.

        """
        if memory < SMALLEST_MEMORY:
            raise SettingsError(f"{memory} bytes are too few to remember events in; it takes {SMALLEST_MEMORY}")
        if len(key) != KEY_BYTES:
            raise SettingsError(f"the key has {len(key)} bytes; it must have {KEY_BYTES}")
        self._key, self._memory = key, memory
        places = 1 << (memory // 16).bit_length() - 1  # a power of two, in two tables of 8 bytes a place
        self._tables = np.zeros((2, places), dtype=np.uint64)  # filled by the system only where they are touched
        self._newest = 0
        self._taken = 0
        self.remembers = int(places * _FULL)
        self.repeats = 0

    def batch(self, batch: Batch) -> Batch:
        """The events of `batch` that have not come before, in it or earlier."""
        return Batch(posts=self.posts(batch.posts), others=self.others(batch.others))

    def posts(self, posts: pa.RecordBatch) -> pa.RecordBatch:
        """The rows of `posts` (schema `POSTS`) that have not come before."""
        platforms = hash_texts(posts.column("platform"), self._key)
        hashes = hash_texts(posts.column("id"), self._key, platforms ^ _POST)
        edited = posts.column("edited")
        if edited.true_count:
            texts = hash_texts(posts.column("text"), self._key, hashes ^ _EDIT)
            hashes = np.where(edited.fill_null(False).to_numpy(zero_copy_only=False), texts, hashes)
        new = self._first_time(hashes)
        return posts if new.all() else posts.filter(pa.array(new))

    def others(self, events: Sequence[SecurityEvent]) -> Sequence[SecurityEvent]:
        """Those of `events` that have not come before, and all that have no id."""
        known = [place for place, event in enumerate(events) if event.id]
        names = [f"{type(events[place]).__name__}\0{events[place].platform}\0{events[place].id}" for place in known]
        new = self._first_time(hash_texts(pa.array(names, pa.string()), self._key))
        repeats = {place for place, first in zip(known, new.tolist(), strict=True) if not first}
        return [event for place, event in enumerate(events) if place not in repeats] if repeats else events

    def snapshot(self) -> dict[str, int | bytes]:
        """What is remembered, as plain data of up to 0.6 times the memory. Keep it as secret as the key."""
        return {
            "key": self._key,
            "memory": self._memory,
            "repeats": self.repeats,
            "newer": _packed(self._tables[self._newest]),
            "older": _packed(self._tables[1 - self._newest]),
        }

    @classmethod
    def restore(cls, snapshot: Mapping[str, object]) -> OnceOnly:
        """Go on from a snapshot, with the same answers as if never stopped.

        Raises:
            InputError: it is no snapshot, or a damaged one.

        """
        try:
            kept = msgspec.convert(snapshot, _Snapshot)
            made = cls(key=kept.key, memory=kept.memory)
            older, newer = (np.frombuffer(part, dtype="<u8").astype(np.uint64) for part in (kept.older, kept.newer))
        except (msgspec.ValidationError, SettingsError, ValueError) as error:
            raise InputError(f"this is no snapshot of events seen: {error}") from error
        if max(len(older), len(newer)) > made.remembers:
            raise InputError("this snapshot of events seen holds more than its memory")
        made._fill(older, newer)
        made.repeats = kept.repeats
        return made

    def _fill(self, older: Hashes, newer: Hashes) -> None:
        for generation, hashes in ((1 - self._newest, older), (self._newest, newer)):
            _, self._taken = _pass_first(hashes, self._tables, generation, 0, np.empty(len(hashes), dtype=np.bool_))

    def _first_time(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Which of `hashes` are not remembered; from now on they all are."""
        new = np.empty(len(hashes), dtype=np.bool_)
        done = 0
        while done < len(hashes):
            if self._taken == self.remembers:
                self._newest = 1 - self._newest
                self._tables[self._newest] = _FREE
                self._taken = 0
            read, self._taken = _pass_first(hashes[done:], self._tables, self._newest, self._taken, new[done:])
            done += read
        self.repeats += len(new) - int(np.count_nonzero(new))
        return new


def _packed(table: Hashes) -> bytes:
    return bytes(table[table != _FREE].astype("<u8"))


class _Snapshot(msgspec.Struct, kw_only=True):
    key: bytes
    memory: int
    repeats: int
    newer: bytes
    older: bytes


@kernel
def _pass_first(hashes: Hashes, tables: Hashes, newest: int, taken: int, new: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Mark in `new` which hashes neither table holds, and put them into the newest until it is full.

    `tables` has two rows, each an open addressed table with linear probing. Gives how many hashes were read, and how
    many places of the newest table are taken then.
    """
    newer, older = tables[newest], tables[1 - newest]
    places = len(newer)
    full = int(places * _FULL)
    mask = np.uint64(places - 1)
    for row in range(len(hashes)):
        if taken == full:
            return row, taken
        wanted = max(hashes[row], np.uint64(1))
        place = wanted & mask
        while older[place] != _FREE and older[place] != wanted:
            place = (place + np.uint64(1)) & mask
        known = older[place] == wanted
        place = wanted & mask
        while newer[place] != _FREE and newer[place] != wanted:
            place = (place + np.uint64(1)) & mask
        new[row] = not known and newer[place] == _FREE
        if newer[place] == _FREE:
            newer[place] = wanted
            taken += 1
    return len(hashes), taken
