"""No change of a holder's credential by staff is silent: it is told, waits, can be undone, and is followed."""

import contextlib

import msgspec
import pytest

from holdfast.connectors.simulated.letters import SimulatedLetters
from holdfast.containment import Restriction, Subject, SubjectKind, place
from holdfast.errors import PlatformError, UsageError
from holdfast.events import CredentialChange, ResetRequested
from holdfast.guard import Passkey
from holdfast.guard.staff import CHAIN, TELL_WITHIN, Stage, Tier
from holdfast.response.conduct import LIVE
from holdfast.testing.faults import Crash, Faults, FaultyStore, When

from .conftest import HOUR, MINUTE, START, Desk, open_store

EMAIL = "account.email.replace"
PASSKEY = Passkey(id="key", person="sam", public_key=b"", added_at=0)
NO_CHANGE = Restriction.NO_CREDENTIAL_CHANGE


@pytest.fixture
def letters():
    """The holder's mailbox and telephone."""
    made = SimulatedLetters()
    made.on_file("account-1", "email", "own@example.org", START - HOUR)
    made.on_file("account-1", "phone", "+1 555 0100", START - HOUR)
    made.opened("account-1", "app", START - HOUR)
    return made


def ask(desk, name="sam", function=EMAIL, target="account-1", number=1):
    """An allowed change; its id."""
    session = desk.session(name, number=number)
    passkey = msgspec.structs.replace(PASSKEY, person=name)
    desk.gate.sessions.step_up(session, "credentials", passkey, desk.now)
    (answer,) = desk.tried(desk.asked(session, function, target, payload={"value": "x"}))
    assert answer.allowed, answer
    return answer.attempt


def deliver(desk, letters):
    """Give the notifier what waits, as the service does."""
    for notice in desk.gate.changing.due(desk.now):
        try:
            letters.tell(notice)
        except PlatformError:
            desk.gate.changing.not_told(notice.id, desk.now)
        else:
            desk.gate.changing.told(notice.id, desk.now)


def stage(desk, id_):
    """How far a change has come."""
    return desk.gate.changing.stage(desk.gate.changing.kept[id_], desk.now)


def secret(letters, to="own@example.org", number=-1):
    """The secret of a link that arrived."""
    return [each for each in letters.at(to) if each.link][number].link.removeprefix("/changes/")


def standing(desk, account="account-1"):
    """The restrictions that hold the account now."""
    held = desk.book.on(Subject(kind=SubjectKind.ACCOUNT, id=account))
    return {each.hold.restriction for each in held if each.state in LIVE}


def test_whatever_is_allowed_and_changes_a_credential_opens_a_change(desk):
    """There is no allowed change without one, and what was refused opens none."""
    refused = desk.tried(desk.asked(desk.session("sam", number=2), EMAIL))[0]
    allowed = {ask(desk), ask(desk, function="account.phone.replace", target="account-2", number=3)}
    assert not refused.allowed
    assert set(desk.gate.changing.kept) == allowed
    assert desk.keys("change/") == [f"change/{each}/asked" for each in sorted(allowed)]


def test_a_change_cools_by_the_tier_that_it_was_allowed_by_in_any_spelling(desk):
    """A tool may take any of them for the account; and whoever agrees is asked for by the same tier."""
    desk.protect("account-1", Tier.HIGH_REACH)
    change = desk.gate.changing.kept[ask(desk, target="Account-1")]
    assert (Tier.HIGH_REACH, 24 * HOUR) == (change.tier, change.cools)
    action = desk.asked("", EMAIL, target="ACCOUNT-1").action
    assert [False, True] == [desk.gate.may_agree(name, action) for name in ("alice", "sam")]


