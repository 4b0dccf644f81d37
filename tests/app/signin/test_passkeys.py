"""Ceremonies with an authenticator in software, as they should go and as they should not."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from webauthn.helpers import base64url_to_bytes

from holdfast.app.signin.passkeys import Answered, Passkeys, Registered, answered_value, names_another, signature_of
from holdfast.errors import SignatureError
from holdfast.guard import Person, approval_challenge
from holdfast.testing.authenticator import ORIGIN, PRESENT, VERIFIED, Authenticator, b64

ALICE = Person(id="alice", name="Alice")
CHALLENGE, NONCE = bytes(range(32)), bytes(32)
HERE = Passkeys(rp_id="localhost", origin=ORIGIN)


def register(device, **odd):
    """The passkey that `device` makes for Alice."""
    answer = device.create(HERE.to_register(ALICE, [], CHALLENGE), **odd)
    return HERE.registered(msgspec.convert(answer, Registered), "alice", CHALLENGE, at=1_000, label="")


def sign(device, **odd):
    """What `device` answers to this challenge."""
    return signature_of(msgspec.convert(device.get(HERE.to_sign(CHALLENGE), **odd), Answered), NONCE)


def test_a_passkey_is_made_and_signs():
    """What was registered can be checked by, and tells its counter."""
    device = Authenticator()
    passkey = register(device)
    assert ("alice", 1) == (passkey.person, passkey.sign_count)
    assert 2 == HERE.check(sign(device), passkey, CHALLENGE)


def test_the_browser_is_asked_to_verify_who_it_is_and_to_keep_the_key():
    """Anybody who holds a device proves nothing; no name is typed, so the key has to be found without one."""
    asked = HERE.to_register(ALICE, [], CHALLENGE)
    assert "required" == asked["authenticatorSelection"]["userVerification"]
    assert "required" == asked["authenticatorSelection"]["residentKey"]
    assert "required" == HERE.to_sign(CHALLENGE)["userVerification"]
    assert "alice" not in asked["user"]["id"]


def test_known_passkeys_are_named_to_the_browser():
    """Nobody registers one twice, and only one's own are asked to sign."""
    passkey = register(Authenticator())
    assert [passkey.id] == [each["id"] for each in HERE.to_register(ALICE, [passkey], CHALLENGE)["excludeCredentials"]]
    assert [passkey.id] == [each["id"] for each in HERE.to_sign(CHALLENGE, [passkey])["allowCredentials"]]


@pytest.mark.parametrize(
    ("device", "odd"),
    [
        (Authenticator(origin="https://holdfast.example"), {}),
        (Authenticator(rp_id="example.org"), {}),
        (Authenticator(flags=PRESENT), {}),
        (Authenticator(flags=VERIFIED), {}),
        (Authenticator(), {"crossOrigin": True}),
        (Authenticator(), {"type": "webauthn.get"}),
        (Authenticator(), {"challenge": "AAAA"}),
        (Authenticator(), {"origin": "http://localhost:8321.evil.example"}),
    ],
    ids=["origin", "domain", "unverified", "absent", "frame", "type", "challenge", "lookalike"],
)
def test_a_passkey_made_otherwise_is_refused(device, odd):
    """Another page, another domain, nobody verified or present, in a frame, for another ceremony or challenge."""
    with pytest.raises(SignatureError):
        register(device, **odd)


@pytest.mark.parametrize(
    ("change", "odd"),
    [
        ({"origin": "https://holdfast.example"}, {}),
        ({"rp_id": "example.org"}, {}),
        ({"flags": PRESENT}, {}),
        ({"flags": VERIFIED}, {}),
        ({}, {"crossOrigin": True}),
        ({}, {"type": "webauthn.create"}),
        ({}, {"challenge": "AAAA"}),
    ],
    ids=["origin", "domain", "unverified", "absent", "frame", "type", "challenge"],
)
def test_what_was_signed_otherwise_is_refused(change, odd):
    """The same for each use of it."""
    device = Authenticator()
    passkey = register(device)
    for name, value in change.items():
        setattr(device, name, value)
    with pytest.raises(SignatureError):
        HERE.check(sign(device, **odd), passkey, CHALLENGE)


