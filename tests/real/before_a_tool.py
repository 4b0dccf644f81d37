"""A documented proxy before the sample tool: with a gate in this process, or with a real service behind."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import NamedTuple

from examples.support_desk.app import make
from examples.support_desk.desk import TOOL
from examples.support_desk.records import Account, Records
from tests.app.console.browser import House, policies
from tests.app.gate.standing import EXAMPLE, Listening, Stand
from tests.real import envoy, traefik
from tests.real.nginx import get, nginx
from tests.real.running import free_port

from holdfast.client import Gate, Proofs


class Documented(NamedTuple):
    """The file that our documents tell to write, what runs a proxy by it, and whom a client asks for there."""

    file: str
    run: Callable
    host: str = "localhost"

    @property
    def text(self):
        """What the file says."""
        return (EXAMPLE / "gate" / self.file).read_text(encoding="utf-8")


NGINX = Documented("nginx.conf", nginx)
ENVOY = Documented("envoy.yaml", envoy.envoy)
TRAEFIK = Documented("traefik.yaml", traefik.traefik, traefik.HOST)


class Front:
    """A proxy as documented, before a stand."""

    def __init__(self, stand, proxy):
        """On a free port."""
        self.stand, self.port, self.host = stand, free_port(), proxy.host
        self.text = moved(proxy.text, self.port, stand.gate.address, stand.tool.address)

    def get(self, path, secret="", method="GET", body=b"", **headers):
        """The status, the head and the body of what a client gets."""
        cookie = {"Cookie": f"a=1; __Host-holdfast-tool={secret}; b=2"} if secret else {}
        return get(self.port, path, {**cookie, **headers}, method=method, body=body, host=self.host)


def moved(text, port, gate, tool):
    """A documented configuration at this port, before a gate and a tool at these addresses."""
    for ours, theirs in ((8080, port), (8321, gate.rpartition(":")[2]), (8400, tool.rpartition(":")[2])):
        for said in (f"port_value: {ours}", f"127.0.0.1:{ours}"):
            text = text.replace(said, said.replace(str(ours), str(theirs)))
    return text


@contextmanager
def standing(folder, proxy):
    """The proxy as documented, before a gate and a tool."""
    folder.chmod(0o755)
    stand = Stand(folder)
    try:
        front = Front(stand, proxy)
        with proxy.run(folder, front.text, front.port):
            yield front
    finally:
        stand.close()


@contextmanager
def between(folder, proxy, gate, desk):
    """The proxy as documented, between a gate and a tool of the test's own, which have heard nothing yet: its port."""
    folder.chmod(0o755)
    port = free_port()
    with proxy.run(folder, moved(proxy.text, port, gate.address, desk.address), port):
        gate.asked.clear()
        desk.asked.clear()
        yield port


def with_the_tools_of_the_sample(own):
    """The folder of policies, in which the sample tool is the one there is."""
    (own / "staff").mkdir()
    tools = (EXAMPLE / "support_desk" / "tools.toml").read_text(encoding="utf-8")
    (own / "staff" / "tools.toml").write_text(tools, encoding="utf-8")
    return str(own)


@contextmanager
def before_a_service(house, folder, port, proxy=NGINX):
    """The proxy as documented, before a service and the sample tool: the tool's records."""
    gate = Gate(house.origin, house.platform, timeout=30)
    records = Records(folder / "desk.db", [Account("1001", "@ana", "ana@example.org", "+1", second_factor=True)])
    tool = Listening(make(gate, Proofs(TOOL, gate.keys()), records))
    text = proxy.text.replace("HOLDFAST_GATEWAY_TOKEN", house.platform)
    text = text.replace(proxy.host, "localhost")  # the one name that browsers take for safe without TLS
    text = text.replace("250ms", "5s")  # a busy machine of tests; the quarter of a second has a test of its own
    try:
        with proxy.run(folder, moved(text, port, f":{house.served.address[1]}", tool.address), port):
            yield records
    finally:
        tool.close()
        gate.close()


@contextmanager
def sample_behind(folder, people, proxy=NGINX):
    """A service that these people know by the proxy's name, and the sample tool: the house, the origin, the tool's records."""
    folder.chmod(0o755)
    own, port = with_the_tools_of_the_sample(policies(folder)), free_port()
    origin = f"http://localhost:{port}"
    environment = {
        "HOLDFAST_POLICY_FOLDER": own,
        "HOLDFAST_SIGNIN_ORIGIN": origin,
        "HOLDFAST_SIGNIN_FORWARDED": "x-forwarded-for",
    }
    house = House(folder, people=people, environment=environment)
    try:
        with before_a_service(house, folder, port, proxy) as records:
            yield house, origin, records
    finally:
        house.end()
