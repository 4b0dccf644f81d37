"""A long record is looked through in slices, and nothing is left out or counted twice."""

import asyncio
from types import SimpleNamespace

import pytest
from tests.response.staff.conftest import START, Desk, open_store

from holdfast.app.server.answers import RefusedError
from holdfast.app.server.staff import searching
from holdfast.app.server.staff.searching import found, tallied
from holdfast.response.staff import Tried
from holdfast.response.staff.sought import Sought
from holdfast.testing import SetClock

TRIED = 40
STEP = 61_000  # milliseconds: what is refused again within a minute would share a row


@pytest.fixture(scope="module")
def desk():
    """Two people on two accounts, a minute apart; each fourth time without a ticket, which is refused."""
    clock = SetClock(START)
    with open_store() as store:
        desk = Desk(store, clock)
        sessions = [desk.session("sam"), desk.session("alice")]
        for number in range(TRIED):
            clock.advance(STEP)
            ticket = "" if number % 4 == 0 else "T-1"
            desk.tried(desk.asked(sessions[number % 2], target=f"account-{number % 3 % 2}", ticket=ticket))
        yield desk


@pytest.fixture
def ask(desk, monkeypatch):
    """Asks as the worker is asked; slices are small, so that there are many."""
    monkeypatch.setattr(searching, "SLICE", 7)
    turns = []

    async def ask(question):
        turns.append(question)
        return question(SimpleNamespace(response=SimpleNamespace(staff=desk.gate, people=desk.people)))

    ask.turns = turns
    return ask


def every(ask, sought, limit):
    """All of them, page by page."""
    items, after = [], ""
    while True:
        page = asyncio.run(found(ask, sought, after, limit))
        items += page.attempts
        after = page.next
        if not after:
            return items


@pytest.mark.parametrize("limit", [1, 5, 100])
@pytest.mark.parametrize(
    "sought",
    [
        {},
        {"target": "ACCOUNT-1"},
        {"person": "Alice"},
        {"person": "alice", "target": "account-0"},
        {"tool": "support_desk", "since": START + 9 * STEP, "until": START + 30 * STEP},
        {"target": "account-0", "until": START + 20 * STEP},
        {"tool": "another"},
        {"allowed": True},
        {"allowed": False, "person": "sam"},
        {"allowed": True, "target": "account-0", "since": START + 9 * STEP},
    ],
    ids=str,
)
def test_pages_of_any_size_have_all_that_fits_once_and_the_refused_first(desk, ask, sought, limit):
    """As looking at every attempt would; the counts are of the same."""
    sought = Sought(**sought)
    person = sought.person.lower()
    all_ = [desk.gate.attempts.get(f"a-{number}") for number in range(TRIED, 0, -1)]
    fitting = [
        each
        for each in all_
        if sought.target.lower() in {"", each.target}
        and person in {"", each.person}
        and sought.tool in {"", each.tool}
        and sought.allowed in {None, each.allowed}
        and (sought.since or 0) <= each.time < (sought.until or START * 2)
    ]
    fitting.sort(key=lambda each: each.allowed)
    assert [each.id for each in fitting] == [each.id for each in every(ask, sought, limit)]
    came = asyncio.run(tallied(ask, sought))
    tally = came.tally
    assert (len(fitting), True, True) == (tally.refused + tally.allowed, came.all_allowed, came.all_refused)
    assert {each.person for each in fitting} == tally.people


def test_no_turn_of_the_worker_is_long_and_no_answer_takes_all_of_it(ask, monkeypatch):
    """Where enough was looked through, it is said where to go on, and that the count is of a part."""
    monkeypatch.setattr(searching, "MOST_LOOKED", 14)
    page = asyncio.run(found(ask, Sought(tool="another"), "", 10))
    assert ((), True) == (page.attempts, bool(page.next))
    assert (None, None) == (page.refusals, page.allowances)
    came = asyncio.run(tallied(ask, Sought(tool="support_desk")))
    assert (10, 14, True, False) == (came.tally.refused, came.tally.allowed, came.all_refused, came.all_allowed)
    assert len(ask.turns) >= 4


def test_no_number_of_refusals_hides_what_was_allowed(ask, monkeypatch):
    """It is looked for by itself."""
    monkeypatch.setattr(searching, "MOST_LOOKED", 7)
    came = asyncio.run(tallied(ask, Sought(target="account-1")))
    assert came.tally.allowed
    assert came.tally.reached_by == {"sam", "alice"}


def test_no_place_is_refused(ask):
    """In words."""
    with pytest.raises(RefusedError):
        asyncio.run(found(ask, Sought(target="account-1"), "a-999", 10))


def test_however_many_look_one_slice_at_a_time_waits_for_the_worker(ask):
    """So whoever asks the gate meanwhile waits for no more than that."""
    there = [0]

    async def slowly(question):
        answer = await ask(question)
        there.append(there[-1] + isinstance(answer, Tried))
        await asyncio.sleep(0)
        there.append(there[-1] - isinstance(answer, Tried))
        return answer

    async def all_look():
        sought = Sought(target="account-0", tool="another")
        await asyncio.gather(*(found(slowly, sought, "", 100) for _ in range(5)))

    asyncio.run(all_look())
    assert {0, 1} == set(there)
