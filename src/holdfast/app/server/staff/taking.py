"""How does the process that answers have the owner of the state take what it would allow? Many at a time.

While one batch is under way the next one gathers, so the owner's commits are shared by all who ask meanwhile, and by
those who were just answered and ask again. Strangers have a lane of their own, so that a flood of them keeps no member
of staff waiting. Where no answer comes in time nothing is allowed, though it may have been spent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from holdfast.guard.staff import StaffAnswer, StaffReason
from holdfast.response.staff import Afterwards, Reservation, Take

PATIENCE = 2.0  # seconds to wait for the owner: proxies wait for far less, and a late yes helps nobody
BATCH = 500  # at once: some 50 ms of the owner's time
_COME_ALONG = 0.0005  # seconds between two batches where many ask: some half of a commit, which then is shared by all
_MOST = 20_000  # that wait; whoever comes then is refused at once
_STRANGERS, _MOST_STRANGERS = 50, 1_000  # of them in a batch, for some 2 ms more of the owner's time; and that wait


class Batch(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Some takes, by a number that its answers name. One below zero tells what was allowed in advance (`ahead`).

    `turned_away` are strangers who were refused because too many others waited.
    """

    number: int
    takes: tuple[Take, ...] = ()
    told: tuple[Afterwards, ...] = ()
    ended: tuple[str, ...] = ()
    turned_away: int = 0


class Taken(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The last word on each of a batch, and what may be used in advance; None: nothing was kept, nothing is allowed."""

    number: int
    answers: tuple[StaffAnswer, ...] | None
    made: tuple[Reservation, ...] = ()


TakesBatch: TypeAlias = Callable[[bytes, Callable[[bytes], None]], None]
"""Hands a packed `Batch` to whoever owns the state; the function beside it is called with the packed `Taken`."""

pack = msgspec.msgpack.Encoder().encode
unpack_batch = msgspec.msgpack.Decoder(Batch).decode
unpack_taken = msgspec.msgpack.Decoder(Taken).decode


def nobody_takes(body: bytes, reply: Callable[[bytes], None]) -> None:
    """Where nobody owns the state, nothing is taken."""
    reply(pack(Taken(number=unpack_batch(body).number, answers=None)))


@dataclass(slots=True, kw_only=True)
class _Lane:
    """Who waits, and how many at most, and of a batch."""

    most: int
    at_once: int
    waiting: list[tuple[Take, asyncio.Future[StaffAnswer]]] = field(default_factory=list)

    def leave(self) -> list[tuple[Take, asyncio.Future[StaffAnswer]]]:
        """Those whose turn it is, without those who have given up."""
        there = [each for each in self.waiting if not each[1].done()]
        self.waiting = there[self.at_once :]
        return there[: self.at_once]


class Taking:
    """What waits to be taken; the event loop alone uses it."""

    def __init__(self, send: Callable[[bytes], None], sentence: str, *, come_along: float = _COME_ALONG) -> None:
        """Batches go out by `send`, `come_along` seconds apart; `sentence` is said to whoever gets no answer."""
        self._send, self._sentence, self._come_along = send, sentence, come_along
        self._staff = _Lane(most=_MOST, at_once=BATCH)
        self._strangers = _Lane(most=_MOST_STRANGERS, at_once=_STRANGERS)
        self._turned_away = 0
        self._under_way: list[asyncio.Future[StaffAnswer]] = []
        self._gathering = False
        self._number = 0
        self.late = 0

    async def take(self, take: Take) -> StaffAnswer:
        """The owner's answer; the copy's refusal, or that the state is unseen, where there is none in time."""
        lane = self._staff if take.answer.person else self._strangers
        if len(lane.waiting) >= lane.most:
            self._turned_away += lane is self._strangers
            return self._unseen(take)
        done: asyncio.Future[StaffAnswer] = asyncio.get_running_loop().create_future()
        lane.waiting.append((take, done))
        if not self._under_way and not self._gathering:
            self._gathering = True
            asyncio.get_running_loop().call_soon(self._flush)  # whoever asks in the same moment comes along
        try:
            async with asyncio.timeout(PATIENCE):
                return await done
        except TimeoutError:
            self.late += 1
            self._drop_lost(done)
            return self._unseen(take)
        except _NotTakenError:
            return self._unseen(take)

    def heard(self, body: bytes) -> None:
        """Take the answers to the batch under way; those to one that was given up come too late."""
        self.take_in(unpack_taken(body))

    def take_in(self, taken: Taken) -> None:
        """The same, unpacked."""
        if taken.number != self._number or not self._under_way:
            return
        answers = (None,) * len(self._under_way) if taken.answers is None else taken.answers
        for done, answer in zip(self._under_way, answers, strict=True):
            if done.done():
                continue
            if answer is None:
                done.set_exception(_NotTakenError())
            else:
                done.set_result(answer)
        self._under_way = []
        if self._staff.waiting or self._strangers.waiting:
            self._gathering = True
            asyncio.get_running_loop().call_later(self._come_along, self._flush)

    def _flush(self) -> None:
        self._gathering = False
        if self._under_way:
            return
        batch = self._staff.leave() + self._strangers.leave()
        if not batch:
            return
        turned_away, self._turned_away = self._turned_away, 0
        self._number += 1
        self._under_way = [done for _, done in batch]
        takes = tuple(take for take, _ in batch)
        self._send(pack(Batch(number=self._number, takes=takes, turned_away=turned_away)))

    def _drop_lost(self, done: asyncio.Future[StaffAnswer]) -> None:
        """Give a batch up when the owner did not answer it in time, so that the next one can go."""
        if any(done is each for each in self._under_way):
            self._under_way = []
            self._number += 1  # so that what comes of it after all is known to be late
            self._flush()

    def _unseen(self, take: Take) -> StaffAnswer:
        if not take.answer.allowed:
            return take.answer
        return msgspec.structs.replace(
            take.answer,
            allowed=False,
            reasons=(StaffReason.STATE_UNSEEN,),
            needs=(self._sentence,),
            charges=(),
            consents=(),
        )


class _NotTakenError(Exception):
    """The owner could not keep it."""
