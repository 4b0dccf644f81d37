"""When is it, by a stream whose events may lie about their time? What stands apart is set right, until enough agree with it.

An event more than a span ahead of the stream's time is taken as of now; a post that lies as far behind, as of when it was
heard: at the end of its batch. The span is a day, or many times the stream's usual step where that is longer: a quiet
stream moves in leaps. Where so many events in a row stand apart that they cannot all be wrong, it is the stream that has
moved: then they are right, and the time in between was not watched. A young stream needs fewer. Security events that come late keep their times: the platform itself wrote them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from holdfast.events import Batch, SecurityEvent
from holdfast.reading.kernel import Array, kernel

from . import model

_NOW, _SEEN, _STEP, _LAST, _RUN, _SET_RIGHT, _WORDS = range(7)
_SPAN, _STEPS, _ENOUGH = model.CLOCK_SPAN, model.CLOCK_STEPS, model.CLOCK_ENOUGH
_FEWEST, _SHARE = model.CLOCK_FEWEST, model.CLOCK_SHARE
_LONGEST_STEP = 1 << 50  # ms; so that no sum overflows, whatever times are told
_FURTHEST = 1 << 60
_BEHIND = -(1 << 61)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of a batch, its times set right; `leap` ms lie between it and what came before, which nobody watched."""

    batch: Batch
    leap: int


class StreamTime(msgspec.Struct, kw_only=True):
    """The stream's own time, as of the events seen so far; plain data, so that it can be saved.

    `state` holds, in this order: the time in ms, how many events agreed with it, the usual step in ms, the last event's own
    time, how many in a row stand apart (below 0: behind), and how many times were set right.
    """

    state: list[int] = msgspec.field(default_factory=lambda: [0] * _WORDS)

    @property
    def now(self) -> int | None:
        """Milliseconds since 1970 UTC; None before the first event."""
        return self.state[_NOW] if self.state[_SEEN] else None

    @property
    def set_right(self) -> int:
        """How many events told a time that was not believed."""
        return self.state[_SET_RIGHT]

    def settle(self, batch: Batch) -> list[Stretch]:
        """The batch with every time set right, in as many stretches as the stream leapt, and one: the same one in general."""
        told = batch.posts.column("time").to_numpy()
        posts = len(told)
        if batch.others:
            told = np.concatenate([told, np.array([event.time for event in batch.others], np.int64)])
        if not len(told):
            return [Stretch(batch=batch, leap=0)]
        order = np.argsort(told, kind="stable")
        times = np.clip(told[order], -_FURTHEST, _FURTHEST)
        begun = 0 if self.state[_SEEN] else self._begin(times)
        state, right = np.array(self.state, np.int64), times.copy()
        leaps = np.zeros((len(times), 2), np.int64)
        count = _settle(times, order < posts, state, right, leaps)
        state[_SEEN] -= begun
        self.state = state.tolist()
        if count == 0 and np.array_equal(right, times):
            return [Stretch(batch=batch, leap=0)]
        settled = np.empty(len(told), np.int64)
        settled[order] = right
        edges = [0, *leaps[:count, 0].tolist(), len(times)]
        jumps = [0, *leaps[:count, 1].tolist()]
        parts = [np.sort(order[start:stop]) for start, stop in itertools.pairwise(edges)]
        found = [_part(batch, settled, rows) for rows in parts]
        return [Stretch(batch=part, leap=leap) for part, leap in zip(found, jumps, strict=True)]

    def _begin(self, times: Any) -> int:
        """Find out from the first batch when it is, and at which pace: by the first so many that stand together."""
        steps = np.sort(np.diff(times))
        step = int(steps[(len(steps) - 1) // 2]) if len(steps) else 0
        enough = min(_ENOUGH, (len(times) + 1) // 2)
        together = times[enough - 1 :] - times[: len(times) - enough + 1] <= span(step)
        first = int(np.argmax(together))
        self.state[_NOW] = self.state[_LAST] = int(times[first])
        self.state[_SEEN], self.state[_STEP] = enough, min(step, _LONGEST_STEP)
        return enough


def _part(batch: Batch, settled: Any, rows: Any) -> Batch:
    """Some rows of a batch, posts before security events, under their new times."""
    posts = batch.posts.num_rows
    of_posts, others = rows[rows < posts], rows[rows >= posts]
    part = batch.posts.take(pa.array(of_posts))
    place = part.schema.get_field_index("time")
    part = part.set_column(place, part.schema.field(place), pa.array(settled[of_posts], pa.int64()))
    return Batch(posts=part, others=_timed(batch.others, posts, others, settled))


def _timed(events: Sequence[SecurityEvent], posts: int, rows: Any, settled: Any) -> tuple[SecurityEvent, ...]:
    found = [(events[row - posts], int(settled[row])) for row in rows.tolist()]
    return tuple(event if event.time == time else msgspec.structs.replace(event, time=time) for event, time in found)


@kernel
def span(step: int) -> int:
    """How far ahead, or behind, an event may be, where the stream's usual step is `step` ms."""
    return max(_SPAN, _STEPS * step)


@kernel
def _learn(state: Array, step: int) -> None:
    """Let the usual step follow the median: doubled after a longer one, halved after a shorter, whatever the distance."""
    usual = state[_STEP]
    if step > usual:
        state[_STEP] = min(2 * usual + 1, _LONGEST_STEP)
    elif step < usual:
        state[_STEP] = usual // 2


@kernel
def _following(times: Array, is_post: Array, start: int, before: int) -> int:
    """How many posts from `start` on lie before `before`; no more are counted than are enough."""
    count = 0
    for at in range(start, len(times)):
        if times[at] >= before or count == _ENOUGH:
            break
        count += is_post[at]
    return count


@kernel
def _hear(right: Array, start: int, stop: int, now: int) -> None:
    """Take what lay behind as of now."""
    for at in range(start, stop):
        if right[at] == _BEHIND:
            right[at] = now


@kernel
def _settle(times: Array, is_post: Array, state: Array, right: Array, leaps: Array) -> int:
    """Set `right` (as `times`, in order) right, and note where the stream leapt and how far; how often it did."""
    count = start = 0
    for at in range(len(times)):
        time = times[at]
        if time >= state[_LAST]:
            _learn(state, time - state[_LAST])
        state[_LAST] = time
        now, most = state[_NOW], span(state[_STEP])
        away = time - now
        side = 1 if away > most else -1 if away < -most else 0
        if side == 0:
            state[_RUN] = 0
            state[_NOW] = max(now, time)
            state[_SEEN] += 1
        elif side > 0 or is_post[at]:
            enough = min(_ENOUGH, state[_SEEN], max(_FEWEST, state[_SEEN] // _SHARE))
            run = side if state[_RUN] * side < 0 else state[_RUN] + side
            others = len(times) - at - 1 if side > 0 else _following(times, is_post, at + 1, now - most)
            if abs(run) + others >= enough:
                _hear(right, start, at, now)
                leaps[count, 0], leaps[count, 1] = at, away
                count, start = count + 1, at
                state[_NOW], run = time, 0
                state[_SEEN] += 1
            else:
                right[at] = now if side > 0 else _BEHIND
                state[_SET_RIGHT] += 1
            state[_RUN] = run
    _hear(right, start, len(times), state[_NOW])
    return count
