"""Who somebody is does not depend on spelling, clocks or which token they show."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import UsageError
from holdfast.guard import (
    ANYBODY,
    PROGRAM_SCOPES,
    SAID_SCOPES,
    ApiToken,
    Caller,
    Person,
    Role,
    Scope,
    Via,
    by_token,
    in_order,
    new_person,
    person_key,
)

ANN = Person(id="ann", roles=(Role.APPROVER,))
TOKEN = ApiToken(
    id="t-1", person="ann", hash="sha256:", scopes=(Scope.READ, Scope.DECIDE), made_by="root", made_at=0, expires_at=100
)


@pytest.mark.parametrize("id_", ["ANN", "Ann", "ann"])
def test_nobody_is_registered_twice_in_another_spelling(id_):
    """An id that differs from somebody's in case only is theirs, also after they were taken out."""
    for known in (ANN, msgspec.structs.replace(ANN, until=5)):
        with pytest.raises(UsageError, match="ann is somebody already"):
            new_person(id_, "Another", [Role.APPROVER], [known], now=9)


@pytest.mark.parametrize("id_", ["", " ann", "an n", "\u0430nn", "an\u200bn", "-ann", "a" * 129, "a/b", "a\n"])
def test_ids_are_plain_letters(id_):
    """What could look like another id, or like something else in a path, is none."""
    with pytest.raises(UsageError, match="no id of a person"):
        new_person(id_, "", [], [], now=0)


@pytest.mark.parametrize("name", ["a" * 201, "two\nlines", "\x1b[31m", "\u2028", "\ud800"])
def test_names_stay_on_their_line(name):
    """A name holds nothing that a terminal or a page could take for more than a name."""
    with pytest.raises(UsageError, match="on one line"):
        new_person("ann", name, [], [], now=0)


def test_roles_stand_once_and_in_their_order():
    """Whoever is given a role twice has it once."""
    assert (Role.RESPONDER, Role.AUDITOR) == in_order([Role.AUDITOR, Role.RESPONDER, Role.AUDITOR])
    assert new_person("ann", "Ann", [Role.AUDITOR] * 2, [], now=7) == Person(
        id="ann", name="Ann", roles=(Role.AUDITOR,), since=7
    )


def test_a_token_makes_its_person_the_caller_with_the_roles_of_now():
    """Roles are the person's, scopes the token's; who was taken out is nobody."""
    caller = by_token(TOKEN, ANN)
    assert caller == Caller(
        person="ann", roles=ANN.roles, scopes=frozenset(TOKEN.scopes), via=Via.TOKEN, credential="t-1"
    )
    assert by_token(TOKEN, msgspec.structs.replace(ANN, until=5)) is None
    assert by_token(TOKEN, None) is None


def test_a_program_never_gets_more_than_a_program_may():
    """Whatever stands in the store, a token of nobody asks, tells and looks."""
    caller = by_token(msgspec.structs.replace(TOKEN, person="", scopes=tuple(Scope)), None)
    assert caller is not None
    assert caller.scopes == PROGRAM_SCOPES | SAID_SCOPES
    assert "" == caller.person
    assert not SAID_SCOPES & ANYBODY.scopes, "what has to be said is nobody's who shows nothing"


@pytest.mark.parametrize(("now", "revoked_at", "counts"), [(99, None, True), (100, None, False), (99, 200, False)])
def test_a_token_ends_by_time_or_by_hand(now, revoked_at, counts):
    """It expires to the millisecond; once revoked it never counts again, whatever the clock says."""
    assert counts is msgspec.structs.replace(TOKEN, revoked_at=revoked_at).counts(now)


@pytest.mark.parametrize(("signed_in_at", "fresh"), [(None, False), (40, False), (50, True), (100, True), (101, False)])
def test_a_sign_in_is_fresh_for_a_while(signed_in_at, fresh):
    """Only a moment before now counts; a token alone is never a sign that somebody is there."""
    assert fresh is Caller(via=Via.PASSKEY, signed_in_at=signed_in_at).fresh(100, within=50)


@given(
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,12}", fullmatch=True),
    st.sampled_from("\u200b \u00ad\u202e"),
    st.data(),
)
def test_no_spelling_of_an_id_is_another_person(id_, unseen, data):
    """Case and what the eye does not see, anywhere in it, make nobody else."""
    place = data.draw(st.integers(0, len(id_)))
    assert person_key(id_) == person_key(f"{id_[:place]}{unseen}{id_[place:]}".swapcase())
    assert person_key(id_) != person_key(id_ + "2")
