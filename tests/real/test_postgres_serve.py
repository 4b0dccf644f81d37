"""The service with its record in PostgreSQL."""

import signal

import pytest
from tests.app.server.killing import PARTS, check, killed_under_way
from tests.app.server.running import Served, attack_now
from tests.journeys.stories import TAKEN

pytestmark = pytest.mark.real
QUESTION = {"account": f"u{TAKEN[0]}", "text": "hello"}


@pytest.fixture
def served(url, tmp_path):
    """A way to start servers on one database; all are gone at the end."""
    begun = []

    def start(**environment):
        words = ["--store", url, "--key", str(tmp_path / "record.key"), "--auto", "0"]
        begun.append(Served(tmp_path, *words, environment=environment))
        return begun[-1]

    yield start
    for each in begun:
        each.client.close()
        each.end()


def test_after_a_kill_the_state_is_the_same_and_a_server_that_goes_away_is_told(served, server):
    """Record, holds and answers as before; without the database not ready, and what is held stays held until it is back."""
    alike = {"HOLDFAST_RECOVERY_CASES": "false"}  # they are opened with the next look, and that is on record
    first = served(**alike)
    assert first.client.post("/v1/events", content=attack_now()).json()["kept"]
    looks = ("/v1/ledger/checkpoint", "/v1/campaigns", "/v1/holds?all=true&limit=1000")
    before = [first.client.get(path).json() for path in looks]
    first.signalled(signal.SIGKILL)

    second = served(HOLDFAST_GUARD_STALE_SECONDS="2", HOLDFAST_GUARD_UNSEEN="closed", **alike)
    assert before == [second.client.get(path).json() for path in looks]
    server.kill()
    try:
        second.wait("round_failed")
        unready = second.client.get("/ready")
        assert (503, True) == (unready.status_code, unready.json()["worker"])
        assert "account_held" in second.client.post("/v1/guard/posts", json=QUESTION).json()["reasons"]
        assert 503 == second.client.get("/v1/ledger/checkpoint").status_code
    finally:
        server.start()

    def ready_again():
        return sum(line["event"] == "ready" for line in second.log) > 1

    with second._news:
        assert second._news.wait_for(ready_again, 60)
    assert 200 == second.client.get("/ready").status_code
    assert before[0] == second.client.get("/v1/ledger/checkpoint").json()
    assert 0 == second.signalled(signal.SIGTERM)


@pytest.mark.parametrize("after", [PARTS // 2, PARTS - 1])
def test_killed_while_it_answers_it_ends_as_it_must(served, url, after):
    """As on SQLite: told again it comes to the same holds; nothing is lost, doubled or left half done."""
    check(killed_under_way(served, url, after), url)
