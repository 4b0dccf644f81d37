"""What the documented configurations say of the gate; that they hold, tests/real shows with the proxies themselves."""

from pathlib import Path

import pytest
from tests.app.gate.standing import EXAMPLE, policy

from holdfast.app.server.staff.forwarding.original import Proxy
from holdfast.app.server.staff.forwarding.routes import Routes

GATE = EXAMPLE / "gate"
STATIC = GATE / "traefik-static.yaml"  # it names the file that asks


@pytest.mark.parametrize("path", sorted({*GATE.iterdir()} - {STATIC}), ids=lambda path: path.name)
def test_every_example_asks_at_a_path_that_the_gate_answers(path: Path):
    """And holds a token only by the name that is to be replaced."""
    text = path.read_text(encoding="utf-8")
    assert any(proxy.value in text for proxy in Proxy)
    assert 1 == text.count("Bearer HOLDFAST_GATEWAY_TOKEN") == text.count("Bearer ")


def test_the_catalogue_of_the_sample_has_ways_that_no_request_confuses():
    """Its routes are taken as they are."""
    assert Routes(policy().catalogue)
