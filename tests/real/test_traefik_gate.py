"""The documented configuration of Traefik, run by a real Traefik before the sample tool and a real gate."""

import hashlib
import json
import socket
import time
from contextlib import closing

import pytest
from tests.real import before_a_tool, hostile, http2
from tests.real.nginx import Server, send, tool
from tests.real.running import PATIENCE
from tests.real.traefik import HOST

pytestmark = pytest.mark.real

TICKET = {"X-Holdfast-Ticket": "T-1"}
WHY = {"X-Desk-Reason": "the holder called", "X-Desk-Ticket": "T-1", "Content-Type": "application/json"}
GET = f"GET /b HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
CHANGE = b'{"email": "new@example.org"}'


@pytest.fixture(scope="module")
def standing():
    """Traefik as documented, before a gate and a tool."""
    return lambda folder: before_a_tool.standing(folder, before_a_tool.TRAEFIK)


def told(scope):
    """What the tool heard in headers, each said once."""
    headers = [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]]
    assert len(headers) == len(dict(headers))
    return dict(headers)


def test_who_may_gets_through_and_the_tool_hears_from_the_gate_alone_who_asks(front):
    """Names and proof are the gate's, the cookie comes without the secret; token, reason and ticket stay at the gate."""
    secret = front.stand.session("alice")
    status, _, body = front.get(
        "/accounts/1001", secret, **TICKET, **{"X-Holdfast-Reason": "a", "Authorization": "mine"}
    )
    assert (200, "ana@example.org") == (status, json.loads(body)["email"])
    (scope,) = front.stand.asked
    headers = told(scope)
    assert ("alice", "a=1; b=2", "127.0.0.1") == tuple(headers[x] for x in ("x-holdfast-person", "cookie", "x-real-ip"))
    assert not {"authorization", "x-holdfast-ticket", "x-holdfast-reason"} & headers.keys()
    assert secret not in str(headers)


def test_a_refusal_reaches_the_client_with_what_would_help(front):
    """The gate's own answer: 401 without a session, 403 with the needs; the tool hears of neither."""
    secret = front.stand.session("alice")
    status, head, body = front.get("/accounts/1001", secret)
    assert (403, "ticket_needed") == (status, json.loads(body)["code"])
    assert "x-holdfast-refused: ticket_needed" in head.lower()
    assert "HOLDFAST_GATEWAY_TOKEN" not in head
    assert 401 == front.get("/accounts/1001", **TICKET)[0]
    assert 403 == front.get("/nothing/like/it", secret, **TICKET)[0]
    assert [] == front.stand.asked
    assert ["refused"] * 3 == [outcome for *_, outcome in front.stand.attempts()]


def test_a_body_is_part_of_what_is_decided(front):
    """Its hash is in the payload, so an agreement to one body is none to another; the tool gets it whole."""
    secret = front.stand.session("alice", "credentials")
    questions = []
    front.stand.house.heard = questions.append
    assert 200 == front.get("/accounts/1001/email", secret, "POST", CHANGE, **WHY)[0]
    assert f"sha256:{hashlib.sha256(CHANGE).hexdigest()}" == questions[0].action.payload["body"]
    assert ["new@example.org"] == [each.value for each in front.stand.records.kept_beside("1001")]


