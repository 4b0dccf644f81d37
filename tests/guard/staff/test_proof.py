"""What a proof of the gate's leave is worth, and when it is worth nothing."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwk, jws

from holdfast.errors import NotAllowedError
from holdfast.guard.staff.proof import DOMAIN, LEEWAY, LIFETIME, Proof, Prover, checked, target_hash
from holdfast.ledger import Signer

NOW = 1_000_000
PROVER, OTHER = Prover(b"a" * 32), Prover(b"b" * 32)
KEYS = {PROVER.kid: PROVER.public}
PROOF = Proof(aud="desk", sub="ana", sid="s", jti="a-1", function="f", target="1", action="sha256:x", htm="POST",
              host="desk.example", uri=target_hash(b"/x"), iat=NOW, exp=NOW + LIFETIME)  # fmt: skip
LINE = PROVER.sign(PROOF)


def b64(data):
    """As in a token."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def test_it_says_again_what_was_signed():
    """All of it."""
    assert PROOF == checked(LINE, KEYS, NOW)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_another_library_reads_it_by_the_key_set():
    """It is a JSON Web Token signed with Ed25519."""
    (key,) = jwk.KeySet.import_key_set(PROVER.keys).keys
    assert PROVER.kid == key.thumbprint()
    told = jws.deserialize_compact(LINE, key, algorithms=["EdDSA"])
    assert msgspec.to_builtins(PROOF) == json.loads(told.payload)


@pytest.mark.parametrize(
    ("now", "well"),
    [(NOW - LEEWAY - 1, False), (NOW - LEEWAY, True), (NOW + LIFETIME - 1, True), (NOW + LIFETIME, False)],
)
def test_it_lasts_for_seconds(now, well):
    """To the second, with some for a clock that is behind."""
    if well:
        assert checked(LINE, KEYS, now)
    else:
        with pytest.raises(NotAllowedError):
            checked(LINE, KEYS, now)


@pytest.mark.parametrize(
    "head",
    [
        {"alg": "none", "kid": PROVER.kid},
        {"alg": "HS256", "kid": PROVER.kid},
        {"alg": "EdDSA"},
        {"alg": "EdDSA", "kid": OTHER.kid},
        {"alg": "EdDSA", "kid": PROVER.kid, "crit": ["x"]},
    ],
)
def test_no_other_kind_of_signature_counts(head):
    """Neither none, nor one by the public key as a password, nor one that says what we do not know."""
    with pytest.raises(NotAllowedError):
        checked(".".join([b64(json.dumps(head).encode()), *LINE.split(".")[1:]]), KEYS, NOW)


def test_one_signed_by_somebody_else_is_none():
    """Even under the gate's name."""
    forged = OTHER.sign(PROOF).split(".")
    with pytest.raises(NotAllowedError):
        checked(".".join([LINE.split(".")[0], *forged[1:]]), KEYS, NOW)


@given(st.integers(0, len(LINE) - 1), st.characters(codec="ascii"))
def test_no_changed_character_is_passed_over(at, sign):
    """Wherever it is."""
    changed = LINE[:at] + sign + LINE[at + 1 :]
    parts = [part + "=" * (-len(part) % 4) for part in changed.split(".")]
    same = (
        changed.count(".") == 2
        and all(set(part) <= set("-_=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") for part in parts)
        and [urlsafe_b64decode(part) for part in parts]
        == [urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in LINE.split(".")]
    )
    if not same:
        with pytest.raises(NotAllowedError):
            checked(changed, KEYS, NOW)


@pytest.mark.parametrize("line", ["", ".", "..", "a.b", "a.b.c", "a.b.c.d", "\u00e9.b.c", LINE + ".", "x" * 5_000])
def test_what_is_no_token_is_none(line):
    """And nothing else goes wrong."""
    with pytest.raises(NotAllowedError):
        checked(line, KEYS, NOW)


def test_the_key_follows_from_the_one_that_signs_the_record_and_is_another():
    """The same after a new start; neither tells of the other."""
    signer = Signer("holdfast.local/watch", b"a" * 32)
    prover = Prover(signer.derived(DOMAIN))
    assert prover.public == Prover(Signer("another.name", b"a" * 32).derived(DOMAIN)).public
    assert prover.public not in {Prover(b"a" * 32).public, Prover(signer.derived(b"another use")).public}
