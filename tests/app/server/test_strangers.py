"""Who has no token cannot keep those out who have one."""

import json
import resource
import socket
import subprocess
import sys
import time

import pytest

from holdfast.app.server.token import hashed

from .running import PATIENCE

TOKEN = "t" * 43
CONNECTIONS = 16
QUESTION = json.dumps({"account": "a1", "text": "good morning"}).encode()
SHOWN = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def small(served):
    """A server with room for few connections, and a token."""
    return served(
        environment={"HOLDFAST_SERVER_CONNECTIONS": str(CONNECTIONS), "HOLDFAST_SERVER_TOKEN_HASH": hashed(TOKEN)}
    )


@pytest.mark.parametrize(
    "said",
    [b"", b"GET /v1/holds HTTP/1.1\r\nhost: localhost\r\nx: ", b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n"],
)
def test_silent_connections_give_way(small, said):
    """Many more connections than may be, that say nothing, half a head, or nothing further: the guard is answered."""
    silent = []
    for _ in range(4 * CONNECTIONS):
        silent.append(socket.create_connection(small.address))
        silent[-1].sendall(said)
        if said.endswith(b"\r\n\r\n"):
            assert silent[-1].recv(65_536)
    answer = small.client.post("/v1/guard/posts", content=QUESTION, headers=SHOWN)
    for each in silent:
        each.close()
    assert (200, "allow") == (answer.status_code, answer.json()["verdict"])


def test_senders_who_never_come_to_an_end_give_way(small):
    """Many more bodies than there may be connections, each begun by somebody known and never whole: others are answered."""
    head = (
        f"POST /v1/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: 9\r\n\r\n\n"
    )
    slow = []
    for _ in range(4 * CONNECTIONS):
        slow.append(socket.create_connection(small.address))
        slow[-1].sendall(head.encode())
    answer = small.client.post("/v1/guard/posts", content=QUESTION, headers=SHOWN)
    for each in slow:
        each.close()
    assert (200, "allow") == (answer.status_code, answer.json()["verdict"])


def test_who_was_answered_before_they_were_whole_gives_way(small):
    """Refused for want of a token, and the rest of the body only then: such lines keep nobody out."""
    refused = []
    for _ in range(4 * CONNECTIONS):
        refused.append(socket.create_connection(small.address))
        refused[-1].sendall(b"POST /v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n")
        assert refused[-1].recv(65_536).startswith(b"HTTP/1.1 401")
        refused[-1].sendall(b"\n\n")
    answer = small.client.post("/v1/guard/posts", content=QUESTION, headers=SHOWN)
    for each in refused:
        each.close()
    assert (200, "allow") == (answer.status_code, answer.json()["verdict"])


def test_a_body_without_end_behind_another_request_gives_way(small):
    """Sent behind a question that is answered at once, it is a body without end like any other."""
    one = f"GET /v1/holds HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\n\r\n"
    slow = []
    for _ in range(4 * CONNECTIONS):
        slow.append(socket.create_connection(small.address))
        slow[-1].sendall((one + one.replace("GET", "POST").replace("holds", "events")[:-2]).encode())
        slow[-1].sendall(b"content-length: 9\r\n\r\n\n")
        assert slow[-1].recv(65_536).startswith(b"HTTP/1.1 200")
    answer = small.client.post("/v1/guard/posts", content=QUESTION, headers=SHOWN)
    for each in slow:
        each.close()
    assert (200, "allow") == (answer.status_code, answer.json()["verdict"])


def test_what_stands_behind_a_body_is_no_header(small):
    """A trailer says nothing of who asks, nor from where: what a proxy has put in the head is not added to."""
    head = f"POST /v1/guard/posts HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\n"
    with socket.create_connection(small.address) as asking:
        asking.settimeout(30)
        body = b"%x\r\n%b\r\n0\r\nauthorization: Bearer another\r\n\r\n" % (len(QUESTION), QUESTION)
        asking.sendall(head.encode() + b"transfer-encoding: chunked\r\n\r\n" + body)
        assert asking.recv(65_536).startswith(b"HTTP/1.1 200")


def test_what_stands_behind_a_body_is_as_small_as_a_head(small):
    """Trailers without end are cut off: they would be kept in memory, and who sends them needs no token."""
    with socket.create_connection(small.address) as asking:
        asking.settimeout(30)
        asking.sendall(b"POST /v1/events HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n")
        assert asking.recv(65_536)
        asking.sendall(b"0\r\n")
        with pytest.raises(ConnectionError):
            asking.sendall((b"x: " + b"y" * 65_536 + b"\r\n") * 1_000)


def test_a_line_on_which_only_a_rest_came_ends_as_others_do(served):
    """Whoever sends the rest of what was answered, and nothing more, is as idle as whoever sends nothing."""
    told = {"HOLDFAST_SERVER_IDLE_SECONDS": "1", "HOLDFAST_SERVER_TOKEN_HASH": hashed(TOKEN)}
    with socket.create_connection(served(environment=told).address) as idle:
        idle.settimeout(30)
        idle.sendall(b"POST /v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n")
        while idle.recv(65_536)[-1:] != b"}":
            pass
        idle.sendall(b"\n\n")
        assert b"" == idle.recv(65_536)


def test_whoever_does_not_take_the_answers_gives_way(served):
    """Many large answers are asked for, and none is read: others are answered as soon as it is known that none is."""
    told = {"HOLDFAST_SERVER_CONNECTIONS": str(CONNECTIONS), "HOLDFAST_SERVER_TOKEN_HASH": hashed(TOKEN)}
    small = served(environment={**told, "HOLDFAST_SERVER_REQUEST_SECONDS": "3600"})  # nothing else ends these lines
    deaf = []
    for _ in range(2 * CONNECTIONS):
        deaf.append(socket.socket())
        deaf[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf[-1].connect(small.address)
        deaf[-1].sendall(b"GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n" * 100)
    until = time.monotonic() + PATIENCE
    while (answer := small.client.post("/v1/guard/posts", content=QUESTION, headers=SHOWN)).status_code == 503:
        assert time.monotonic() < until
    for each in deaf:
        each.close()
    assert (200, "allow") == (answer.status_code, answer.json()["verdict"])


def test_whoever_is_being_answered_is_not_cut(small):
    """A question that waits for its answer keeps its connection, however many come."""
    with socket.create_connection(small.address) as asking:
        head = (
            f"GET /v1/guard/snapshot?wait=2&after= HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\n\r\n"
        )
        first = small.client.get("/v1/guard/snapshot", headers=SHOWN)
        at = first.headers["etag"].strip('"')
        asking.sendall(head.replace("after=", f"after={at}").encode())
        silent = [socket.create_connection(small.address) for _ in range(4 * CONNECTIONS)]
        asking.settimeout(30)
        told = asking.recv(64)
        for each in silent:
            each.close()
    assert told.startswith(b"HTTP/1.1 304")


def test_a_head_without_a_token_is_refused_at_once(small):
    """HEAD is answered without a body, and nobody waits for one."""
    answer = small.client.head("/v1/guard/posts", timeout=1.5)
    assert 401 == answer.status_code
    assert 405 == small.client.head("/v1/guard/posts", headers=SHOWN).status_code


def test_an_answer_tells_its_date_once(small):
    """What is passed on from the one process to the other has one Date."""
    assert 1 == len(small.client.get("/health").headers.get_list("date"))


def test_the_service_allows_itself_the_files_that_it_wants():
    """Where the soft limit is too low for all connections and the hard one is not, it is raised."""
    program = (
        "import resource; from holdfast.app.server.listening import allow_files, files_wanted; "
        "from holdfast.app.server.settings import Settings; allow_files(Settings()); "
        "assert files_wanted(Settings()) == resource.getrlimit(resource.RLIMIT_NOFILE)[0]"
    )
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    low = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))  # noqa: E731 - for one process
    subprocess.run([sys.executable, "-c", program], check=True, preexec_fn=low)