def test_the_old_value_is_told_before_the_new_one_can_count(desk, letters, clock):
    """Mailbox, telephone and open session hear of it; until then nothing cools, however long that takes."""
    id_ = ask(desk)
    letters.on_file("account-1", "email", "thief@example.net", START + 1)
    clock.set(START + 5 * HOUR)
    assert stage(desk, id_) is Stage.ASKED
    deliver(desk, letters)
    assert {each.to for each in letters.sent} == {"own@example.org", "+1 555 0100", "app"}
    clock.set(START + 6 * HOUR - 1)
    assert stage(desk, id_) is Stage.COOLING
    clock.set(START + 6 * HOUR)
    assert desk.gate.changing.counts(desk.gate.changing.kept[id_], desk.now)
    desk.gate.changing.settle(desk.now)
    deliver(desk, letters)
    assert not letters.at("thief@example.net")
    assert desk.keys(f"change/{id_}/") == [
        f"change/{id_}/asked",
        f"change/{id_}/asked/{START}/told",
        f"change/{id_}/cooling",
        f"change/{id_}/in_force",
        f"change/{id_}/in_force/{START}/told",
    ]


def test_while_it_cools_no_credential_of_the_account_is_changed(desk, letters, clock):
    """A hold stands from the page that allows it to the one that writes down what came of it."""
    ask(desk)
    assert standing(desk) == {NO_CHANGE}
    deliver(desk, letters)
    clock.set(START + HOUR)
    desk.gate.changing.settle(desk.now)
    assert standing(desk) == set()


def test_the_holder_undoes_it_by_the_link_once(desk, letters, clock):
    """It is undone for good, told as undone, and to use the link again does nothing."""
    id_ = ask(desk)
    deliver(desk, letters)
    clock.set(START + HOUR - 1)
    for _ in range(3):
        assert desk.gate.changing.reverse(secret(letters), desk.now).stage(desk.now) is Stage.REVERSED
    deliver(desk, letters)
    clock.set(START + 100 * HOUR)
    desk.gate.changing.settle(desk.now)
    assert stage(desk, id_) is Stage.REVERSED
    assert standing(desk) == set()
    assert [each.kind for each in letters.at("own@example.org")] == ["asked", "reversed"]
    assert len(desk.keys(f"change/{id_}/reversed")) == 2  # the decision, and that it was told


def test_a_link_ends_with_the_cooling(desk, letters, clock):
    """Afterwards it changes nothing, and what it is told is the truth."""
    ask(desk)
    deliver(desk, letters)
    clock.set(START + HOUR)
    assert desk.gate.changing.reverse(secret(letters), desk.now).stage(desk.now) is Stage.IN_FORCE


def test_nobody_guesses_a_link(desk, letters):
    """A link with one character changed, or of another key, is none."""
    ask(desk)
    deliver(desk, letters)
    good = secret(letters)
    wrong = ("A" if good[0] != "A" else "B") + good[1:]
    for made in (wrong, "", "é" * 43, "\ud800"):
        with pytest.raises(UsageError):
            desk.gate.changing.reverse(made, desk.now)
    assert good not in str([each.record.body for each in desk.store.entries()])


def test_who_was_there_before_two_changes_in_a_row_is_told_of_the_second(desk, letters, clock):
    """Whoever puts in two addresses one after the other does not become the old value; one link undoes both."""
    first = ask(desk)
    deliver(desk, letters)
    clock.set(START + HOUR)
    desk.gate.changing.settle(desk.now)
    letters.on_file("account-1", "email", "thief@example.net", desk.now)
    clock.set(START + 2 * HOUR)
    second = ask(desk, number=2)
    deliver(desk, letters)
    assert {each.change for each in letters.at("own@example.org") if each.kind == "asked"} == {first, second}
    desk.gate.changing.reverse(secret(letters), desk.now)
    assert (stage(desk, first), stage(desk, second)) == (Stage.REVERSED, Stage.REVERSED)
    deliver(desk, letters)
    assert {each.as_of for each in letters.at("own@example.org") if each.kind == "reversed"} == {START - MINUTE}


def test_a_value_that_does_not_count_yet_is_not_the_old_value_of_the_next(desk, letters, clock):
    """Where a tool puts the new address on file at once, a second change is told to the holder alone all the same."""
    first = ask(desk)
    deliver(desk, letters)
    letters.on_file("account-1", "email", "thief@example.net", START + 1)
    clock.set(START + MINUTE)
    second = ask(desk, function="account.phone.replace", number=2)
    deliver(desk, letters)
    assert {each.change for each in letters.at("own@example.org")} == {first, second}
    assert not letters.at("thief@example.net")


