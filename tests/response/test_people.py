"""The register keeps who is there, survives a restart, and says on record who changed what."""

import hashlib

import pytest

from holdfast.errors import UsageError
from holdfast.guard import Role, Scope, Via
from holdfast.response import HappeningKind
from holdfast.response.people import DAY

NOW = 5_000


def hash_of(secret):
    return f"sha256:{hashlib.sha256(secret.encode()).hexdigest()}"


def digest(secret):
    return hashlib.sha256(secret.encode()).digest()


@pytest.fixture
def people(town):
    """A register with one administrator and one approver."""
    register = town.response.people
    register.add("root", "The first", [Role.ADMINISTRATOR], "holdfast init", NOW, vouched=True)
    register.add("ann", "Ann", [Role.APPROVER], "root", NOW, vouched=True)
    return register


def test_a_register_made_anew_is_the_same(people, make_town, store, platform, clock):
    """People, tokens and who was taken out are there after a restart."""
    people.make_token(hash_of("s1"), "ann", [Scope.READ], "root", NOW, days=1)
    people.make_token(hash_of("s2"), "", [Scope.GUARD_ASK], "root", NOW, days=1)
    people.take_out("ann", "root", NOW)
    again = make_town(store, platform, clock).response.people
    assert again.roll == people.roll
    assert not again.person("ann").active


def test_every_change_is_on_record_with_whoever_made_it(people, town):
    """The ledger has each revision of a person, and each token made and revoked; no secret and no hash of one."""
    token = people.make_token(hash_of("s1"), "ann", [Scope.READ], "root", NOW, days=1, label="desk")
    people.revoke_token(token.id, "ann", NOW)
    people.change("ann", "Ann", [Role.AUDITOR], "root", NOW)
    people.take_out("ann", "root", NOW)
    keys = [f"person/ann/{number}" for number in (1, 2, 3)]
    assert keys == town.keys("person/ann")
    assert [f"token/{token.id}", f"token/{token.id}/revoked"] == town.keys("token/")
    actors = {entry.record.key: entry.record.actor for entry in town.store.entries()}
    assert "ann" == actors[f"token/{token.id}/revoked"]
    assert token.hash not in repr(list(town.store.entries()))


def test_a_token_counts_until_it_expires_is_revoked_or_its_person_goes(people):
    """The roll tells who shows it, each time as things stand; whoever comes back has to have another one made."""
    token = people.make_token(hash_of("s1"), "ann", [Scope.DECIDE], "root", NOW, days=1)
    assert ("ann", Via.TOKEN) == (
        people.roll.caller(digest("s1"), NOW).person,
        people.roll.caller(digest("s1"), NOW).via,
    )
    assert people.roll.caller(digest("s1"), NOW + DAY) is None
    assert people.roll.caller(digest("another"), NOW) is None
    people.take_out("ann", "root", NOW)
    assert people.roll.caller(digest("s1"), NOW) is None
    people.change("ann", "Ann", [Role.AUDITOR], "root", NOW)
    assert people.roll.caller(digest("s1"), NOW) is None
    assert people.tokens[token.id].revoked
    own = people.make_token(hash_of("s2"), "ann", [Scope.DECIDE], "ann", NOW, days=1)
    assert (Role.AUDITOR,) == people.roll.caller(digest("s2"), NOW).roles
    people.revoke_token(own.id, "root", NOW)
    assert people.roll.caller(digest("s2"), NOW) is None


def test_the_person_concerned_hears_of_a_token_in_their_name(people, town):
    """Whoever administers people cannot act as somebody without their knowing."""
    people.make_token(hash_of("s1"), "ann", [Scope.DECIDE], "root", NOW, days=1)
    (notice,) = town.response.notices.kept.values()
    assert (("ann",), True) == (notice.to, "root made a token in your name" in notice.text)
    people.make_token(hash_of("s2"), "ann", [Scope.DECIDE], "ann", NOW, days=1)
    assert 1 == len(town.response.notices.kept)
    assert HappeningKind.NOTICE in {each.kind for each in town.response.timeline}


@pytest.mark.parametrize("deed", ["take_out", "change"])
def test_the_last_administrator_stays(people, deed):
    """A change after which nobody could say who is there is refused; with a second one it is done."""

    def do():
        return (
            people.take_out("root", "root", NOW)
            if deed == "take_out"
            else people.change("root", "", [Role.AUDITOR], "root", NOW)
        )

    with pytest.raises(UsageError, match="last administrator"):
        do()
    people.change("ann", "Ann", [Role.ADMINISTRATOR], "root", NOW)
    assert 2 == do().revision


@pytest.mark.parametrize(
    ("person", "scopes", "days"),
    [
        ("", [Scope.DECIDE], 1),
        ("", [Scope.PEOPLE, Scope.READ], 1),
        ("", [], 1),
        ("ann", [], 1),
        ("ann", [Scope.READ], 0),
        ("ann", [Scope.READ], 401),
        ("nobody", [Scope.READ], 1),
    ],
)
def test_a_token_that_could_do_too_much_or_nothing_is_not_made(people, person, scopes, days):
    """A program decides nothing; nobody's token, one for nothing, and one for ever are refused."""
    with pytest.raises(UsageError):
        people.make_token(hash_of("s1"), person, scopes, "root", NOW, days=days)
    assert {} == dict(people.tokens)


def test_doing_it_again_changes_nothing(people, town):
    """Whoever was taken out is out, and a revoked token is revoked, once."""
    token = people.make_token(hash_of("s1"), "ann", [Scope.READ], "root", NOW, days=1)
    for _ in range(2):
        assert people.revoke_token(token.id, "root", NOW).revoked
        assert not people.take_out("ann", "root", NOW).active
    assert 1 == len(town.keys(f"token/{token.id}/revoked"))
    with pytest.raises(UsageError, match="is there no more"):
        people.make_token(hash_of("s2"), "ann", [Scope.READ], "root", NOW, days=1)


def test_a_name_that_the_program_brought_along_cannot_be_registered(make_town, store, platform, clock):
    """Nobody gets a token for the people of a drill, in any spelling."""
    from holdfast.response import AutoResponder

    people = make_town(store, platform, clock, responder=AutoResponder(60)).response.people
    with pytest.raises(UsageError, match="approver is somebody already"):
        people.add("Approver", "", [Role.APPROVER], "root", NOW)
    with pytest.raises(UsageError, match="nobody is registered"):
        people.make_token(hash_of("s1"), "approver", [Scope.DECIDE], "root", NOW, days=1)
