"""How much later does a tool answer, with the staff gate asked before each request by a real nginx?

A proxy stands before a bare tool four times: asking nobody, asking a bare route that says yes to everything,
asking a `holdfast serve` about requests that it refuses to read (its front alone), and asking it about look-ups that it
decides, counts, puts on record on disk, and signs. One client, one line kept open, the four in turn, so that what else runs
on the machine strikes them alike.

    python -m benchmarks.gateway
"""

from __future__ import annotations

import contextlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import TypeAlias

from benchmarks.installed import installed
from benchmarks.serve import _process, _ready
from benchmarks.staffed import TOOL, fill, secret

ROUNDS, REQUESTS = 40, 100  # the four in turn, so many requests each time
QUICK = 8
STAFF = 50  # people in turn, so that no budget is spent
ASKED = ("asking nobody", "a bare route", "the gate, refusing to read it", "the gate")
HOST = "desk.example"
UNCLEAR = "/accounts/1;"  # what the gate refuses to read, and no proxy makes plain
EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
Configured: TypeAlias = Callable[[Path, int, int, int], list[str]]
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")
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
    return measure_behind(_nginx, quick=quick)


def measure_behind(configured: Configured, *, quick: bool) -> dict[str, float | str]:
    """The figures behind a proxy that is `configured` for a port, a tool and a gate (0: none)."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        tool, bare = _free_port(), _free_port()
        for port in (tool, bare):
            stack.enter_context(_running([sys.executable, "-c", _BARE, str(port)], port))
        fill(folder, (EXAMPLES / "support_desk" / "tools.toml").read_text(encoding="utf-8"), STAFF)
        gate = stack.enter_context(_served(folder))
        lines = {}
        for name, asked in zip(ASKED, (0, bare, gate, gate), strict=True):
            port = _free_port()
            stack.enter_context(_running(configured(folder, port, tool, asked), port))
            lines[name] = stack.enter_context(_line(port))
        times = _asked_in_turn(lines, QUICK if quick else ROUNDS)
    return _figures(times)


@contextlib.contextmanager
def _served(folder: Path) -> Iterator[int]:
    words = [sys.executable, "-m", "holdfast", "serve", "--port", "0", "--settings", "holdfast.toml"]
    with _process(words, folder, subprocess.PIPE) as server:
        yield _ready(server)[0]


def _asked_in_turn(lines: dict[str, socket.socket], rounds: int) -> dict[str, list[float]]:
    for line in lines.values():
        while _ask(line, _request(0, UNCLEAR))[1] == HTTPStatus.NOT_FOUND:  # it listens, and knows no way yet
            time.sleep(0.02)
    times: dict[str, list[float]] = {name: [] for name in lines}
    for number in range(rounds + 1):
        for name, line in lines.items():
            wrong = name == "the gate, refusing to read it"
            requests = [_request(place % STAFF, UNCLEAR if wrong else "/accounts/1") for place in range(REQUESTS)]
            taken = [_ask(line, each) for each in requests]
            assert {status for _, status in taken} == {HTTPStatus.FORBIDDEN if wrong else HTTPStatus.OK}, name
            times[name] += [each for each, _ in taken] if number else []  # the first round warms up
    return times


def _request(place: int, path: str) -> bytes:
    cookie = f"__Host-holdfast-tool={secret(place)}"
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Holdfast-Ticket: T-1\r\nCookie: {cookie}\r\n\r\n".encode()


def _ask(line: socket.socket, request: bytes) -> tuple[float, int]:
    """Microseconds until the answer is there whole, and its status."""
    began = time.perf_counter()
    line.sendall(request)
    told = b""
    while b"\r\n\r\n" not in told:
        told += _heard(line)
    head, _, body = told.partition(b"\r\n\r\n")
    length = int(_LENGTH.search(head)[1])
    while len(body) < length:
        body += _heard(line)
    taken = time.perf_counter() - began
    return taken * 1e6, int(head[9:12])


def _heard(line: socket.socket) -> bytes:
    told = line.recv(1 << 16)
    assert told, "the proxy hung up"
    return told


def _figures(times: dict[str, list[float]]) -> dict[str, float | str]:
    figures: dict[str, float | str] = {}
    middle = {name: statistics.median(each) for name, each in times.items()}
    for name, each in times.items():
        figures[f"{name}: p50, microseconds"] = middle[name]
        figures[f"{name}: p99, microseconds"] = statistics.quantiles(each, n=100)[98]
    for name in tuple(times)[1:]:
        figures[f"{name}: added at p50, microseconds"] = middle[name] - middle["asking nobody"]
    return figures


def _nginx(folder: Path, port: int, tool: int, gate: int) -> list[str]:
    """The documented configuration, before other ports; without a gate, it asks nobody."""
    program = installed("nginx")
    if program is None:
        raise SystemExit("nginx is needed; on Debian: apt-get install nginx")
    text = documented("nginx.conf", port, tool, gate)
    text = text.replace("250ms", "5s")  # it is to be measured, however long it takes
    if not gate:
        text = text.replace("auth_request /holdfast-gate;", "")
    kept = "".join(
        f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / f"{port}.conf"
    head = f"daemon off; master_process off; pid {folder}/{port}.pid;\n"
    file.write_text(head + text.replace("http {", f"http {{ keepalive_requests 1000000; {kept}", 1), encoding="utf-8")
    return [program, "-c", str(file), "-e", str(folder / "error.log")]


def documented(name: str, port: int, tool: int, gate: int) -> str:
    """A documented file, with the token and these ports in the place of its own."""
    text = (EXAMPLES / "gate" / name).read_text(encoding="utf-8").replace("HOLDFAST_GATEWAY_TOKEN", TOOL)
    for ours, theirs in ((8080, port), (8321, gate or 9), (8400, tool)):
        for said in (f"127.0.0.1:{ours}", f"port_value: {ours}"):
            text = text.replace(said, said.replace(str(ours), str(theirs)))
    return text


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
