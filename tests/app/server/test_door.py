"""Who asks is told by what they show, and by nothing else."""

import hashlib

import pytest

from holdfast.app.server.answers import RefusedError
from holdfast.app.server.door import Door
from holdfast.guard import ANYBODY, PROGRAM_SCOPES, ApiToken, Caller, Person, Role, Scope, Via
from holdfast.response import Roll

HOST = (b"host", b"127.0.0.1:8321")


def digest(secret):
    return hashlib.sha256(secret.encode()).digest()


def token(person, secret="ann's", **more):
    kept = ApiToken(
        id="t-1",
        person=person,
        hash=f"sha256:{digest(secret).hex()}",
        scopes=tuple(Scope),
        made_by="root",
        made_at=0,
        expires_at=100,
        **more,
    )
    return Roll(people={"ann": Person(id="ann", roles=(Role.APPROVER,))}, tokens={digest(secret): kept})


def asks(door, *headers):
    return door.caller({"headers": [HOST, *headers]})


def bearer(secret):
    return (b"authorization", f"Bearer {secret}".encode())


def test_where_nobody_is_registered_programs_on_this_machine_may_ask():
    """Without people and tokens it is as before, but never for a browser."""
    door = Door(Roll, lambda: 0)
    assert ANYBODY is asks(door)
    for header in ((b"origin", b"https://evil.example"), (b"host", b"evil.example")):
        with pytest.raises(RefusedError) as refused:
            asks(door, header)
        assert 403 == refused.value.status


def test_once_somebody_is_registered_everybody_shows_something():
    """Loopback alone is no right any more; nobody in particular is challenged to show a token."""
    door = Door(lambda: token("ann"), lambda: 0)
    with pytest.raises(RefusedError) as refused:
        asks(door)
    assert 401 == refused.value.status
    assert dict(refused.value.headers)[b"www-authenticate"].startswith(b"Bearer")
    assert ("ann", Via.TOKEN, "t-1") == (
        (caller := asks(door, bearer("ann's"))).person,
        caller.via,
        caller.credential,
    )


@pytest.mark.parametrize(
    ("roll", "now"),
    [
        (token("ann"), 100),
        (token("ann", revoked_at=1), 0),
        (token("bob"), 0),
        (token("ann", secret="another"), 0),
        (Roll(people={"ann": Person(id="ann", until=1)}, tokens=token("ann").tokens), 0),
    ],
)
def test_a_token_that_no_longer_counts_opens_nothing(roll, now):
    """Expired, revoked, of somebody unknown or gone, or of another spelling: one answer for all of them."""
    with pytest.raises(RefusedError) as refused:
        asks(Door(lambda: roll, lambda: now), bearer("ann's"))
    assert 401 == refused.value.status
    assert "ann's" not in str(refused.value)


def test_the_token_of_the_settings_is_a_programs():
    """It asks, tells and looks; a person's own token goes before it."""
    door = Door(lambda: token("ann"), lambda: 0, configured=digest("machine"))
    assert ("", PROGRAM_SCOPES) == ((caller := asks(door, bearer("machine"))).person, caller.scopes)
    both = Door(lambda: token("ann"), lambda: 0, configured=digest("ann's"))
    assert "ann" == asks(both, bearer("ann's")).person


def test_whoever_has_signed_in_is_known_without_a_token():
    """The cookie is for others to read; a token that counts for nothing is not made good by it."""
    bob = Caller(person="bob", via=Via.PASSKEY, signed_in_at=5)
    door = Door(lambda: token("ann"), lambda: 0, signed_in=lambda scope: bob)
    assert bob is asks(door)
    with pytest.raises(RefusedError):
        asks(door, bearer("wrong"))
