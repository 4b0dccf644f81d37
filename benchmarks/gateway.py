"""How much later does a tool answer, with the staff gate asked before each request by a real nginx?

nginx (Debian's package) stands before a bare tool four times: asking nobody, asking a bare route that says yes to everything,
asking a `holdfast serve` about requests that it refuses to read (its front alone), and asking it about look-ups that it
decides, counts, puts on record on disk, and signs. One client, one line kept open, the four in turn, so that what else runs
on the machine strikes them alike.

    python -m benchmarks.gateway
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.serve import ORIGIN, _process, _ready
from holdfast.app.server.token import hashed
from holdfast.backends import SqlStore, load_or_create_signer
from holdfast.guard import ApiToken, Person, Role, Scope
from holdfast.guard.staff import ToolSession
from holdfast.response import shipped_texts

ROUNDS, REQUESTS = 40, 100  # the four in turn, so many requests each time
QUICK = 8
STAFF = 50  # people in turn, so that no budget is spent
TOKEN = "hf_" + "p" * 40
ASKED = ("asking nobody", "a bare route", "the gate, refusing to read it", "the gate")
_EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
_PATIENCE = 120  # seconds, for anything to begin
_BARE = """
import sys, uvicorn
async def application(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})
uvicorn.run(application, port=int(sys.argv[1]), http="httptools", loop="uvloop", log_level="critical", access_log=False, lifespan="off")
"""


def measure(*, quick: bool = False) -> dict[str, float | str]:
    """The figures, by name."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise SystemExit("nginx is needed; on Debian: apt-get install nginx")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        tool, bare = _free_port(), _free_port()
        for port in (tool, bare):
            stack.enter_context(_running([sys.executable, "-c", _BARE, str(port)], port))
        _fill(folder)
        gate = stack.enter_context(_served(folder))
        lines = {}
        for name, asked in zip(ASKED, (0, bare, gate, gate), strict=True):
            port = _free_port()
            file = folder / f"{port}.conf"
            file.write_text(_configuration(folder, port, tool, asked), encoding="utf-8")
            stack.enter_context(_running([program, "-c", str(file), "-e", str(folder / "error.log")], port))
            lines[name] = stack.enter_context(_line(port))
        times = _asked_in_turn(lines, QUICK if quick else ROUNDS)
    return _figures(times)


def _fill(folder: Path) -> None:
    """A store with staff and sessions in it, as an earlier run would have left it, and budgets that last."""
    own = folder / "policies" / "staff"
    own.mkdir(parents=True)
    tools = (_EXAMPLES / "support_desk" / "tools.toml").read_text(encoding="utf-8")
    (own / "tools.toml").write_text(tools.replace("reads = 120", "reads = 10000", 1), encoding="utf-8")
    for name, text in shipped_texts().items():
        (own.parent / name).write_text(text, encoding="utf-8")
    (folder / "holdfast.toml").write_text('[policy]\nfolder = "policies"\n', encoding="utf-8")
    file = folder / "var" / "holdfast.db"
    file.parent.mkdir(mode=0o700)
    now = int(time.time() * 1_000)
    signer = load_or_create_signer(file.with_name(file.name + ".key"), origin=ORIGIN)
    with SqlStore(file, signer=signer) as store, store.begin() as transaction:
        for place in range(STAFF):
            person = Person(id=f"p{place}", roles=(Role.SPECIALIST,))
            transaction.put("people", person.id, person)
            id_ = hashlib.sha256(_secret(place).encode()).hexdigest()
            session = ToolSession(id=id_, person=person.id, revision=1, tool="support_desk", made_at=now)
            transaction.put("gate_sessions", id_, session)
        scopes = (Scope.GUARD_ASK,)
        made = ApiToken(id="t-", person="", hash=hashed(TOKEN), scopes=scopes, made_by="-", made_at=0, expires_at=2**52)
        transaction.put("tokens", made.id, made)


def _secret(place: int) -> str:
    return f"session-{place:032d}"


@contextlib.contextmanager
def _served(folder: Path) -> Iterator[int]:
    words = [sys.executable, "-m", "holdfast", "serve", "--port", "0", "--settings", "holdfast.toml"]
    with _process(words, folder, subprocess.PIPE) as server:
        yield _ready(server)[0]


def _asked_in_turn(lines: dict[str, socket.socket], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in lines}
    for number in range(rounds + 1):
        for name, line in lines.items():
            wrong = name == "the gate, refusing to read it"
            requests = [
                _request(place % STAFF, "//accounts/1" if wrong else "/accounts/1") for place in range(REQUESTS)
            ]
            taken = [_ask(line, each, b"HTTP/1.1 403" if wrong else b"HTTP/1.1 200") for each in requests]
            times[name] += taken if number else []  # the first round warms up
    return times


def _request(place: int, path: str) -> bytes:
    cookie = f"__Host-holdfast-tool={_secret(place)}"
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Holdfast-Ticket: T-1\r\nCookie: {cookie}\r\n\r\n".encode()


def _ask(line: socket.socket, request: bytes, status: bytes) -> float:
    began = time.perf_counter()
    line.sendall(request)
    answer = line.recv(1 << 16)
    while not answer.endswith((b"{}", b"</html>\r\n")):
        answer += line.recv(1 << 16)
    taken = time.perf_counter() - began
    assert answer.startswith(status), answer
    return taken * 1e6


def _figures(times: dict[str, list[float]]) -> dict[str, float | str]:
    figures: dict[str, float | str] = {}
    middle = {name: statistics.median(each) for name, each in times.items()}
    for name, each in times.items():
        figures[f"{name}: p50, microseconds"] = middle[name]
        figures[f"{name}: p99, microseconds"] = statistics.quantiles(each, n=100)[98]
    for name in tuple(times)[1:]:
        figures[f"{name}: added at p50, microseconds"] = middle[name] - middle["asking nobody"]
    return figures


def _configuration(folder: Path, port: int, tool: int, gate: int) -> str:
    """The documented configuration, before other ports; without a gate, it asks nobody."""
    text = (_EXAMPLES / "gate" / "nginx.conf").read_text(encoding="utf-8").replace("HOLDFAST_GATEWAY_TOKEN", TOKEN)
    text = text.replace("250ms", "5s")  # it is to be measured, however long it takes
    if not gate:
        text = text.replace("auth_request /holdfast-gate;", "")
    for ours, theirs in ((8080, port), (8321, gate or 9), (8400, tool)):
        text = text.replace(f"127.0.0.1:{ours}", f"127.0.0.1:{theirs}")
    kept = "".join(
        f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"daemon off; master_process off; pid {folder}/{port}.pid;\n" + text.replace(
        "http {", f"http {{ keepalive_requests 1000000; {kept}", 1
    )


@contextlib.contextmanager
def _running(words: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(words)
    try:
        until = time.monotonic() + _PATIENCE
        while True:
            with contextlib.closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, words
            assert time.monotonic() < until, words
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(_PATIENCE)


@contextlib.contextmanager
def _line(port: int) -> Iterator[socket.socket]:
    with contextlib.closing(socket.create_connection(("127.0.0.1", port))) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield line


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    for name, value in measure(quick="--quick" in sys.argv).items():
        print(f"{name:60} {value}")
