"""What a platform can do only for good is said to be so wherever it is shown, as the quorum counts it."""

from types import SimpleNamespace

import pytest
from tests.response.conftest import FANS, STARS, Town, open_store

from holdfast.app.console.desk import _rows
from holdfast.app.server import views
from holdfast.containment import Restriction, Undo
from holdfast.ports import Capability
from holdfast.testing import SetClock, SmallPlatform


@pytest.fixture
def run():
    """An attack on a platform that has no way to hide a post but to delete it."""
    clock = SetClock(1_600_000_000_000)
    platform = SmallPlatform(clock, accounts=[*STARS, *FANS])
    hide = {Restriction.HIDE_POST: Capability(native="delete", reversible=False)}
    platform.capabilities = {**platform.capabilities, **hide}
    with open_store() as store:
        town = Town(store, platform, clock)
        town.attack()
        yield SimpleNamespace(response=town.response, clock=clock, town=town)


def test_lists_and_console_say_what_the_quorum_counts(run):
    """A plan that deletes posts takes two others; each face says how many of its holds are for good."""
    plan = run.town.response.desk.plan(run.town.offer.recommended)
    (offered,) = views.proposals(run, "", 10, all_=True, hashes=views.Hashes()).items
    seen = {each.id: each for each in offered.plans}[plan.id]
    deleted = sum(hold.restriction is Restriction.HIDE_POST for hold in plan.holds)
    assert (deleted, 2) == (seen.one_way, seen.needs)
    assert deleted > 0
    rows = {row.restriction: row.undo for row in _rows(plan, run.response.undoing.final)}
    assert Undo.NEVER is rows["hide post"]
    assert Undo.LIFT is rows["refuse lure"]
    run.town.carry_out()
    run.town.desk.approve(next(iter(run.town.desk.requests)), "commander", run.clock.now())
    holds = views.holds(run, "", 100, all_=True).items
    assert {Restriction.HIDE_POST} == {each.restriction for each in holds if each.one_way}
