"""Evidence is checked again from the record alone, and whatever was changed in it shows."""

import base64

import msgspec
import pytest

from holdfast.app.signin.passkeys import Answered, Passkeys, Registered, signature_of
from holdfast.app.signin.witnessed import approvals_of
from holdfast.guard import Person, approval_challenge
from holdfast.ledger import Entry, Record, RecordKind
from holdfast.response.signin import evidence
from holdfast.testing.authenticator import ORIGIN, Authenticator

HERE = Passkeys(rp_id="localhost", origin=ORIGIN)
HASH, NONCE = "ab" * 32, bytes(range(32))


def records(device=None):
    """Who has a passkey, what was asked for, and that Bob signed it, as they are on record."""
    device = device or Authenticator()
    challenge = approval_challenge(NONCE, request="r1", action_hash=HASH, person="bob")
    made = device.create(HERE.to_register(Person(id="bob"), [], challenge))
    passkey = HERE.registered(msgspec.convert(made, Registered), "bob", challenge, at=0, label="")
    signature = signature_of(msgspec.convert(device.get(HERE.to_sign(challenge)), Answered), NONCE)
    shown = evidence(signature, passkey)
    return [
        (f"passkey/{passkey.id}", "bob", "bob", {"public_key": shown["public_key"]}),
        ("request/r1", "ann", "c1", {"action_hash": HASH}),
        ("approval/r1/bob/5", "bob", "c1", {"request": "r1", "action_hash": HASH, "signature": shown}),
    ]


def found(told, request="r1"):
    """What comes of these records."""
    entries = [
        Entry(
            index=number,
            record=Record(key=key, kind=RecordKind.DECISION, time=5, actor=actor, subject=subject, body=body),
            salt=bytes(16),
            leaf=b"",
        )
        for number, (key, actor, subject, body) in enumerate(told)
    ]
    return list(approvals_of(entries, request))


def test_a_signature_bears_its_approval_out():
    """By whom, of what, where, and no fault."""
    (one,) = found(records())
    assert ("bob", HASH, ORIGIN, "") == (one.by, one.action_hash, one.origin, one.fault)
    assert one.passkey


def test_an_approval_that_was_not_signed_is_told_as_such():
    """It may not have had to be."""
    told = records()
    del told[2][3]["signature"]
    (one,) = found(told)
    assert ("", "") == (one.passkey, one.fault)


def test_requests_are_told_apart():
    """Even where one id begins like another."""
    assert [] == found(records(), "r")


@pytest.mark.parametrize("part", ["passkey", "nonce", "authenticator_data", "client_data", "signature", "public_key"])
def test_a_changed_byte_of_the_evidence_shows(part):
    """Wherever it is."""
    told = records()
    shown = told[2][3]["signature"]
    data = bytearray(base64.urlsafe_b64decode(shown[part] + "=" * (-len(shown[part]) % 4)))
    for place in (0, len(data) // 2, len(data) - 1):
        changed = bytes(data[:place]) + bytes([data[place] ^ 1]) + bytes(data[place + 1 :])
        told[2][3]["signature"] = {**shown, part: base64.urlsafe_b64encode(changed).decode().rstrip("=")}
        (one,) = found(told)
        assert one.fault, (part, place)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.pop(0),
        lambda told: told.insert(1, (told[0][0] + "/revoked", "ann", "bob", {})),
        lambda told: told[0][3].update(public_key="AAAA"),
        lambda told: told[1][3].update(action_hash="cd" * 32),
        lambda told: told[2][3].update(action_hash="cd" * 32),
        lambda told: told.__setitem__(2, (told[2][0], "eve", *told[2][2:])),
        lambda told: told.__setitem__(0, (told[0][0], "bob", "eve", told[0][3])),
        lambda told: told[2][3].update(signature={"passkey": 1}),
        lambda told: told[2][3].update(signature="x"),
    ],
    ids=["no passkey", "revoked", "another key", "another request", "another action", "another person",
         "another's passkey", "incomplete", "nonsense"],
)  # fmt: skip
def test_what_does_not_fit_together_shows(spoil):
    """Key, request, action and person must be those that were signed, and the key must have counted then."""
    told = records()
    spoil(told)
    assert [True] == [bool(each.fault) for each in found(told)]


def test_a_signature_for_one_request_is_none_for_another():
    """Evidence that was moved shows."""
    told = records()
    told[1] = ("request/r2", *told[1][1:])
    told[2] = ("approval/r2/bob/5", *told[2][1:])
    assert [True] == [bool(each.fault) for each in found(told, "r2")]


def test_passkeys_of_a_domain_above_are_known():
    """Where the settings share them with other hosts."""
    device = Authenticator(origin="https://desk.example.org", rp_id="example.org")
    above = Passkeys(rp_id="example.org", origin=device.origin)
    challenge = approval_challenge(NONCE, request="r1", action_hash=HASH, person="bob")
    made = above.registered(
        msgspec.convert(device.create(above.to_register(Person(id="bob"), [], challenge)), Registered),
        "bob", challenge, at=0, label="",
    )  # fmt: skip
    signature = signature_of(msgspec.convert(device.get(above.to_sign(challenge)), Answered), NONCE)
    shown = evidence(signature, made)
    told = [
        (f"passkey/{made.id}", "bob", "bob", {"public_key": shown["public_key"]}),
        ("request/r1", "ann", "c1", {"action_hash": HASH}),
        ("approval/r1/bob/5", "bob", "c1", {"action_hash": HASH, "signature": shown}),
    ]
    assert [("https://desk.example.org", "")] == [(each.origin, each.fault) for each in found(told)]
