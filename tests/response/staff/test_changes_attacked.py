"""What an intruder, a broken clock, a slow platform or a kill at the wrong moment makes of a change that waits."""

import contextlib

import pytest

from holdfast.containment import Restriction, Subject, SubjectKind, place
from holdfast.errors import StoreError
from holdfast.events import CredentialChange, SignIn
from holdfast.guard.staff import CHAIN, PendingChange, Stage, read_catalogue
from holdfast.response.conduct import Over
from holdfast.testing import SetClock
from holdfast.testing.faults import Crash, Faults, FaultyStore, When

from .conftest import HOUR, MINUTE, SECOND, START, Desk
from .test_changes import NO_CHANGE, ask, deliver, letters, secret, stage, standing  # noqa: F401 - a fixture among them

DAY = 24 * HOUR


def in_force(desk, letters, clock):  # noqa: F811 - as pytest calls them
    """The thief's change, which was told, was not objected to, and counts by now; its id."""
    id_ = ask(desk, number=clock.now())
    deliver(desk, letters)
    clock.set(clock.now() + HOUR)
    desk.gate.changing.settle(desk.now)
    letters.on_file("account-1", "email", "thief@example.net", desk.now)
    letters.on_file("account-1", "phone", "", desk.now)
    return id_


def test_who_has_the_value_between_cannot_use_up_the_link_of_who_was_there_before(desk, letters, clock):  # noqa: F811
    """The thief undoes the second change with their own link; the holder's still undoes the thief's."""
    first = in_force(desk, letters, clock)
    clock.set(START + 3 * HOUR)
    second = ask(desk, number=2)
    deliver(desk, letters)
    desk.gate.changing.reverse(secret(letters, "thief@example.net"), desk.now)
    assert (stage(desk, first), stage(desk, second)) == (Stage.IN_FORCE, Stage.REVERSED)
    assert [each.id for each in desk.gate.changing.undoes(secret(letters), desk.now)] == [first]
    desk.gate.changing.reverse(secret(letters), desk.now)
    assert stage(desk, first) is Stage.REVERSED
    assert not desk.gate.changing.undoes(secret(letters), desk.now)
    clock.set(START + 4 * HOUR)
    assert not desk.gate.changing.undoes(secret(letters), desk.now)


def test_a_hold_that_ends_the_last_change_leaves_the_holders_link_for_the_first(desk, letters, clock):  # noqa: F811
    """Responders stopped the second swap; the holder can still bring back what was before the first."""
    first = in_force(desk, letters, clock)
    clock.set(START + 2 * HOUR)
    second = ask(desk, number=2)
    deliver(desk, letters)
    hold = place(
        Subject(kind=SubjectKind.ACCOUNT, id="account-1"), Restriction.NO_SIGN_IN, starts=desk.now, why="stolen"
    )
    with desk.book.change(desk.now) as page:
        page.place(hold)
    desk.gate.changing.settle(desk.now)
    assert (stage(desk, first), stage(desk, second)) == (Stage.IN_FORCE, Stage.ENDED)
    desk.gate.changing.reverse(secret(letters), desk.now)
    assert (stage(desk, first), stage(desk, second)) == (Stage.REVERSED, Stage.ENDED)


def test_that_it_counts_is_not_told_after_it_was_undone(desk, letters, clock):  # noqa: F811
    """The platform was down when the first came into force; back again, it hears that both are undone, and no more."""
    first = in_force(desk, letters, clock)
    clock.set(START + 2 * HOUR)
    ask(desk, number=2)
    asked = [each for each in desk.gate.changing.due(desk.now) if each.kind == "asked"]
    desk.gate.changing.reverse(asked[0].link.removeprefix("/changes/"), desk.now)
    told = [(each.change, each.kind) for each in desk.gate.changing.due(desk.now)]
    assert (first, "in_force") not in told
    assert [kind for _, kind in told] == ["reversed", "reversed"]


def test_what_an_account_is_told_goes_out_in_order_whatever_was_not_taken(desk, letters, clock):  # noqa: F811
    """A platform that was down hears of the undo before it hears of the change after it; other accounts go on."""
    ask(desk)
    deliver(desk, letters)
    desk.gate.changing.reverse(secret(letters), desk.now)
    (undone,) = desk.gate.changing.due(desk.now)
    for _ in range(9):
        desk.gate.changing.not_told(undone.id, desk.now)
    clock.set(START + SECOND)
    ask(desk, number=2)
    other = ask(desk, target="account-2", number=3)
    assert [each.change for each in desk.gate.changing.due(desk.now)] == [other]
    clock.set(START + 2 * MINUTE)
    told = desk.gate.changing.due(desk.now)
    assert [each.kind for each in told if each.account == "account-1"] == ["reversed", "asked"]


