"""Is what the lint finds a hole? Each configuration is run by a real Traefik, beside the one without it."""

import socket
from contextlib import closing
from dataclasses import replace

import pytest
from tests.app.gate.traefik_holes import ALLOWED, HOLES, HOST, SAFE
from tests.real.nginx import Server, send, tool
from tests.real.running import PATIENCE, free_port, waited
from tests.real.traefik import STATIC, traefik

pytestmark = pytest.mark.real


def leave(handler):
    """A gate: it judges what Traefik says, or what nginx would, by the path it is asked at; and lets one path through."""
    name = "x-forwarded-uri" if handler.path.endswith("traefik") else "x-original-uri"
    allowed = handler.headers.get(name) == ALLOWED and "x-http-method-override" not in handler.headers
    return (200 if allowed else 403), {"x-holdfast-session": "s", "cookie": "other=1"}, ""


@pytest.fixture
def both():
    """The gate and the tool."""
    with closing(Server(leave)) as gate, closing(tool()) as desk:
        yield gate, desk


def heard(desk, name):
    """What the tool was told under this name."""
    return [value for *_, headers in desk.asked for each, value in headers if each.lower() == name]


SEEN = {
    "done": lambda desk: "/x" in [path for _, path, _ in desk.asked],
    "overridden": lambda desk: ["DELETE"] == heard(desk, "x-http-method-override"),
    "named": lambda desk: ["mallory"] == heard(desk, "x-holdfast-person"),
    "the secret": lambda desk: "secret" in str(heard(desk, "cookie")),
    "the token": lambda desk: ["Bearer token"] == heard(desk, "authorization"),
    "the line": lambda desk: "/secret" in [path for _, path, _ in desk.asked],
}


def gets(hole, folder, gate, desk):
    """Whether a client gets what it should not, by way of this hole."""
    port = free_port()
    static = STATIC.replace("    http:\n", f"    {hole.static}\n    http:\n") if hole.static else STATIC
    headers = "".join(f"{name}: {value}\r\n" for name, value in hole.headers.items())
    with traefik(folder, hole.text(gate=gate.address, tool=desk.address), port, static):
        waited(lambda: b" 404 " not in send(port, request("/;", "Connection: close\r\n")))
        desk.asked.clear()
        if hole.gets == "the line":
            by_one_line(port, hole.uri)
        else:
            send(port, request(hole.uri, f"{headers}Connection: close\r\n"))
    return SEEN[hole.gets](desk)


def request(uri, headers=""):
    """The head of one."""
    return f"GET {uri} HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n".encode()


def by_one_line(port, uri):
    """Send a second request over a line that was opened for the first; the tool hears it, or Traefik answers."""
    with closing(socket.create_connection(("127.0.0.1", port), PATIENCE)) as line:
        line.sendall(request(uri, "Upgrade: other\r\nConnection: Upgrade\r\n"))
        line.recv(1 << 16)
        line.sendall(request("/secret", "Connection: close\r\n"))
        while line.recv(1 << 16):
            pass


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.name)
def test_what_the_lint_finds_lets_a_real_request_through(hole, both, tmp_path):
    """The client gets what it should not."""
    assert gets(hole, tmp_path, *both)


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.name)
def test_without_the_hole_the_same_request_gets_nothing(hole, both, tmp_path):
    """The frame around it is not what lets it through."""
    safe = replace(SAFE, uri=hole.uri, headers=hole.headers, gets=hole.gets, static=hole.static)
    assert not gets(safe, tmp_path, *both)
