"""Claims lead to a person who is there, and to nobody else."""

from types import SimpleNamespace

import pytest
from tests.response.test_signin import NOW, Register

from holdfast.app.console.elsewhere import person_of
from holdfast.app.server.settings import Oidc
from holdfast.backends import SqlStore
from holdfast.errors import SignInError, UsageError
from holdfast.guard import Role
from holdfast.ledger import seeded_salts, seeded_signer

GROUPS = Oidc(roles={"on-call": Role.APPROVER, "leads": Role.COMMANDER, "admins": Role.ADMINISTRATOR})


@pytest.fixture
def run():
    """Ann the administrator and Bob the approver, as the worker has them."""
    with SqlStore(":memory:", signer=seeded_signer(7), salt=seeded_salts(7)) as store:
        register = Register(store)
        yield SimpleNamespace(response=register, clock=SimpleNamespace(now=lambda: NOW))


def test_a_claim_names_somebody_who_is_there(run):
    """By the claim of the settings, and no other."""
    assert "bob" == person_of(run, {"sub": "bob"}, Oidc()).id
    assert "bob" == person_of(run, {"sub": "17", "preferred_username": "bob"}, Oidc(claim="preferred_username")).id


@pytest.mark.parametrize(
    ("claims", "settings"),
    [
        ({"sub": "eve"}, Oidc()),
        ({"sub": "Bob"}, Oidc()),
        ({"sub": 1}, Oidc()),
        ({}, Oidc()),
        ({"sub": "x", "email": "bob"}, Oidc(claim="email")),
        ({"sub": "x", "email": "bob", "email_verified": "true"}, Oidc(claim="email")),
        ({"sub": "bob", "groups": ["on-call"], "name": "x"}, Oidc(claim="preferred_username")),
        ({"sub": "eve", "groups": ["others", 7]}, GROUPS),
        ({"sub": "eve", "groups": "on-call"}, GROUPS),
        ({"sub": "e v e", "groups": ["on-call"]}, GROUPS),
        ({"sub": "eve", "groups": ["on-call"], "name": "a\nb"}, GROUPS),
    ],
)
def test_nobody_else_is_let_in_or_made(run, claims, settings):
    """Unknown, otherwise spelt, no text, not verified, another claim, no group, no list, no id, no name."""
    with pytest.raises(SignInError):
        person_of(run, claims, settings)
    assert {"ann", "bob"} == set(run.response.people.persons)


def test_whoever_was_taken_out_stays_out(run):
    """Whatever groups the provider tells."""
    run.response.people.take_out("bob", "ann", NOW)
    for settings in (Oidc(), GROUPS):
        with pytest.raises(SignInError):
            person_of(run, {"sub": "bob", "groups": ["on-call"]}, settings)
    assert not run.response.people.persons["bob"].active


def test_groups_give_and_take_roles_where_a_setting_says_so(run):
    """Somebody is registered with the roles of their groups, gets others, and loses them."""
    assert (Role.COMMANDER, Role.APPROVER) == person_of(
        run, {"sub": "eve", "groups": ["on-call", "leads"]}, GROUPS
    ).roles
    assert (Role.APPROVER,) == person_of(run, {"sub": "eve", "groups": ["on-call"]}, GROUPS).roles
    with pytest.raises(SignInError):
        person_of(run, {"sub": "eve", "groups": []}, GROUPS)
    assert () == run.response.people.persons["eve"].roles


def test_the_last_administrator_is_not_lost_to_a_provider(run):
    """Groups that would take the role from the last one are refused."""
    with pytest.raises(SignInError) as why:
        person_of(run, {"sub": "ann", "groups": ["on-call"]}, GROUPS)
    assert isinstance(why.value.__cause__, UsageError)
    assert why.value.advice == why.value.__cause__.advice
    assert (Role.ADMINISTRATOR,) == run.response.people.persons["ann"].roles
