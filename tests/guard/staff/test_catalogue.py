"""The catalogue of tools is read strictly: what it cannot mean, it does not say."""

from itertools import pairwise

import pytest

from holdfast.errors import PolicyError, UsageError
from holdfast.guard.staff import Need, StaffReason, Tier, ToolAction, read_catalogue
from holdfast.response import shipped_staff_policy, shipped_staff_texts

from .desk import answered, ask, consent, grant, lock

TOOLS = shipped_staff_texts()["tools.toml"]
LAX = "[tier.high_reach]\nread = []\nwrite = []\n[tier.official]\nread = []\nwrite = []\n"
NEEDS = 'read = ["reason", "ticket", "step_up"]\nwrite = ["reason", "ticket", "step_up"]\n'
ONE = """
[[tool]]
id = "desk"
about = "It serves."
reads = 10
writes = 5
[[tool.function]]
id = "note.add"
kind = "write"
class = "notes"
about = "Add a note."
"""


def test_the_shipped_catalogue_describes_each_function_once():
    """By tool and name, with what it takes."""
    functions = shipped_staff_policy().functions
    tool, email = functions["support_desk", "account.email.replace"]
    assert "support_desk" == tool.id
    assert {Need.REASON, Need.TICKET, Need.STEP_UP} == set(email.needs)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", None),
        ("one_wai = true\n", "one_wai"),
        ('needs = ["luck"]\n', "luck"),
        ('[[tool.function]]\nid = "note.add"\nkind = "read"\nclass = "notes"\nabout = "x"\n', "written once"),
        ('[[tool.route]]\nmethods = ["POST"]\npath = "/notes"\nfunction = "note.lose"\n', "note.lose"),
        ('[[tool.route]]\nmethods = ["POST"]\npath = "/notes"\nfunction = "note.add"\n', None),
        ("[times]\nstep_up_minutes = 600\n", "step_up_minutes|<= 60"),
        ("[tier.protected]\nread = []\nwrite = []\n", "takes all that a lower one takes"),
        (
            LAX + '[tier.protected]\nread = []\nwrite = ["consent"]\n',
            "touches a protected account alone",
        ),
        ("[tier.high_reach]\nreads = 1\nwrites = 1\nread = []\nwrite = []\n", "larger budget"),
        ("[tier.official]\nreads = 10\nwrites = 6\n" + NEEDS, "larger budget"),
        ("[[tool", "tools.toml"),
    ],
)
def test_a_catalogue_that_cannot_be_is_refused(more, said):
    """Misspelt words, doubles, routes to nowhere, and tiers by which more is allowed where more is at stake."""
    if said is None:
        assert read_catalogue(ONE + more).functions()
        return
    with pytest.raises(PolicyError, match=said):
        read_catalogue(ONE + more)


def test_no_tool_is_called_as_holdfast_is():
    """So what lifts a lockdown is never behind the gate."""
    with pytest.raises(PolicyError, match="never behind the gate"):
        read_catalogue(ONE.replace('"desk"', '"holdfast"'))
    action = ToolAction(tool="holdfast", function="lock.lift")
    assert (StaffReason.UNKNOWN_FUNCTION,) == answered(ask("root", action=action), locks=(lock(4),)).reasons


@pytest.mark.parametrize("function", ["account.export", "accounts.suspend"])
def test_one_way_and_wide_functions_take_a_second_person_whatever_is_written(function):
    """The shipped catalogue does not even ask for it."""
    _, found = shipped_staff_policy().functions["support_desk", function]
    assert Need.CONSENT not in found.needs
    assert StaffReason.SECOND_PERSON_NEEDED in answered(ask("eve", function)).reasons


@pytest.mark.parametrize("function", ["account.export", "accounts.suspend"])
def test_that_second_person_signs(function):
    """On an ordinary account too: what nothing brings back is not agreed to by whoever copied a token."""
    question = ask("dan", function)
    for signed in (True, False):
        agreed = consent(question, signed=signed)
        assert answered(question, grants=(grant("dan"),), consents=(agreed,)).allowed is signed


def test_whoever_names_no_account_is_asked_as_for_a_protected_one():
    """A tool that leaves the account out must not get round its tier."""
    named, left_out = answered(ask("bob")), answered(ask("bob", target=""))
    assert named.allowed
    assert answered(ask("bob", target="president")).reasons == left_out.reasons


@pytest.mark.parametrize("spelling", ["president", "President", " president", "pre\N{ZERO WIDTH SPACE}sident"])
def test_a_protected_account_is_protected_in_every_spelling(spelling):
    """A tool may take an account's id in ways of its own."""
    assert StaffReason.WATCHER_NEEDED in answered(ask("bob", target=spelling)).reasons


def test_needs_of_a_tier_come_on_top_of_the_functions():
    """And a higher tier takes all that a lower one takes."""
    policy = shipped_staff_policy()
    needs = [policy.needs("support_desk", "account.suspend", tier, 0) for tier in Tier]
    assert all(lower <= higher for lower, higher in pairwise(needs))
    assert Need.CONSENT in needs[Tier.PROTECTED]


@pytest.mark.parametrize("payload", [{"n": 2**60}, {"n": float("nan")}, {"n": {1, 2}}, {"n": "\ud800"}])
def test_a_payload_that_json_cannot_say_is_no_question(payload):
    """Two readings of one payload would be two actions under one hash."""
    with pytest.raises(UsageError, match="JSON"):
        answered(ask(action=ToolAction(tool="support_desk", function="account.suspend", target="a", payload=payload)))


@pytest.mark.parametrize(
    "other",
    [
        {"tool": "other"},
        {"function": "account.phone.replace"},
        {"target": "holder2"},
        {"payload": {"email": "b@example.org"}},
        {"payload": {"email": "a@example.org", "quiet": True}},
        {"payload": {"E-mail": "a@example.org"}},
    ],
)
def test_any_other_action_has_another_hash(other):
    """Tool, function, account, names and values."""
    same = {"tool": "support_desk", "function": "f", "target": "holder", "payload": {"email": "a@example.org"}}
    assert ToolAction(**same).hash == ToolAction(**{**same, "payload": dict(same["payload"])}).hash
    assert ToolAction(**same).hash != ToolAction(**{**same, **other}).hash
