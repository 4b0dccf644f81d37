"""Is what the lint finds a hole? Each configuration is run by a real nginx, beside the one without it."""

import re
from dataclasses import replace

import pytest
from tests.app.gate.holes import ALLOWED, DONE, HOLES, NAMING, NICE, SAFE
from tests.app.gate.test_nginx_syntax import ANSWERING, SERVER
from tests.real.nginx import Server, get, nginx, send, tool
from tests.real.running import free_port

pytestmark = pytest.mark.real

SHOWN = [hole for hole in HOLES if hole.gets]


class Stand:
    """nginx by one configuration, a gate before and a tool behind."""

    def __init__(self, folder):
        """The gate lets through what it is told."""
        self.folder, self.port = folder, free_port()
        self.allowed, self.gone = {ALLOWED, NICE}, False
        self.gate, self.tool = Server(self._leave), tool()
        for name, text in {
            "tool/x.html": DONE,
            "files/x.json": DONE,
            "static/x": "",
            "open/index.html": "",
            "open/part.html": '<!--# include virtual="/tool/x" -->',
        }.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")

    def _leave(self, handler):
        asked = handler.headers.get("x-original-uri")
        return (200 if asked in self.allowed else 403), {"x-holdfast-person": "ana", "cookie": "other=1"}, ""

    def run(self, hole):
        """A running nginx."""
        text = hole.text(gate=self.gate.address, tool=self.tool.address, port=self.port, folder=self.folder)
        return nginx(self.folder, text, self.port)

    def values(self, *names):
        """What the tool was told under these names, in small letters."""
        return [value for _, _, headers in self.tool.asked for name, value in headers if name.lower() in names]


@pytest.fixture
def stand(tmp_path):
    """One stand a test."""
    tmp_path.chmod(0o755)
    stand = Stand(tmp_path)
    yield stand
    stand.tool.close()
    if not stand.gone:
        stand.gate.close()


def by_the_line(stand, hole):
    """Whether the tool hears a second request over a line that was opened for the first."""
    upgrade = f"GET {hole.path} HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
    send(stand.port, f"{upgrade}GET /tool/secret HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    return "/tool/secret" in [path for _, path, _ in stand.tool.asked]


SEEN = {
    "served": lambda stand, status, text: DONE in text,
    "served while the gate is down": lambda stand, status, text: DONE in text,
    "served after it was locked": lambda stand, status, text: DONE in text,
    "done": lambda stand, status, text: bool(stand.tool.asked),
    "redirected": lambda stand, status, text: status == 302 and not stand.gate.asked,
    "judged as another": lambda stand, status, text: DONE in text and stand.tool.asked[0][1] not in stand.allowed,
    "named": lambda stand, status, text: "mallory" in stand.values("x-holdfast-person", "x_holdfast_person"),
    "the secret": lambda stand, status, text: "secret" in str(stand.values("cookie")),
    "an answer": lambda stand, status, text: bool(stand.gate.asked),
    "an error": lambda stand, status, text: status == 500,
}


def gets(stand, hole):
    """Whether a client gets what it should not, by way of this hole."""
    if hole.gets == "the line":
        return by_the_line(stand, hole)
    if "down" in hole.gets:
        stand.gone = True
        stand.gate.close()
    if "locked" in hole.gets:
        get(stand.port, hole.path)
        stand.allowed.clear()
    body = b"a=1" if hole.gets == "an error" else b""
    status, _, text = get(stand.port, hole.path, hole.headers, method="POST" if body else "GET", body=body)
    return SEEN[hole.gets](stand, status, text)


@pytest.mark.parametrize("hole", SHOWN, ids=lambda hole: hole.name)
def test_what_the_lint_finds_lets_a_real_request_through(hole, stand):
    """The client gets what it should not."""
    with stand.run(hole):
        assert gets(stand, hole)


@pytest.mark.parametrize("hole", SHOWN, ids=lambda hole: hole.name)
def test_without_the_hole_the_same_request_gets_nothing(hole, stand):
    """The frame around it is not what lets it through."""
    safe = replace(SAFE, path=hole.path, headers=hole.headers, gets=hole.gets, code=hole.code)
    with stand.run(safe):
        assert not gets(stand, safe)


def test_try_files_after_the_check_is_no_hole(stand):
    """A guarded location that falls back to a named one has asked before: nothing is found there, nothing gets by."""
    named = f"location @tool {{ {NAMING} proxy_pass http://%(tool)s; }}"
    safe = replace(SAFE, passing="root %(folder)s; try_files $uri @tool;", naming="", beside=named)
    with stand.run(safe):
        assert 403 == get(stand.port, "/tool/x")[0]
        assert [] == stand.tool.asked
        assert DONE == get(stand.port, ALLOWED)[2]


def test_nginx_takes_the_same_place_for_a_path_as_the_lint(tmp_path):
    """The table that the lint's own choice is tested by is nginx's."""
    tmp_path.chmod(0o755)
    port = free_port()
    titles = [f"location {title}" for title in re.findall(r"location (\S[^{]*?) \{", SERVER)]
    numbers = iter(range(len(titles)))
    inner_first = re.sub(r"\{ \}", lambda _: f"{{ return 200 {next(numbers)}; }}", SERVER)
    ended = [title for title in titles if f"{title} {{ return" in inner_first]
    server = inner_first.replace("server {", f"server {{ listen 127.0.0.1:{port};")
    with nginx(tmp_path, f"events {{}} http {{ {server} }}", port):
        for path, title in ANSWERING:
            if path.startswith("/") and title in ended:
                assert title == ended[int(get(port, path)[2])], path
