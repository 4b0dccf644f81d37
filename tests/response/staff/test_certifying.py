"""Who still needs the tools: what was not used is proposed for removal, and somebody else decides, on record."""

import contextlib

import pytest

from holdfast.errors import NotAllowedError, StoreError, UsageError
from holdfast.guard import Role
from holdfast.testing.faults import Faults, FaultyStore

from .conftest import Desk, open_store

DAYS = 86_400_000


def due(desk):
    """Whom it proposes to take the tools from, and everybody else it names."""
    found = desk.gate.certifying.due(desk.now)
    return {each.person.id for each in found if each.remove}, {each.person.id for each in found if not each.remove}


def test_whoever_used_nothing_for_a_quarter_is_proposed(desk):
    """Neither who used a tool since then, nor who came since then, nor who has other roles."""
    desk.clock.set(desk.now + 89 * DAYS)
    assert due(desk) == (set(), {"alice", "bob", "sam"})
    desk.tried(desk.asked(desk.session("alice")))
    desk.clock.set(desk.now + 1 * DAYS)
    desk.people.add("zoe", "", [Role.SUPPORT], "root", desk.now, vouched=True)
    assert due(desk) == ({"bob", "sam"}, {"alice", "zoe"})
    assert desk.gate.certifying.due(desk.now)[2].last.function == "account.look_up"


def test_what_was_refused_is_no_use(desk):
    """An attempt that the gate refused does not keep anybody's rights."""
    desk.clock.set(desk.now + 90 * DAYS)
    desk.tried(desk.asked(desk.session("alice"), ticket=""))
    assert due(desk)[0] == {"alice", "bob", "sam"}


def test_who_is_confirmed_is_asked_about_again_after_another_quarter(desk):
    """And that it was confirmed, by whom and why, is on record."""
    desk.clock.set(desk.now + 90 * DAYS)
    desk.gate.certifying.decide("bob", "adam", desk.now, keep=True, why="covers the holidays")
    assert due(desk)[1] == {"bob"}
    assert len(desk.keys("certified/bob/")) == 1
    desk.clock.set(desk.now + 90 * DAYS)
    assert "bob" in due(desk)[0]


def test_what_is_removed_is_the_roles_for_the_tools_alone(desk):
    """They stay who they are, keep their other roles, and can use the tools no more."""
    desk.people.change("bob", None, [Role.SUPPORT, Role.AUDITOR], "root", desk.now, vouched=True)
    desk.gate.certifying.decide("bob", "adam", desk.now, keep=False, why="changed teams")
    assert desk.people.person("bob").roles == (Role.AUDITOR,)
    with pytest.raises(UsageError, match="no role for the tools"):
        desk.gate.certifying.decide("bob", "adam", desk.now, keep=True, why="again")


def test_what_is_cut_short_can_be_said_again(clock):
    """Wherever the store fails, the roles go and the reason is on record once both were said."""
    steps = 0
    while True:
        steps += 1
        faults = Faults()
        with open_store() as store:
            desk = Desk(FaultyStore(store, faults), clock)
            faults.arm(faults.calls + steps, raising=lambda: StoreError("it is away"))
            with contextlib.suppress(StoreError):
                desk.gate.certifying.decide("bob", "adam", desk.now, keep=False, why="changed teams")
            if not faults.struck:
                break
            if desk.people.person("bob").roles:
                desk.gate.certifying.decide("bob", "adam", desk.now, keep=False, why="changed teams")
            assert (desk.people.person("bob").roles, desk.keys("certified/bob/")) == ((), [f"certified/bob/{desk.now}"])
    assert steps > 3


def test_nobody_confirms_themselves(desk):
    """Nor without a reason; nothing is kept of the try."""
    desk.people.change("adam", None, [Role.ADMINISTRATOR, Role.SUPPORT], "root", desk.now, vouched=True)
    with pytest.raises(NotAllowedError, match="their own roles"):
        desk.gate.certifying.decide("adam", "Adam", desk.now, keep=True, why="I need it")
    with pytest.raises(NotAllowedError):
        desk.gate.certifying.decide("bob", "adam", desk.now, keep=False, why=" ")
    assert not desk.keys("certified/")
    assert Role.SUPPORT in desk.people.person("bob").roles
