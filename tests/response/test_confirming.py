"""One administrator is one person, whatever they make: what decides stands on two people's word."""

import hashlib

import pytest

from holdfast.errors import NotAllowedError, UsageError
from holdfast.guard import Act, Caller, Passkey, RefusalCode, Role, Scope, Via
from holdfast.response.people import DAY

SCOPES = [Scope.READ, Scope.DECIDE, Scope.PEOPLE]


def hash_of(secret):
    return f"sha256:{hashlib.sha256(secret.encode()).hexdigest()}"


def digest(secret):
    return hashlib.sha256(secret.encode()).digest()


@pytest.fixture
def place(make_town, store, platform, clock):
    """Root and Rolf administer, Ann asks, Bob approves; all of them are confirmed."""
    town = make_town(store, platform, clock, people=())
    people = town.response.people
    roles = {"root": Role.ADMINISTRATOR, "rolf": Role.ADMINISTRATOR, "ann": Role.RESPONDER, "bob": Role.APPROVER}
    for name, role in roles.items():
        people.add(name, "", [role], "holdfast init", clock.now(), vouched=True)
    return town


@pytest.fixture
def people(place):
    """Its register."""
    return place.response.people


@pytest.fixture
def confirm(place):
    """The second word."""
    return lambda *words: place.response.confirming.confirm(*words, place.clock.now())


def minted(place, person="bob", by="root", secret="s1"):
    """A token in somebody's name."""
    return place.response.people.make_token(hash_of(secret), person, SCOPES, by, place.clock.now(), days=1)


def enrolled(place, person="bob", by="root", id_="key", link="a" * 64):
    """A passkey by a link that somebody made."""
    from holdfast.guard import Enrolment

    now, people = place.clock.now(), place.response.people
    revision = people.persons[person].revision
    made = Enrolment(id=link, person=person, revision=revision, made_by=by, made_at=now, expires_at=now + DAY)
    place.response.signin.enrol(made, now)
    passkey = Passkey(id=id_, person=person, public_key=b"", added_at=now)
    return place.response.signin.add(passkey, person, now, link=link)


def barred(place, caller, act=Act.MANAGE_PEOPLE):
    """Whether somebody may not do that, since one word alone stands for them."""
    try:
        place.response.entitled.check(caller, act)
    except NotAllowedError as error:
        return error.code == RefusalCode.UNCONFIRMED
    return False


def test_a_token_in_anothers_name_looks_and_no_more(place, people):
    """Neither requests, approvals, denials nor people: until it is confirmed."""
    token = minted(place, person="rolf")
    caller = people.roll.caller(digest("s1"), place.clock.now())
    assert (False, "root") == (caller.confirmed, token.on_word_of)
    for act in Act:
        assert barred(place, caller, act) == (act not in {Act.LOOK, Act.SEE_PEOPLE}), act


def test_a_passkey_by_anothers_link_approves_nothing(place):
    """It signs in, and its approval is refused; nor does it count where it was written down before."""
    passkey = enrolled(place)
    caller = Caller(person="bob", via=Via.PASSKEY, credential=passkey.id)
    place.attack()
    request = place.desk.request(place.offer.recommended, Caller(person="ann", via=Via.PASSKEY), place.clock.now())
    with pytest.raises(NotAllowedError) as error:
        place.desk.approve(request.request, caller, place.clock.now())
    assert RefusalCode.UNCONFIRMED == error.value.code
    place.response.confirming.confirm("bob", [passkey.id], "rolf", place.clock.now())
    assert place.desk.approve(request.request, caller, place.clock.now()).approved_by == ("bob",)


def test_somebody_new_is_nobody_on_one_word(place, people, confirm):
    """However they sign in; they are no approver that could be waited for, and no administrator that could stay."""
    people.add("eve", "", [Role.APPROVER, Role.ADMINISTRATOR], "root", place.clock.now())
    assert barred(place, Caller(person="eve", via=Via.OIDC))
    for name in ("rolf",):
        people.take_out(name, "root", place.clock.now())
    with pytest.raises(UsageError, match="last administrator"):
        people.take_out("root", "root", place.clock.now())
    with pytest.raises(NotAllowedError):
        confirm("eve", [], "root")
    assert "" == confirm("eve", [], "holdfast init").on_word_of
    assert not barred(place, Caller(person="eve", via=Via.OIDC))


def test_the_second_word_is_another_persons(place, people, confirm):
    """Not the maker's, in any spelling; and what its maker knows the secret of is renewed first."""
    token = minted(place)
    with pytest.raises(UsageError, match="knows its secret"):
        confirm("bob", [token.id], "rolf")
    renewed = people.renew_token(token.id, hash_of("own"), place.clock.now())
    for name in ("root", "Root"):
        with pytest.raises(NotAllowedError) as error:
            confirm("bob", [renewed.id], name)
        assert RefusalCode.OWN_DEED == error.value.code
    confirm("bob", [renewed.id], "rolf")
    assert people.roll.caller(digest("own"), place.clock.now()).confirmed
    assert people.roll.caller(digest("s1"), place.clock.now()) is None
    assert (renewed.expires_at, renewed.scopes) == (token.expires_at, token.scopes)


