"""Policies of the staff gate are validated, say what they take, and cannot loosen what holds in any case."""

import pytest

from holdfast.errors import PolicyError
from holdfast.guard import Person, Role
from holdfast.guard.staff import (
    Need,
    StaffFacts,
    StaffPolicy,
    StaffReason,
    StaffState,
    Tier,
    out_of_reach,
    takes,
    unmet,
)
from holdfast.response import shipped_staff_policy, shipped_staff_texts

from .desk import NOW, PEOPLE, SESSIONS, TIERS, ask, consent, grant, lock, with_session

ALL = "permit (principal, action, resource);"
WATCHED = "context has watched && context.watched"
EMAIL = "support_desk/account.email.replace"
BARE = """
[[tool]]
id = "desk"
about = "a desk whose one function takes nothing"
reads = 10
writes = 10
function = [{ id = "look", kind = "read", class = "look", about = "look" }]
"""


def policy(text, **files):
    return StaffPolicy({**shipped_staff_texts(), "staff.cedar": text, **files})


def answered(text, question, **more):
    facts = {"version": 1, "persons": PEOPLE, "sessions": SESSIONS, "tiers": TIERS, **more}
    return StaffState(policy(text), StaffFacts(**facts)).answer(question, unseen=0)


@pytest.mark.parametrize(
    ("role", "tier", "needs"),
    [
        (Role.SUPPORT, Tier.ORDINARY, {Need.REASON, Need.TICKET, Need.STEP_UP}),
        (Role.SUPPORT, Tier.HIGH_REACH, {Need.REASON, Need.TICKET, Need.STEP_UP, Need.GRANT}),
        (Role.SUPPORT, Tier.PROTECTED, None),
        (Role.SPECIALIST, Tier.HIGH_REACH, {Need.REASON, Need.TICKET, Need.STEP_UP}),
        (Role.SPECIALIST, Tier.OFFICIAL, {Need.REASON, Need.TICKET, Need.STEP_UP, Need.CONSENT}),
        (Role.SPECIALIST, Tier.PROTECTED, set(Need)),
        (Role.INVESTIGATOR, Tier.ORDINARY, None),
        (Role.AUDITOR, Tier.ORDINARY, None),
        (Role.ADMINISTRATOR, Tier.ORDINARY, None),
    ],
)
def test_the_shipped_policies_take_this_for_an_email(role, tier, needs):
    """What July 2020 was done with: by role and by what is at stake."""
    found = takes(shipped_staff_policy(), Person(id="x", roles=(role,)), EMAIL, tier)
    assert needs == (None if found is None else set(found))


