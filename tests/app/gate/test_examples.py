"""What the documented configurations say of the gate, where no real proxy can be run here."""

from pathlib import Path

import pytest
import yaml
from tests.app.gate.standing import EXAMPLE, policy

from holdfast.app.gate.nginx.naming import NAMES
from holdfast.app.server.forwarding.original import Proxy
from holdfast.app.server.forwarding.routes import Routes

GATE = EXAMPLE / "gate"


def test_traefik_asks_at_its_own_path_and_hands_on_only_what_the_gate_says():
    """No forwarded header of a client is trusted; every name that the gate says replaces the client's; tokens stay."""
    told = yaml.safe_load((GATE / "traefik.yaml").read_text(encoding="utf-8"))["http"]
    asking = told["middlewares"]["staff-gate"]["forwardAuth"]
    assert asking["address"].endswith(Proxy.TRAEFIK.value)
    assert asking["trustForwardHeader"] is False
    assert {*NAMES, "Cookie"} == set(asking["authResponseHeaders"])
    assert ["gateway-token", "staff-gate", "for-the-gate-only"] == told["routers"]["support-desk"]["middlewares"]
    assert {"Authorization": "", "X-Holdfast-Reason": "", "X-Holdfast-Ticket": ""} == told["middlewares"][
        "for-the-gate-only"
    ]["headers"]["customRequestHeaders"]


@pytest.mark.parametrize("path", sorted(GATE.iterdir()), ids=lambda path: path.name)
def test_every_example_asks_at_a_path_that_the_gate_answers(path: Path):
    """And holds a token only by the name that is to be replaced."""
    text = path.read_text(encoding="utf-8")
    assert any(proxy.value in text for proxy in Proxy)
    assert 1 == text.count("Bearer HOLDFAST_GATEWAY_TOKEN") == text.count("Bearer ")


def test_the_catalogue_of_the_sample_has_ways_that_no_request_confuses():
    """Its routes are taken as they are."""
    assert Routes(policy().catalogue)
