"""Every role on every route: who may use which is written out here, and no route is left out."""

import pytest

from holdfast.app.server.contract import OPERATIONS

from .staffed import PEOPLE, Staffed

EVERYBODY = {*PEOPLE, "program", "reader", None}
LOOKS = {*PEOPLE, "reader"} - {"support", "specialist"}  # these work with the tools, and see no response
PERSONS = {*PEOPLE}
SEES_STAFF = {"responder", "commander", "investigator", "auditor", "administrator"}
NOBODYS = "s" * 43  # the secret of no session
CREDENTIAL = {"id": "x", "response": {"clientDataJSON": "", "authenticatorData": "", "signature": ""}}
MAY = {
    "ask_posts": {"program"},
    "ask_actions": {"program"},
    "get_snapshot": {"program"},
    "tell_refusals": {"program"},
    "tell_events": {"program"},
    "list_campaigns": LOOKS,
    "show_campaign": LOOKS,
    "list_proposals": LOOKS,
    "list_holds": LOOKS,
    "list_timeline": LOOKS,
    "show_checkpoint": LOOKS,
    "list_requests": LOOKS,
    "show_request": LOOKS,
    "list_reviews": LOOKS,
    "list_notices": LOOKS,
    "request": {"responder", "commander"},
    "approve": {"commander", "approver"},
    "deny": {"commander", "approver"},
    "emergency": {"commander"},
    "review": {"commander", "approver", "auditor"},
    "retry_hold": {"responder", "commander"},
    "preview_undo": LOOKS,
    "undo": {"responder", "commander"},
    "list_waves": LOOKS,
    "resume_wave": {"responder", "commander"},
    "list_dead_letters": LOOKS,
    "retry_dead_letters": {"responder", "commander"},
    "show_brakes": LOOKS,
    "raise_cap": {"commander"},
    "list_recoveries": LOOKS,
    "show_recovery": LOOKS,
    "tell_recovery": {"program"},
    "show_policies": SEES_STAFF,
    "preview_policies": {"administrator"},
    "reload_policies": {"administrator"},
    "list_people": {"auditor", "administrator"},
    "list_tokens": {"auditor", "administrator"},
    "add_person": {"administrator"},
    "change_person": {"administrator"},
    "take_out_person": {"administrator"},
    "make_token": {"administrator"},
    "revoke_token": {"administrator"},
    "enrol_person": {"administrator"},
    "list_passkeys": {"auditor", "administrator"},
    "revoke_passkey": {"administrator"},
    "ask_staff_gate": {"program"},
    "forward_for_nginx": {"program"},
    "forward_for_traefik": {"program"},
    "list_gate_keys": EVERYBODY,
    "ask_tool_passkey": {"program"},
    "sign_in_to_tools": {"program"},
    "ask_step_up": {"program"},
    "step_up": {"program"},
    "sign_out_of_tools": {"program"},
    "ask_to_agree_from_tool": {"program"},
    "open_tool_session": PERSONS,
    "watch_tool_session": PERSONS,
    "leave_tool_session": PERSONS,
    "list_watches": PERSONS,
    "look_at_session": PERSONS,
    "end_tool_session": PERSONS,
    "ask_to_agree": PERSONS,
    "list_askings": PERSONS,
    "show_asking": PERSONS,
    "ask_to_sign": PERSONS,
    "agree_to_action": PERSONS,
    "deny_action": PERSONS,
    "list_tool_sessions": SEES_STAFF,
    "list_locks": SEES_STAFF,
    "list_looser": SEES_STAFF,
    "list_attempts": SEES_STAFF,
    "sum_up_attempts": SEES_STAFF,
    "list_lookups": SEES_STAFF,
    "list_access": SEES_STAFF,
    "compare_access": SEES_STAFF,
    "list_certifications": SEES_STAFF,
    "certify": {"administrator"},
    "list_grants": SEES_STAFF,
    "list_protected": SEES_STAFF,
    "list_changes": SEES_STAFF,
    "tell_ticket": {"program"},
    "tell_tickets": {"program"},
    "list_tickets": SEES_STAFF,
    "show_ticket": SEES_STAFF,
    "show_change": {"program"},
    "show_link": EVERYBODY,
    "use_link": EVERYBODY,
    "tell_staff_report": PERSONS,
    "list_staff_alarms": SEES_STAFF,
    "list_staff_reports": SEES_STAFF,
    "place_lock": {"commander", "administrator"},
    "preview_lock": {"commander", "administrator"},
    "propose_looser": {"commander", "administrator"},
    "agree_to_looser": {"commander", "administrator"},
    "give_grant": {"commander", "administrator"},
    "revoke_grant": {"commander", "administrator"},
    "protect_account": {"commander", "administrator"},
    "confirm_person": {"administrator"},
    "renew_token": {*PEOPLE, "reader"},
    "health": EVERYBODY,
    "ready": EVERYBODY,
    "metrics": EVERYBODY,
    "openapi": EVERYBODY,
}
# What is asked for, so that whoever may does no harm to the next who asks.
BODIES = {
    "ask_posts": {"account": "a"},
    "ask_actions": {"account": "a", "action": "sign_in"},
    "tell_refusals": {"refused": [{"account": "a", "time": "2020-01-01T00:00:00Z"}]},
    "approve": {"action_hash": "0" * 64},
    "deny": {"why": " "},
    "emergency": {"why": " "},
    "review": {"justified": True, "finding": "fine"},
    "preview_undo": {"plan": "nothing-of-this-id"},
    "undo": {"undo": "0" * 64, "why": "why"},
    "raise_cap": {"cap": "one_way", "to": 11, "minutes": 1, "why": "why"},
    "add_person": {"id": "Root", "roles": []},
    "change_person": {"roles": []},
    "enrol_person": {},
    "confirm_person": {},
    "certify": {"keep": True, "why": "why"},
    "renew_token": {"hash": "sha256:none"},
    "make_token": {"person": "nobody.is.this"},
    "tell_recovery": {"reopened": 0},
    "ask_staff_gate": {"session": NOBODYS, "tool": "support_desk", "function": "account.look_up", "target": "a"},
    "ask_tool_passkey": {"person": "responder", "tool": "support_desk"},
    "sign_in_to_tools": {"person": "responder", "tool": "support_desk", "credential": CREDENTIAL},
    "ask_step_up": {"session": NOBODYS, "class": "private"},
    "step_up": {"session": NOBODYS, "class": "private", "credential": CREDENTIAL},
    "sign_out_of_tools": {"session": NOBODYS},
    "ask_to_agree_from_tool": {"session": NOBODYS, "tool": "t", "function": "f", "reason": "why"},
    "open_tool_session": {"tool": "support_desk"},
    "ask_to_agree": {"tool": "t", "function": "f", "reason": "why"},
    "ask_to_sign": {"action_hash": "sha256:" + "0" * 64},
    "agree_to_action": {"action_hash": "sha256:" + "0" * 64},
    "deny_action": {"why": "why"},
    "tell_ticket": {"opened_at": "2020-01-01T00:00:00Z", "opened_by": "holder"},
    "tell_tickets": [],
    "tell_staff_report": {"kind": "lost_device"},
    "place_lock": {"level": 0, "tool": "no_tool_of_this_name", "why": "why"},
    "preview_lock": {"level": 0, "tool": "no_tool_of_this_name", "why": "why"},
    "propose_looser": {"lock": "nothing-of-this-id", "why": "why"},
    "give_grant": {"person": "no_one", "tool": "t", "why": "why", "ticket": "T-1"},
    "protect_account": {"tier": "protected", "why": "why"},
}
ON_A_REQUEST = {"show_request", "approve", "deny", "emergency", "review"}
BARRED = {"scope_missing", "not_a_person", "role_missing"}


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """A server with everybody, a request that the commander filed, and its plan."""
    server = Staffed(tmp_path_factory.mktemp("staffed"))
    server.plan = server.attacked()
    server.request = server.asked("commander", "POST", "/v1/requests", {"plan": server.plan}).json()["id"]
    yield server
    server.client.close()
    server.end()


