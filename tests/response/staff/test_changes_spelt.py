"""An account is one in any spelling: its changes are one chain, the undo reaches it, and the platform's own id is held."""

import itertools

import pytest

from holdfast.containment import Restriction, Subject, SubjectKind, place
from holdfast.events import CredentialChange, Post, ResetRequested, SignIn
from holdfast.guard.staff import Stage

from .conftest import HOUR, MINUTE, START
from .test_changes import NO_CHANGE, ask, deliver, letters, secret, stage, standing  # noqa: F401 - a fixture among them

SPELLINGS = ["Account-1", "ACCOUNT-1", "account\u200b-1", "\uff41ccount-1", "acc\u00f6unt-1", " account-1"]


@pytest.mark.parametrize("other", SPELLINGS)
def test_two_changes_under_two_spellings_are_one_chain(desk, letters, clock, other):  # noqa: F811
    """Who swaps twice, the second time by another spelling, does not become the old value; one link undoes both."""
    desk.accounts = ["account-1"]
    first = ask(desk)
    deliver(desk, letters)
    clock.set(START + HOUR)
    desk.gate.changing.settle(desk.now)
    letters.on_file("account-1", "email", "thief@example.net", desk.now)
    clock.set(START + 2 * HOUR)
    second = ask(desk, target=other, number=2)
    assert desk.gate.changing.kept[second].since == START
    assert [each.id for each in desk.gate.changing.of(other)] == [first, second]
    deliver(desk, letters)
    assert {each.change for each in letters.at("own@example.org") if each.kind == "asked"} == {first, second}
    desk.gate.changing.reverse(secret(letters), desk.now)
    assert (stage(desk, first), stage(desk, second)) == (Stage.REVERSED, Stage.REVERSED)


@pytest.mark.parametrize("other", SPELLINGS)
def test_what_the_platform_calls_it_is_held_told_and_followed(desk, letters, other):  # noqa: F811
    """The tool's spelling is on record with the attempt; everybody outside hears the platform's own id."""
    desk.accounts = ["account-1", "account-2"]
    id_ = ask(desk, target=other)
    assert (standing(desk), standing(desk, other)) == ({NO_CHANGE}, set())
    deliver(desk, letters)
    assert {each.account for each in letters.at("own@example.org")} == {"account-1"}
    assert desk.gate.attempts.get(id_).target == other
    (told,) = [each for each in desk.gate.tidings.take() if isinstance(each, CredentialChange)]
    assert told.account == "account-1"
    desk.gate.changing.observe([ResetRequested(account="account-1", time=START + MINUTE)], START + MINUTE)
    (warning,) = desk.gate.changing.warnings(START + MINUTE)
    assert warning.account == "account-1"


def test_an_account_that_is_named_later_is_held_and_told_from_then_on(desk, make_desk, store, clock, letters):  # noqa: F811
    """Nobody had heard of it; its first event says how the platform calls it, and a new start knows that."""
    id_ = ask(desk, target="Account-1")
    assert standing(desk, "Account-1") == {NO_CHANGE}
    ours = [each for each in desk.gate.tidings.take() if isinstance(each, CredentialChange)]
    desk.gate.changing.observe(ours, desk.now)
    assert not desk.gate.changing.kept[id_].named
    desk.gate.changing.observe([SignIn(account="account-1", time=START + 1, outcome="ok", device="own")], desk.now)
    again = make_desk(store, clock)
    for gate in (desk, again):
        assert (standing(gate), standing(gate, "Account-1")) == ({NO_CHANGE}, {NO_CHANGE})
    deliver(again, letters)
    assert {each.account for each in letters.at("own@example.org")} == {"account-1"}
    again.gate.changing.reverse(secret(letters), clock.now())
    assert (standing(again), standing(again, "Account-1")) == (set(), set())
    (told,) = [each for each in desk.gate.tidings.take() if isinstance(each, CredentialChange)]
    assert (told.account, told.new_hash, told.id != ours[0].id) == ("account-1", "", True)


