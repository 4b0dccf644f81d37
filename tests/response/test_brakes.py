"""Beyond a cap one-way deeds wait for a person, everything else goes on, and no flood saves an attacker."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.backends import SqlStore
from holdfast.containment import Exemption, PlanKind, Restriction, Subject, SubjectKind, place
from holdfast.errors import UsageError
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.ports import Capability
from holdfast.response import HappeningKind, ResponseSettings
from holdfast.response.brakes import HOUR, Caps
from holdfast.response.conduct import HoldState
from holdfast.testing import SetClock, SmallPlatform, SmallResponse

START = 1_000_000
CAPS = Caps(one_way=3, innocents=100)


def revoke(name, harm=10.0):
    """A one-way deed."""
    return place(Subject(kind=SubjectKind.APP, id=name), Restriction.REVOKE_APP, starts=START, why="test", harm=harm)


def silence(name, harm=10.0):
    """A deed that can be undone."""
    return place(
        Subject(kind=SubjectKind.ACCOUNT, id=name), Restriction.NO_POSTING, starts=START, why="test", harm=harm
    )


def revoking(clock):
    """A small platform that can revoke apps, too."""
    platform = SmallPlatform(clock)
    platform.capabilities = {**platform.capabilities, Restriction.REVOKE_APP: Capability(native="x", reversible=False)}
    return platform


@pytest.fixture
def platform(clock):
    """A small platform that can revoke apps, too."""
    return revoking(clock)


@pytest.fixture
def small(store, platform, clock):
    """A small response with small caps."""
    return SmallResponse(store, platform, clock, caps=CAPS)


def gone(small):
    """The apps that were revoked, in order."""
    return [subject.id for deed, subject, _ in small.platform.deeds if deed == "apply" and subject.kind == "app"]


def brake(small, name="one_way"):
    """A cap as it stands."""
    (found,) = [each for each in small.brakes.seen(small.clock.now()) if each.name == name]
    return found


def test_beyond_the_cap_one_way_deeds_wait_and_the_others_go_on(small):
    """Three apps are revoked, two wait for the one who may raise the cap, and every account is held."""
    small.put(*(revoke(f"app{number}", 50.0 - number) for number in range(5)), *(silence(f"a{n}") for n in range(50)))

    small.work_through_now()

    assert ["app0", "app1", "app2"] == gone(small)
    assert 50 == len([subject for subject, _ in small.platform.flags() if subject.kind == "account"])
    assert (2, "commander", 3) == (brake(small).waiting, brake(small).owner, brake(small).used)
    assert 2 == len(small.keys("stopped/"))
    alarms = [each.text for each in small.timeline if each.kind is HappeningKind.ALARM]
    assert 2 == len(alarms)
    assert all("waits for the commander" in text for text in alarms)


def test_the_hour_alone_lets_nothing_go(small):
    """What waits waits for a person: an hour later nobody expects it any more."""
    small.put(*(revoke(f"app{number}") for number in range(5)))
    small.work_through_now()
    small.clock.advance(30 * HOUR)
    small.work_through_now()

    assert 3 == len(gone(small))
    assert 2 == len(small.brakes.waiting())


def test_a_flood_of_cheap_deeds_uses_up_nothing_that_matters(small):
    """A hundred apps of no harm came first; the one that carries the campaign is revoked at once."""
    small.put(*(revoke(f"app{number:03}", 5.0) for number in range(100)))
    small.work_through_now()
    assert 3 == len(gone(small))

    small.put(revoke("the-one", 5e6))
    small.work_through_now()

    assert "the-one" == gone(small)[-1]
    assert 97 == len(small.brakes.waiting())


def test_whoever_may_raises_the_cap_for_a_reason_and_a_time(small):
    """What fits goes at once, the greatest harm first; it is on record who, how far, why and until when."""
    small.put(*(revoke(f"app{number}", 10.0 + number) for number in range(8)))
    small.work_through_now()
    now = small.clock.now()

    small.brakes.raise_cap("one_way", 5, by="c-1", why="all of them are the attacker's", until=now + HOUR, now=now)
    small.work_through_now()

    assert ["app7", "app6", "app5", "app4", "app3"] == gone(small)
    assert (5, "c-1", 3) == (brake(small).cap, brake(small).raised_by, brake(small).waiting)
    (entry,) = [each for each in small.store.entries() if each.record.key.startswith("raised/")]
    assert ("c-1", 5, now + HOUR) == (entry.record.actor, entry.record.body["to"], entry.record.body["until"])
    small.clock.advance(HOUR)
    assert 3 == brake(small).cap


@pytest.mark.parametrize(
    ("name", "to", "why", "hours"),
    [
        ("other", 9, "why", 1),
        ("one_way", 3, "why", 1),
        ("one_way", 9, " ", 1),
        ("one_way", 9, "why", 25),
        ("one_way", 9, "why", 0),
    ],
)
def test_a_cap_is_not_raised_without_a_name_a_figure_a_reason_and_an_end(small, name, to, why, hours):
    """Each that is missing is a usage error, and nothing is on record."""
    now = small.clock.now()
    with pytest.raises(UsageError):
        small.brakes.raise_cap(name, to, by="c", why=why, until=now + hours * HOUR, now=now)
    assert not small.keys()


def test_a_restart_forgets_neither_what_went_nor_what_waits(small, store, platform, clock):
    """The caps are counted on from the record."""
    small.put(*(revoke(f"app{number}") for number in range(5)))
    small.work_through_now()

    anew = SmallResponse(store, platform, clock, caps=CAPS)
    anew.put(revoke("another"))
    anew.work_through_now()

    assert 3 == len(gone(anew))
    assert (3, 3) == (brake(anew).used, brake(anew).waiting)
    assert 3 == len(anew.keys("stopped/"))


def test_what_waits_can_be_lifted(small):
    """Nobody has to raise a cap to be rid of what waits."""
    small.put(*(revoke(f"app{number}") for number in range(4)))
    small.work_through_now()
    (waits,) = small.brakes.waiting()

    small.end(waits)
    small.work_through_now()

    assert HoldState.ENDED is small.state(waits)
    assert () == small.brakes.waiting()
    assert 0 == brake(small).waiting


def test_what_a_platform_only_does_for_good_is_a_one_way_deed_there(store, clock):
    """One that hides a post by deleting it: the fourth of the hour waits."""
    platform = SmallPlatform(clock)
    platform.capabilities = {Restriction.HIDE_POST: Capability(native="delete", reversible=False)}
    small = SmallResponse(store, platform, clock, caps=CAPS)
    small.put(
        *(
            place(Subject(kind=SubjectKind.POST, id=f"p{n}"), Restriction.HIDE_POST, starts=START, why="test")
            for n in range(5)
        )
    )

    small.work_through_now()

    assert 3 == len(platform.deeds)


def test_a_kind_of_plan_can_have_a_cap_of_its_own(store, platform, clock):
    """The others keep the one for all."""
    caps = Caps(innocents=100, innocents_of={PlanKind.CAUSE: 7})
    small = SmallResponse(store, platform, clock, caps=caps)
    assert [7, 100] == [brake(small, f"innocents/{kind}").cap for kind in (PlanKind.CAUSE, PlanKind.CARRIERS)]


def test_innocents_held_by_an_order_stop_the_one_way_deeds_of_that_order_alone(small):
    """Beyond the cap its further one-way deeds wait; those that people agreed to, and other rules', go."""
    theirs, agreed = revoke("theirs"), revoke("agreed")
    with small.book.change(START) as page:
        small.brakes.followed(page, PlanKind.CAUSE, [theirs], 101.0)
        page.place(theirs)
        page.place(agreed)
    small.work_through_now()

    assert ["agreed"] == gone(small)
    assert (101.0, 1) == (brake(small, "innocents/cause").used, brake(small, "innocents/cause").waiting)
    assert any("101 innocents" in each.text for each in small.timeline)
    now = small.clock.now()
    small.brakes.raise_cap("innocents/cause", 200, by="c", why="seen", until=now + HOUR, now=now)
    small.work_through_now()
    assert ["agreed", "theirs"] == gone(small)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(0, 1e6), max_size=60))
