"""What may be answered here at once, because the owner of the state has let units of the budget be used in advance?

Looks at ordinary accounts, of whoever looks at one after the other. Each is told to the owner a moment later, in
batches; where it does not hear them nothing more is allowed here, and everybody waits for its word as for all else.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable

import msgspec

from holdfast.guard.staff import StaffAnswer, StaffReason
from holdfast.response.staff import MOST_UNITS, Afterwards, Reservation, Take

from .taking import PATIENCE, Batch, Taking, pack, unpack_taken

EVERY = 0.05  # seconds between two batches of what was allowed
_SOON_MS = 2_000  # who asks again within this time loads a page, or works through a list
_SEEN_MS = 1_000  # the state was seen so lately, as for a copy's answer that the owner lets stand
_UNHEARD_MS = 1_000  # what is not on record after so long stops all that would be allowed here
_SOME, _FEW = 3, 6  # one in so many of the last units left: further ones are asked for; and in a hurry
_FLOOD = 100  # so many do not wait for the next time
_TOLD, _ENDED = 200, 100  # at once: some 15 ms of the owner's time, for which whoever asks it waits
_MOST = 10_000  # people and tools that are kept in mind


class _Open(msgspec.Struct, kw_only=True):
    reservation: Reservation
    used: int = 0
    used_at: int = 0  # milliseconds since 1970 UTC

    @property
    def left(self) -> int:
        return self.reservation.units - self.used

    def over(self, now: int) -> bool:
        return not self.left or now >= self.reservation.until


class Ahead:
    """What stands between those who ask and `Taking`; the event loop alone uses it."""

    def __init__(
        self,
        taking: Taking,
        send: Callable[[bytes], None],
        unseen: Callable[[], int],
        since: Callable[[], int] = lambda: 0,
    ) -> None:
        """Batches go out by `send`; `unseen` gives for how many milliseconds the owner was not heard of.

        `since` gives the version of the state from which on the policies of now hold.
        """
        self._taking, self._send, self._unseen, self._since = taking, send, unseen, since
        self._open: dict[str, list[_Open]] = {}  # of a budget, in the order in which they came
        self._asked: OrderedDict[str, int] = OrderedDict()
        self._told: list[Afterwards] = []
        self._untold = Counter[str]()  # how many uses of each budget the owner has not heard of
        self._ended: list[str] = []
        self._wanted = set[str]()  # budgets of which further units are asked for just now
        self._under_way: Batch | None = None
        self._number = 0
        self._heard = asyncio.Event()
        self._closing = False
        self.answered = 0

    async def take(self, take: Take) -> StaffAnswer:
        """The answer by a unit taken in advance, else the owner's."""
        answer = self._here(take)
        if answer is not None:
            return answer
        last = await self._asked_of_owner(take)
        if last.reasons == (StaffReason.BUDGET_SPENT,) and last.version == take.answer.version:
            return self._here(take) or last  # what is left of the budget came here meanwhile
        return last

    def heard(self, body: bytes) -> None:
        """Take what the owner says."""
        taken = unpack_taken(body)
        for made in taken.made:  # with whatever answer comes next: that to the batch it was made for may have failed
            self._begin(made)
        if taken.number >= 0:
            self._taking.take_in(taken)
        elif self._under_way is not None and taken.number == self._under_way.number:
            batch, self._under_way = self._under_way, None
            if taken.answers is None:
                self._told[:0], self._ended[:0] = batch.told, batch.ended
            else:
                self._untold -= Counter(_budget(each) for each in batch.told)
                self._wanted.difference_update(_budget(each) for each in batch.told if each.more)
                if len(self._told) + len(self._ended) >= _FLOOD:
                    self._send_batch()
            self._heard.set()
            self._heard = asyncio.Event()

    def flush(self, now: int) -> None:
        """Tell what was allowed; let go of what is over at `now` (milliseconds since 1970 UTC) or used up."""
        for budget in list(self._open):
            self._end(budget, lambda each: each.over(now))
        if self._under_way is None and (self._told or self._ended):
            self._send_batch()

    async def settled(self, now: int) -> None:
        """Wait until the owner has heard all that was allowed so far, for as long as one waits for it."""
        try:
            async with asyncio.timeout(PATIENCE):
                while self._told or self._ended or self._under_way is not None:
                    heard = self._heard
                    self.flush(now)
                    await heard.wait()
        except TimeoutError:
            return

    async def close(self, now: int) -> None:
        """Give back all that is left, and what still comes, and wait until the owner knows."""
        self._closing = True
        for budget in list(self._open):
            self._end(budget, lambda _: True)
        self.flush(now)
        await self.settled(now)

    async def _asked_of_owner(self, take: Take) -> StaffAnswer:
        if not self._wants_more(take):
            return await self._taking.take(take)
        budget = take.answer.charges[0].key
        self._wanted.add(budget)
        try:
            return await self._taking.take(msgspec.structs.replace(take, more=MOST_UNITS))
        finally:
            self._wanted.discard(budget)

    def _here(self, take: Take) -> StaffAnswer | None:
        question, answer = take.question, take.answer
        if not (answer.allowed and answer.in_advance) or self._unseen() >= _SEEN_MS:
            return None
        budget = answer.charges[0].key
        self._let_go(budget)
        open_ = [each for each in self._open.get(budget, ()) if not each.over(question.time)]
        if not open_ or answer.version < self._since() or self._owner_is_behind(question.time):
            return None
        there, left = open_[0], sum(each.left for each in open_) - 1
        more = self._more(budget, open_, left, question.time)
        there.used, there.used_at = there.used + 1, question.time
        told = msgspec.structs.replace(answer, attempt=there.reservation.unit(there.used))
        self._told.append(
            Afterwards(reservation=there.reservation.id, number=there.used, question=question, answer=told, more=more)
        )
        self._untold[budget] += 1
        self.answered += 1
        if left in {0, open_[-1].reservation.units // _FEW} and self._under_way is None:
            self._send_batch()  # further units come with the word that the uses of these are on record
        return told

    def _let_go(self, budget: str) -> None:
        """End what was let go by other policies than those of now: what is left of it goes back."""
        since = self._since()
        if any(each.reservation.version < since for each in self._open.get(budget, ())):
            self._end(budget, lambda each: each.reservation.version < since)

    def _more(self, budget: str, open_: list[_Open], left: int, now: int) -> int:
        """How many further units to ask for with this use, so that whoever goes on never waits for them."""
        last = open_[-1].reservation
        ends_soon = last.until - now <= _SOON_MS and now - open_[0].used_at < _SOON_MS
        if budget in self._wanted or (left > last.units // _SOME and not ends_soon):
            return 0
        self._wanted.add(budget)
        return MOST_UNITS

    def _send_batch(self) -> None:
        told, self._told = tuple(self._told[:_TOLD]), self._told[_TOLD:]
        ended: tuple[str, ...] = ()
        if not self._told:  # the end of a reservation comes after the uses of all its units
            ended, self._ended = tuple(self._ended[:_ENDED]), self._ended[_ENDED:]
        self._number -= 1
        self._under_way = Batch(number=self._number, told=told, ended=ended)
        self._send(pack(self._under_way))

    def _owner_is_behind(self, now: int) -> bool:
        untold = self._told if self._under_way is None or not self._under_way.told else self._under_way.told
        return bool(untold) and now - untold[0].question.time > _UNHEARD_MS

    def _wants_more(self, take: Take) -> bool:
        """Whether its person looks at one account after the other, and has not asked for units just now."""
        answer = take.answer
        if not (answer.allowed and answer.in_advance) or self._owner_is_behind(take.question.time):
            return False
        budget, now = answer.charges[0].key, take.question.time
        before = self._asked.pop(budget, None)
        self._asked[budget] = now
        if len(self._asked) > _MOST:
            self._asked.popitem(last=False)
        soon = before is not None and now - before < _SOON_MS
        # With further units before the owner has heard of all uses, more could be lost than were let go at a time.
        return soon and budget not in self._wanted and not self._untold[budget]

    def _begin(self, made: Reservation) -> None:
        if self._closing:
            self._ended.append(made.id)
        else:
            self._open.setdefault(made.budget, []).append(_Open(reservation=made))

    def _end(self, budget: str, over: Callable[[_Open], bool]) -> None:
        there = self._open.pop(budget)
        self._ended += [each.reservation.id for each in there if over(each)]
        left = [each for each in there if not over(each)]
        if left:
            self._open[budget] = left


def _budget(told: Afterwards) -> str:
    return told.answer.charges[0].key
