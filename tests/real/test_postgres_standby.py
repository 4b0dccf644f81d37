"""Two servers and one store: one owns it, the other answers the guard and takes over when the first is gone."""

import signal
import threading
import time

import httpx2
import pytest
from tests.app.server.killing import PARTS, check
from tests.app.server.running import Served, attack_now
from tests.journeys.stories import TAKEN

from holdfast.backends import LedgerFile, verify_store

pytestmark = pytest.mark.real
QUESTION = {"account": f"u{TAKEN[0]}", "text": "hello"}
HOLDS = "/v1/holds?all=true&limit=1000"
PATIENCE = 60  # seconds that a busy machine may take


@pytest.fixture
def serve(url, tmp_path):
    """A way to start servers on one database, each in a way to stand by; all are gone at the end."""
    begun = []

    def start(ready="ready", **environment):
        words = ["--store", url, "--key", str(tmp_path / "record.key"), "--auto", "0"]
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


def test_who_may_ask_the_owner_may_ask_the_standby(serve):
    """A token that is made at the owner counts at the standby within a moment, and there nobody else is let in."""
    owner = serve()
    standby = serve(ready="standby")
    made = owner.client.post("/v1/tokens", json={"label": "posts", "days": 1, "scopes": ["guard:ask"]})
    assert 2 == made.status_code // 100, made.text
    shown = {"authorization": f"Bearer {made.json()['token']}"}

    def asks(headers):
        return standby.client.post("/v1/guard/posts", json=QUESTION, headers=headers).status_code

    assert until(lambda: 200 == asks(shown)) < 2
    assert until(lambda: 401 == asks({})) < 4  # whoever was let in before stays so for two seconds
    assert 401 == standby.client.get(HOLDS).status_code


def test_when_the_owner_is_killed_under_load_the_standby_goes_on(serve, url):
    """The guard of the standby answers throughout; no hold is lost, and told again it comes to what it must."""
    owner = serve()
    standby = serve(ready="standby")
    lines = attack_now().splitlines(keepends=True)
    size = -(-len(lines) // PARTS)
    parts = [b"".join(lines[start : start + size]) for start in range(0, len(lines), size)]
    for part in parts[:-1]:
        assert owner.client.post("/v1/events", content=part).json()["kept"]
    before = {hold["id"] for hold in owner.client.get(HOLDS).json()["items"]}
    assert before
    until(lambda: held(standby) == held(owner))
    with Asking(standby) as asking:
        telling = threading.Thread(target=_tell, args=(owner, parts[-1]))
        telling.start()
        assert -signal.SIGKILL == owner.signalled(signal.SIGKILL)
        telling.join()
        took = until(lambda: "at work" == standby.client.get("/ready").json()["phase"])
        for part in parts:
            assert standby.client.post("/v1/events", content=part).json()["kept"]
        assert held(standby)
    assert {200} == {status for status, _ in asking.answers}
    print(f"taken over in {took:.1f} s; {len(asking.answers):,} answers, longest gap {asking.gap:.2f} s")
    assert took < 10
    assert before <= {hold["id"] for hold in standby.client.get(HOLDS).json()["items"]}
    check(standby, url)


def test_an_owner_that_wakes_up_after_it_was_deposed_writes_nothing_and_ends(serve, url):
    """Stopped for longer than it may be silent it loses the store; awake again it adds no entry, and ends with code 1."""
    owner = serve()
    standby = serve(ready="standby")
    assert owner.client.post("/v1/events", content=attack_now()).json()["kept"]
    until(lambda: held(standby))
    owner.process.send_signal(signal.SIGSTOP)
    with Asking(standby) as asking:
        took = until(lambda: "at work" == standby.client.get("/ready").json()["phase"])
    assert {(200, True)} == set(asking.answers)
    print(f"taken over in {took:.1f} s; {len(asking.answers):,} answers, longest gap {asking.gap:.2f} s")
    with LedgerFile(url) as record:
        size = record.checkpoint().size
    owner.process.send_signal(signal.SIGCONT)
    assert 1 == owner.process.wait(PATIENCE)
    assert "store_lost" in {line["event"] for line in owner.log}
    with LedgerFile(url) as record:
        assert size == record.checkpoint().size
    assert held(standby)
    assert 0 == standby.signalled(signal.SIGTERM)
    assert () == verify_store(url).faults


def _tell(server, body):
    try:
        server.client.post("/v1/events", content=body)
    except httpx2.HTTPError:
        return
