"""Many ask at once and share the owner's commits; whoever gets no answer in time gets no yes."""

import asyncio

import pytest

from holdfast.app.server.staff import taking
from holdfast.app.server.staff.taking import Taken, Taking, nobody_takes, pack, unpack_batch, unpack_taken
from holdfast.guard.staff import StaffAnswer, StaffReason, ToolAction, ToolQuestion
from holdfast.response.staff import Take


def take(number, *, allowed=True, person="alice"):
    """What somebody would do, and what the copy answered; a stranger where `person` is empty."""
    action = ToolAction(tool="desk", function="look_up", target=f"a{number}")
    reasons = () if allowed else (StaffReason.TICKET_NEEDED,)
    answer = StaffAnswer(allowed=allowed, version=1, person=person, reasons=reasons)
    return Take(question=ToolQuestion(session="s", action=action, time=number), answer=answer)


class Owner:
    """Keeps the batches that it was sent, and answers when it is told to."""

    def __init__(self):
        self.batches = []
        self.taking = Taking(lambda body: self.batches.append(unpack_batch(body)), "later", come_along=0)

    def answer(self, batch, *, kept=True):
        """Answer a batch: each with the name of its target, or with nothing."""
        answers = tuple(
            StaffAnswer(allowed=True, version=2, attempt=each.question.action.target) for each in batch.takes
        )
        self.taking.heard(pack(Taken(number=batch.number, answers=answers if kept else None)))


async def settled():
    """Whatever can go on has gone on."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_one_batch_is_under_way_and_the_next_one_gathers():
    """Whoever asks meanwhile goes together, each gets their own answer."""

    async def run():
        owner = Owner()
        asked = [asyncio.ensure_future(owner.taking.take(take(number))) for number in range(3)]
        await settled()
        asked += [asyncio.ensure_future(owner.taking.take(take(number))) for number in range(3, 9)]
        await settled()
        assert [3] == [len(each.takes) for each in owner.batches]
        owner.answer(owner.batches[0])
        await settled()
        assert [3, 6] == [len(each.takes) for each in owner.batches]
        owner.answer(owner.batches[1])
        assert [f"a{number}" for number in range(9)] == [each.attempt for each in await asyncio.gather(*asked)]

    asyncio.run(run())


@pytest.fixture
def hasty(monkeypatch):
    """Nobody waits."""
    monkeypatch.setattr(taking, "PATIENCE", 0.01)


def test_an_answer_that_comes_too_late_is_nobodys(hasty):
    """Neither does it let anybody through, nor is it taken for that of the next batch."""

    async def run():
        owner = Owner()
        late = await owner.taking.take(take(1))
        assert (False, (StaffReason.STATE_UNSEEN,), ("later",)) == (late.allowed, late.reasons, late.needs)
        owner.answer(owner.batches[0])
        again = asyncio.ensure_future(owner.taking.take(take(2)))
        await settled()
        owner.answer(owner.batches[0])
        owner.answer(owner.batches[1])
        assert "a2" == (await again).attempt
        owner.answer(owner.batches[1])

    asyncio.run(run())


def test_a_refusal_of_the_copy_stays_one_where_nobody_answers(hasty):
    """With its own reason."""

    async def run():
        told = await Owner().taking.take(take(1, allowed=False))
        assert (StaffReason.TICKET_NEEDED,) == told.reasons

    asyncio.run(run())


def test_a_batch_of_nobody_keeps_nobody_waiting(monkeypatch):
    """Where all who would go next have given up, whoever came after them goes instead."""
    monkeypatch.setattr(taking, "BATCH", 2)

    async def run():
        owner = Owner()
        asked = [asyncio.ensure_future(owner.taking.take(take(0)))]
        await settled()
        asked += [asyncio.ensure_future(owner.taking.take(take(number))) for number in range(1, 4)]
        await settled()
        for given_up in asked[1:3]:
            given_up.cancel()
        await settled()
        owner.answer(owner.batches[0])
        await settled()
        assert ["a3"] == [each.question.action.target for each in owner.batches[-1].takes]
        owner.answer(owner.batches[-1])
        assert (await asked[3]).allowed

    asyncio.run(run())


def test_what_could_not_be_kept_is_not_allowed():
    """By an owner whose store failed, or where there is none."""

    async def run():
        owner = Owner()
        asked = asyncio.ensure_future(owner.taking.take(take(1)))
        await settled()
        owner.answer(owner.batches[0], kept=False)
        assert (StaffReason.STATE_UNSEEN,) == (await asked).reasons
        told = []
        nobody_takes(pack(owner.batches[0]), told.append)
        assert unpack_taken(told[0]).answers is None

    asyncio.run(run())


def test_a_flood_waits_in_bounds(monkeypatch):
    """Whoever comes when too many wait is refused at once."""
    monkeypatch.setattr(taking, "_MOST", 4)

    async def run():
        owner = Owner()
        asked = [asyncio.ensure_future(owner.taking.take(take(number))) for number in range(3)]
        await settled()
        asked += [asyncio.ensure_future(owner.taking.take(take(number))) for number in range(3, 8)]
        await settled()
        assert asked[-1].done()
        assert (StaffReason.STATE_UNSEEN,) == asked[-1].result().reasons
        for number in range(2):
            owner.answer(owner.batches[number])
            await settled()
        assert [True] * 7 == [each.allowed for each in await asyncio.gather(*asked[:-1])]

    asyncio.run(run())


def test_a_flood_of_strangers_keeps_no_member_of_staff_waiting(monkeypatch):
    """Whoever is known goes first; of strangers some come along, and those who are turned away are counted."""
    monkeypatch.setattr(taking, "_STRANGERS", 2)
    monkeypatch.setattr(taking, "_MOST_STRANGERS", 5)

    async def run():
        owner = Owner()
        asked = [asyncio.ensure_future(owner.taking.take(take(each, allowed=False, person=""))) for each in range(9)]
        staff = asyncio.ensure_future(owner.taking.take(take(9)))
        await settled()
        (batch,) = owner.batches
        assert ["a9", "a0", "a1"] == [each.question.action.target for each in batch.takes]
        assert (4, [False] * 5 + [True] * 4) == (batch.turned_away, [each.done() for each in asked])
        for number in range(3):
            owner.answer(owner.batches[number])
            await settled()
        assert "a9" == (await staff).attempt
        assert [3, 2, 1] == [len(each.takes) for each in owner.batches]
        assert [0, 0] == [each.turned_away for each in owner.batches[1:]]
        assert {(StaffReason.TICKET_NEEDED,)} == {each.result().reasons for each in asked[5:]}

    asyncio.run(run())
