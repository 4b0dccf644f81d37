"""What is known of each account just now."""

import pyarrow as pa
import pytest

from holdfast.containment import CredentialChangedWithin, TouchedBy
from holdfast.events import ACCOUNTS, CredentialChange, SignIn, StaffAction
from holdfast.investigation import Touches
from holdfast.response.knowledge import HOUR, Knowledge

START = 1_594_840_380_000


@pytest.fixture
def knowledge():
    """Three accounts, nothing known."""
    rows = [
        {"account": name, "verified": False, "reach": 1, "tier": "ordinary", "emergency": False, "posts_per_hour": 0.1}
        for name in "abc"
    ]
    return Knowledge(pa.RecordBatch.from_pylist(rows, schema=ACCOUNTS), Touches())


def swap(account, time, session="ts-7"):
    """Staff replaces an e-mail by a tool session."""
    return StaffAction(time=time, staff="s", tool="desk", action="replace_email", target=account, tool_session=session)


def members(knowledge, cohort, now):
    """Who is in a cohort."""
    return knowledge.directory.names(knowledge.directory.mask(cohort, now))


def test_a_cohort_of_the_touched_gains_members_as_they_are_touched(knowledge):
    """The answer is kept, and worked out anew once an event names the factor again."""
    cohort = TouchedBy(factor="tool_session:ts-7")
    knowledge.observe([swap("a", START)])
    before = knowledge.told("tool_session:ts-7")
    assert "a" in members(knowledge, cohort, START)
    assert "b" not in members(knowledge, cohort, START)

    knowledge.observe([swap("c", START + 1, "ts-8")])
    assert before == knowledge.told("tool_session:ts-7")

    knowledge.observe([swap("b", START + 2)])
    assert before < knowledge.told("tool_session:ts-7")
    assert "b" in members(knowledge, cohort, START + 2)
    assert "c" not in members(knowledge, cohort, START + 2)


def test_a_touch_of_last_week_makes_no_member(knowledge):
    """What a staff member did long before has nothing to do with what they do now."""
    knowledge.observe([swap("a", START), swap("b", START + 80 * HOUR)])

    assert {"b"} == knowledge.touched("tool_session:ts-7")


def test_credential_changes_are_known_by_their_latest(knowledge):
    """Events come late; the cohort asks for the last change."""
    knowledge.observe([CredentialChange(account="a", time=START, what="email")])
    knowledge.observe([CredentialChange(account="a", time=START - HOUR, what="phone")])

    assert "a" in members(knowledge, CredentialChangedWithin(milliseconds=HOUR), START + HOUR - 1)
    assert "b" not in members(knowledge, CredentialChangedWithin(milliseconds=HOUR), START)


def test_networks_are_looked_at_again_after_every_sign_in(knowledge):
    """Sign-ins come from a network without naming it as the factor does."""
    sign_in = SignIn(account="a", time=START, outcome="ok", ip="203.0.113.7", asn="AS64500")
    knowledge.observe([sign_in])
    (network, *_) = [
        factor.key
        for touch in knowledge.touches.of_accounts(["a"])["a"]
        for factor in touch.contents.factors
        if factor.kind == "network"
    ]
    assert {"a"} == knowledge.touched(network)

    knowledge.observe([SignIn(account="b", time=START, outcome="ok", ip="203.0.113.9", asn="AS64500")])

    assert {"a", "b"} == knowledge.touched(network)