def test_the_value_between_undoes_no_more_than_its_own(desk, letters, clock):
    """The link that goes to what was put in first brings that back, and nothing that was before."""
    first = ask(desk)
    deliver(desk, letters)
    clock.set(START + HOUR)
    desk.gate.changing.settle(desk.now)
    letters.on_file("account-1", "email", "new@example.org", desk.now)
    clock.set(START + 2 * HOUR)
    second = ask(desk, number=2)
    deliver(desk, letters)
    desk.gate.changing.reverse(secret(letters, "new@example.org"), desk.now)
    assert (stage(desk, first), stage(desk, second)) == (Stage.IN_FORCE, Stage.REVERSED)


def test_a_change_of_which_nobody_can_be_told_is_off(desk, letters, clock):
    """It is tried for a day, later each time; then it ends, and the platform is told that."""
    id_ = ask(desk)
    letters.shut = True
    tries = 0
    while clock.now() < START + 10 * MINUTE:
        tries += len(desk.gate.changing.due(desk.now))
        deliver(desk, letters)
        clock.set(clock.now() + 1_000)
    assert 10 <= tries <= 30
    clock.set(START + TELL_WITHIN)
    desk.gate.changing.settle(desk.now)
    letters.shut = False
    deliver(desk, letters)
    assert (stage(desk, id_), standing(desk)) == (Stage.ENDED, set())
    assert [each.kind for each in letters.at("own@example.org")] == ["ended"]


@pytest.mark.parametrize(
    ("kind", "id_", "restriction"),
    [
        (SubjectKind.ACCOUNT, "account-1", Restriction.NO_SIGN_IN),
        (SubjectKind.STAFF, "sam", Restriction.NO_TOOL),
        (SubjectKind.TOOL_SESSION, None, Restriction.NO_TOOL),
    ],
)
def test_a_hold_on_the_account_or_on_the_hand_ends_it(desk, letters, clock, kind, id_, restriction):
    """What an intruder asked for does not come into force behind the responders' back, not even before it is swept."""
    change = ask(desk)
    deliver(desk, letters)
    clock.set(START + HOUR - 1)
    subject = Subject(kind=kind, id=id_ or desk.gate.changing.kept[change].session)
    with desk.book.change(desk.now) as page:
        page.place(place(subject, restriction, starts=desk.now, why="it is in other hands"))
    clock.set(START + HOUR)
    assert stage(desk, change) is Stage.ENDED
    desk.gate.changing.settle(desk.now)
    assert desk.gate.changing.kept[change].why == "a hold came in between"


def test_a_higher_tier_cools_longer(desk, letters, clock):
    """The time is that of the account's tier when it was asked for, whatever it is made since."""
    desk.protect("account-1", Tier.HIGH_REACH)
    id_ = ask(desk)
    desk.gate.protecting.protect("account-1", Tier.PROTECTED, "cora", "head of state", desk.now)
    deliver(desk, letters)
    clock.set(START + 24 * HOUR - 1)
    assert stage(desk, id_) is Stage.COOLING
    clock.set(START + 24 * HOUR)
    assert stage(desk, id_) is Stage.IN_FORCE


@pytest.mark.parametrize("when", When)
def test_killed_between_any_two_steps_it_is_told_all_the_same(clock, letters, when):
    """Wherever the process is killed from the question to the end of the cooling, a new one brings it to its end."""
    steps = 0
    while True:
        steps += 1
        faults, when_asked = Faults(), START + steps * 1_000 * HOUR
        clock.set(when_asked)
        letters.sent.clear()
        letters.on_file("account-1", "email", "own@example.org", START - HOUR)
        with open_store() as store:
            desk = Desk(FaultyStore(store, faults), clock, key=b"k" * 32)
            session = desk.session("sam")
            desk.gate.sessions.step_up(session, "credentials", PASSKEY, desk.now)
            faults.arm(faults.calls + steps, when)
            with contextlib.suppress(Crash):
                desk.tried(desk.asked(session, EMAIL))
                deliver(desk, letters)
                clock.set(when_asked + HOUR)
                desk.gate.changing.settle(desk.now)
            again = Desk(store, clock, key=b"k" * 32)
            clock.set(clock.now() + 1)
            allowed = again.keys("attempt/")
            deliver(again, letters)
            clock.set(clock.now() + 2 * HOUR)
            again.gate.changing.settle(again.now)
            deliver(again, letters)
            assert len(again.gate.changing.kept) == len(allowed)
            for change in again.gate.changing.kept.values():
                assert again.gate.changing.counts(change, again.now)
                assert change.closed
                assert [each.kind for each in letters.at("own@example.org")] == ["asked", "in_force"]
                links = {each.link for each in letters.at("own@example.org")} - {""}
                assert len(links) == 1
            if not faults.struck:
                break
    assert steps > 5


