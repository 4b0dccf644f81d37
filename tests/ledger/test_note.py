"""Signed notes and keys, against the vectors of the signed-note tools."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import BrokenLedgerError, SettingsError
from holdfast.ledger import Signer, VerifierKey, seeded_signer
from holdfast.ledger.note import open_note

# Published with the reference implementation (golang.org/x/mod/sumdb/note).
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NOTE = f"{TEXT}\n\u2014 PeterNeumann {SIGNATURE}\n"

KEY = VerifierKey.parse(VKEY)


def test_the_published_note_comes_out():
    """The published secret key signs the published text to the published note, and its public half opens it."""
    signer = Signer.parse(SECRET)
    assert signer.sign(TEXT) == NOTE
    assert signer.secret() == SECRET
    assert str(signer.vkey) == VKEY
    assert open_note(NOTE, KEY) == TEXT


def test_every_piece_of_a_key_is_not_a_key():
    """No substring of a verifier key is one, nor is a key with one character changed."""
    for start in range(len(VKEY)):
        for stop in range(start, len(VKEY) + 1):
            if (start, stop) != (0, len(VKEY)):
                with pytest.raises(SettingsError):
                    VerifierKey.parse(VKEY[start:stop])
    for at in range(len(VKEY)):
        with pytest.raises(SettingsError):
            VerifierKey.parse(VKEY[:at] + chr(ord(VKEY[at]) + 1) + VKEY[at + 1 :])


@pytest.mark.parametrize(
    "vkey",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_a_key_of_another_length_kind_or_name_is_refused(vkey):
    """A longer key, another algorithm or a name with a space is refused even when its id fits."""
    with pytest.raises(SettingsError):
        VerifierKey.parse(vkey)


@given(st.integers(0, len(NOTE) - 1), st.characters(exclude_categories=["Cs"]))
def test_a_changed_note_does_not_open(at, character):
    """With any character replaced by any other, the note is refused."""
    changed = NOTE[:at] + character + NOTE[at + 1 :]
    if changed != NOTE:
        with pytest.raises(BrokenLedgerError):
            open_note(changed, KEY)


def test_lines_of_other_signers_are_passed_over():
    """A note stays ours with sixteen other signatures, before or after, even under our name with another id."""
    head, _, ours = NOTE.rpartition("\n\n")
    others = [seeded_signer(number, origin=f"witness.example/{number}") for number in range(15)]
    lines = "".join(other.sign(TEXT).rpartition("\n\n")[2] for other in others)
    namesake = f"\u2014 PeterNeumann {base64.b64encode(b'oops' + bytes(5_000)).decode()}\n"
    for note in (f"{head}\n\n{ours}{lines}{namesake}", f"{head}\n\n{namesake}{lines}{ours}"):
        assert open_note(note, KEY) == TEXT
        for other in others:
            assert open_note(note, other.vkey) == TEXT


def test_one_wrong_signature_of_ours_spoils_the_note():
    """Where our key signed twice, once wrongly, nothing is believed."""
    wrong = base64.b64encode(KEY.id + bytes(64)).decode()
    with pytest.raises(BrokenLedgerError, match="is wrong"):
        open_note(f"{NOTE}\u2014 PeterNeumann {wrong}\n", KEY)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        TEXT,
        NOTE[:-1],
        NOTE.replace("\n\n", "\n"),
        f"{TEXT}\n",
        f"{TEXT}\nno dash PeterNeumann {SIGNATURE}\n",
        f"{TEXT}\n\u2014 {SIGNATURE}\n",
        f"{TEXT}\n\u2014  {SIGNATURE}\n",
        f"{TEXT}\n\u2014 PeterNeumann {SIGNATURE[:-1]}\n",
        f"{TEXT}\n\u2014 PeterNeumann AAAA\n",
        f"{TEXT}\n\u2014 PeterNeumann \n",
        NOTE.replace("think", "th\tink"),
        NOTE.replace("think", "th\x00ink"),
        "x" * 200_000 + NOTE,
    ],
)
def test_what_is_not_a_signed_note_is_refused(note):
    """No signature, no blank line, a broken line, control characters or endless text: refused, not misread."""
    with pytest.raises(BrokenLedgerError):
        open_note(note, KEY)


def test_a_text_may_hold_blank_lines():
    """The last blank line parts text from signatures; those before belong to the text."""
    signer = seeded_signer(1)
    text = "one\n\ntwo\n\n\nthree\n"
    assert open_note(signer.sign(text), signer.vkey) == text


def test_a_secret_that_does_not_fit_is_refused_without_being_told():
    """A damaged secret key is refused, and the error does not repeat it."""
    for secret in (SECRET[1:], SECRET.replace("c74f20a3", "c74f20a4"), SECRET[:-4], SECRET + "\n"):
        with pytest.raises(SettingsError) as caught:
            Signer.parse(secret)
        assert "AYEKFALV" not in f"{caught.value}{caught.value.advice}"


def test_seeded_keys_follow_from_seed_and_origin():
    """The same seed and origin give the same key; another seed or origin another one."""
    assert seeded_signer(1).vkey == seeded_signer(1).vkey
    assert hash(seeded_signer(1).vkey) == hash(seeded_signer(1).vkey)
    assert len({seeded_signer(1).vkey, seeded_signer(2).vkey, seeded_signer(1, origin="a.example/x").vkey}) == 3
    assert eval(repr(seeded_signer(1).vkey)) == seeded_signer(1).vkey
