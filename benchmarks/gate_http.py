"""How many decisions a second does the staff gate give over HTTP, each counted and on record, and how long does one take?

A real `holdfast serve`, its record on disk, with 1,000 members of staff and a session each of two tools; asked by `wrk` (Debian's
package) about look-ups on 100,000 accounts. Rates are per second of processor time: of the process that answers, of the
one that owns the state, and of both together, so that what else runs on the machine counts little. Every answer of the
run is then looked up on record. At the end 10,000 ask at once, all for one person, and a lockdown is placed while others
ask.

    python -m benchmarks.gate_http
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.serve import QUICK, SECONDS, _milliseconds, _process, _processor_seconds, _ready
from benchmarks.staffed import DESK, TOOL, fill, secret
from holdfast.response import shipped_staff_texts

STAFF, TARGETS = 1_000, 100_000
AT_ONCE = 10_000
CONNECTIONS = (1, 16, 64, 256)
LEAD, OTHER = (f"hf_{letter * 40}" for letter in "lo")
NETWORK = "198.51.100.7"
OTHER_DESK = "archive_desk"
_LUA = """
local number = math.random(1000000)
local headers = {{["authorization"] = "Bearer {token}"}}
function request()
  number = number + 1
  local session = string.format("support_desk-%032d", number % {staff})
  local body = string.format('{{"session": "%s", "tool": "support_desk", "function": "account.look_up", "target": "a%d", '
    .. '"reason": "the holder called", "ticket": "T-%d", "network": "198.51.100.7"}}', session, number % {targets}, number)
  return wrk.format("POST", "/v1/gate/actions", headers, body)
end
"""


def measure(*, quick: bool = False) -> dict[str, float | str]:
    """The figures, by name."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed; on Debian: apt-get install wrk")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * AT_ONCE, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    seconds, figures = QUICK if quick else SECONDS, dict[str, float | str]()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings, commanders = "[server]\nconnections = 12000\n", (("lead", LEAD), ("other", OTHER))
        fill(
            folder,
            _tools(),
            STAFF,
            sessions_of=(DESK, OTHER_DESK),
            network=NETWORK,
            settings=settings,
            commanders=commanders,
        )
        words = [sys.executable, "-m", "holdfast", "serve", "--port", "0", "--settings", "holdfast.toml"]
        with _process(words, folder, subprocess.PIPE) as server:
            port, answering = _ready(server)
            (folder / "ask.lua").write_text(_LUA.format(token=TOOL, staff=STAFF, targets=TARGETS))
            asked = 0
            for count in CONNECTIONS:
                found, number = _ask(port, (answering, server.pid), seconds, folder, count)
                figures |= found
                asked += number
            on_record = _on_record(port)
            figures["answers to the runs above that are not on record"] = float(max(0, asked - on_record))
            figures |= asyncio.run(_at_once(port))
            figures |= _lockdown(port)
    return figures


def _tools() -> str:
    """The shipped tool, and the same again by another name, whose budgets are as shipped."""
    text = shipped_staff_texts()["tools.toml"]
    return f"{text}\n{text[text.index('[[tool]]') :].replace(DESK, OTHER_DESK)}"


