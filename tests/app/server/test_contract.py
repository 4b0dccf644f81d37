"""Every route against its contract: what OpenAPI promises, with good and with bad input."""

import importlib.util
import json
import re
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from holdfast.app.server import enrolment, people, requests
from holdfast.app.server.contract import OPERATIONS
from holdfast.app.server.openapi import document
from holdfast.app.server.routes import Routes
from holdfast.app.server.settings import Settings
from holdfast.app.server.staff import access, agreeing, certifying, granting, lockdowns, sessions
from holdfast.app.server.staff.forwarding import gateway

from .staffed import PEOPLE, PERSON_SCOPES, Staffed

ROOT = Path(__file__).parents[3]
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]


@schemathesis.serializer("application/x-ndjson")
def as_lines(ctx, value):
    """Text as it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", errors="surrogatepass")


schema = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def told(shared):
    """A server that knows an attack, so that there is something to tell."""
    from .running import attack_now

    assert 200 == shared.client.post("/v1/events", content=attack_now()).status_code
    return shared


@schema.parametrize()
@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
def test_whatever_is_sent_the_answer_is_one_of_the_contract(case, told):
    """Status, type and body are among those promised; never a fault of ours, which the log would tell, too."""
    case.call_and_validate(base_url=str(told.client.base_url), checks=CHECKS)
    assert [] == [line for line in told.log if line["event"] == "fault"]


@pytest.fixture(scope="module")
def mighty(tmp_path_factory):
    """A server under attack, and somebody who may do everything there."""
    server = Staffed(tmp_path_factory.mktemp("mighty"))
    server.attacked()
    body = {"id": "mighty", "roles": [role for each in PEOPLE.values() for role in each]}
    assert 200 == server.asked("root", "POST", "/v1/people", body).status_code
    server.make_token("mighty", {"person": "mighty", "scopes": PERSON_SCOPES})
    yield server
    server.client.close()
    server.end()


_FOR_PEOPLE = (people, enrolment, requests, lockdowns, granting, access, certifying, agreeing, sessions)


@schema.include(operation_id=[each.name for room in _FOR_PEOPLE for each in room.OPERATIONS]).parametrize()
@settings(max_examples=20, suppress_health_check=list(HealthCheck), deadline=None)
def test_whoever_may_do_everything_gets_answers_of_the_contract_too(case, mighty):
    """What is refused at the door tells nothing of what lies behind it."""
    headers = {"authorization": f"Bearer {mighty.tokens['mighty']}"}
    case.call_and_validate(base_url=str(mighty.client.base_url), headers=headers, checks=CHECKS)
    assert [] == [line for line in mighty.log if line["event"] == "fault"]


def _script():
    spec = importlib.util.spec_from_file_location("service_reference", ROOT / "scripts" / "make_service_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_published_contract_is_the_one_that_is_served(told):
    """Whoever changes a route or a setting remakes the pages: python scripts/make_service_reference.py."""
    script = _script()
    for page, text in script.pages().items():
        assert text == (ROOT / page).read_text(encoding="utf-8"), page
    assert document() == told.client.get("/openapi.json").json()


def test_every_metric_is_documented(told):
    """The names on the page are those that are told."""
    page = (ROOT / "docs" / "reference" / "service.md").read_text(encoding="utf-8")
    names = set(re.findall(r"^# HELP (\w+)", told.client.get("/metrics").text, re.MULTILINE))
    assert names == set(re.findall(r"^\| `(holdfast_\w+)`", page, re.MULTILINE))


def test_every_operation_has_its_handler_and_its_own_name():
    """What the contract promises is served, by the guard or by the routes."""
    names = [each.name for each in OPERATIONS]
    assert len(set(names)) == len(names)
    routes = Routes.__new__(Routes)
    routes._place, routes._settings = None, Settings()
    answered_before = {"ask_posts", "ask_actions", "get_snapshot", "tell_refusals", "ask_staff_gate"}
    answered_before |= {each.name for each in gateway.OPERATIONS}
    assert set(names) - answered_before == set(routes._handlers())
    assert json.dumps(document())


def test_unknown_paths_and_methods_are_problems(told):
    """404 and 405 as the rest is said."""
    for answer in (told.client.get("/nowhere"), told.client.delete("/v1/holds"), told.client.get("/v1/campaigns/")):
        assert answer.status_code in {404, 405}
        assert "application/problem+json" == answer.headers["content-type"]