@pytest.mark.parametrize("part", ["authenticator_data", "client_data", "signature"])
def test_a_changed_byte_anywhere_is_seen(part):
    """Each byte of what is kept is covered by the signature."""
    device = Authenticator()
    passkey = register(device)
    signature = sign(device)
    data = getattr(signature, part)
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(SignatureError):
            HERE.check(msgspec.structs.replace(signature, **{part: changed}), passkey, CHALLENGE)


def test_another_key_of_the_same_name_is_refused():
    """A public key that was swapped in the register shows."""
    device, other = Authenticator(), Authenticator(seed=2)
    passkey = register(device)
    swapped = msgspec.structs.replace(passkey, public_key=register(other).public_key)
    with pytest.raises(SignatureError):
        HERE.check(sign(device), swapped, CHALLENGE)
    with pytest.raises(SignatureError):
        HERE.check(sign(other), passkey, CHALLENGE)


def test_a_signature_is_for_one_person_request_action_and_moment():
    """The challenge of another person, request, action or nonce is another one."""
    facts = {"request": "r1", "action_hash": "ab", "person": "alice"}
    given_ = {approval_challenge(NONCE, **facts)}
    given_ |= {approval_challenge(NONCE, **{**facts, name: "other"}) for name in facts}
    given_.add(approval_challenge(bytes([1] * 32), **facts))
    assert 5 == len(given_)


def test_whoever_the_authenticator_says_it_signed_for_must_be_the_owner():
    """A user handle of somebody else is noticed, and none says nothing."""
    device = Authenticator()
    register(device)
    answer = msgspec.convert(device.get(HERE.to_sign(CHALLENGE)), Answered)
    assert names_another(answer, "bob")
    assert not names_another(answer, "alice")


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=100))
def test_whatever_bytes_come_the_error_is_ours(data, client, signed):
    """Hostile bytes end in a refusal, never in an error of the library."""
    device = Authenticator()
    passkey = register(device)
    hostile = msgspec.structs.replace(sign(device), authenticator_data=data, client_data=client, signature=signed)
    with pytest.raises(SignatureError):
        HERE.check(hostile, passkey, CHALLENGE)


@pytest.mark.parametrize("deep", [b'{"a":%s1%s}', b"%s1%s"])
def test_lists_in_lists_without_end_are_refused(deep):
    """Whatever a browser says is read before it is known whose it is."""
    client = deep % (b"[" * 20_000, b"]" * 20_000)
    device = Authenticator()
    passkey = register(device)
    with pytest.raises(SignatureError):
        HERE.check(msgspec.structs.replace(sign(device), client_data=client), passkey, CHALLENGE)
    answer = msgspec.convert(device.get(HERE.to_sign(CHALLENGE)), Answered)
    response = msgspec.structs.replace(answer.response, client_data_json=b64(client))
    with pytest.raises(SignatureError):
        answered_value(msgspec.structs.replace(answer, response=response))


@pytest.mark.parametrize("name", ["t-924c3b98d5ad", "shorter0"])
def test_a_passkey_cannot_bear_the_name_of_a_token(name):
    """It names itself; what is said of it would be said of that token, too."""
    device = Authenticator()
    device.id = base64url_to_bytes(name)
    with pytest.raises(SignatureError):
        register(device)


def test_a_passkey_has_one_name():
    """Letters that mean nothing in base64url make no other key of it."""
    device = Authenticator()
    answer = msgspec.convert(device.create(HERE.to_register(ALICE, [], CHALLENGE)), Registered)
    for name in (answer.id + "!", answer.id[:5] + "\x1b[2J" + answer.id[5:], answer.id + "="):
        with pytest.raises(SignatureError):
            HERE.registered(msgspec.structs.replace(answer, id=name), "alice", CHALLENGE, at=0, label="")


@given(st.text(max_size=100), st.binary(max_size=300))
def test_whatever_attestation_comes_the_error_is_ours(id_, attestation):
    """The same at registration."""
    device = Authenticator()
    answer = msgspec.convert(device.create(HERE.to_register(ALICE, [], CHALLENGE)), Registered)
    hostile = msgspec.structs.replace(
        answer, id=id_, response=msgspec.structs.replace(answer.response, attestation_object=b64(attestation))
    )
    with pytest.raises(SignatureError):
        HERE.registered(hostile, "alice", CHALLENGE, at=0, label="")
