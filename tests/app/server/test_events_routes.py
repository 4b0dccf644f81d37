"""Events over HTTP: what is heard, what is rejected, and what happens when too much comes."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from tests.journeys.stories import lines

from .running import attack_now

EVENTS = "/v1/events"


def post(n, **more):
    """An ordinary post."""
    return {"id": f"p{n}", "time": 1_700_000_000_000 + n, "account": f"a{n}", "text": "good morning", **more}


def test_events_are_heard_and_lines_that_are_none_are_told(shared):
    """Counted by kind; each rejected line by its number, with the reason."""
    body = (
        lines([post(1), post(2)])
        + b'{"id": "x"}\nnonsense\n'
        + lines([{"type": "sign_in", "account": "a1", "time": 1_700_000_000_000, "outcome": "ok"}])
    )
    answer = shared.client.post(EVENTS, content=body)
    told = answer.json()
    assert 200 == answer.status_code
    assert (2, 1, 2) == tuple(told[key] for key in ("posts", "events", "rejects"))
    assert [3, 4] == [each["line"] for each in told["rejected"]]
    assert all(each["reason"] for each in told["rejected"])


def test_a_body_without_any_event_is_refused(shared):
    """So that a wrong spelling of all events is noticed at once; an empty body holds nothing wrong."""
    assert 422 == shared.client.post(EVENTS, content=b"nonsense\n" * 300).status_code
    assert 100 == len(shared.client.post(EVENTS, content=b"nonsense\n" * 300).json()["rejected"])
    assert 200 == shared.client.post(EVENTS, content=b"").status_code


def test_a_line_beyond_all_measure_is_a_reject_and_the_next_one_counts(shared):
    """As in a file."""
    body = b'{"text": "' + b"x" * 2_000_000 + b'"}\n' + lines([post(7)])
    told = shared.client.post(EVENTS, content=body).json()
    assert (1, 1) == (told["posts"], told["rejects"])


def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(shared):
    """With Content-Length before it is read; in chunks as soon as it is too much."""
    assert 413 == shared.client.post(EVENTS, content=b"\n" * (8 * 1_048_576 + 1)).status_code
    chunks = (b"\n" * 1_048_576 for _ in range(9))
    assert 413 == shared.client.post(EVENTS, content=chunks).status_code
    assert 200 == shared.client.get("/health").status_code


def test_the_same_events_again_change_nothing(shared):
    """Whoever got no answer may tell it again: the record does not grow, and no hold is doubled."""
    body = attack_now()
    assert 200 == shared.client.post(EVENTS, content=body).status_code
    before = [
        shared.client.get(path).json() for path in ("/v1/ledger/checkpoint", "/v1/campaigns", "/v1/holds?all=true")
    ]
    assert 0 < before[0]["size"]
    assert shared.client.post(EVENTS, content=body).json()["posts"] > 0
    after = [
        shared.client.get(path).json() for path in ("/v1/ledger/checkpoint", "/v1/campaigns", "/v1/holds?all=true")
    ]
    assert before == after


def test_what_came_of_it_can_be_looked_at(shared):
    """Campaign, proposal, holds, time line and the head of the record, page by page."""
    shared.client.post(EVENTS, content=attack_now())
    (brief,) = shared.client.get("/v1/campaigns").json()["items"]
    whole = shared.client.get(f"/v1/campaigns/{brief['id']}").json()
    assert brief == whole["brief"]
    assert len(whole["accounts"]) == brief["accounts"] > 2
    assert pytest.approx(brief["score"]) == sum(each["nats"] for each in whole["evidence"])
    about = {each["about"] for each in shared.client.get("/v1/proposals", params={"all": "true"}).json()["items"]}
    assert brief["id"] in about
    kinds = [each["kind"] for each in pages(shared.client, "/v1/timeline", 3)]
    assert {"campaign", "placed"} <= set(kinds)
    holds = pages(shared.client, "/v1/holds", 7)
    assert [each["id"] for each in holds] == sorted({each["id"] for each in holds})
    assert all(each["in_force"] for each in holds)
    assert 404 == shared.client.get("/v1/campaigns/none").status_code


def pages(client, path, limit):
    """All items of a list, asked for `limit` at a time."""
    items, after = [], None
    while True:
        page = client.get(path, params={"limit": limit, **({} if after is None else {"after": after})}).json()
        items += page["items"]
        after = page["next"]
        if after is None:
            return items


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "limit=%D9%A1", "all=maybe", "after=" + "x" * 513]
)
def test_a_query_that_cannot_be_meant_is_refused(shared, query):
    """400 with the bounds."""
    assert 400 == shared.client.get(f"/v1/holds?{query}").status_code


def test_when_too_much_waits_the_next_is_told_when_to_come_back(served):
    """429 with Retry-After, and nothing of it was taken in; when there is room again it is."""
    server = served(environment={"HOLDFAST_EVENTS_QUEUE": "1"})
    body = lines([post(n) for n in range(50_000)])
    with ThreadPoolExecutor() as threads:
        answers = []
        while all(answer.status_code == 200 for answer in answers):
            answers = list(threads.map(lambda _: server.client.post(EVENTS, content=body), range(4)))
    turned_away = [answer for answer in answers if answer.status_code != 200]
    assert {(429, "1")} == {(answer.status_code, answer.headers["retry-after"]) for answer in turned_away}
    assert 1 == server.client.post(EVENTS, content=lines([post(1)])).json()["posts"]
    assert f"holdfast_events_turned_away_total {len(turned_away)}.0" in server.client.get("/metrics").text


def test_slow_senders_keep_nobody_else_waiting(served):
    """A place is taken by what is whole: many bodies that never come to an end leave it to others."""
    server = served(environment={"HOLDFAST_EVENTS_QUEUE": "2"})
    with ExitStack() as open_ones:
        for _ in range(8):
            slow = open_ones.enter_context(socket.create_connection(server.address))
            slow.sendall(
                b"POST /v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n"
            )
            assert b"100" in slow.recv(100)  # it is being read
            slow.sendall(b"\n")
        assert 200 == server.client.post(EVENTS, content=lines([post(1)])).status_code
        slow.sendall(b"\n" * 8)
        assert b"200 OK" in slow.recv(1_000)
    assert "holdfast_events_turned_away_total 0.0" in server.client.get("/metrics").text


def test_when_slow_bodies_fill_the_room_the_slowest_gives_way(served):
    """However many large bodies are half sent, one that is sent at once is heard."""
    server = served(environment={"HOLDFAST_EVENTS_QUEUE_MB": "1", "HOLDFAST_EVENTS_BODY_MB": "1"})
    with ExitStack() as open_ones:
        slow = [open_ones.enter_context(socket.create_connection(server.address)) for _ in range(3)]
        for each in slow:
            each.settimeout(30)
            each.sendall(b"POST /v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 600001\r\n\r\n")
            each.sendall(b"\n" * 600_000)
        assert b"429 Too Many" in slow[0].recv(1_000)
        assert b"429 Too Many" in slow[1].recv(1_000)
        body = lines([post(n) for n in range(5_000)])
        assert 5_000 == server.client.post(EVENTS, content=body).json()["posts"]


def test_fields_under_other_names_are_read_as_the_settings_say(served, tmp_path):
    """The dialect of `holdfast watch` is a section of the settings."""
    (tmp_path / "holdfast.toml").write_text('[events]\ntime_unit = "s"\ncolumns = { account = "author" }\n')
    server = served("--settings", "holdfast.toml")
    body = json.dumps({"id": "1", "time": 1_700_000_000, "author": "a", "text": "hello"}).encode()
    assert 1 == server.client.post(EVENTS, content=body).json()["posts"]
