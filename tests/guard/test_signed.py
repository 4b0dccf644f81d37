"""Where the table says so, only a passkey's signature counts."""

import msgspec
import pytest

from holdfast.guard import (
    TABLE,
    Approval,
    Permit,
    Refusal,
    RefusalCode,
    Request,
    Signature,
    Standing,
    Via,
    approval_challenge,
    decide,
    required,
)

NOW = 1_700_000_000_000
STANDING = Standing()
SIGNATURE = Signature(passkey="k", nonce=bytes(32), authenticator_data=b"a", client_data=b"c", signature=b"s")


def asked(accounts=20_000, **more):
    """A request for a wide plan."""
    return Request(id="r", action_hash="ab", by="ann", kind="class", accounts=accounts, **more)


def agreed(by, signature=None, via=Via.TOKEN):
    """An approval."""
    return Approval(by=by, action_hash="ab", at=NOW, via=via, credential=by, signature=signature)


@pytest.mark.parametrize("via", [Via.TOKEN, Via.OIDC, Via.PASSKEY])
def test_unsigned_approvals_do_not_count_however_many(via):
    """By token, by another provider, or signed in with a passkey, which is no signature over this."""
    found = decide(asked(), [agreed(name, via=via) for name in ("bob", "cem", "dan")], NOW, STANDING)
    assert isinstance(found, Refusal)
    assert (RefusalCode.SIGNATURE_MISSING, 2) == (found.code, found.missing)
    assert "with a passkey" in found.allowed_when


def test_signed_ones_do():
    """As many as the table says."""
    assert isinstance(decide(asked(), [agreed("bob", SIGNATURE)], NOW, STANDING), Refusal)
    assert isinstance(decide(asked(), [agreed("bob", SIGNATURE), agreed("cem", SIGNATURE)], NOW, STANDING), Permit)


def test_somebody_can_sign_after_having_agreed_without():
    """The word that does not count is no hindrance."""
    words = [agreed("bob"), agreed("bob", SIGNATURE), agreed("cem", SIGNATURE)]
    assert isinstance(decide(asked(), words, NOW, STANDING), Permit)


def test_a_signature_makes_nobody_two_people_and_no_requester_count():
    """One person signs twice, and whoever asked signs too: that is one."""
    words = [agreed("bob", SIGNATURE), agreed("BOB", SIGNATURE), agreed("ann", SIGNATURE)]
    found = decide(asked(), words, NOW, STANDING)
    assert isinstance(found, Refusal)
    assert 1 == found.missing


def test_narrow_deeds_need_none():
    """A plan of ten thousand accounts that can all be given back."""
    assert isinstance(decide(asked(10_000), [agreed("bob")], NOW, STANDING), Permit)


def test_whom_the_program_brings_along_signs_nothing():
    """The people of a drill, who can come by no face."""
    words = [agreed(name, via=Via.WIRED) for name in ("bob", "cem")]
    assert isinstance(decide(asked(), words, NOW, STANDING), Permit)


def test_the_shipped_table_signs_what_is_wide_and_what_is_one_way():
    """More than 10,000 accounts, one-way deeds of any size, and each release."""
    assert [False, False, True] == [required(accounts=each, one_way=False).signed for each in (1, 10_000, 10_001)]
    assert required(accounts=1, one_way=True).signed
    assert all(row.signed for row in TABLE.release)


def test_what_is_one_way_stays_signed_in_a_table_of_ones_own():
    """Where the row for so many accounts asks for more people and no signature, both hold."""
    row = msgspec.structs.replace(TABLE.hold[-1], approvals=3, signed=False)
    table = msgspec.structs.replace(TABLE, hold=(*TABLE.hold[:-1], row))
    found = table.required(accounts=20_000, one_way=True)
    assert (3, True) == (found.approvals, found.signed)


def test_what_is_signed_is_written_down_for_good():
    """Evidence of years ago is checked by this: the challenge of the same facts never changes."""
    found = approval_challenge(bytes(32), request="r1", action_hash="ab" * 32, person="alice")
    assert "a5dea1e5e3f413e2aef31f6a31d6f6032add628ea82104f47f17edb1b0d6685b" == found.hex()