def test_what_the_gate_said_itself_is_no_word_of_the_platforms(desk, make_desk, store, clock):
    """A directory that learnt a tool's spelling from our own event does not make it another account."""
    ask(desk, target="Account-1")
    again = make_desk(store, clock)
    again.accounts = ["Account-1", "account-1"]
    change = again.gate.changing.kept[ask(again, target="Account-1", number=2)]
    assert (change.account, change.named, change.others) == ("account-1", True, ())
    again.gate.changing.observe([ResetRequested(account="account-1", time=START + 1)], START + 1)
    change = again.gate.changing.kept[ask(again, target="Account-1", number=3)]
    assert (change.account, change.named, change.others) == ("account-1", True, ())


def test_what_strangers_type_in_vain_names_no_account(desk):
    """Nor do many spellings that get in make more than a few holds, and the account itself is among them."""
    ask(desk, target="account-1")
    names = ["".join(each) for each in itertools.product(*((one, one.upper()) for one in "account"))]
    for outcome, held in (("refused", 1), ("ok", 65)):
        desk.gate.changing.observe(
            [SignIn(account=f"{name}-1", time=START + 1, outcome=outcome) for name in names], START + 1
        )
        assert len(desk.book.holds) == held
        assert standing(desk) == {NO_CHANGE}


def test_where_several_are_spelt_alike_all_are_held_and_the_named_one_is_told(desk, letters):  # noqa: F811
    """To take two for one costs an hour without changes; to take one for two lets a change pass unseen."""
    desk.accounts = ["Account-1", "account-1"]
    id_ = ask(desk)
    assert (standing(desk), standing(desk, "Account-1")) == ({NO_CHANGE}, {NO_CHANGE})
    deliver(desk, letters)
    assert {each.account for each in letters.at("own@example.org")} == {"account-1"}
    desk.gate.changing.reverse(secret(letters), desk.now)
    assert (stage(desk, id_), standing(desk), standing(desk, "Account-1")) == (Stage.REVERSED, set(), set())


def test_an_account_that_was_meant_to_the_letter_is_told_though_another_was_heard_of_first(desk, letters):  # noqa: F811
    """Two accounts, of which neither was known: the notice goes to the one that the tool named, and both are held."""
    ask(desk)
    for name in ("Account-1", "account-1"):
        desk.gate.changing.observe([SignIn(account=name, time=START - 1, outcome="ok")], desk.now)
    deliver(desk, letters)
    assert {each.account for each in letters.at("own@example.org")} == {"account-1"}
    assert (standing(desk), standing(desk, "Account-1")) == ({NO_CHANGE}, {NO_CHANGE})


def test_another_of_the_same_spelling_that_is_named_later_is_held_besides(desk):
    """The hold on the first one stands as it did."""
    desk.accounts = ["account-1"]
    ask(desk)
    desk.gate.changing.observe([ResetRequested(account="Account-1", time=START - 1)], desk.now)
    assert (standing(desk), standing(desk, "Account-1")) == ({NO_CHANGE}, {NO_CHANGE})


@pytest.mark.parametrize(
    ("kind", "id_", "restriction"),
    [
        (SubjectKind.STAFF, "Sam", Restriction.NO_TOOL),
        (SubjectKind.ACCOUNT, "account-1", Restriction.NO_SIGN_IN),
    ],
)
def test_a_hold_in_another_spelling_ends_it(desk, kind, id_, restriction):
    """At the gate a hold on Sam holds sam, so it ends what sam asked for; and so for the account."""
    change = ask(desk, target="ACCOUNT-1")
    with desk.book.change(desk.now) as page:
        page.place(place(Subject(kind=kind, id=id_), restriction, starts=desk.now, why="it is in other hands"))
    assert stage(desk, change) is Stage.ENDED


def test_the_directory_finds_an_id_by_any_spelling(letters):  # noqa: F811
    """Whatever is spelt alike among the accounts that the platform has named."""
    from holdfast.connectors.simulated import MirroredPlatform
    from holdfast.containment import Directory
    from holdfast.events import Batch, posts_to_batch

    platform = MirroredPlatform()
    names = ["account-1", "Account-2", "ACCOUNT-2", "account-3"]
    posts = posts_to_batch([Post(id=str(n), time=START, account=name, text="x") for n, name in enumerate(names)])
    platform.learn(Batch(posts=posts))
    directory = Directory(platform.accounts())
    assert directory.alike("Account-1") == ("account-1",)
    assert directory.alike("account-2") == ("Account-2", "ACCOUNT-2")
    assert directory.alike("account-9") == ()
