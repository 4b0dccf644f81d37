"""Two servers and one store: one owns it, the other answers the guard and takes over when the first is gone."""

import json
import signal
import threading
import time

import httpx2
import pytest
from numpy.random import default_rng
from tests.app.server.killing import check
from tests.app.server.running import Served, attack_now
from tests.journeys.stories import TAKEN, bech32_address

from holdfast.app.cli.main import main
from holdfast.backends import LedgerFile, verify_store

pytestmark = pytest.mark.real
QUESTION = {"account": f"u{TAKEN[0]}", "text": "hello"}
HOLDS = "/v1/holds?all=true&limit=1000"
PATIENCE = 60  # seconds that a busy machine may take


@pytest.fixture
def serve(url, tmp_path):
    """A way to start servers on one database, each in a way to stand by; all are gone at the end."""
    begun = []

    def start(ready="ready", *, auto=True, **environment):
        words = ["--store", url, "--key", str(tmp_path / "record.key"), *(["--auto", "0"] if auto else [])]
        told = {"HOLDFAST_SERVER_STANDBY": "true", **environment}
        begun.append(Served(tmp_path, *words, environment=told, ready=ready))
        return begun[-1]

    yield start
    for each in begun:
        each.client.close()
        if each.process.poll() is None:
            each.process.send_signal(signal.SIGCONT)
        each.end()


def held(server):
    """Whether the guard of `server` refuses the first hijacked account."""
    return "account_held" in server.client.post("/v1/guard/posts", json=QUESTION).json()["reasons"]


def at_work(server):
    """Whether `server` owns the store and is ready."""
    told = server.client.get("/ready").json()
    return told["ready"] and told["phase"] == "at work"


def holds(server):
    """The ids of all holds."""
    return {hold["id"] for hold in server.client.get(HOLDS).json()["items"]}


def until(what):
    """Seconds until `what` holds."""
    start = time.monotonic()
    while not what():
        assert time.monotonic() - start < PATIENCE
    return time.monotonic() - start


class Asking:
    """Asks the guard again and again, and keeps how it was answered, and when."""

    def __init__(self, server):
        """Ask `server` until the block ends."""
        self._url = f"http://{server.address[0]}:{server.address[1]}/v1/guard/posts"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.answers, self.gap = [], 0.0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _ask(self):
        with httpx2.Client(timeout=PATIENCE) as client:
            last = time.monotonic()
            while not self._over.is_set():
                answer = client.post(self._url, json=QUESTION)
                self.answers.append((answer.status_code, "account_held" in answer.json().get("reasons", ())))
                now = time.monotonic()
                self.gap, last = max(self.gap, now - last), now


def test_a_standby_answers_the_guard_and_nothing_else(serve):
    """A hold is refused at both within a second; the rest is answered 503, and a load balancer may send questions."""
    owner = serve()
    standby = serve(ready="standby")
    assert not held(standby)
    assert owner.client.post("/v1/events", content=attack_now()).json()["kept"]
    assert held(owner)
    assert until(lambda: held(standby)) < 1
    ready = standby.client.get("/ready")
    assert (200, "standby", True) == (ready.status_code, ready.json()["phase"], ready.json()["ready"])
    assert 200 == standby.client.get("/health").status_code
    assert "holdfast_standby 1.0" in standby.client.get("/metrics").text
    assert 200 == standby.client.get("/v1/guard/snapshot").status_code
    for answer in (standby.client.post("/v1/events", content=attack_now()), standby.client.get(HOLDS)):
        assert (503, "standby", "1") == (answer.status_code, answer.json()["code"], answer.headers["retry-after"])
    assert 0 == standby.signalled(signal.SIGTERM)
    assert 0 == owner.signalled(signal.SIGTERM)


def test_who_may_ask_the_owner_may_ask_the_standby(serve, url, tmp_path, monkeypatch, capsys):
    """A token that was made at the owner counts at the standby within a moment, a revoked one no more, and nobody else."""
    monkeypatch.chdir(tmp_path)
    assert 0 == main(["init", "root", "--store", url, "--key", "record.key", "--json"])
    root = {"authorization": f"Bearer {json.loads(capsys.readouterr().out)['token']}"}
    owner = serve(auto=False)
    standby = serve(ready="standby", auto=False)
    made = owner.client.post("/v1/tokens", json={"scopes": ["guard:ask"]}, headers=root).json()
    shown = {"authorization": f"Bearer {made['token']}"}

    def asks(headers):
        return standby.client.post("/v1/guard/posts", json=QUESTION, headers=headers).status_code

    assert 401 == asks({})
    assert until(lambda: 200 == asks(shown)) < 2
    assert (403, 503) == (asks(root), standby.client.get(HOLDS, headers=root).status_code)
    assert 401 == standby.client.get(HOLDS).status_code
    gone = owner.client.delete(f"/v1/tokens/{made['made']['id']}", headers=root)
    assert 2 == gone.status_code // 100, gone.text
    assert until(lambda: 401 == asks(shown)) < 4


def test_when_the_owner_is_killed_under_load_the_standby_goes_on(serve, url):
    """The guard of the standby answers throughout, the next owner is ready in seconds, and no hold is lost or doubled."""
    owner = serve()
    standby = serve(ready="standby")
    assert owner.client.post("/v1/events", content=attack_now()).json()["kept"]
    before = holds(owner)
    assert before
    until(lambda: held(standby))
    other = attack_now(bech32_address(default_rng(21)))
    with Asking(standby) as asking:
        telling = threading.Thread(target=_tell, args=(owner, other))
        telling.start()
        assert -signal.SIGKILL == owner.signalled(signal.SIGKILL)
        telling.join()
        assert until(lambda: at_work(standby)) < 10
        assert standby.client.post("/v1/events", content=other).json()["kept"]
    assert {(200, True)} == set(asking.answers)
    assert asking.gap < 1
    assert before <= holds(standby)
    check(standby, url)


def test_an_owner_that_wakes_up_after_it_was_deposed_writes_nothing_and_ends(serve, url):
    """Stopped for longer than it may be silent it loses the store; awake again it adds no entry, and ends with code 1."""
    owner = serve()
    standby = serve(ready="standby")
    assert owner.client.post("/v1/events", content=attack_now()).json()["kept"]
    until(lambda: held(standby))
    owner.process.send_signal(signal.SIGSTOP)
    with Asking(standby) as asking:
        until(lambda: at_work(standby))
    assert {(200, True)} == set(asking.answers)
    with LedgerFile(url) as record:
        head = record.checkpoint()
    owner.process.send_signal(signal.SIGCONT)
    assert 1 == owner.process.wait(PATIENCE)
    assert "store_lost" in {line["event"] for line in owner.log}
    with LedgerFile(url) as record:
        assert head == record.checkpoint()
    assert held(standby)
    assert 0 == standby.signalled(signal.SIGTERM)
    assert () == verify_store(url).faults


def _tell(server, body):
    try:
        server.client.post("/v1/events", content=body)
    except httpx2.HTTPError:
        return