def _ask(
    port: int, pids: tuple[int, int], seconds: int, folder: Path, count: int
) -> tuple[dict[str, float | str], int]:
    before = [_processor_seconds(pid) for pid in pids]
    words = ["wrk", "-t1", f"-c{count}", f"-d{seconds}s", "--latency", "-s", str(folder / "ask.lua")]
    url = f"http://127.0.0.1:{port}"
    said = subprocess.run([*words, url], capture_output=True, text=True, check=True, timeout=120).stdout
    assert "Non-2xx" not in said, said
    asked = int(re.search(r"(\d+) requests in", said)[1])
    spent = [_processor_seconds(pid) - start for pid, start in zip(pids, before, strict=True)]
    many = f"{count} connection{'s' if count > 1 else ''}"
    figures: dict[str, float | str] = {
        f"{many}, a second of processor time of both": asked / sum(spent),
        f"{many}, a second of processor time of the process that answers": asked / spent[0],
        f"{many}, a second of processor time of the owner": asked / spent[1],
        f"{many}, wall": float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
    }
    for share in ("50", "99"):
        figures[f"{many}, p{share}, ms"] = _milliseconds(re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", said))
    return figures, asked


async def _at_once(port: int) -> dict[str, float | str]:
    """10,000 ask at once, each on a connection of its own, for 80 people who may ask 120 times each."""
    gate = asyncio.Semaphore(200)  # connections being opened at a time: what the system keeps for a listener
    before = _on_record(port)
    start = time.perf_counter()

    async def one(place: int) -> bool:
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = _question(place % 80, tool=OTHER_DESK)
        head = f"POST /v1/gate/actions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOOL}\r\n"
        writer.write(f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body)
        told = await reader.read()
        writer.close()
        return b'"allowed":true' in told

    answers = await asyncio.gather(*(one(place) for place in range(AT_ONCE)))
    took = time.perf_counter() - start
    on_record = _on_record(port) - before
    return {
        "10,000 at once, seconds until the last is answered, wall": took,
        "10,000 at once, allowed by the answers and not on record, or on record and not answered": abs(
            float(sum(answers) - on_record)
        ),
        "10,000 at once, allowed (80 people, 120 each: 9,600 and no more)": float(on_record),
    }


def _lockdown(port: int) -> dict[str, float | str]:
    """From asking for a lockdown until the last answer that does not know of it, while eight ask without pause."""
    latest = [0.0]
    over = [False]

    def asks(place: int) -> None:
        while not over[0]:
            asked = time.perf_counter()
            if _send(port, "/v1/gate/actions", _question(100 + place), TOOL)["allowed"]:
                latest[0] = max(latest[0], asked)

    times = []
    for _ in range(5):
        over[0], latest[0] = False, 0.0
        with ThreadPoolExecutor(8) as pool:
            running = [pool.submit(asks, place) for place in range(8)]
            time.sleep(0.3)
            start = time.perf_counter()
            body = json.dumps({"level": 4, "tool": DESK, "minutes": 5, "why": "measured"}).encode()
            lock = _send(port, "/v1/gate/locks", body, LEAD)
            placed = time.perf_counter()
            time.sleep(0.5)
            over[0] = True
            for each in running:
                each.result()
        assert latest[0] < placed, "somebody asked after the lockdown was there, and was allowed"
        times.append(1_000 * max(0.0, max(latest[0], start) - start))
        _lift(port, lock["id"])
    return {
        "lockdown, from asking for it to the last question that was allowed, ms, the longest of 5": max(times),
        "lockdown, from asking for it until it is said to be in force, ms, the last of 5": 1_000 * (placed - start),
    }


def _lift(port: int, lock: str) -> None:
    proposal = _send(port, "/v1/gate/proposals", json.dumps({"lock": lock, "why": "measured"}).encode(), LEAD)
    _send(port, f"/v1/gate/proposals/{proposal['id']}/approvals", b"", OTHER)


def _question(place: int, tool: str = DESK) -> bytes:
    body = {
        "session": secret(place, tool),
        "tool": tool,
        "function": "account.look_up",
        "target": f"a{place}",
        "reason": "the holder called",
        "ticket": "T-1",
        "network": NETWORK,
    }
    return json.dumps(body).encode()


def _send(port: int, path: str, body: bytes, token: str) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def _on_record(port: int) -> int:
    """How many were allowed by the record, once looks that were paid in advance have had their second to get there."""
    time.sleep(1)
    allowed: int = _look(port, "/v1/gate/attempts?limit=1")["allowed"]
    return allowed


def _look(port: int, path: str) -> dict[str, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"authorization": f"Bearer {LEAD}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


if __name__ == "__main__":
    for figure, value in measure(quick="--quick" in sys.argv).items():
        print(f"{figure:100} {value:12.2f}")
