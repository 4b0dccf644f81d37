"""Which takeover campaigns does this stream carry? Batches go in, campaigns come out; everything it knows can be saved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfast.events import Batch
from holdfast.reading import PUBLIC, Reader, hash_column

from .campaign import Campaign
from .clock import StreamTime
from .crowds import CROWD_WORDS, LATEST, STARTED
from .evidence import Evidence
from .explain import Explanation, explain
from .growth import Grower, Growth, pace
from .keyed import LOST, Found, KeyedState, PostColumns, Run, one_by_one
from .naming import Due
from .order import in_order
from .pictures import add_pictures, with_codes
from .pieces import Pieces, with_profiles
from .postlog import Chunk, Named, PostLog, chunk_of, named
from .precursors import EventRows, rows_of
from .rates import HALVED, RATE_WORDS, bases
from .settings import SHARES, DetectionSettings
from .showing import count as count_showing
from .showing import elsewhere, may_tell
from .sightings import CROWD_KINDS, KEPT_LONG, MIN_WORDS
from .snapshot import VERSION, Saved, arrays_of, chunks_of, fill, pack, refill, unpack
from .takeover import Takeover, Takeovers
from .watch import CROWDS, count_rest, next_post


class Detector:
    """Detection as one operator: `observe` batches in order of arrival.

    A batch is a set: its posts and events are taken by their times, in whatever order they lie in it. Where a stream in
    order of time was cut into batches changes nothing either. One detector is used by one thread at a time; it may hand
    parts of a batch to others through `run`.
    """

    def __init__(
        self,
        settings: DetectionSettings | None = None,
        *,
        key: bytes = PUBLIC,
        run: Run = one_by_one,
        readers: int = 1,
    ) -> None:
        """Empty. `run` does jobs that are independent of each other, at most `readers` of them reading.

        Accounts and lures are told apart by their hashes under `key` (16 bytes). Where strangers choose their names it
        must be drawn at random, so that nobody can make two that are taken for one; the answers do not depend on it.
        """
        self.settings = settings or DetectionSettings()
        self._key = key
        self._run = run
        self._readers = [Reader(key=key) for _ in range(readers)]
        self._state = KeyedState(self.settings)
        room = int(SHARES["log"] * self.settings.memory_mb * (1 << 20)) // 2
        self._logs = (PostLog(room), PostLog(room))
        self._rates: Any = np.zeros(RATE_WORDS, np.int64)
        self._crowds: Any = np.zeros((len(CROWD_KINDS), CROWD_WORDS), np.int64)
        self._shorteners: Any = np.zeros(256, np.int64)
        self._pieces = Pieces()
        self._takeovers = Takeovers()
        self._time = StreamTime()
        self._sequence = 0
        self._origin: int | None = None
        self._newest = 0
        self._late = 0
        self._grower = self._grow_from(Growth())

    def observe(self, batch: Batch) -> list[Campaign]:
        """Take a batch in; the campaigns that it brought to light or changed, in stream order, each as it stands now.

        Times are not taken at their word (`clock`).
        """
        for stretch in self._time.settle(batch):
            self._leap(stretch.leap)
            self._observe(stretch.batch)
        return self._grower.take_changed()

    def _leap(self, leap: int) -> None:
        """Let the stream's time leap by so many ms, which were not watched; a leap back takes with it what was noted as latest."""
        if self._origin is not None:
            self._origin += leap
        if leap < 0:
            self._newest += leap
            self._rates[HALVED] += leap
            under_way = self._crowds[:, LATEST] != 0
            self._crowds[np.ix_(under_way, (LATEST, STARTED))] += leap

    def _observe(self, batch: Batch) -> None:
        self._takeovers.observe(batch.others)
        parts = self._parts(with_profiles(in_order(with_codes(batch.posts)), batch.others))
        events = rows_of(batch.others, self._key)
        for part, readings in parts[:-1]:
            now, events = events.split(part.column("time"))
            self._observe_part(part, readings, now)
        self._observe_part(*parts[-1], events)

    def campaigns(self) -> tuple[Campaign, ...]:
        """Every campaign as it stands, in order of detection."""
        return tuple(case.campaign() for case in self._grower.growth.cases.values())

    def explain(self, campaign: str) -> Explanation | None:
        """Why a campaign is one; None when there is no such campaign, or its trail was not kept (`settings.trails`)."""
        case = self._grower.growth.cases.get(campaign)
        return None if case is None or case.trail is None else explain(case)

    def take_warnings(self) -> list[Takeover]:
        """Accounts that look taken over through a staff tool, since the last call."""
        return self._takeovers.take_warnings()

    @property
    def counters(self) -> dict[str, int]:
        """What was taken in, let go of, and could not be named."""
        lost = dict(zip(LOST, self._state.lost.sum(axis=0).tolist(), strict=True))
        accounts, security = self._state.evicted.sum(axis=0).tolist()
        return {
            "posts": self._sequence,
            "late": self._late,
            "misdated": self._time.set_right,
            "unresolved": self._grower.growth.unresolved,
            "evicted_accounts": accounts,
            "evicted_security": security,
            "evicted_carrying": int(self._state.forgotten[0]),
            **{f"evicted_{name}": count for name, count in lost.items()},
        }

    def snapshot(self) -> bytes:
        """Everything needed to go on from here, as plain data; call it between batches."""
        return pack(
            Saved(
                version=VERSION,
                memory_mb=self.settings.memory_mb,
                key=self._key,
                time=self._time,
                sequence=self._sequence,
                origin=self._origin,
                newest=self._newest,
                late=self._late,
                rates=self._rates.tolist(),
                crowds=self._crowds.tolist(),
                shorteners=self._shorteners.tolist(),
                arrays=arrays_of(self._state),
                logs=tuple(chunks_of(log) for log in self._logs),
                growth=self._grower.growth,
                pieces=self._pieces,
                takeovers=self._takeovers,
            )
        )

    @classmethod
    def restore(
        cls, snapshot: bytes, settings: DetectionSettings | None = None, *, run: Run = one_by_one, readers: int = 1
    ) -> Detector:
        """Go on from `snapshot`, and by its key, with the answers of a detector that never stopped; `memory_mb` must be as it was.

        Raises:
            InputError: the snapshot is damaged, of another version, or of another size.

        """
        saved = unpack(snapshot)
        settings = settings or DetectionSettings(memory_mb=saved.memory_mb)
        detector = cls(settings, key=saved.key, run=run, readers=readers)
        fill(detector._state, saved.arrays)
        for log, chunks in zip(detector._logs, saved.logs, strict=True):
            refill(log, chunks)
        detector._rates[:] = saved.rates
        detector._crowds[:] = saved.crowds
        detector._shorteners[:] = saved.shorteners
        detector._sequence, detector._origin = saved.sequence, saved.origin
        detector._newest, detector._late = saved.newest, saved.late
        detector._time = saved.time
        detector._pieces = saved.pieces
        detector._takeovers = saved.takeovers
        detector._grower = detector._grow_from(saved.growth)
        return detector

    def _grow_from(self, growth: Growth) -> Grower:
        settings = self.settings
        return Grower(growth, self._logs, self._state, key=self._key, alert=settings.alert, trails=settings.trails)

    # ---- one part of a batch

    def _parts(self, posts: Any) -> list[tuple[Any, Any]]:
        """The batch in as many parts as there are readers, each read."""
        size = -(-posts.num_rows // len(self._readers)) or 1
        parts = [posts.slice(start, size) for start in range(0, posts.num_rows, size)] or [posts]
        read: list[Any] = [None] * len(parts)

        def job(index: int) -> Any:
            def work() -> None:
                read[index] = self._readers[index].read(parts[index])

            return work

        self._run([job(index) for index in range(len(parts))])
        for index, part in enumerate(parts):
            completed = self._pieces.complete(part, read[index].flags)
            if completed is not None:
                parts[index] = completed
                read[index] = self._readers[index].read(completed)
        return list(zip(parts, read, strict=True))

    def _observe_part(self, posts: Any, readings: Any, events: EventRows) -> None:
        columns = columns_of(posts, self._key)
        time = columns.time
        if self._origin is None and len(time):
            self._origin = int(time[0])  # of posts alone: security events may tell of days in which no post was seen
        add_pictures(readings, posts.column("media"), self._state.pictures)
        found = self._state.advance(readings, columns, events, self._sequence, self._origin or 0, self._run)
        chunks = self._log(posts, readings, time, found)
        self._look(readings, time, events, found, chunks)
        if len(time):
            running = np.maximum.accumulate(np.concatenate([[self._newest], time]))
            self._late += int((time < running[:-1]).sum())
            self._newest = int(running[-1])
        self._sequence += len(time)

    def _log(self, posts: Any, readings: Any, time: Any, found: Found) -> list[Chunk]:
        """Keep the names of posts that carry something; the chunks made of them."""
        lures = (readings.lure_from, readings.lure_kind, readings.lure_key, readings.lure_valid)
        telling = readings.words >= MIN_WORDS
        columns = {
            "voice": found.voice,
            "time": time,
            "features": found.features,
            "page": found.page,
            "signature": readings.signature,
        }
        chunks = []
        long = found.keep & KEPT_LONG != 0
        for log, rows in zip(self._logs, ((found.keep != 0) & ~long, long), strict=True):
            if not rows.any():
                continue
            chunk = chunk_of(posts, np.flatnonzero(rows), columns, lures, self._sequence)
            chunk.signature[~telling[rows]] = 0
            log.append(chunk)
            chunks.append(chunk)
        return chunks

    def _look(self, readings: Any, time: Any, events: EventRows, found: Found, chunks: list[Chunk]) -> None:
        """Stop at each post that must be looked at by itself, in order, and let campaigns form and grow."""
        account, bands, keys = (part.view(np.int64) for part in (readings.account, readings.bands, readings.lure_key))
        read = (account, readings.flags, readings.words, bands, readings.lure_from, keys)
        known = (time, found.voice, found.features, found.keep)
        happened = (events.columns[1], events.columns[2], np.zeros(1, np.int64))
        grower, at, post = self._grower, 0, 0
        while post < len(time):
            row = int(found.due[at, 0]) if at < len(found.due) else -1
            watched = (grower.accounts.slots, grower.keys.slots)
            post, why = next_post(
                read,
                known,
                watched,
                self._crowds,
                self._shorteners,
                self._rates,
                happened,
                row,
                post,
                self._sequence,
                self._origin or 0,
            )
            if why:
                at = self._look_at(post, why, readings, found, chunks, at)
            post += 1
        count_rest(self._rates, happened)

    def _look_at(self, post: int, why: int, readings: Any, found: Found, chunks: list[Chunk], at: int) -> int:
        """Let one post grow the campaigns it touches, then weigh what it brought to the screen."""
        base = bases(self._rates)
        bands = tuple(int(band) for band in readings.bands[post] if band)
        itself = _find(chunks, self._sequence + post)
        if itself is not None:
            self._grower.follow(itself, bands, base)
        while at < len(found.due) and found.due[at, 0] == post:
            due = Due.of(found.due[at])
            rates, usual = elsewhere(self._rates, due), pace(due, self._origin or 0, self._sequence + post)
            evidence = Evidence(pace=usual, base=base, pictures=rates)
            campaigns = self._grower.growth.by_key
            before = due.key in campaigns
            if may_tell(due, rates, self.settings.alert):
                self._grower.weigh(due, itself, self._sequence + post, bands, evidence)
            count_showing(self._rates, due, before=before, told=due.key in campaigns)
            at += 1
        for which in range(len(CROWD_KINDS)):
            if why & CROWDS << which and itself is not None:
                self._grower.crowd(which, self._crowds[which], itself, bands, Evidence(base=base), self._origin or 0)
        return at


def _find(chunks: list[Chunk], sequence: int) -> Named | None:
    """The post with this number, if its names were kept."""
    for chunk in chunks:
        row = int(np.searchsorted(chunk.sequence, sequence))
        if row < len(chunk.sequence) and chunk.sequence[row] == sequence:
            return named(chunk, row)
    return None


def columns_of(posts: Any, key: bytes = PUBLIC) -> PostColumns:
    """What the state kernels need of a batch besides its reading; ids are hashed under `key`."""
    return PostColumns(
        time=posts.column("time").to_numpy(),
        lang=_strings(posts.column("lang")),
        client=_strings(posts.column("client")),
        verified=_numbers(posts.column("verified").cast(pa.uint8())),
        reach=_numbers(posts.column("reach")),
        answered=_hashes(posts.column("reply_to"), key),
    )


def _numbers(column: Any) -> Any:
    """A column of numbers, 0 where there is none."""
    if column.null_count == len(column):
        return np.zeros(len(column), column.type.to_pandas_dtype())
    return (pc.fill_null(column, 0) if column.null_count else column).to_numpy()


def _hashes(column: Any, key: bytes) -> Any:
    """The hash of each string, int64[n]; anything where there is none."""
    if column.null_count == len(column):
        return np.zeros(len(column), np.int64)
    return hash_column(column, key).view(np.int64)


def _strings(column: Any) -> tuple[Any, Any]:
    """A string column as (offsets int32[n + 1], bytes); nulls are empty."""
    if column.null_count == len(column):
        return np.zeros(len(column) + 1, np.int32), np.zeros(1, np.uint8)
    if column.null_count:
        column = pc.fill_null(column, "")
    _, offsets, data = column.buffers()
    if offsets is None or len(column) == 0:
        return np.zeros(len(column) + 1, np.int32), np.zeros(1, np.uint8)
    at = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    return at, np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