@pytest.mark.parametrize("which", ["anothers", "none", "revoked", "person"])
def test_only_what_is_theirs_is_confirmed(place, people, confirm, which):
    """Nobody else's, none that is not there, none that was revoked, and nothing of whoever was taken out."""
    token = people.renew_token(minted(place, "ann").id, hash_of("own"), place.clock.now())
    match which:
        case "anothers":
            person, wanted = "bob", token.id
        case "none":
            person, wanted = "ann", "t-000000000000"
        case "revoked":
            person, wanted = "ann", people.revoke_token(token.id, "ann", place.clock.now()).id
        case "person":
            person, wanted = people.take_out("ann", "root", place.clock.now()).id, token.id
    with pytest.raises(UsageError):
        confirm(person, [wanted], "rolf")
    assert "root" == people.tokens[token.id].on_word_of


def test_whoever_can_confirm_hears_of_it_and_so_does_the_person(place, people, confirm):
    """At once, and whoever did it is not among them; on record stands who confirmed what."""
    minted(place)
    passkey = enrolled(place)
    told = list(place.response.notices.kept.values())
    assert {("bob", "rolf")} == {each.to for each in told}
    assert all("decides nothing" in each.text or "made a link" in each.text for each in told)
    confirm("bob", [passkey.id], "rolf")
    assert [f"person/bob/confirmed/1/{place.clock.now()}"] == place.keys("person/bob/confirmed")
    assert ("bob", "root") == list(place.response.notices.kept.values())[-1].to


def test_what_was_made_with_ones_own_stands(place, people):
    """A token for oneself, and its renewal; what was kept before this was asked counts as it did."""
    token = minted(place, "root", "root")
    renewed = people.renew_token(token.id, hash_of("own"), place.clock.now())
    assert ("", "") == (token.on_word_of, renewed.on_word_of)


def test_no_token_takes_anothers_place(place, people):
    """A hash of one's own choosing may be named as another's is; then it is refused."""
    known, mine = minted(place, "ann", "ann", "s1"), minted(place, "bob", "bob", "s2")
    for taken in (known.hash, known.hash[:19] + "f" * 52):
        with pytest.raises(UsageError, match="there already"):
            people.renew_token(mine.id, taken, place.clock.now())
    assert "ann" == people.tokens[known.id].person


def test_whoever_comes_back_begins_anew(place, people):
    """Tokens, passkeys and words from before count no more, though nobody revoked them and they are young."""
    place.attack()
    now = place.clock.now()
    request = place.desk.request(place.offer.recommended, Caller(person="ann", via=Via.OIDC), now).request
    token = minted(place, "bob", "bob")
    passkey = enrolled(place, "bob", "bob")
    for name in ("ann", "bob"):
        people.take_out(name, "root", now)
        roles = people.persons[name].roles
        assert "root" == people.change(name, None, roles, "root", now).on_word_of
        place.response.confirming.confirm(name, [], "rolf", now)
    assert people.roll.caller(digest("s1"), now) is None
    assert ([], True) == (people.passkeys_of("bob"), people.tokens[token.id].revoked)
    assert [f"passkey/{passkey.id}", f"passkey/{passkey.id}/revoked"] == place.keys(f"passkey/{passkey.id}")
    answer = place.desk.approve(request, Caller(person="bob", via=Via.OIDC), now + 1)
    assert RefusalCode.REQUESTER_BARRED == answer.code


def test_a_word_from_before_one_was_taken_out_counts_no_more(place, people):
    """Nor when it was given by a sign-in elsewhere, which leaves no token to revoke."""
    from .test_approving import two_for_everything

    people.add("cem", "", [Role.APPROVER], "holdfast init", place.clock.now(), vouched=True)
    place.response.entitled.policy = two_for_everything()
    place.attack()
    now = place.clock.now()
    request = place.desk.request(place.offer.recommended, Caller(person="ann", via=Via.OIDC), now).request
    bob, cem = (Caller(person=name, via=Via.OIDC) for name in ("bob", "cem"))
    assert 1 == place.desk.approve(request, bob, now).missing
    people.take_out("bob", "root", now)
    people.change("bob", None, [Role.APPROVER], "root", now)
    place.response.confirming.confirm("bob", [], "rolf", now)
    answer = place.desk.approve(request, cem, now + 1)
    assert (RefusalCode.APPROVER_BARRED, 1) == (answer.code, answer.missing)
    assert ("bob", "cem") == place.desk.approve(request, bob, now + 2).approved_by


def test_a_name_that_is_not_given_stays(place, people):
    """Other roles do not take somebody's name."""
    people.change("bob", "Robert", [Role.APPROVER], "root", place.clock.now())
    assert "Robert" == people.change("bob", None, [], "root", place.clock.now()).name
    assert "" == people.change("bob", "", [], "root", place.clock.now()).name
