"""How is a service killed while events come in, approvals are given and holds are carried out, and what is left?"""

import contextlib
import signal
import threading

import httpx2
from tests.journeys.stories import TAKEN

from holdfast.backends import LedgerFile, verify_store

from .running import attack_now

PARTS = 8  # deliveries that the attack comes in


def killed_under_way(serve, store, after):
    """Kill the service when it has answered `after` deliveries and is at the next; then tell all to a new one.

    Answers the new service, which has heard everything, once it has nothing left to do.
    """
    lines = attack_now().splitlines(keepends=True)
    size = -(-len(lines) // PARTS)
    parts = [b"".join(lines[start : start + size]) for start in range(0, len(lines), size)]
    doomed, answered = serve(), threading.Semaphore(0)

    def tell():
        with contextlib.suppress(httpx2.HTTPError):
            for part in parts:
                doomed.client.post("/v1/events", content=part)
                answered.release()

    telling = threading.Thread(target=tell)
    telling.start()
    for _ in range(after):
        answered.acquire()
    assert -signal.SIGKILL == doomed.signalled(signal.SIGKILL)
    telling.join()

    with LedgerFile(store) as left:
        assert left.checkpoint()
    assert () == verify_store(store).faults
    again = serve()
    for part in parts:
        assert again.client.post("/v1/events", content=part).json()["kept"]
    return again


def check(server, store):
    """Who carried the fraud is held, nobody else in the town; each intent has one outcome, after it, and no key is twice."""
    holds = server.client.get("/v1/holds?all=true&limit=1000").json()["items"]
    held = {hold["subject"] for hold in holds if hold["subject_kind"] == "account"}
    assert {f"u{who}" for who in TAKEN[:4]} <= held <= {f"u{who}" for who in TAKEN}
    assert 0 == server.signalled(signal.SIGTERM)
    assert () == verify_store(store).faults
    with LedgerFile(store) as record:
        keys = [entry.record.key for entry in record.entries()]
    at = {key: number for number, key in enumerate(keys)}
    outcomes = [key for key in keys if key.startswith("outcome/")]
    assert len(at) == len(keys)
    assert len(outcomes) == sum(key.startswith("intent/") for key in keys) > 0
    assert all(at[key.replace("outcome", "intent", 1)] < at[key] for key in outcomes)
