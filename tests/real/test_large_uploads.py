"""Behind Envoy and Traefik, paths that the how-to says of let bodies through that the gate does not see."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from tests.real.before_a_tool import ENVOY, TRAEFIK, Documented, standing

pytestmark = pytest.mark.real

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "put-the-gate-before-a-tool.md"
PATH, TOO_LARGE = "/accounts/1001/email", b"x" * 65_537
LARGE = b'{"email": "new@example.org", "besides": "%s"}' % (b"x" * 300_000)


def said(word):
    """The YAML of the how-to in which this word stands."""
    blocks = re.findall(r"```yaml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    (block,) = (each for each in blocks if word in each)
    return yaml.safe_load(block)


def with_uploads(envoy):
    """Envoy's file, with the route of the how-to before the other one."""
    (listener,) = envoy["static_resources"]["listeners"]
    (chain,) = listener["filter_chains"]
    (host,) = chain["filters"][0]["typed_config"]["route_config"]["virtual_hosts"]
    host["routes"] = [*said("disable_request_body_buffering"), *host["routes"]]
    return envoy


def with_router(traefik):
    """Traefik's file, with the router of the how-to and its middleware."""
    http = traefik["http"]
    http["routers"] |= said("staff-gate-of-uploads")
    asked = http["middlewares"]["staff-gate"]["forwardAuth"]
    shown = {name: value for name, value in asked.items() if name not in {"forwardBody", "maxBodySize"}}
    http["middlewares"]["staff-gate-of-uploads"] = {"forwardAuth": shown}
    return traefik


class Proxy(NamedTuple):
    """A documented proxy with what the how-to says of uploads."""

    documented: Documented
    more: object

    @property
    def text(self):
        """What the file says."""
        return yaml.safe_dump(self.more(yaml.safe_load(self.documented.text)), sort_keys=False)

    @property
    def run(self):
        """What runs it."""
        return self.documented.run

    @property
    def host(self):
        """Whom a client asks for there."""
        return self.documented.host


@pytest.fixture(params=[Proxy(ENVOY, with_uploads), Proxy(TRAEFIK, with_router)], ids=["envoy", "traefik"])
def front(request, tmp_path):
    """Each in turn, before a gate and a tool."""
    with standing(tmp_path, request.param) as there:
        yield there


def test_an_upload_of_any_size_reaches_the_tool_and_was_asked_about(front):
    """With a session it does, whole; without one nobody hears it; elsewhere the bound stays."""
    why = {"X-Holdfast-Reason": "asked", "X-Holdfast-Ticket": "T-1"}
    secret = front.stand.session("alice", network="")
    assert front.get(PATH, secret, "POST", LARGE, **why)[0] not in {401, 413}
    assert [PATH] == [each["path"] for each in front.stand.asked]
    assert 401 == front.get(PATH, "", "POST", b"{}", **why)[0]
    assert front.get("/accounts/1001/mfa/reset", secret, "POST", TOO_LARGE, **why)[0] in {401, 413}
    assert [PATH] == [each["path"] for each in front.stand.asked]
