"""What people sign in with, and what becomes of it when something changes."""

import msgspec
import pytest

from holdfast.app.signin.passkeys import Answered, Passkeys, Registered, signature_of
from holdfast.app.signin.sessions import new_session
from holdfast.errors import SignatureError, SignInError, UsageError
from holdfast.guard import Enrolment, Purpose, Role, SessionLimits, Via, challenge_of
from holdfast.response import Notices, Pace, People, SignIn, Timeline
from holdfast.response.book import Book
from holdfast.testing.authenticator import ORIGIN, Authenticator

NOW = 1_700_000_000_000
HOUR = 3_600_000
LIMITS = SessionLimits()
NONCE, CHALLENGE = bytes(32), challenge_of(Purpose.SIGN_IN, bytes(32), {})
HERE = Passkeys(rp_id="localhost", origin=ORIGIN)


class Register:
    """The registers on one store, with Ann the administrator and Bob."""

    def __init__(self, store):
        self.store = store
        self.book = Book(store, Pace(), Timeline())
        self.notices = Notices(self.book)
        self.people = People(self.book, self.notices)
        self.signin = SignIn(self.book, self.people, self.notices, HERE)
        if not self.people.persons:
            for name, role in {"ann": Role.ADMINISTRATOR, "bob": Role.APPROVER}.items():
                self.people.add(name, "", [role], "ann", NOW, vouched=True)

    def link(self, person="bob", id_="a" * 64, at=NOW):
        """A link for somebody."""
        revision = self.people.persons[person].revision
        return self.signin.enrol(
            Enrolment(id=id_, person=person, revision=revision, made_by="ann", made_at=at, expires_at=at + HOUR), at
        )

    def make(self, device, person="bob", link="", at=NOW):
        """The passkey that a device makes."""
        answer = device.create(HERE.to_register(self.people.persons[person], [], CHALLENGE))
        made = HERE.registered(msgspec.convert(answer, Registered), person, CHALLENGE, at=at, label="x")
        return self.signin.add(made, person, at, link=link)

    def signed(self, device, person="", now=NOW):
        """What comes of the device's signature; it is kept."""
        answer = msgspec.convert(device.get(HERE.to_sign(CHALLENGE)), Answered)
        passkey = self.signin.signed(signature_of(answer, NONCE), person, CHALLENGE, now, at=now)
        self.signin.keep_used(passkey, now)
        return passkey

    def keys(self, prefix):
        """The keys on record that begin so."""
        keys = (entry.record.key for entry in self.store.entries())
        return [key for key in keys if key.startswith(prefix)]


@pytest.fixture
def register(store):
    """The registers on an empty store."""
    return Register(store)


def test_a_link_is_used_once(register):
    """The passkey is on record, its person is told, and the link counts no more."""
    register.link()
    made = register.make(Authenticator(), link="a" * 64)
    assert [made] == register.people.passkeys_of("bob")
    assert [f"passkey/{made.id}"] == register.keys("passkey/")
    assert any("bob" in each.to for each in register.notices.kept.values())
    with pytest.raises(SignInError):
        register.make(Authenticator(seed=2), link="a" * 64)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda register: register.link(id_="b" * 64),
        lambda register: register.people.change("bob", "", [], "ann", NOW),
        lambda register: register.people.take_out("bob", "ann", NOW),
    ],
    ids=["a newer one", "other roles", "taken out"],
)
def test_a_link_counts_no_more_when_its_person_has_changed(register, spoil):
    """Nor when there is a newer one."""
    register.link()
    spoil(register)
    with pytest.raises(SignInError):
        register.make(Authenticator(), link="a" * 64)


def test_a_link_is_over_in_time(register):
    """To the millisecond."""
    register.link()
    with pytest.raises(SignInError):
        register.make(Authenticator(), link="a" * 64, at=NOW + HOUR)
    assert register.make(Authenticator(), link="a" * 64, at=NOW + HOUR - 1)


def test_there_are_no_links_for_nobody(register):
    """Nor for whoever is there no more."""
    with pytest.raises(UsageError):
        register.signin.enrol(
            Enrolment(id="a" * 64, person="eve", revision=1, made_by="ann", made_at=NOW, expires_at=NOW + HOUR), NOW
        )


def test_a_passkey_is_registered_once_and_by_one_person(register):
    """The same key for somebody else would make two people of one."""
    device = Authenticator()
    register.make(device)
    with pytest.raises(SignInError):
        register.make(device, "ann")


def test_somebody_can_have_several_passkeys_and_not_any_number(register):
    """Ten are enough."""
    for seed in range(1, 11):
        register.make(Authenticator(seed=seed))
    assert 10 == len(register.people.passkeys_of("bob"))
    with pytest.raises(SignInError):
        register.make(Authenticator(seed=11))


def test_the_counter_goes_on(register):
    """What a passkey told last is kept, over a new start, too."""
    device = Authenticator()
    register.make(device)
    assert 2 == register.signed(device).sign_count
    assert 3 == Register(register.store).signed(device).sign_count


def test_a_counter_that_went_back_is_refused_and_told(register):
    """Its person and who administers people hear of it, and it is on record."""
    device = Authenticator()
    made = register.make(device)
    register.signed(device)
    device.count = 0
    with pytest.raises(SignatureError, match="copy"):
        register.signed(device)
    assert [f"passkey/{made.id}/went_back/{NOW}"] == register.keys(f"passkey/{made.id}/")
    told = [each for each in register.notices.kept.values() if "copy" in each.text]
    assert [("ann", "bob")] == [each.to for each in told]


def test_passkeys_that_count_nothing_are_taken_as_they_are(register):
    """Those that are synchronised between devices always tell 0."""
    device = Authenticator(counts=False)
    register.make(device)
    register.signed(device)
    assert 0 == register.signed(device).sign_count


@pytest.mark.parametrize("person", ["ann", "bob"])
def test_a_revoked_passkey_signs_nothing(register, person):
    """Nor does a passkey sign for somebody else."""
    device = Authenticator()
    made = register.make(device)
    if person == "bob":
        register.signin.revoke(made.id, "ann", NOW, at=NOW)
    with pytest.raises(SignatureError):
        register.signed(device, person)


def test_whoever_was_taken_out_signs_nothing(register):
    """Though their passkey is as it was."""
    device = Authenticator()
    register.make(device)
    register.people.take_out("bob", "ann", NOW)
    with pytest.raises(SignatureError):
        register.signed(device)


def test_sessions_are_kept_and_end(register):
    """Over a new start; with a change of roles; by hand; and those that are over are forgotten."""
    bob = register.people.persons["bob"]
    session, _ = new_session(bob, Via.OIDC, NOW)
    register.signin.begin(session, LIMITS, NOW)
    again = Register(register.store)
    assert again.signin.stands(again.signin.sessions[session.id], LIMITS, NOW)
    again.signin.seen(session.id, NOW + HOUR // 4, NOW)
    assert again.signin.stands(again.signin.sessions[session.id], LIMITS, NOW + HOUR // 2)
    again.people.change("bob", "", [Role.COMMANDER], "ann", NOW)
    assert not again.signin.stands(again.signin.sessions[session.id], LIMITS, NOW)
    newer, _ = new_session(again.people.persons["bob"], Via.OIDC, NOW)
    again.signin.begin(newer, LIMITS, NOW)
    assert [newer.id] == list(again.signin.sessions)
    again.signin.end(newer.id, NOW)
    again.signin.end(newer.id, NOW)
    assert [] == list(again.signin.sessions)
    assert 2 == len(again.keys("session/"))
