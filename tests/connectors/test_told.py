"""A platform that calls, and is not called: what it told counts, and what it has not told is waited for."""

import pytest

from holdfast.backends import SqlStore
from holdfast.connectors.told import Told, ToldCustody
from holdfast.errors import PlatformPendingError
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.recovery import Change, Credential, Door, Fact, FactKind

PASSKEY = Fact(kind=FactKind.PASSKEY, source="key", on_file_since=10)
NAME = Change(what="name", before="Me", now="Elon", at=110)
GONE = Change(what="post:p1", before="Hello", now="", at=120)


@pytest.fixture
def store():
    """A store in memory."""
    with SqlStore(":memory:", signer=seeded_signer(7), salt=seeded_salts(7)) as opened:
        yield opened


def test_what_is_not_told_is_waited_for(store):
    """Nothing is taken for done because it was asked for."""
    custody = ToldCustody(store)
    for door in Door:
        with pytest.raises(PlatformPendingError):
            custody.shut("a1", door, 100)
    with pytest.raises(PlatformPendingError):
        custody.put_back("a1", [NAME])
    assert ((), (), []) == (custody.shown("a1"), custody.renew("a1"), custody.changed("a1", 100))


def test_what_is_told_in_parts_adds_up(store):
    """Door by door, fact by fact; told twice it is told once."""
    custody = ToldCustody(store)
    for _ in range(2):
        custody.tell("a1", Told(shut=frozenset({Door.SESSIONS})))
        custody.tell("a1", Told(facts=(PASSKEY,)))
        custody.tell("a1", Told(renewed=frozenset({Credential.PASSWORD})))
    custody.shut("a1", Door.SESSIONS, 100)
    with pytest.raises(PlatformPendingError):
        custody.shut("a1", Door.APPS, 100)
    assert (PASSKEY,) == custody.shown("a1")
    assert not custody.renew("a1")  # what was changed is not told yet
    custody.tell("a1", Told(changed=(NAME, GONE)))
    assert {Credential.PASSWORD} == set(custody.renew("a1"))
    assert [GONE] == custody.changed("a1", 115)
    custody.tell("a1", Told(lost=frozenset({"post:p1"})))
    assert [GONE] == custody.put_back("a1", [NAME, GONE])


def test_a_case_that_begins_anew_takes_nothing_of_what_was_told_before(store):
    """Neither the doors that were shut, nor what the wrong hands had shown."""
    rounds = {"a1": "7/0"}
    custody = ToldCustody(store, rounds.__getitem__)
    custody.tell("a1", Told(occasion="7/0", shut=frozenset(Door), facts=(PASSKEY,)))
    assert (PASSKEY,) == custody.shown("a1")
    rounds["a1"] = "7/1"
    assert () == custody.shown("a1")
    with pytest.raises(PlatformPendingError):
        custody.shut("a1", Door.SESSIONS, 100)
    custody.tell("a1", Told(occasion="7/1", shut=frozenset({Door.APPS})))
    custody.shut("a1", Door.APPS, 100)
    assert () == custody.shown("a1")


def test_what_was_told_outlives_the_process(store):
    """It is in the store before it is answered."""
    ToldCustody(store).tell("a1", Told(facts=(PASSKEY,)))
    assert (PASSKEY,) == ToldCustody(store).shown("a1")


def test_what_can_matter_no_more_is_forgotten(store):
    """A case that is over, begun anew or gone leaves nothing of what was told, in the store neither; others stay."""
    rounds = {"over": "7/0", "anew": "7/0", "on": "7/0"}
    custody = ToldCustody(store, lambda account: rounds.get(account, ""))
    for account in rounds:
        custody.tell(account, Told(occasion="7/0", facts=(PASSKEY,)))
    assert 0 == custody.forget()
    rounds |= {"over": "", "anew": "7/1"}
    assert 2 == custody.forget()
    assert (PASSKEY,) == custody.shown("on")
    with store.begin() as transaction:
        assert ["on"] == [account for account, _ in transaction.all("told", Told)]
    assert 0 == custody.forget()