def test_whatever_comes_in_whatever_order_each_power_of_ten_has_its_cap(harms):
    """The number that goes in an hour is bounded, and none waits behind lesser ones."""
    clock = SetClock(START)
    platform = revoking(clock)
    with SqlStore(":memory:", signer=seeded_signer(7), salt=seeded_salts(7)) as store:
        small = SmallResponse(store, platform, clock, caps=CAPS)
        known = {}
        for number, harm in enumerate(harms):
            hold = revoke(f"app{number}", harm)
            known[hold.subject.id] = harm
            small.put(hold)
            small.work_through_now()
        went = [known[name] for name in gone(small)]
        for power in range(7):
            assert sum(10**power <= max(harm, 1) < 10 ** (power + 1) for harm in went) <= CAPS.one_way
        waiting = [small.book.holds[key].hold.harm for key in small.brakes.waiting()]
        assert len(went) + len(waiting) == len(harms)
        if waiting and went:
            above = [harm for harm in went if max(harm, 1) >= 10 ** len(str(int(max(*waiting, 1)))) / 10]
            assert len(above) >= CAPS.one_way


def test_a_flood_of_puppets_keeps_no_standing_order_from_the_star(make_town, store, clock):
    """Three hundred puppets post the lure, beyond what any order reaches to, and then a star: all of them are held."""
    town = make_town(store, SmallPlatform(clock, accounts=[*make_town.stars, *make_town.fans]), clock)
    town.attack()
    town.carry_out()
    order = town.case.order
    puppets = town.fans[:300]
    town.lure(*puppets)
    town.run(60_000)
    town.lure(town.stars[11])
    town.run(60_000)

    assert order.most_accounts < len(puppets)
    assert town.held(town.stars[11])
    assert all(map(town.held, puppets))
    assert 0 == brake_of(town, "innocents/cause").waiting


def test_a_weather_service_that_is_exempt_stays_free_in_every_cohort(make_town, store, platform, clock):
    """Whoever runs the deployment names it with a reason; the plan carries both, and they are part of its hash."""
    exempt = (Exemption(account="fan7", reason="warns of tornadoes"),)
    town = make_town(store, platform, clock, ResponseSettings(exempt=exempt))
    town.attack()

    wide = [plan for plan in map(town.desk.plan, town.offer.plans) if plan.kind in {PlanKind.CLASS, PlanKind.BRAKE}]

    assert wide
    assert all(set(exempt) <= set(plan.exempt) for plan in wide)


def brake_of(town, name):
    """A cap of the whole response."""
    (found,) = [each for each in town.response.brakes.seen(town.clock.now()) if each.name == name]
    return found
