"""What has changed between two dates in who could do what."""

from holdfast.guard import Role
from holdfast.guard.staff import Tier
from holdfast.response.staff.access import Wanted
from holdfast.response.staff.compared import compared

from .conftest import HOUR

MAIL = Wanted(function="account.email.replace", tier=Tier.OFFICIAL)


def named(rights):
    """Whose they are."""
    return [right.person for right in rights]


def test_whoever_came_went_or_needs_something_else_is_told(desk, clock):
    """By a new role, by one taken away, by a lockdown, by a grant; and nothing of who is as before."""
    desk.gate.begin(desk.now)
    clock.advance(HOUR)
    before = desk.access(desk.now, MAIL)[1]
    clock.advance(HOUR)
    desk.people.change("sam", None, [], "root", desk.now)
    desk.people.add("nina", "", [Role.SPECIALIST], "root", desk.now, vouched=True)
    clock.advance(HOUR)
    found = compared(before, desk.access(desk.now, MAIL)[1])
    assert (["nina"], ["sam"], ()) == (named(found.gained), named(found.lost), found.changed)

    before = desk.access(desk.now, MAIL)[1]
    clock.advance(HOUR)
    desk.lock(1, person="cora")
    found = compared(before, desk.access(desk.now, MAIL)[1])
    assert ((), ()) == (found.gained, found.lost)
    assert [(0, 1)] == [(was.level, right.level) for was, right in found.changed]


def test_a_grant_that_makes_it_possible_is_a_change_and_another_like_it_is_none(desk, clock):
    """Each grant has an id of its own: that alone changes nothing."""
    desk.gate.begin(desk.now)
    wanted = Wanted(person="alice", function="account.email.replace", tier=Tier.HIGH_REACH)
    dates = [desk.access(desk.now, wanted)[1]]
    for ticket in ("T-1", "T-2"):
        clock.advance(HOUR // 2)
        grant = {"hours": 10, "why": "queue", "ticket": ticket, "tier": Tier.HIGH_REACH}
        desk.gate.grants.give("alice", "support_desk", "cora", desk.now, **grant)
        clock.advance(1)
        dates.append(desk.access(desk.now, wanted)[1])
    none, one, two = dates
    assert [(False, True)] == [(was.now, right.now) for was, right in compared(none, one).changed]
    assert (1, 2) == (len(one[0].grants), len(two[0].grants))
    assert ((), (), ()) == (compared(one, two).gained, compared(one, two).lost, compared(one, two).changed)
