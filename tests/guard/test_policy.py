"""Cedar policies say who may do what; what does not fit the schema says nothing at all."""

import msgspec
import pytest

from holdfast.errors import PolicyError
from holdfast.guard import Act, Asked, Deed, Person, Policy, Role, approvers, unreachable
from holdfast.response import shipped_policy, shipped_texts

PLAN = Asked(deed=Deed.HOLD, kind="cause", accounts=100, reach=0, one_way=False, requester="ann")
ANYBODY = {Act.USE_TOOLS}
GATE = {Act.SEE_STAFF, Act.GRANT, Act.PROTECT, Act.LOCK}
LEADS = {Act.LOOK, Act.REQUEST, Act.OPERATE, Act.APPROVE, Act.DENY, Act.EMERGENCY, Act.REVIEW}
MAY = {
    Role.RESPONDER: {Act.LOOK, Act.REQUEST, Act.OPERATE, Act.SEE_STAFF, *ANYBODY},
    Role.COMMANDER: {*LEADS, *GATE, *ANYBODY},
    Role.APPROVER: {Act.LOOK, Act.APPROVE, Act.DENY, Act.REVIEW, *ANYBODY},
    Role.INVESTIGATOR: {Act.LOOK, Act.SEE_STAFF, *ANYBODY},
    Role.COMMUNICATOR: {Act.LOOK, *ANYBODY},
    Role.AUDITOR: {Act.LOOK, Act.REVIEW, Act.SEE_PEOPLE, Act.SEE_STAFF, *ANYBODY},
    Role.ADMINISTRATOR: {Act.LOOK, Act.MANAGE_PEOPLE, Act.SEE_PEOPLE, *GATE, *ANYBODY},
    Role.SUPPORT: ANYBODY,
    Role.SPECIALIST: ANYBODY,
    None: {Act.LOOK, *ANYBODY},
}
ABOUT = {Act.REQUEST, Act.APPROVE, Act.DENY, Act.EMERGENCY, Act.REVIEW}


def somebody(*roles, id_="bob"):
    return Person(id=id_, roles=roles)


def with_policies(text, **files):
    return {**shipped_texts(), "holdfast.cedar": text, **files}


@pytest.mark.parametrize("role", list(MAY))
@pytest.mark.parametrize("act", list(Act))
def test_each_role_may_do_what_the_table_says_and_no_more(role, act):
    """The expectations above are the shipped policies, word for word."""
    person = somebody(*([role] if role else []))
    assert (act in MAY[role]) is shipped_policy().may(person, act, PLAN if act in ABOUT else None)


def test_whoever_works_with_the_tools_looks_only_if_they_take_part_in_responses():
    """An intruder talks to them first; another role lets them in, a second role for the tools does not shut them out."""
    assert not shipped_policy().may(somebody(Role.SUPPORT, Role.SPECIALIST), Act.LOOK)
    assert shipped_policy().may(somebody(Role.SUPPORT, Role.AUDITOR), Act.LOOK)


def test_whoever_asked_may_withdraw_it():
    """Nobody needs a role to take back their own word; others need one to say no."""
    assert shipped_policy().may(somebody(id_="ann"), Act.DENY, PLAN)
    assert not shipped_policy().may(somebody(id_="bob"), Act.DENY, PLAN)


@pytest.mark.parametrize("act", list(Act))
def test_whoever_was_taken_out_may_nothing(act):
    """Not even look, with every role there is."""
    gone = msgspec.structs.replace(somebody(*Role), until=1)
    assert not shipped_policy().may(gone, act, PLAN if act in ABOUT else None)


def test_a_refusal_can_say_which_roles_would_do():
    """What would make it allowed comes from the policies themselves."""
    assert (Role.COMMANDER, Role.APPROVER) == shipped_policy().roles_for(Act.APPROVE, PLAN)
    assert (Role.ADMINISTRATOR,) == shipped_policy().roles_for(Act.MANAGE_PEOPLE)


