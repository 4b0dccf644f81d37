"""How does the process that answers have the owner of the state take what it would allow? Many at a time.

While one batch is under way the next one gathers, so the owner's commits are shared by all who ask meanwhile. Where no
answer comes in time nothing is allowed, though it may have been spent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeAlias

import msgspec

from holdfast.guard.staff import StaffAnswer, StaffReason
from holdfast.response.staff import Afterwards, Reservation, Take

PATIENCE = 2.0  # seconds to wait for the owner: proxies wait for far less, and a late yes helps nobody
BATCH = 500  # at once: some 50 ms of the owner's time
_MOST = 20_000  # that wait; whoever comes then is refused at once


class Batch(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Some takes, by a number that its answers name. One below zero tells what was allowed in advance (`ahead`)."""

    number: int
    takes: tuple[Take, ...] = ()
    told: tuple[Afterwards, ...] = ()
    ended: tuple[str, ...] = ()


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


class Taking:
    """What waits to be taken; the event loop alone uses it."""

    def __init__(self, send: Callable[[bytes], None], sentence: str) -> None:
        """Batches go out by `send`; `sentence` is said to whoever gets no answer."""
        self._send, self._sentence = send, sentence
        self._waiting: list[tuple[Take, asyncio.Future[StaffAnswer]]] = []
        self._under_way: list[asyncio.Future[StaffAnswer]] = []
        self._number = 0
        self.late = 0

    async def take(self, take: Take) -> StaffAnswer:
        """The owner's answer; the copy's refusal, or that the state is unseen, where there is none in time."""
        if len(self._waiting) >= _MOST:
            return self._unseen(take)
        done: asyncio.Future[StaffAnswer] = asyncio.get_running_loop().create_future()
        self._waiting.append((take, done))
        if not self._under_way and len(self._waiting) == 1:
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
        self._flush()

    def _flush(self) -> None:
        if self._under_way:
            return
        waiting = [each for each in self._waiting if not each[1].done()]  # the rest gave up meanwhile
        batch, self._waiting = waiting[:BATCH], waiting[BATCH:]
        if not batch:
            return
        self._number += 1
        self._under_way = [done for _, done in batch]
        self._send(pack(Batch(number=self._number, takes=tuple(take for take, _ in batch))))

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