def test_an_hour_without_the_platform_costs_an_hour_and_nothing_else(desk, letters, clock):  # noqa: F811
    """Each notice is told once it is back, in order, and what cools does so from then on."""
    ids = [ask(desk, target=f"account-{number}", number=number) for number in range(1, 6)]
    for number in range(2, 6):
        letters.on_file(f"account-{number}", "email", f"{number}@example.org", START - HOUR)
    letters.shut = True
    while clock.now() < START + HOUR:
        deliver(desk, letters)
        clock.set(clock.now() + 20 * SECOND)
    letters.shut = False
    deliver(desk, letters)
    clock.set(clock.now() + MINUTE)
    deliver(desk, letters)
    assert sorted(each.notice.change for each in letters.sent if each.to.endswith("example.org")) == ids
    assert {stage(desk, each) for each in ids} == {Stage.COOLING}


def test_a_clock_that_was_ahead_does_not_make_the_thief_the_old_value(store, clock, desk, make_desk, letters):  # noqa: F811
    """The first change bears a time that has not come; who is told of the second was there before it all the same."""
    clock.set(START + 3 * DAY)
    ask(desk)
    again = make_desk(store, SetClock(START))
    change = again.gate.changing.kept[ask(again, number=2)]
    assert {change.since, *change.links.values()} == {START}
    deliver(again, letters)
    again.gate.changing.reverse(secret(letters), again.now)
    assert {stage(again, each) for each in again.gate.changing.kept} == {Stage.REVERSED}


def test_a_platform_whose_clock_is_late_does_not_tell_the_new_value(desk, letters):  # noqa: F811
    """The tool wrote it at once, and the platform dates that before the gate's answer."""
    ask(desk)
    letters.on_file("account-1", "email", "thief@example.net", START - 30 * SECOND)
    deliver(desk, letters)
    assert not letters.at("thief@example.net")
    assert [each.kind for each in letters.at("own@example.org")] == ["asked"]


def test_a_hold_that_was_lifted_before_anybody_looked_has_ended_it(desk, letters, clock):  # noqa: F811
    """Whether a change counts does not hang on when somebody swept."""
    change = ask(desk)
    deliver(desk, letters)
    clock.set(START + MINUTE)
    hold = place(Subject(kind=SubjectKind.STAFF, id="sam"), Restriction.NO_TOOL, starts=desk.now, why="asked about")
    with desk.book.change(desk.now) as page:
        page.place(hold)
    clock.set(START + 2 * MINUTE)
    with desk.book.change(desk.now) as page:
        page.tell(hold.id, Over(at=desk.now, why="it was theirs"))
    assert stage(desk, change) is Stage.ENDED


def test_a_hold_that_comes_when_it_counts_already_does_not_end_it(desk, letters, clock):  # noqa: F811
    """Who asked has been told that it counts; that nobody has written it down yet takes nothing back."""
    change = ask(desk)
    deliver(desk, letters)
    clock.set(START + HOUR)
    assert stage(desk, change) is Stage.IN_FORCE
    hold = place(Subject(kind=SubjectKind.STAFF, id="sam"), Restriction.NO_TOOL, starts=desk.now, why="asked about")
    with desk.book.change(desk.now) as page:
        page.place(hold)
    assert stage(desk, change) is Stage.IN_FORCE


def test_no_part_of_a_chain_is_forgotten_while_its_last_change_waits(store, clock, letters, make_desk, desk):  # noqa: F811
    """A policy may have changes cool for a month; the link of the last one undoes the first until then."""
    texts = dict(desk.gate.policies)
    texts["tools.toml"] = texts["tools.toml"].replace(
        "ordinary = 60\nhigh_reach = 1440\nofficial = 4320\nprotected = 4320",
        "ordinary = 43200\nhigh_reach = 43200\nofficial = 43200\nprotected = 43200",
    )
    assert read_catalogue(texts["tools.toml"]).cooling.ordinary == 43200
    first = in_force(desk, letters, clock)
    clock.set(START + 2 * HOUR)
    slow = make_desk(store, clock, type(desk.gate.policy)(texts))
    ask(slow, number=2)
    deliver(slow, letters)
    clock.set(START + 20 * DAY)
    ask(slow, target="account-2", number=3)
    clock.set(START + 22 * DAY)
    slow.gate.changing.settle(slow.now)  # another one ends: then old ones are forgotten
    slow.gate.changing.reverse(secret(letters), slow.now)
    assert stage(slow, first) is Stage.REVERSED


