"""How many questions a second does the guard answer over HTTP, and how long does one take?

A real `holdfast serve`, its record on disk, with 1,000 accounts, 1,000 lures, 100 texts and a cohort held; asked by `wrk`
(Debian's package, if it is not there) about posts of 14 words, a tenth of them by held accounts. Rates are per second of
processor time of the process that answers, so that what else runs on the machine counts little; "wall" is by the clock, and then both count.
A bare ASGI route, on the same server software and measured the same way, is the limit.

    python -m benchmarks.serve
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from holdfast.backends import SqlStore, load_or_create_signer
from holdfast.client import GuardClient
from holdfast.containment import Restriction, Subject, SubjectKind, Verified, cohort_subject, place, text_subject
from holdfast.guard import Action, Question
from holdfast.response import Held, HoldState

ORIGIN = "holdfast.local/watch"
HELD_ACCOUNTS, HELD_LURES, HELD_TEXTS = 1_000, 1_000, 100
SECONDS, QUICK = 8, 2  # of each run of wrk
CONNECTIONS = (1, 16, 64)
_PATIENCE = 120  # seconds, for anything
_TICKS = os.sysconf("SC_CLK_TCK")
_WORDS = [
    "the",
    "bus",
    "was",
    "late",
    "again",
    "and",
    "the",
    "town",
    "is",
    "wet",
    "but",
    "we",
    "had",
    "a",
    "good",
    "day",
]
_BARE = """
import sys, uvicorn
async def application(scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})
uvicorn.run(application, port=int(sys.argv[1]), http="httptools", loop="uvloop", log_level="critical", access_log=False, lifespan="off")
"""
_LUA = """
local number = 0
function request()
  number = number + 1
  local who = number % 10 == 0 and "held-" .. (number % {held}) or "a" .. number
  return wrk.format("POST", "{path}", nil, {body})
end
"""
_POST = '\'{"account": "\' .. who .. \'", "text": "{text} \' .. number .. \'"}\''


def measure(*, quick: bool = False) -> dict[str, float | str]:
    """The figures, by name."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed; on Debian: apt-get install wrk")
    seconds = QUICK if quick else SECONDS
    figures: dict[str, float | str] = {}
    with tempfile.TemporaryDirectory() as folder:
        place_ = Path(folder)
        _fill(place_ / "var" / "holdfast.db")
        post = _POST.replace("{text}", " ".join(_WORDS))
        batch = _POST.replace("'{", "'[{", 1).replace(
            "\"}'", '"}' + (", " + json.dumps({"account": "b", "text": " ".join(_WORDS)})) * 99 + "]'"
        )
        with _bare() as (port, pid):
            figures |= _ask("bare route", port, pid, "/", post, seconds, place_, connections=(16,))
        with _served(place_) as (port, pid):
            figures |= _ask("posts", port, pid, "/v1/guard/posts", post, seconds, place_)
            action = '\'{"action": "sign_in", "account": "\' .. who .. \'"}\''
            figures |= _ask("sign-ins", port, pid, "/v1/guard/actions", action, seconds, place_, connections=(16,))
            figures |= _ask(
                "batches of 100 posts", port, pid, "/v1/guard/posts", batch, seconds, place_, connections=(16,)
            )
            with ThreadPoolExecutor(1) as teller:
                telling = teller.submit(_telling, port, quick=quick)
                asked = _ask(
                    "posts while events are told",
                    port,
                    pid,
                    "/v1/guard/posts",
                    post,
                    seconds,
                    place_,
                    connections=(16,),
                )
                figures |= {name: value for name, value in asked.items() if "processor" not in name} | telling.result()
            figures["memory of the process that answers, MiB"] = _memory(pid)
            figures |= _copy(port)
    return figures


def _fill(file: Path) -> None:
    """A store with holds in it, as an earlier run would have left it."""
    file.parent.mkdir(mode=0o700)
    accounts = [_subject(SubjectKind.ACCOUNT, f"held-{n}") for n in range(HELD_ACCOUNTS)]
    lures = [_subject(SubjectKind.LURE, f"domain:held-{n}.com") for n in range(HELD_LURES)]
    texts = [" ".join(f"{word}{n}" for word in reversed(_WORDS)) for n in range(HELD_TEXTS)]
    holds = [
        *(place(each, Restriction.NO_POSTING, starts=0, why="") for each in accounts),
        *(place(each, Restriction.REFUSE_LURE, starts=0, why="") for each in lures),
        *(place(text_subject(text), Restriction.REFUSE_LURE, starts=0, why="", text=text) for text in texts),
        place(cohort_subject(Verified()), Restriction.NO_POSTING, starts=0, why="", cohort=Verified()),
    ]
    signer = load_or_create_signer(file.with_name(file.name + ".key"), origin=ORIGIN)
    with SqlStore(file, signer=signer) as store, store.begin() as transaction:
        for hold in holds:
            transaction.put("holds", hold.id, Held(hold=hold, state=HoldState.IN_FORCE, applies=1))


