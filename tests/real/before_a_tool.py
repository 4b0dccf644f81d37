"""A documented proxy before the sample tool: with a gate in this process, or with a real service behind."""

from contextlib import contextmanager

from examples.support_desk.app import make
from examples.support_desk.desk import TOOL
from examples.support_desk.records import Account, Records
from tests.app.console.browser import House, policies
from tests.app.gate.standing import EXAMPLE, Listening, Stand
from tests.real.nginx import free_port, get, nginx

from holdfast.client import Gate, Proofs


class Front:
    """A proxy as documented, before a stand."""

    def __init__(self, stand, text):
        """On a free port; `text` is its configuration, with the documented ports."""
        self.stand, self.port = stand, free_port()
        for ours, theirs in (
            (8080, self.port),
            (8321, stand.gate.address.rpartition(":")[2]),
            (8400, stand.tool.address.rpartition(":")[2]),
        ):
            text = moved(text, ours, theirs)
        self.text = text

    def get(self, path, secret="", method="GET", body=b"", **headers):
        """The status, the head and the body of what a client gets."""
        cookie = {"Cookie": f"a=1; __Host-holdfast-tool={secret}; b=2"} if secret else {}
        return get(self.port, path, {**cookie, **headers}, method=method, body=body)


def moved(text, ours, theirs):
    """A configuration in which one port is another."""
    said = next(each for each in (f"port_value: {ours}", f"127.0.0.1:{ours}") if each in text)
    return text.replace(said, said.replace(str(ours), str(theirs)))


@contextmanager
def standing(folder, name, run):
    """The proxy that `run` starts by the documented file of this name, before a gate and a tool."""
    folder.chmod(0o755)
    stand = Stand(folder)
    try:
        front = Front(stand, (EXAMPLE / "gate" / name).read_text(encoding="utf-8"))
        with run(folder, front.text, front.port):
            yield front
    finally:
        stand.close()


def with_the_tools_of_the_sample(own):
    """The folder of policies, in which the sample tool is the one there is."""
    (own / "staff").mkdir()
    tools = (EXAMPLE / "support_desk" / "tools.toml").read_text(encoding="utf-8")
    (own / "staff" / "tools.toml").write_text(tools, encoding="utf-8")
    return str(own)


@contextmanager
def nginx_before(house, folder, port):
    """The documented nginx before a service and the sample tool: the tool's records."""
    gate = Gate(house.origin, house.platform, timeout=30)
    records = Records(folder / "desk.db", [Account("1001", "@ana", "ana@example.org", "+1", second_factor=True)])
    tool = Listening(make(gate, Proofs(TOOL, gate.keys()), records))
    text = (EXAMPLE / "gate" / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("HOLDFAST_GATEWAY_TOKEN", house.platform)
    text = text.replace("250ms", "5s")  # a busy machine of tests; the quarter of a second has a test of its own
    for ours, theirs in ((8080, port), (8321, house.served.address[1]), (8400, tool.address.rpartition(":")[2])):
        text = moved(text, ours, theirs)
    try:
        with nginx(folder, text, port):
            yield records
    finally:
        tool.close()
        gate.close()


@contextmanager
def sample_behind_nginx(folder, people):
    """A service that these people know by nginx's name, and the sample tool: the house, the origin, the tool's records."""
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
        with nginx_before(house, folder, port) as records:
            yield house, origin, records
    finally:
        house.end()
