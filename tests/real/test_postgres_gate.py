"""The staff gate with its sessions, budgets, attempts and locks in PostgreSQL."""

import pytest
from tests.response.staff.conftest import START, Desk, open_store

from holdfast.response.staff import Chain
from holdfast.testing import SetClock

pytestmark = pytest.mark.real


def test_the_gate_goes_on_in_a_database_as_it_did(url):
    """A gate made anew has the same record of attempts, the budget as it was spent, and the lockdown in force."""
    clock = SetClock(START)
    with open_store(url) as store:
        desk = Desk(store, clock)
        desk.protect("president")
        session = desk.session("alice")
        before = desk.tried(
            desk.asked(session), desk.asked(session, target="president"), desk.asked(session, ticket="")
        )
        spent = 1
        while desk.tried(desk.asked(session, target=f"account-{spent}"))[0].allowed:
            spent += 1
    with open_store(url) as store:
        again = Desk(store, clock)
        found = again.gate.attempts.find(Chain.TARGET, "president", limit=10)
        (refused,) = again.tried(again.asked(session, target="one.more"))
        again.lock(4)
        (locked,) = again.tried(again.asked(again.session("sam")))

    assert [True, False, False] == [each.allowed for each in before]
    assert (1, 0) == (found.refusals, found.allowances)
    assert spent > 10
    assert ["budget_spent"] == list(map(str, refused.reasons))
    assert "locked_down" in map(str, locked.reasons)