@pytest.mark.parametrize(
    ("need", "there"),
    [
        (Need.REASON, "reason"),
        (Need.TICKET, "ticket"),
        (Need.GRANT, "granted"),
        (Need.STEP_UP, "stepped_up"),
        (Need.CONSENT, "agreed"),
        (Need.WATCH, "watched"),
    ],
)
def test_what_a_policy_alone_asks_for_is_among_what_it_takes(need, there):
    """Though the catalogue and the tier ask for nothing of the kind."""
    asks = f'@needs("{need}") forbid (principal, action == Action::"read", resource) when {{ !context.{there} }};'
    who, tools = Person(id="x", roles=(Role.SUPPORT,)), {"tools.toml": BARE}
    found = [takes(policy(text, **tools), who, "desk/look", Tier.ORDINARY) for text in (ALL, f"{ALL}\n{asks}")]
    assert [(), (need,)] == found


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_and_who_writes_by_the_shipped_policies(role):
    """Least privilege: most roles of a response have no business in the tools."""
    who, gate = Person(id="x", roles=(role,)), shipped_staff_policy()
    reads = takes(gate, who, "support_desk/account.look_up", Tier.ORDINARY) is not None
    writes = takes(gate, who, "support_desk/account.suspend", Tier.ORDINARY) is not None
    everywhere = {Role.SUPPORT, Role.SPECIALIST, Role.RESPONDER, Role.COMMANDER}
    assert (role in everywhere | {Role.INVESTIGATOR}, role in everywhere) == (reads, writes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("permit (", "parse error"),
        ('permit (principal in Role::"suport", action, resource);', "suport"),
        ("permit (principal, action, resource) when { context.lockdwn < 2 };", "lockdwn"),
        ('permit (principal, action == Action::"agree", resource) when { context.granted };', "granted"),
        ('@needs("luck") forbid (principal, action, resource);', "@needs stands on a forbid"),
        ('@id("odd") @needs("watch") permit (principal, action, resource);', "odd: @needs"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(text, said):
    """A misspelt role, field or need would silently permit or forbid something else."""
    with pytest.raises(PolicyError, match=said):
        policy(text)


@pytest.mark.parametrize("missing", ["staff.cedar", "tools.toml", "staff.cedarschema"])
def test_nothing_is_decided_without_all_of_it(missing):
    """No catalogue is not the same as an empty one."""
    texts = shipped_staff_texts()
    del texts[missing]
    with pytest.raises(PolicyError, match="need at least one"):
        StaffPolicy(texts)


def test_the_version_names_exactly_these_texts():
    """Any change in any file is another version; the order of the files is not."""
    texts = shipped_staff_texts()
    assert shipped_staff_policy().version == StaffPolicy(dict(reversed(texts.items()))).version
    for name, text in texts.items():
        mark = "# x\n" if name.endswith(".toml") else "// x\n"
        assert StaffPolicy({**texts, name: text + mark}).version != shipped_staff_policy().version


@pytest.mark.parametrize(
    ("text", "reason", "policies"),
    [
        (f'{ALL}\n@id("no") forbid (principal, action == Action::"write", resource);', StaffReason.FORBIDDEN, ("no",)),
        ('permit (principal, action == Action::"read", resource);', StaffReason.NOT_PERMITTED, ()),
        (
            "permit (principal, action, resource) when { context has granted && context.granted };",
            StaffReason.GRANT_NEEDED,
            (),
        ),
        (
            f'{ALL}\n@id("watched") @needs("watch") forbid (principal, action, resource) unless {{ {WATCHED} }};',
            StaffReason.WATCHER_NEEDED,
            ("watched",),
        ),
        (
            f'{ALL}\n@id("odd") @needs("watch") forbid (principal, action == Action::"write", resource);',
            StaffReason.FORBIDDEN,
            ("odd",),
        ),
    ],
)
def test_why_not_is_told_apart(text, reason, policies):
    """No permit, a forbid, a need named on a forbid; and a need that nothing could meet is a forbid."""
    answer = answered(text, ask())
    assert (reason,) == answer.reasons
    assert policies == answer.policies


def test_a_policy_that_cannot_be_worked_out_refuses():
    """A forbid that overflows would otherwise be passed over."""
    text = f"{ALL}\nforbid (principal, action, resource) when {{ context.tier + 9223372036854775807 < 0 }};"
    assert answered(text, ask()).allowed
    refused = answered(text, ask("bob", target="singer"))
    assert (StaffReason.FORBIDDEN,) == refused.reasons
    assert "cannot be worked out" in " ".join(refused.needs)


def test_no_policy_opens_under_a_lockdown_what_is_shut_without_one():
    """What is not allowed on a quiet day is not allowed on a bad one either."""
    text = "permit (principal, action, resource) when { context.lockdown > 0 };"
    question = ask()
    assert (StaffReason.NOT_PERMITTED,) == answered(text, question).reasons
    assert StaffReason.NOT_PERMITTED in answered(text, question, locks=(lock(1),)).reasons


def test_a_policy_can_shut_more_under_a_lockdown():
    """Forbid-overrides: from that level on."""
    text = f'{ALL}\n@id("calm") forbid (principal, action, resource) when {{ context.lockdown > 0 }};'
    assert answered(text, ask()).allowed
    assert (StaffReason.FORBIDDEN,) == answered(text, ask(), locks=(lock(1),)).reasons


@pytest.mark.parametrize("target", ["president", ""])
def test_no_policy_lets_one_person_touch_a_protected_account(target):
    """However much it permits; and with no policy about agreeing, nobody's consent counts."""
    question = ask("bob", target=target)
    facts = {"grants": (grant(),), "consents": (consent(question),)}
    alone = answered(ALL, question, grants=facts["grants"])
    assert StaffReason.SECOND_PERSON_NEEDED in alone.reasons
    uses = 'permit (principal, action in [Action::"read", Action::"write"], resource);'
    assert StaffReason.SECOND_PERSON_NEEDED in answered(uses, question, **facts).reasons


def test_policies_may_name_persons_tools_functions_and_classes():
    """Then, and only then, it matters who asks; quotes in an id stay an id."""
    text = (
        f'{ALL}\n@id("one") forbid (principal == Staff::"ann", action == Action::"write", resource);\n'
        '@id("two") forbid (principal, action, resource in Tool::"other");\n'
        '@id("three") forbid (principal, action, resource == Function::"support_desk/account.suspend");\n'
        '@id("four") forbid (principal, action, resource) when { resource.class == "private" };'
    )
    assert policy(text).names_persons
    assert not shipped_staff_policy().names_persons
    assert ("one",) == answered(text, ask("ann")).policies
    assert answered(text, ask("bob")).allowed
    assert ("three",) == answered(text, ask("bob", "account.suspend")).policies
    assert ("four",) == answered(text, ask("bob", "account.messages.read")).policies


def test_a_session_that_moved_reads_after_a_passkey_and_writes_after_a_new_sign_in():
    """By two of the shipped policies; close by is no move."""
    text = shipped_staff_texts()["staff.cedar"]
    from_home = with_session("ann", network="198.51.100.1", stepped_up={})
    assert answered(text, ask(function="account.look_up", network="198.51.100.9"), sessions=from_home).allowed
    moved = answered(text, ask(function="account.look_up", network="203.0.113.9"), sessions=from_home)
    assert (StaffReason.STEP_UP_NEEDED,) == moved.reasons
    assert ("a-session-that-moved-shows-its-passkey",) == moved.policies


def test_what_nobody_could_use_is_found():
    """One specialist alone cannot have a second person; two can, and watch each other."""
    bob, cid = (each for each in PEOPLE if each.roles == (Role.SPECIALIST,))
    alone = out_of_reach(shipped_staff_policy(), [bob])
    assert any("account.email.replace on accounts that are official, protected:" in each for each in alone)
    assert any("account.export on accounts that are ordinary" in each for each in alone)
    assert [] == out_of_reach(shipped_staff_policy(), [bob, cid])
    assert len(shipped_staff_policy().functions) == len(out_of_reach(shipped_staff_policy(), []))


EXPECT = """
[[expect]]
roles = ["support"]
function = "support_desk/account.email.replace"
takes = ["ticket", "reason", "step_up"]
[[expect]]
roles = ["specialist"]
function = "support_desk/account.look_up"
tier = "protected"
level = 2
takes = ["reason", "ticket", "step_up", "consent"]
[[expect]]
roles = ["specialist"]
function = "support_desk/account.look_up"
level = 4
"""


def test_expectations_that_hold_are_silent_and_others_say_what_was_found():
    """So that a deployment's policies are tested as its code is."""
    assert [] == unmet(shipped_staff_policy(), EXPECT)
    (said,) = unmet(policy(f'{ALL}\nforbid (principal in Role::"support", action, resource);'), EXPECT)
    assert f"support, {EMAIL} on ordinary accounts at level 0: expected reason, ticket, step_up, found never" == said
    (said,) = unmet(shipped_staff_policy(), EXPECT.replace('"step_up", "consent"', '"consent"'))
    assert "found reason, ticket, step_up, consent" in said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[expect",
        '[[expect]]\nroles = ["suport"]\nfunction = "support_desk/account.look_up"',
        '[[expect]]\nroles = []\nfunction = "support_desk/account.lock_up"',
        '[[expect]]\nroles = []\nfunction = "support_desk/account.look_up"\ntier = "vip"',
    ],
)
def test_expectations_about_what_there_is_not_are_refused(text):
    """A misspelt role, function or tier would hold for ever."""
    with pytest.raises(PolicyError, match="no expectations"):
        unmet(shipped_staff_policy(), text)


def test_what_an_expectation_names_and_there_is_not_is_called_by_its_name():
    """As it was written, so that it is found in the file."""
    with pytest.raises(PolicyError, match=r"there is no support_desk/account\.lock_up"):
        unmet(shipped_staff_policy(), '[[expect]]\nroles = []\nfunction = "support_desk/account.lock_up"')


def test_time_and_words_alone_change_no_ruling():
    """A case holds all that a policy sees, so it is worked out once."""
    there = StaffState(shipped_staff_policy(), StaffFacts(version=1, persons=PEOPLE, sessions=SESSIONS))
    there.answer(ask(), unseen=0)
    before = shipped_staff_policy().ruling.cache_info().misses
    there.answer(ask(time=NOW + 1, reason="another reason", target="another"), unseen=0)
    assert before == shipped_staff_policy().ruling.cache_info().misses
