"""What another catalogue lets through that the one in force stops is told; and policies that loosen nothing allow nothing."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.guard import Role
from holdfast.guard.staff import StaffPolicy, Tier, staff_looser
from holdfast.guard.staff.policy import Doing
from holdfast.response import shipped_staff_policy, shipped_staff_texts

TEXTS = shipped_staff_texts()
WRITTEN = [each.strip() + ";" for each in TEXTS["staff.cedar"].split(";\n") if each.strip()]
MORE = [
    'permit (principal in Role::"investigator", action == Action::"agree", resource);',
    'permit (principal in Role::"auditor", action == Action::"read", resource) when { context.tier < 2 };',
    'forbid (principal, action == Action::"write", resource) when { context.lockdown > 0 };',
    '@needs("consent")\nforbid (principal, action == Action::"write", resource) when { !context.agreed };',
]
FUNCTIONS = ["account.look_up", "account.email.replace", "account.export", "accounts.suspend"]


def tools(old, new):
    """The shipped policies with another catalogue."""
    assert old in TEXTS["tools.toml"]
    return StaffPolicy({**TEXTS, "tools.toml": TEXTS["tools.toml"].replace(old, new, 1)})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('needs = ["ticket"]', "needs = []", "account.look_up no longer takes a ticket"),
        ("reads = 120", "reads = 121", "support_desk: reads an hour were 120 and are 121"),
        ("wide = true", "wide = false", "accounts.suspend: wide was True and is False"),
        ("one_way = true\n", "", "account.export: one_way was True and is False"),
        (
            'changes = "mfa"\n',
            "",
            "account.mfa.reset changed mfa, by the argument mfa, and changes nothing that holders",
        ),
        ('changes = "mfa"\n', 'changes = "mfa"\nvalue = "other"\n', "by the argument other"),
        ("official = 4320", "official = 2000", "cooling.official was 4320 minutes and is 2000"),
        ('class = "standing"', 'class = "look_up"', "class was standing and is look_up"),
    ],
)
def test_a_catalogue_that_takes_less_is_told(old, new, said):
    """Needs, budgets, marks, what holders are told of, times, classes."""
    assert any(said in each for each in staff_looser(shipped_staff_policy(), tools(old, new)))


def test_letting_any_ticket_count_again_is_told():
    """Where only those of the help desk counted, a made-up one counts afterwards; the other way round nothing is looser."""
    strict = tools('tickets = "any"', 'tickets = "told"')
    assert ["any text counts as a ticket, whether the help desk told of it or not"] == staff_looser(
        strict, shipped_staff_policy()
    )
    assert [] == staff_looser(shipped_staff_policy(), strict)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('needs = ["ticket"]', 'needs = ["ticket", "watch"]'),
        ("reads = 120", "reads = 1"),
        ("protected = 4320", "protected = 4321"),
        ('about = "Show an', 'about = "Shows an'),
    ],
)
def test_a_catalogue_that_takes_more_is_not(old, new):
    """It is in force by one person's word."""
    other = tools(old, new)
    assert [] == staff_looser(shipped_staff_policy(), other)


def test_new_functions_and_routes_are_told():
    """Whoever the policies let may use them."""
    function = '\n[[tool.function]]\nid = "account.peek"\nkind = "read"\nclass = "look_up"\nabout = "Peek."\n'
    route = '\n[[tool.route]]\nmethods = ["GET"]\npath = "/peek/{target}"\nfunction = "account.peek"\n'
    texts = {**TEXTS, "tools.toml": TEXTS["tools.toml"] + function + route}
    told = staff_looser(shipped_staff_policy(), StaffPolicy(texts))
    assert "support_desk/account.peek is new: whoever the policies let may use it" in told
    assert "support_desk: GET /peek/{target} leads to account.peek" in told
    assert [] == staff_looser(StaffPolicy(texts), shipped_staff_policy())


def allowed(policy):
    """The cases, of many, that a policy lets pass."""
    found = set()
    roles = (Role.SUPPORT, Role.SPECIALIST, Role.INVESTIGATOR, Role.AUDITOR)
    for role, function, tier, level in itertools.product(roles, FUNCTIONS, Tier, (0, 2)):
        kind = policy.functions["support_desk", function][1].kind
        for doing, bits in itertools.product(
            (Doing(kind), Doing.AGREE), ((), ("granted",), ("agreed", "network_moved"))
        ):
            case = policy.case(doing, f"support_desk/{function}", (role,), "")
            case = case._replace(tier=tier, lockdown=level, **dict.fromkeys(bits, True))
            if not policy.ruling(case).reasons:
                found.add(case)
    return found


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from([*WRITTEN, *MORE]), min_size=1), st.sets(st.sampled_from([*WRITTEN, *MORE]), min_size=1))
def test_policies_of_which_nothing_is_told_allow_nothing_new(before, after):
    """Whichever policies are taken away and added: what is not told loosens no case."""
    was, now = (StaffPolicy({**TEXTS, "staff.cedar": "\n".join(sorted(each))}) for each in (before, after))
    if not staff_looser(was, now):
        assert allowed(now) <= allowed(was)
    assert not staff_looser(was, StaffPolicy({**TEXTS, "staff.cedar": "\n".join(sorted(before | {MORE[2]}))}))


@pytest.mark.parametrize(
    ("plain", "other"),
    [
        (
            'forbid (principal == Staff::"eve", action, resource);',
            'forbid (principal == Staff :: "eve", action, resource);',
        ),
        (
            'forbid (principal == Staff::"eve", action, resource);',
            'forbid (principal == Staff // ::\n::\n"eve", action, resource);',
        ),
        (
            'forbid (principal, action == Action::"read", resource) when { context.ticket_by_staff };',
            'forbid (principal, action == Action::"read", resource) when { context["ticket_by_st\\u{61}ff"] };',
        ),
    ],
)
def test_what_is_spelt_otherwise_and_counts_as_the_same_decides_the_same(plain, other):
    """Else one person alone could take the sense out of a policy that names somebody, by a blank."""
    policies = [StaffPolicy({**TEXTS, "staff.cedar": TEXTS["staff.cedar"] + text}) for text in (plain, other)]
    assert [] == staff_looser(*policies)
    for each in policies:
        case = each.case(Doing.READ, "support_desk/account.look_up", (Role.SUPPORT,), "eve")
        case = case._replace(reason=True, ticket=True, ticket_by_staff=each.asks_opener)
        assert each.ruling(case).reasons