def test_changes_stand_in_the_order_of_asking_after_a_new_start(store, clock, desk, make_desk):
    """The tenth comes behind the ninth, though its name sorts before it."""
    asked = []
    for number in range(12):
        clock.set(START + number * 10 * MINUTE)
        asked.append(ask(desk, number=number))
    assert asked != sorted(asked)
    again = make_desk(store, clock)
    for gate in (desk, again):
        assert [each.id for each in gate.gate.changing.of("account-1")] == asked


def test_detection_hears_of_a_change_though_the_process_was_killed_before_it_did(store, clock, desk, make_desk):
    """What waits is told again at each new start, under the same id, so that twice counts once."""
    ask(desk)
    (before,) = [each for each in desk.gate.tidings.take() if isinstance(each, CredentialChange)]
    again = make_desk(store, clock)
    assert [before] == [each for each in again.gate.tidings.take() if isinstance(each, CredentialChange)]
    clock.set(START + 2 * DAY)
    again.gate.changing.settle(again.now)
    assert not list(make_desk(store, clock).gate.tidings.take())


def entered(device, at, **more):
    """A sign-in by its holder, or somebody else."""
    return SignIn(account="account-1", time=at, outcome="ok", device=device, **more)


def test_a_sign_in_from_elsewhere_is_a_sign_after_a_new_start_too(store, clock, desk, make_desk, letters):  # noqa: F811
    """From where the account was entered before the change is kept with it; the holder's own device stays at home."""
    desk.gate.changing.observe([entered("own", START - HOUR, asn="AS1", country="NL")], START - HOUR)
    id_ = ask(desk)
    deliver(desk, letters)
    again = make_desk(store, clock)
    again.gate.changing.observe([entered("own", START + MINUTE, asn="AS9", country="BR")], START + MINUTE)
    again.gate.changing.observe([entered("", START + MINUTE, asn="AS1", country="BR")], START + MINUTE)
    assert not again.gate.changing.kept[id_].signal
    again.gate.changing.observe([entered("", START + MINUTE, asn="AS9", country="NL")], START + MINUTE)
    assert again.gate.changing.kept[id_].signal == "new_device_while_cooling"


def test_who_came_in_after_the_first_change_counted_is_not_at_home_for_the_next(desk, letters, clock):  # noqa: F811
    """The thief's device was let in by the first swap, and so shows at the second one."""
    desk.gate.changing.observe([entered("own", START - HOUR)], START - HOUR)
    in_force(desk, letters, clock)
    desk.gate.changing.observe([entered("theirs", START + 90 * MINUTE)], START + 90 * MINUTE)
    clock.set(START + 2 * HOUR)
    second = ask(desk, number=2)
    deliver(desk, letters)
    desk.gate.changing.observe([entered("theirs", START + 121 * MINUTE)], START + 121 * MINUTE)
    assert desk.gate.changing.kept[second].signal == "new_device_while_cooling"
    clock.set(START + 3 * CHAIN)
    desk.gate.changing.settle(desk.now)
    later = ask(desk, number=3)
    deliver(desk, letters)
    desk.gate.changing.observe([entered("theirs", desk.now + MINUTE)], desk.now + MINUTE)
    assert not desk.gate.changing.kept[later].signal


def test_nothing_of_where_accounts_are_entered_outlives_the_changes(desk, letters, clock, store):  # noqa: F811
    """It is kept with a change, goes with it, and the record never has it."""
    desk.gate.changing.observe([entered("own-device", START - HOUR)], START - HOUR)
    in_force(desk, letters, clock)
    assert desk.book.read("gate_homes", dict)
    clock.set(START + 20 * DAY)
    ask(desk, target="account-2", number=2)
    clock.set(START + 22 * DAY)
    desk.gate.changing.settle(desk.now)
    assert set(desk.book.read("gate_homes", dict)) == set(desk.gate.changing.kept)
    assert "own-device" not in str([each.record.body for each in store.entries()])


def test_the_time_in_which_no_link_worked_does_not_count(store, clock, desk, make_desk, letters):  # noqa: F811
    """Whoever brings the service down for an hour does not wait the holder out; the hold stands until then."""
    id_ = ask(desk)
    deliver(desk, letters)
    clock.set(START + 30 * HOUR)
    again = make_desk(store, clock)
    again.gate.changing.slept(START + 20 * MINUTE, again.now)
    again.gate.changing.settle(again.now)
    for _ in range(2):
        assert (stage(again, id_), standing(again)) == (Stage.COOLING, {NO_CHANGE})
        clock.set(START + 30 * HOUR + 40 * MINUTE - 1)
    clock.set(START + 30 * HOUR + 40 * MINUTE)
    assert stage(again, id_) is Stage.IN_FORCE
    again.gate.changing.settle(again.now)
    assert standing(again) == set()