def test_a_reset_before_it_counts_is_a_takeover_and_named_once(desk, letters):
    """The warning names the session behind the change; heard twice it is one."""
    id_ = ask(desk)
    deliver(desk, letters)
    events = [ResetRequested(account="account-1", time=START + MINUTE)]
    for _ in range(2):
        desk.gate.changing.observe(events, START + MINUTE)
    (warning,) = desk.gate.changing.warnings(START + MINUTE)
    assert (warning.account, warning.staff, warning.sure) == ("account-1", "sam", True)
    assert warning.tool_session == desk.gate.changing.kept[id_].session
    assert not list(desk.gate.changing.warnings(START + MINUTE))


def test_detection_hears_of_the_change_itself(desk):
    """It is told as an event, so that what follows it is weighed as for any other change by staff."""
    ask(desk)
    (told,) = [each for each in desk.gate.tidings.take() if isinstance(each, CredentialChange)]
    assert (told.account, told.what, told.by, told.staff) == ("account-1", "email", "staff", "sam")


def test_a_gate_made_anew_goes_on(store, clock, desk, letters, make_desk):
    """What was asked for, told and signalled is as it was; the link counts where the key is the same."""
    id_ = ask(desk)
    again = make_desk(store, clock)
    deliver(again, letters)
    assert stage(again, id_) is Stage.COOLING
    assert again.gate.changing.by_link(secret(letters)) is not None
    assert desk.gate.changing.by_link(secret(letters)) is not None
    again.gate.changing.observe([ResetRequested(account="account-1", time=START + MINUTE)], START + MINUTE)
    third = make_desk(store, clock)
    assert [each.account for each in third.gate.changing.warnings(START + MINUTE)] == ["account-1"]


def test_what_is_over_is_forgotten_in_time(desk, letters, clock):
    """A fortnight later the list has shrunk; the record has not."""
    first = ask(desk)
    deliver(desk, letters)
    clock.set(START + 2 * CHAIN)
    desk.gate.changing.settle(desk.now)
    ask(desk, target="account-2", number=2)
    clock.set(START + 2 * CHAIN + TELL_WITHIN)
    desk.gate.changing.settle(desk.now)
    assert first not in desk.gate.changing.kept
    assert desk.keys(f"change/{first}/asked")
    assert desk.gate.changing.by_link(secret(letters)) is None


def test_a_chain_is_remembered_for_as_long_as_it_goes_on(desk, letters, clock):
    """However far back it began: the link of its last change undoes the first one, too."""
    chain = []
    for number in range(1, 5):
        clock.set(START + number * (CHAIN - HOUR))
        desk.gate.changing.settle(desk.now)
        chain.append(ask(desk, number=number))
        deliver(desk, letters)
        letters.on_file("account-1", "email", f"swap-{number}@example.org", desk.now + HOUR)
    desk.gate.changing.reverse(secret(letters), desk.now)
    assert {Stage.REVERSED} == {stage(desk, each) for each in chain}


def test_no_link_that_works_lies_in_the_store(desk):
    """What waits to be told is kept without its link; a notifier is given it."""
    ask(desk)
    (given,) = desk.gate.changing.due(desk.now)
    assert desk.gate.changing.by_link(given.link.rpartition("/")[2]) is not None
    assert [""] == [each.notice.link for each in desk.gate.changing.tellings.values()]