def test_policies_of_ones_own_may_tell_deeds_apart():
    """By kind, size and what cannot be undone."""
    policy = Policy(
        with_policies(
            'permit (principal in Role::"approver", action == Action::"approve", resource)'
            ' when { resource.accounts <= 50 && !resource.one_way && resource.kind != "brake" };'
        )
    )
    bob = somebody(Role.APPROVER)
    assert policy.may(bob, Act.APPROVE, msgspec.structs.replace(PLAN, accounts=50))
    for more in ({"accounts": 51}, {"accounts": 1, "one_way": True}, {"accounts": 1, "kind": "brake"}):
        assert not policy.may(bob, Act.APPROVE, msgspec.structs.replace(PLAN, **more))


def test_a_forbid_beats_every_permit():
    """As Cedar has it: one policy that forbids is enough."""
    text = shipped_texts()["holdfast.cedar"] + '\nforbid (principal, action == Action::"emergency", resource);'
    assert not Policy(with_policies(text)).may(somebody(Role.COMMANDER), Act.EMERGENCY, PLAN)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("permit (", "parse error"),
        ('@id("typo") permit (principal in Role::"aprover", action, resource);', "typo.*aprover"),
        ('permit (principal, action == Action::"aprove", resource);', "aprove"),
        ('permit (principal, action == Action::"approve", resource) when { resource.acounts < 5 };', "acounts"),
        ('permit (principal, action == Action::"approve", resource) when { resource.kind < 5 };', "holdfast.cedar"),
        ('permit (principal == User::"eve", action, resource);', "User"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused_by_file_and_name(text, said):
    """A misspelt role or field would silently permit or forbid something else."""
    with pytest.raises(PolicyError, match=said):
        Policy(with_policies(text))


@pytest.mark.parametrize("missing", ["holdfast.cedar", "quorum.toml", "schema.cedarschema"])
def test_nothing_is_decided_without_all_of_it(missing):
    """No policies at all, or no table, is not the same as empty ones."""
    texts = shipped_texts()
    del texts[missing]
    with pytest.raises(PolicyError, match="need at least one"):
        Policy(texts)


def test_the_version_names_exactly_these_texts():
    """Any change in any file is another version; the order of the files is not."""
    texts = shipped_texts()
    same = Policy(dict(reversed(texts.items())))
    assert shipped_policy().version == same.version
    for name, text in texts.items():
        comment = "# x\n" if name.endswith(".toml") else "// x\n"
        assert Policy({**texts, name: text + comment}).version != same.version
    assert Policy({**texts, "more.cedar": "// nothing\n"}).version != same.version


def test_ids_that_could_be_cedar_are_only_ids():
    """Quotes and such in an id reach the policies as data."""
    odd = 'bob" || true || "'
    assert not shipped_policy().may(somebody(id_=odd), Act.APPROVE, PLAN)
    assert shipped_policy().may(somebody(id_=odd), Act.DENY, msgspec.structs.replace(PLAN, requester=odd))


def test_too_few_people_are_told_for_every_possible_requester():
    """With one approver, what takes two is out of reach; that approvers may not ask changes nothing."""
    few = [somebody(Role.RESPONDER, id_="ann"), somebody(Role.APPROVER, id_="bob")]
    told = unreachable(shipped_policy(), few)
    assert 4 == len(told)
    assert all("takes 2 others" in each and "ann asks" in each for each in told)
    assert [] == unreachable(
        shipped_policy(), [*few, somebody(Role.COMMANDER, id_="cem"), somebody(Role.APPROVER, id_="dora")]
    )


def test_whoever_asks_and_approves_is_needed_twice():
    """Two commanders reach what takes one other; nobody but they themselves is missing for two."""
    two = [somebody(Role.COMMANDER, id_="ann"), somebody(Role.COMMANDER, id_="bob")]
    assert all("takes 2" in each and "ann, bob asks" in each for each in unreachable(shipped_policy(), two))
    assert ["bob"] == [each.id for each in approvers(shipped_policy(), PLAN, two)]