def test_no_route_is_missing_from_the_table():
    """Whoever adds a route says here who may use it."""
    assert set(MAY) == {operation.name for operation in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_whoever_may_is_answered_and_nobody_else(staffed, operation):
    """Each role, nobody's role, a platform's program, a reading program, and somebody without a token."""
    id_ = staffed.request if operation.name in ON_A_REQUEST else "nothing-of-this-id"
    path = operation.path.replace("{id}", id_)
    body = {"plan": staffed.plan} if operation.name == "request" else BODIES.get(operation.name)
    body = b'{"type": "nothing"}' if operation.name == "tell_events" else body
    found = {}
    for who in EVERYBODY:
        answer = staffed.asked(who, operation.method, path, body)
        assert answer.status_code < 500, (who, answer.text)
        problem = answer.json() if "problem+json" in answer.headers["content-type"] else {}
        found[who] = not (answer.status_code == 401 or problem.get("code") in BARRED)
        assert (answer.status_code == 401) == (who is None and operation.secured), (who, answer.text)
        if not found[who]:
            assert problem["advice"], problem
    assert {who for who, may in found.items() if may} == MAY[operation.name]


def test_asking_all_that_changed_nothing(staffed):
    """The request is as it was, nobody was added, and the service is as ready as before."""
    seen = staffed.asked("reader", "GET", f"/v1/requests/{staffed.request}").json()
    assert ("open", [], []) == (seen["state"], seen["approvals"], seen["denials"])
    people = staffed.asked("auditor", "GET", "/v1/people").json()["items"]
    assert sorted([*PEOPLE, "root", "second"]) == [each["id"] for each in people]
    assert staffed.client.get("/ready").json()["trouble"] == ""
    assert [] == [line for line in staffed.log if line["event"] in {"fault", "round_failed"}]