def _subject(kind: SubjectKind, name: str) -> Subject:
    return Subject(kind=kind, id=name)


@contextlib.contextmanager
def _served(folder: Path) -> Iterator[tuple[int, int]]:
    words = [sys.executable, "-m", "holdfast", "serve", "--port", "0"]
    with _process(words, folder, subprocess.PIPE) as server:
        yield _ready(server)


def _ready(server: subprocess.Popen[str]) -> tuple[int, int]:
    """The port at which a `holdfast serve` answers by now, and the process that does."""
    port = answering = 0
    for line in server.stderr or ():
        told = json.loads(line)
        port, answering = told.get("port", port), told.get("answering", answering)
        if told["event"] == "ready":
            break
    return port, answering


@contextlib.contextmanager
def _bare() -> Iterator[tuple[int, int]]:
    port = 8_397
    with _process([sys.executable, "-c", _BARE, str(port)], None, None) as server:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=_PATIENCE):
                break
        yield port, server.pid


@contextlib.contextmanager
def _process(words: list[str], folder: Path | None, errors: int | None) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(words, cwd=folder, stderr=errors, text=True) as server:
        try:
            yield server
        finally:
            server.terminate()


def _ask(
    name: str,
    port: int,
    pid: int,
    path: str,
    body: str,
    seconds: int,
    folder: Path,
    *,
    connections: tuple[int, ...] = CONNECTIONS,
) -> dict[str, float | str]:
    """Rates and times of one kind of question."""
    script = folder / "ask.lua"
    script.write_text(_LUA.replace("{held}", str(HELD_ACCOUNTS)).replace("{path}", path).replace("{body}", body))
    figures: dict[str, float | str] = {}
    for count in connections:
        before = _processor_seconds(pid)
        words = [
            "wrk",
            "-t1",
            f"-c{count}",
            f"-d{seconds}s",
            "--latency",
            "-s",
            str(script),
            f"http://127.0.0.1:{port}{path}",
        ]
        said = subprocess.run(words, capture_output=True, text=True, check=True, timeout=_PATIENCE).stdout
        assert "Non-2xx" not in said, said
        asked = int(re.search(r"(\d+) requests in", said)[1])
        many = f"{name}, {count} connection{'s' if count > 1 else ''}"
        figures[f"{many}, a second of processor time"] = asked / (_processor_seconds(pid) - before)
        figures[f"{many}, wall"] = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
        for share in ("50", "99"):
            figures[f"{many}, p{share}, ms"] = _milliseconds(re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", said))
    return figures


def _milliseconds(match: re.Match[str] | None) -> float:
    assert match is not None
    return float(match[1]) * {"us": 0.001, "ms": 1.0, "s": 1_000.0}[match[2]]


def _processor_seconds(pid: int) -> float:
    """Of all threads of a process, in the user's and the system's name."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _copy(port: int) -> dict[str, float]:
    """A client's own answers, by its copy of the holds."""
    with GuardClient(f"http://127.0.0.1:{port}") as guard:
        assert guard.wait(_PATIENCE)
        questions = [
            Question(account=f"a{number}", action=Action.POST, time=int(time.time() * 1_000), text=" ".join(_WORDS))
            for number in range(20_000)
        ]
        taken = np.empty(len(questions))
        for place_, question in enumerate(questions):
            start = time.thread_time_ns()
            guard.answer(question)
            taken[place_] = time.thread_time_ns() - start
    p50, p99 = np.percentile(taken / 1_000, [50, 99])
    return {
        "by a client's copy, p50, us": float(p50),
        "by a client's copy, p99, us": float(p99),
    }


def _memory(pid: int) -> float:
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1_024


def _telling(port: int, *, quick: bool) -> dict[str, float]:
    """Posts told in bodies of 2,000, each of which is answered when it has been judged and is on the disk."""
    start, told = time.perf_counter(), 0
    now = int(time.time() * 1_000)
    for body in range(15 if quick else 60):
        lines = (
            json.dumps(
                {
                    "id": f"{body}-{n}",
                    "time": now + n,
                    "account": f"a{n % 500}",
                    "text": f"{body} {n} {' '.join(_WORDS)}",
                }
            )
            for n in range(2_000)
        )
        request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/events", "\n".join(lines).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            told += json.load(answer)["posts"]
    return {"posts told meanwhile, judged and kept, wall, a second": told / (time.perf_counter() - start)}


if __name__ == "__main__":
    for figure, value in measure(quick="--quick" in sys.argv).items():
        print(f"{figure:60} {value:12.2f}")