def test_a_body_that_the_gate_is_not_shown_whole_goes_nowhere(front):
    """64 KiB are shown; one byte more, or a body in chunks that is empty, is refused by Traefik itself."""
    secret = front.stand.session("alice", "credentials")
    assert 401 == front.get("/accounts/1001/email", secret, "POST", b"x" * 65_537, **WHY)[0]
    head = f"Host: {HOST}\r\nConnection: close\r\nCookie: __Host-holdfast-tool={secret}\r\nTransfer-Encoding: chunked"
    answer = send(front.port, f"POST /accounts/1001/email HTTP/1.1\r\n{head}\r\n\r\n0\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert [] == front.stand.asked
    assert [] == front.stand.attempts()


SMUGGLED = [
    {"X-Holdfast-Person": "mallory"}, {"x-holdfast-proof": "x"}, {"X-Holdfast-Decision": "a-1"}, {"X_Holdfast_Person": "mallory"},
    {"X-Forwarded-Uri": "/accounts/1002"}, {"X-Forwarded-Method": "POST"}, {"X-Forwarded-Host": "mallory"}, {"X-Forwarded-For": "10.0.0.1"},
    {"X_Forwarded_Uri": "/accounts/1002"}, {"X-Real-IP": "10.0.0.1"}, {"X-Forwarded-Prefix": "/mallory"}, {"X-Forwarded-Server": "mallory"},
    {"X-Original-URI": "/accounts/1002"}, {"X-Original-URL": "/accounts/1002"}, {"X-HTTP-Method-Override": "POST"}, {"X-Rewrite-URL": "/x"},
    {"Connection": "X-Holdfast-Person, X-Holdfast-Proof"}, {"Connection": "X-Forwarded-Uri, X-Forwarded-For, X-Forwarded-Method, Authorization"},
    {"Connection": "close, X-Real-Ip, Te", "Te": "trailers"}, {"Proxy-Connection": "X-Holdfast-Proof"}, {"Expect": "100-continue"},
    {"Upgrade": "websocket", "Connection": "Upgrade"}, {"Forwarded": "for=10.0.0.1;host=other"},
]  # fmt: skip
REFUSED = {
    **dict.fromkeys(("X_Holdfast_Person", "X_Forwarded_Uri"), 400),  # by Traefik; the others by the gate
    **dict.fromkeys(("X-Holdfast-Person", "x-holdfast-proof", "X-Holdfast-Decision"), 403),
    **dict.fromkeys(("X-Original-URL", "X-HTTP-Method-Override", "X-Rewrite-URL"), 403),
}


@pytest.mark.parametrize("headers", SMUGGLED, ids=lambda headers: " ".join(next(iter(headers.items()))))
def test_no_header_of_a_client_makes_another_request_or_another_person_of_it(front, headers):
    """Refused, or the tool and the gate hear what they would have heard without it."""
    secret = front.stand.session("alice")
    questions = []
    front.stand.house.heard = questions.append
    status, *_ = front.get("/accounts/1001", secret, **TICKET, **headers)
    assert REFUSED.get(next(iter(headers)), 200) == status
    assert (status == 200) == bool(front.stand.asked)
    assert {("1001", "127.0.0.1")} >= {(each.action.target, each.network) for each in questions}
    for scope in front.stand.asked:
        heard = told(scope)
        assert ("alice", "127.0.0.1") == (heard["x-holdfast-person"], heard["x-real-ip"])
        assert {"127.0.0.1", HOST, "80", "http"} == {
            heard[f"x-forwarded-{name}"] for name in ("for", "host", "port", "proto")
        }
        assert not {"upgrade", "connection", "te", "x-forwarded-uri", "x-forwarded-method"} & heard.keys()
        assert "mallory" not in str(heard)
        assert ("GET", b"/accounts/1001", b"") == (scope["method"], scope["raw_path"], scope["query_string"])


def test_two_of_a_header_are_none_and_two_cookies_are_one(front):
    """What the gate says once takes the place of both; of two cookies' secrets neither is guessed."""
    secret = front.stand.session("alice")
    head = f"GET /accounts/1001 HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nX-Holdfast-Ticket: T-1\r\n"
    cookie = f"Cookie: __Host-holdfast-tool={secret}\r\n"
    for more, status in (
        (f"Cookie: a=1\r\n{cookie}", 200),
        (f"{cookie}Cookie: __Host-holdfast-tool={'t' * 43}\r\n", 403),
        (f"{cookie}X-Holdfast-Ticket: T-2\r\n", 403),
        (f"{cookie}Host: other.example\r\n", 400),
        (f"{cookie}Authorization: a\r\nAuthorization: b\r\n", 200),
    ):
        assert f"HTTP/1.1 {status} ".encode() == send(front.port, f"{head}{more}\r\n".encode())[:13], more
    assert ["a=1", ""] == [told(scope)["cookie"] for scope in front.stand.asked]


MADE_PLAIN = {
    "//accounts/1001",
    "/accounts//1001",
    "/x/../accounts/1001",
    "/accounts/./1001",
    "/accounts/%2e%2e/accounts/1001",
}
MORE = ["/accounts/1001/../1002/export", "/accounts/1001%3fa", "/accounts/1001?", "/accounts/1001#x", "http:accounts/1001", "*",
        "/accounts/\xe9", "/accounts/%C0%AE", "/console/..%2faccounts/1001", "/accounts/1001?a=%0d%0a"]  # fmt: skip


@pytest.mark.parametrize("path", sorted({*hostile.PATHS, *MORE} - MADE_PLAIN))
def test_no_spelling_of_a_path_reaches_the_tool_unjudged(front, path):
    """Refused by Traefik or by the gate."""
    secret = front.stand.session("alice")
    assert front.get(path, secret, **TICKET)[0] in {400, 403, 404}
    assert [] == front.stand.asked


@pytest.mark.parametrize("path", sorted(MADE_PLAIN))
def test_dots_and_double_slashes_are_taken_out_before_anybody_sees_the_path(front, path):
    """The gate judges what the tool gets."""
    secret = front.stand.session("alice")
    assert 200 == front.get(path, secret, **TICKET)[0]
    assert [b"/accounts/1001"] == [scope["raw_path"] for scope in front.stand.asked]
    assert ["account:1001"] == [subject for *_, subject, _ in front.stand.attempts()]


@pytest.mark.parametrize(
    ("path", "query"), [("/accounts/%31001?a=%31;b=2", b"a=%31&b=2"), ("http://desk.example/accounts/1001", b"")]
)
def test_what_traefik_makes_of_a_request_is_what_the_gate_judges(front, path, query):
    """A semicolon that becomes `&`, a whole address that becomes a path: gate, proof and tool agree about it."""
    secret = front.stand.session("alice")
    questions = []
    front.stand.house.heard = questions.append
    assert 200 == front.get(path, secret, **TICKET)[0]
    assert query == front.stand.asked[0]["query_string"]
    assert ({"a": "1", "b": "2"} if query else {}) == questions[0].action.payload["query"]


def asking(secret, *more, path="/accounts/1001", method="GET", host=HOST):
    """The head of a request by HTTP/2."""
    pseudo = [(":method", method), (":scheme", "http"), (":authority", host), (":path", path)]
    cookies = [("cookie", "a=1"), ("cookie", f"__Host-holdfast-tool={secret}")]
    return [*pseudo, *cookies, ("x-holdfast-ticket", "T-1"), *more]


def test_by_http_2_it_is_the_same(front):
    """Cookies in pieces are one, and whoever may gets through."""
    assert 200 == http2.asked(front.port, asking(front.stand.session("alice")))[0]
    assert ("alice", "a=1") == tuple(told(front.stand.asked[0])[name] for name in ("x-holdfast-person", "cookie"))


RUDE = [
    (403, [("x-holdfast-person", "mallory")], {}), (400, [("x_holdfast_person", "mallory")], {}), (0, [("X-Holdfast-Person", "mallory")], {}),
    (403, [("x-http-method-override", "POST")], {}), (400, [("connection", "x-holdfast-proof")], {}), (400, [("transfer-encoding", "chunked")], {}),
    (0, [("x-a", "b\r\nX-Holdfast-Person: mallory")], {}), (403, [("cookie", "__Host-holdfast-tool=" + "t" * 43)], {}),
    (0, [(":path", "/accounts/1002")], {}), (0, [], {"path": "/accounts/1001 HTTP/1.1\r\nX-A: b"}), (0, [], {"path": "accounts/1001"}),
    (403, [], {"path": "/accounts/1001%2fexport"}), (403, [], {"path": "*"}), (403, [], {"method": "get"}),
    (0, [], {"method": "GET /accounts/1002/export HTTP/1.1\r\nX:"}), (404, [], {"host": "other.example"}), (0, [], {"host": "x@desk.example"}),
    (0, [(":protocol", "websocket")], {"method": "CONNECT"}),
]  # fmt: skip


@pytest.mark.parametrize(("status", "more", "other"), RUDE, ids=str)
def test_by_http_2_nothing_rude_reaches_the_tool(front, status, more, other):
    """Refused by Traefik (0: it ends the line), or by the gate."""
    assert status == http2.asked(front.port, asking(front.stand.session("alice"), *more, **other))[0]
    assert [] == front.stand.asked


def test_by_http_2_another_host_beside_the_authority_is_dropped(front):
    """The gate and the tool hear the one by which the router was chosen."""
    assert 200 == http2.asked(front.port, asking(front.stand.session("alice"), ("host", "other.example")))[0]
    assert HOST == told(front.stand.asked[0])["host"]


@pytest.fixture
def yes():
    """A gate that always says yes."""
    with closing(Server(lambda _: (200, {"x-holdfast-person": "ana", "cookie": "a=1"}, ""))) as gate:
        yield gate


def test_no_trailer_reaches_the_tool(yes, tmp_path):
    """Neither by HTTP/1.1, announced or not, nor by HTTP/2: the gate is not shown any."""
    trailers = "X-Holdfast-Person: mallory\r\nX-HTTP-Method-Override: mallory\r\n"
    head = f"POST /accounts/1 HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nTrailer: X-Holdfast-Person\r\n"
    with closing(hostile.Saying()) as desk:
        desk.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
        with before_a_tool.between(tmp_path, before_a_tool.TRAEFIK, yes, desk) as port:
            body = f"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n{trailers}\r\n"
            assert b"200 OK" in send(port, f"{head}{body}".encode())
            trailing = [("x-holdfast-person", "mallory")]
            assert 200 == http2.asked(port, asking("", method="POST"), b"abc", trailing)[0]
    assert 2 == len(desk.asked)
    assert all(b"abc" in heard and b"mallory" not in heard for heard in desk.asked)


@pytest.mark.parametrize("protocol", ["websocket", "h2c", "other"])
def test_no_line_is_left_open_on_which_nobody_is_asked(yes, protocol, tmp_path):
    """A tool that would take an upgrade is asked for none; the next request is judged as any other."""
    with closing(tool()) as desk:
        upgrade = f"GET /a HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: {protocol}\r\nConnection: Upgrade\r\n\r\n"
        with (
            before_a_tool.between(tmp_path, before_a_tool.TRAEFIK, yes, desk) as port,
            closing(socket.create_connection(("127.0.0.1", port))) as line,
        ):
            line.settimeout(PATIENCE)
            line.sendall(upgrade.encode())
            assert line.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
            line.sendall(GET)
            assert line.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
        judged = [dict(headers)["X-Forwarded-Uri"] for *_, headers in yes.asked]
        assert ["/a", "/b"] == judged == [path for _, path, _ in desk.asked]


def test_a_gate_that_is_silent_is_waited_for_half_a_minute(front):
    """Which no setting of Traefik shortens; then it is a no."""
    secret = front.stand.session("alice")
    with front.stand.house.slowly():
        began = time.monotonic()
        assert 500 == front.get("/accounts/1001", secret, **TICKET)[0]
        assert 29 < time.monotonic() - began < PATIENCE
    assert [] == front.stand.asked
