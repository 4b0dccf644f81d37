"""How much later does a tool answer, with the staff gate asked before each request by a real nginx?

nginx (Debian's package) stands before a bare tool three times: asking nobody, asking a gate that says yes to everything, and
asking the staff gate, which reads the request, looks it up, decides, has the attempt on record in a store on disk, and signs
who asks. One client, one line kept open, the three in turn, so that what else runs on the machine strikes them alike.

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
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from holdfast.app.server.answers import RefusedError, send_refusal
from holdfast.app.server.forwarding.forward import Forward
from holdfast.app.server.forwarding.routes import Routes
from holdfast.backends import SqlStore
from holdfast.guard import PERSON_SCOPES, Caller, Role, Via
from holdfast.guard.staff import StaffAnswer, StaffPolicy, ToolQuestion
from holdfast.guard.staff.proof import Prover
from holdfast.ledger import seeded_signer
from holdfast.ports import NoSignatures
from holdfast.response import Notices, Pace, People, SignIn, Timeline, shipped_staff_texts
from holdfast.response.book import Book
from holdfast.response.staff import StaffGate, Take

ROUNDS, REQUESTS = 40, 100  # the three in turn, so many requests each time
QUICK = 8
SECRET = "s" * 43
_EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
_PATIENCE = 60  # seconds, for anything to begin
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
        tool, bare, gate = _free_port(), _free_port(), _free_port()
        for port in (tool, bare):
            stack.enter_context(_running([sys.executable, "-c", _BARE, str(port)], port))
        stack.enter_context(_running([sys.executable, "-m", "benchmarks.gateway", str(folder), str(gate)], gate))
        fronts = {}
        for name, asked in (("asking nobody", 0), ("a gate that says yes", bare), ("the staff gate", gate)):
            port = _free_port()
            file = folder / f"{port}.conf"
            file.write_text(_configuration(folder, port, tool, asked), encoding="utf-8")
            stack.enter_context(_running([program, "-c", str(file), "-e", str(folder / "error.log")], port))
            fronts[name] = stack.enter_context(_line(port))
        times = _asked_in_turn(fronts, QUICK if quick else ROUNDS)
    return _figures(times)


def _asked_in_turn(fronts: dict[str, socket.socket], rounds: int) -> dict[str, list[float]]:
    request = (
        f"GET /accounts/1001 HTTP/1.1\r\nHost: localhost\r\nX-Holdfast-Ticket: T-1\r\n"
        f"Cookie: __Host-holdfast-tool={SECRET}\r\n\r\n"
    ).encode()
    times: dict[str, list[float]] = {name: [] for name in fronts}
    for number in range(rounds + 1):
        for name, line in fronts.items():
            taken = [_ask(line, request) for _ in range(REQUESTS)]
            times[name] += taken if number else []  # the first round warms up
    return times


def _ask(line: socket.socket, request: bytes) -> float:
    began = time.perf_counter()
    line.sendall(request)
    answer = line.recv(1 << 16)
    while not answer.endswith(b"{}"):
        answer += line.recv(1 << 16)
    taken = time.perf_counter() - began
    assert answer.startswith(b"HTTP/1.1 200"), answer
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
    text = (_EXAMPLES / "gate" / "nginx.conf").read_text(encoding="utf-8")
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


def _gate(folder: Path, port: int) -> None:
    """The staff gate in this process, with nothing between the decision and the store."""
    tools = (
        (_EXAMPLES / "support_desk" / "tools.toml").read_text(encoding="utf-8").replace("reads = 120", "reads = 10000")
    )
    policy = StaffPolicy({**shipped_staff_texts(), "tools.toml": tools})

    def now() -> int:
        return int(time.time() * 1_000)

    with SqlStore(str(folder / "gate.db"), signer=seeded_signer(7)) as store:
        book = Book(store, Pace(), Timeline())
        notices = Notices(book)
        people = People(book, notices)
        person = people.add("alice", "", [Role.SUPPORT], "root", now())
        gate = StaffGate(book, people, SignIn(book, people, notices, NoSignatures()), notices, policy)
        caller = Caller(
            person="alice",
            roles=person.roles,
            scopes=PERSON_SCOPES,
            via=Via.PASSKEY,
            credential="k",
            signed_in_at=now(),
        )
        session = hashlib.sha256(SECRET.encode()).hexdigest()
        gate.sessions.open(session, caller, now(), network="127.0.0.1", device="")
        lock = threading.Lock()

        async def decide(question: ToolQuestion) -> StaffAnswer:
            with lock:
                return gate.take([Take(question=question, answer=gate.state.answer(question, unseen=0))], now())[0]

        forward = Forward(Routes(policy.catalogue), decide, Prover(b"k" * 32), now)

        async def application(scope, receive, send):
            try:
                await forward(scope, receive, send)
            except RefusedError as refused:
                await send_refusal(send, refused)

        uvicorn.run(
            application,
            port=port,
            http="httptools",
            loop="uvloop",
            log_level="critical",
            access_log=False,
            lifespan="off",
        )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _gate(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        for name, value in measure(quick="--quick" in sys.argv).items():
            print(f"{name:60} {value}")
