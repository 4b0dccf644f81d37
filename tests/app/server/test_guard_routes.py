"""The guard over HTTP: what it answers, and what it is asked wrongly."""

import asyncio
import json

import pytest
from tests.journeys.stories import ADDRESS, TAKEN

from holdfast.app.server.guard import GuardRoutes
from holdfast.app.server.settings import Unseen
from holdfast.guard import Action, Answer, Question, Reason, Snapshot, Verdict
from holdfast.guard.rule import Rule, RuleKind
from holdfast.reading import read_text

from .running import attack_now

POSTS, ACTIONS = "/v1/guard/posts", "/v1/guard/actions"


@pytest.fixture(scope="module")
def held(shared):
    """A server that has heard an attack and carried out the plan against it."""
    assert 200 == shared.client.post("/v1/events", content=attack_now()).status_code
    return shared.client


def test_what_nobody_holds_is_allowed(held):
    """The answer says by which version, and that the state was seen."""
    told = held.post(POSTS, json={"account": "somebody", "text": "good morning"}).json()
    assert ("allow", [], "", [], None) == tuple(
        told[key] for key in ("verdict", "reasons", "message", "holds", "until")
    )
    assert told["seen"] is True
    assert told["version"] > 1


def test_a_hold_is_in_force_when_the_events_that_led_to_it_are_answered(held):
    """The hijacked account may not post; the lure may be posted by nobody; the holder is told the true reason."""
    account = held.post(POSTS, json={"account": f"u{TAKEN[0]}", "text": "hello"}).json()
    lure = held.post(POSTS, json={"account": "somebody", "text": f"look at {ADDRESS}"}).json()
    assert "account_held" in account["reasons"]
    assert ["lure_held"] == lure["reasons"]
    assert {"refuse"} == {account["verdict"], lure["verdict"]}
    assert "This ends by itself at" in account["message"]
    holds = {hold["id"] for hold in held.get("/v1/holds", params={"limit": 1000}).json()["items"]}
    assert holds >= set(account["holds"]) | set(lure["holds"])


def test_many_questions_are_answered_in_their_order(held):
    """A batch gives what each question would give alone."""
    asked = [
        {"account": "somebody", "text": "hello"},
        {"account": f"u{TAKEN[0]}", "text": "hello"},
        {"account": "somebody", "text": ADDRESS, "kind": "message"},
    ]
    assert held.post(POSTS, json=asked).json() == [held.post(POSTS, json=each).json() for each in asked]


@pytest.mark.parametrize("action", ["sign_in", "credential_change", "export"])
def test_the_other_actions_of_a_taken_account_are_stopped_as_the_plan_says(held, action):
    """Each is asked about by itself; an account that nobody holds is free."""
    taken, free = held.post(
        ACTIONS, json=[{"action": action, "account": who} for who in (f"u{TAKEN[0]}", "somebody")]
    ).json()
    placed = {
        hold["restriction"]
        for hold in held.get("/v1/holds", params={"limit": 1000}).json()["items"]
        if hold["subject"] == f"u{TAKEN[0]}"
    }
    assert ("refuse" if f"no_{action}" in placed else "allow") == taken["verdict"]
    assert "allow" == free["verdict"]


def test_a_staff_member_without_tools_is_told_whom_to_call(held):
    """A tool is asked about with the staff member and the session that use it; no account is needed."""
    told = held.post(ACTIONS, json={"action": "tool", "staff": "st-1", "tool_session": "ts-9", "tool": "desk"}).json()
    assert "refuse" == told["verdict"]
    assert "incident desk" in told["message"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (POSTS, b""),
        (POSTS, b"null"),
        (POSTS, b"[]"),
        (POSTS, b'{"text": "hello"}'),
        (POSTS, b'{"account": ""}'),
        (POSTS, b'{"account": "a", "txt": "a word misspelt asks another question"}'),
        (POSTS, b'{"account": "a", "text": "\xff"}'),
        (POSTS, b'{"account": "a", "text": "\xed\xa0\x80"}'),
        (POSTS, b'{"account": "a", "text": ' + b"[" * 100_000),
        (POSTS, json.dumps([{"account": "a"}] * 1_001).encode()),
        (ACTIONS, b'{"action": "sign_in"}'),
        (ACTIONS, b'{"action": "fly", "account": "a"}'),
    ],
)
def test_what_is_no_question_is_refused_with_the_reason(held, path, body):
    """Never answered as if it were another question, and never a fault of ours."""
    answer = held.post(path, content=body)
    assert 422 == answer.status_code
    assert "application/problem+json" == answer.headers["content-type"]
    assert answer.json()["detail"]


def test_other_methods_and_larger_bodies_are_refused(held):
    """405 says which method, 413 comes before the body is read."""
    assert "POST" == held.get(POSTS).headers["allow"]
    assert 413 == held.post(POSTS, content=b"x" * 1_048_577).status_code
    assert 415 == held.post(POSTS, content=b"{}", headers={"content-encoding": "gzip"}).status_code


def asked(unseen, *, seen, rules=()):
    """What the routes tell of one post by `a`, without a server."""
    snapshot = Snapshot(rules, version=1, read=read_text)
    routes = GuardRoutes(snapshot.answer, lambda: 1_000, lambda: seen, unseen)
    sent = []

    async def receive():
        return {"type": "http.request", "body": b'{"account": "a", "text": "hello"}'}

    async def send(message):
        sent.append(message)

    asyncio.run(routes({"method": "POST", "path": POSTS, "headers": []}, receive, send))
    return json.loads(sent[1]["body"])


RULE = Rule(hold="h", kind=RuleKind.ACCOUNT, id="a", actions=frozenset(Action), starts=0)


@pytest.mark.parametrize(
    ("unseen", "seen", "rules", "verdict", "reasons"),
    [
        (Unseen.OPEN, True, (), "allow", []),
        (Unseen.CLOSED, True, (), "allow", []),
        (Unseen.OPEN, False, (), "allow", []),
        (Unseen.CLOSED, False, (), "refuse", ["state_unseen"]),
        (Unseen.OPEN, False, (RULE,), "refuse", ["account_held"]),
        (Unseen.CLOSED, False, (RULE,), "refuse", ["account_held"]),
    ],
)
def test_the_deployment_chooses_what_happens_while_the_state_is_unseen(unseen, seen, rules, verdict, reasons):
    """What a known hold stops stays stopped; the rest follows the choice, and the answer says so."""
    told = asked(unseen, seen=seen, rules=rules)
    assert (verdict, reasons, seen, str(unseen)) == tuple(told[key] for key in ("verdict", "reasons", "seen", "unseen"))


def test_who_is_refused_for_want_of_a_view_is_told_that_it_is_our_fault():
    """The message gives no end, for nobody knows it, and no blame."""
    answer = Answer(verdict=Verdict.REFUSE, action=Action.POST, version=1, reasons=(Reason.STATE_UNSEEN,))
    assert "a fault on our side" in answer.message
    assert "Try again in a minute." in answer.message
    assert "until a person" not in answer.message


def test_the_answer_that_lies_ready_is_of_the_version_in_force():
    """After a swap the next answer names the new version, allowed or not."""
    snapshot = Snapshot((), version=1, read=read_text)
    routes = GuardRoutes(snapshot.answer, lambda: 1_000, lambda: True, Unseen.OPEN)
    question = Question(account="a", action=Action.POST, time=1_000)
    first, second = (routes._told(each.answer(question), seen=True) for each in (snapshot, snapshot.changed(version=2)))
    assert (1, 2) == (first.version, second.version)