def test_what_counted_when_the_service_went_down_goes_on_counting(store, clock, desk, make_desk, letters):  # noqa: F811
    """And a clock that was set back in between takes nothing away."""
    counted = ask(desk)
    deliver(desk, letters)
    clock.set(START + HOUR)
    waits = ask(desk, target="account-2", number=2)
    again = make_desk(store, clock)
    again.gate.changing.slept(START + HOUR, START + 2 * HOUR)
    again.gate.changing.slept(START + HOUR, START)
    assert (stage(again, counted), stage(again, waits)) == (Stage.IN_FORCE, Stage.ASKED)
    assert not any(each.asleep for each in again.gate.changing.kept.values())


def test_a_kill_at_a_new_start_takes_the_time_from_no_change_that_waits(store, clock, desk, letters):  # noqa: F811
    """The start after it asks the record since when nobody was there, and what the killed one wrote is the last there."""
    letters.on_file("account-2", "email", "two@example.org", START - HOUR)
    waiting = [ask(desk), ask(desk, target="account-2", number=2)]
    deliver(desk, letters)
    clock.set(START + 30 * HOUR)
    asleep, at = {0}, 0
    while asleep == {0}:
        at += 1
        faults = Faults()
        again = Desk(FaultyStore(store, faults), clock)
        faults.arm(faults.calls + at)
        with contextlib.suppress(Crash):
            again.gate.changing.slept(START + 20 * MINUTE, again.now)
        kept = desk.book.read("gate_changes", PendingChange)
        asleep = {kept[id_].asleep for id_ in waiting}
        assert len(asleep) == 1
    assert at > 5


def test_nothing_cools_while_the_past_is_heard_again(store, clock, desk, make_desk, letters):  # noqa: F811
    """However long that takes, and whoever asks meanwhile; the link works, and it cools on once all is heard."""
    id_ = ask(desk)
    deliver(desk, letters)
    clock.set(START + 30 * HOUR)
    again = make_desk(store, clock)
    again.gate.changing.begin(START + 20 * MINUTE, again.now)
    clock.advance(3 * HOUR)
    again.gate.changing.settle(again.now)
    assert (stage(again, id_), again.gate.changing.counts(again.gate.changing.kept[id_], again.now)) == (
        Stage.COOLING,
        False,
    )
    assert again.gate.changing.undoes(secret(letters), again.now)
    again.gate.changing.heard(again.now)
    clock.advance(40 * MINUTE - 1)
    assert stage(again, id_) is Stage.COOLING
    clock.advance(1)
    again.gate.changing.heard(again.now)
    assert stage(again, id_) is Stage.IN_FORCE


def test_a_kill_while_the_past_is_heard_again_counts_nothing_as_cooling(store, clock, desk, make_desk, letters):  # noqa: F811
    """Be there entries by then or not: the start after it goes on from where the killed one began to hear."""
    id_ = ask(desk)
    deliver(desk, letters)
    clock.set(START + 30 * HOUR)
    killed = make_desk(store, clock)
    killed.gate.changing.begin(START + 20 * MINUTE, killed.now)
    clock.advance(2 * HOUR)
    killed.protect("somebody")  # an entry from the midst of it
    again = make_desk(store, clock)
    again.gate.changing.begin(again.now, again.now)
    again.gate.changing.heard(again.now)
    clock.advance(40 * MINUTE - 1)
    assert stage(again, id_) is Stage.COOLING
    clock.advance(1)
    assert stage(again, id_) is Stage.IN_FORCE
    later = make_desk(store, clock)
    later.gate.changing.begin(again.now, again.now)
    later.gate.changing.heard(again.now)
    assert stage(later, id_) is Stage.IN_FORCE


def test_a_store_that_fails_when_all_is_heard_lets_nothing_cool(store, clock, desk, letters):  # noqa: F811
    """The next look at what is due has it go on."""
    id_ = ask(desk)
    deliver(desk, letters)
    clock.set(START + 30 * HOUR)
    faults = Faults()
    again = Desk(FaultyStore(store, faults), clock)
    again.gate.changing.begin(START + 20 * MINUTE, again.now)
    clock.advance(HOUR)
    faults.arm(faults.calls + 1, When.BEFORE, lambda: StoreError("the disk is gone"))
    with pytest.raises(StoreError):
        again.gate.changing.heard(again.now)
    clock.advance(2 * HOUR)
    assert stage(again, id_) is Stage.COOLING
    again.gate.changing.settle(again.now)
    clock.advance(40 * MINUTE - 1)
    assert stage(again, id_) is Stage.COOLING
    clock.advance(1)
    assert stage(again, id_) is Stage.IN_FORCE
