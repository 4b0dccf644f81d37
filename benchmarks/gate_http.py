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
import hashlib
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

from benchmarks.serve import (
    ORIGIN,
    QUICK,
    SECONDS,
    _milliseconds,
    _process,
    _processor_seconds,
    _ready,
)
from holdfast.app.server.token import hashed
from holdfast.backends import SqlStore, load_or_create_signer
from holdfast.guard import ApiToken, Person, Role, Scope
from holdfast.guard.staff import ToolSession
from holdfast.response import shipped_staff_texts, shipped_texts

STAFF, TARGETS = 1_000, 100_000
AT_ONCE = 10_000
CONNECTIONS = (1, 16, 64, 256)
TOOL, LEAD, OTHER = (f"hf_{letter * 40}" for letter in "tlo")
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
        _fill(folder)
        words = [sys.executable, "-m", "holdfast", "serve", "--port", "0", "--settings", "holdfast.toml"]
        with _process(words, folder, subprocess.PIPE) as server:
            port, answering = _ready(server)
            (folder / "ask.lua").write_text(_LUA.format(token=TOOL, staff=STAFF, targets=TARGETS))
            asked = 0
            for count in CONNECTIONS:
                found, number = _ask(port, (answering, server.pid), seconds, folder, count)
                figures |= found
                asked += number
            on_record = _look(port, "/v1/gate/attempts?limit=1")["allowed"]
            figures["answers to the runs above that are not on record"] = float(max(0, asked - on_record))
            figures |= asyncio.run(_at_once(port))
            figures |= _lockdown(port)
    return figures


def _fill(folder: Path) -> None:
    """A store with staff and sessions in it, as an earlier run would have left it, and budgets that last."""
    texts = shipped_staff_texts()
    own = folder / "policies" / "staff"
    own.mkdir(parents=True)
    more = texts["tools.toml"][texts["tools.toml"].index("[[tool]]") :].replace("support_desk", "archive_desk")
    tools = texts["tools.toml"].replace("reads = 120", "reads = 10000", 1)
    (own / "tools.toml").write_text(f"{tools}\n{more}")
    for name, text in shipped_texts().items():
        (own.parent / name).write_text(text)
    (folder / "holdfast.toml").write_text('[policy]\nfolder = "policies"\n[server]\nconnections = 12000\n')
    file = folder / "var" / "holdfast.db"
    file.parent.mkdir(mode=0o700)
    now = int(time.time() * 1_000)
    signer = load_or_create_signer(file.with_name(file.name + ".key"), origin=ORIGIN)
    with SqlStore(file, signer=signer) as store, store.begin() as transaction:
        for place in range(STAFF):
            person = Person(id=f"p{place}", roles=(Role.SPECIALIST,))
            transaction.put("people", person.id, person)
            for tool in ("support_desk", "archive_desk"):
                id_ = hashlib.sha256(_secret(place, tool).encode()).hexdigest()
                session = ToolSession(
                    id=id_, person=person.id, revision=1, tool=tool, network="198.51.100.7", made_at=now
                )
                transaction.put("gate_sessions", id_, session)
        leads = (Scope.READ, Scope.DECIDE)
        for name in ("lead", "other"):
            transaction.put("people", name, Person(id=name, roles=(Role.COMMANDER,)))
        for token, whose, scopes in ((TOOL, "", (Scope.GUARD_ASK,)), (LEAD, "lead", leads), (OTHER, "other", leads)):
            made = ApiToken(
                id=f"t-{whose}",
                person=whose,
                hash=hashed(token),
                scopes=scopes,
                made_by="-",
                made_at=0,
                expires_at=2**52,
            )
            transaction.put("tokens", made.id, made)


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
    before = _look(port, "/v1/gate/attempts?limit=1")["allowed"]
    start = time.perf_counter()

    async def one(place: int) -> bool:
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = _question(place % 80, tool="archive_desk")
        head = f"POST /v1/gate/actions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOOL}\r\n"
        writer.write(f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body)
        told = await reader.read()
        writer.close()
        return b'"allowed":true' in told

    answers = await asyncio.gather(*(one(place) for place in range(AT_ONCE)))
    took = time.perf_counter() - start
    on_record = _look(port, "/v1/gate/attempts?limit=1")["allowed"] - before
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
            body = json.dumps({"level": 4, "tool": "support_desk", "minutes": 5, "why": "measured"}).encode()
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


def _secret(place: int, tool: str) -> str:
    return f"{tool}-{place:032d}"


def _question(place: int, tool: str = "support_desk") -> bytes:
    body = {
        "session": _secret(place, tool),
        "tool": tool,
        "function": "account.look_up",
        "target": f"a{place}",
        "reason": "the holder called",
        "ticket": "T-1",
        "network": "198.51.100.7",
    }
    return json.dumps(body).encode()


def _send(port: int, path: str, body: bytes, token: str) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def _look(port: int, path: str) -> dict[str, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"authorization": f"Bearer {LEAD}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


if __name__ == "__main__":
    for figure, value in measure(quick="--quick" in sys.argv).items():
        print(f"{figure:100} {value:12.2f}")
