"""What the gate answers to a proxy: who asks and for what is told by the proxy and the secret alone."""

import hashlib

import pytest
from tests.app.gate.asking import NOW, PROVER, SECRET, Asked, ask, nginx

from holdfast.app.server.staff.forwarding.original import Proxy
from holdfast.guard.staff import StaffReason
from holdfast.guard.staff.proof import checked, target_hash

SESSION = hashlib.sha256(SECRET.encode()).hexdigest()
KEYS = {PROVER.kid: PROVER.public}


def traefik(uri="/accounts/1", *more):
    """As Traefik asks."""
    return [
        ("X-Forwarded-Uri", uri),
        ("X-Forwarded-Method", "GET"),
        ("X-Forwarded-Host", "desk.example"),
        ("X-Forwarded-For", "203.0.113.9, 192.0.2.7"),
        ("Cookie", f"__Host-holdfast-tool={SECRET}"),
        *more,
    ]


def envoy(*more):
    """As Envoy asks."""
    return [
        ("Host", "desk.example:8443"),
        ("X-Forwarded-For", "203.0.113.9,192.0.2.7"),
        ("Cookie", f"__Host-holdfast-tool={SECRET}"),
        *more,
    ]


@pytest.mark.parametrize(
    ("headers", "where"),
    [
        (nginx("/accounts/1?a=b"), {}),
        (traefik("/accounts/1?a=b"), {"path": Proxy.TRAEFIK.value}),
        (envoy(), {"path": f"{Proxy.ENVOY.value}/accounts/1", "query": b"a=b"}),
    ],
    ids=["nginx", "Traefik", "Envoy"],
)
def test_each_proxy_s_question_is_the_same_question(headers, where):
    """Function, target, payload, session and address, whoever stands in front."""
    asked = Asked()
    assert 200 == ask(asked, headers, **where)[0]
    (question,) = asked.questions
    assert ("support_desk", "account.look_up", "1") == (
        question.action.tool,
        question.action.function,
        question.action.target,
    )
    assert {"method": "GET", "path": {}, "query": {"a": "b"}} == question.action.payload
    assert (SESSION, "192.0.2.7", NOW) == (question.session, question.network, question.time)


def test_what_is_handed_on_is_signed_for_just_this_request():
    """The person, the session and the attempt, and a proof that names method, host, path, account and function."""
    _, headers, _ = ask(Asked(), nginx("/accounts/1/email?x=1", "POST"))
    assert ("ana", SESSION, "a-7") == tuple(headers[f"x-holdfast-{name}"] for name in ("person", "session", "decision"))
    proof = checked(headers["x-holdfast-proof"], KEYS, NOW // 1_000)
    assert ("support_desk", "ana", SESSION, "a-7", "account.email.replace", "1", "sha256:x") == (
        proof.aud,
        proof.sub,
        proof.sid,
        proof.jti,
        proof.function,
        proof.target,
        proof.action,
    )
    assert ("POST", "desk.example", target_hash(b"/accounts/1/email?x=1")) == (proof.htm, proof.host, proof.uri)


@pytest.mark.parametrize(
    ("cookie", "left"),
    [
        (f"a=1; __Host-holdfast-tool={SECRET}; b=2", "a=1; b=2"),
        (f"__Host-holdfast-tool={SECRET}", ""),
        (f'__Host-holdfast-tool="{SECRET}" ;a=1', "a=1"),
        (f"__host-HOLDFAST-tool=x; __Host-holdfast-tool={SECRET}", ""),
    ],
)
def test_the_tool_never_sees_the_secret(cookie, left):
    """The cookie comes back without it, and empty where nothing is left."""
    status, headers, _ = ask(Asked(), nginx(cookie=cookie))
    assert (200, left) == (status, headers["cookie"])
    assert not any(SECRET in value for value in headers.values())


def test_each_tool_has_a_cookie_of_its_own_and_no_tool_sees_any_of_them():
    """That of the tool counts, whatever others are shown; nothing of ours is handed on, the console's least of all."""
    asked, other = Asked(), "t" * 43
    ours = f"__Host-holdfast-tool={other}; __Host-holdfast-tool-archive={other}"
    console = f"__Host-holdfast={other}; __Host-holdfast-browser={other}; holdfast={other}; holdfast-browser={other}"
    cookie = f"{ours}; a=1; __Host-holdfast-tool-support_desk={SECRET}; {console}; holdfasts=2"
    status, headers, _ = ask(asked, nginx(cookie=cookie))
    assert (200, SESSION, "a=1; holdfasts=2") == (status, asked.questions[0].session, headers["cookie"])
    ask(asked, nginx(cookie=f"__Host-holdfast-tool-archive={SECRET}"))
    assert "" == asked.questions[1].session


def test_who_asks_for_what_is_no_tool_s_is_known_all_the_same():
    """By whichever cookie of a tool comes first, so that it is on record who tried."""
    asked = Asked(allowed=False, reasons=(StaffReason.UNKNOWN_FUNCTION,))
    ask(asked, nginx("/nowhere", cookie=f"__Host-holdfast-tool-a={SECRET}; __Host-holdfast-tool-b={'t' * 43}"))
    assert (SESSION, "") == (asked.questions[0].session, asked.questions[0].action.tool)


def test_a_session_of_another_tool_is_to_be_opened_for_this_one():
    """401, as where there is none."""
    assert 401 == ask(Asked(allowed=False, reasons=(StaffReason.OTHER_TOOL,)), nginx())[0]


def test_a_secret_counts_from_a_header_too():
    """For programs; it has to be the same as in the cookie."""
    asked = Asked()
    assert 200 == ask(asked, [*nginx(cookie="a=1"), ("X-Holdfast-Session", SECRET)])[0]
    assert SESSION == asked.questions[0].session
    assert 403 == ask(asked, [*nginx(), ("X-Holdfast-Session", "t" * 43)])[0]


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "a=1",
        "__Host-holdfast-tool=short",
        "__Host-holdfast-tool=" + "s" * 40 + "!!",
        "Host-holdfast-tool=" + SECRET,
        "__host-holdfast-tool=" + SECRET,
    ],
)
def test_without_a_session_it_is_401_and_on_record(cookie):
    """The attempt goes to the gate all the same, as nobody's."""
    asked = Asked()
    status, headers, problem = ask(asked, nginx(cookie=cookie))
    assert (401, "a-8", "no_session", "Sign in.") == (
        status,
        headers["x-holdfast-decision"],
        problem.code,
        problem.advice,
    )
    assert "" == asked.questions[0].session


def test_two_secrets_are_none():
    """Which of them a tool would take is not guessed."""
    assert 403 == ask(Asked(), nginx(cookie=f"__Host-holdfast-tool={SECRET}; __Host-holdfast-tool={'t' * 43}"))[0]


def test_a_refusal_says_why_and_what_to_do():
    """403 with codes and sentences, and nothing to hand on."""
    refused = Asked(
        allowed=False, reasons=(StaffReason.TICKET_NEEDED, StaffReason.STEP_UP_NEEDED), needs=("Name it.", "Use it.")
    )
    status, headers, problem = ask(refused, nginx())
    assert (403, "ticket_needed,step_up_needed", "a-7") == (
        status,
        headers["x-holdfast-refused"],
        headers["x-holdfast-decision"],
    )
    assert "Name it. Use it." == problem.advice
    assert not {"x-holdfast-person", "x-holdfast-proof", "cookie"} & headers.keys()


@pytest.mark.parametrize(
    "uri",
    ["/accounts", "/accounts/", "/accounts/1/", "/Accounts/1", "/accounts/1/x", "/", "/accounts/1/email"],
)
def test_what_no_route_names_is_for_nobody(uri):
    """It is asked about as a function that no catalogue has, so that the attempt is on record."""
    asked = Asked(allowed=False, reasons=(StaffReason.UNKNOWN_FUNCTION,))
    assert 403 == ask(asked, nginx(uri))[0]
    assert ("", "") == (asked.questions[0].action.tool, asked.questions[0].action.function)


def test_a_host_of_its_own_and_the_methods_are_part_of_a_route():
    """Another host, another method: another request."""
    for more in ({"host": "other.example"}, {}):
        asked = Asked()
        ask(asked, nginx("/accounts/1/email", "POST" if more else "PUT", **more))
        assert "" == asked.questions[0].action.function
    asked = Asked()
    ask(asked, nginx("/accounts/1/email", "POST", host="DESK.example:443"))
    assert "account.email.replace" == asked.questions[0].action.function


UNCLEAR = [
    "//accounts/1", "/accounts//1", "/accounts/./1", "/accounts/../accounts/1", "/x/%2e%2e/accounts/1", "/accounts/%2E",
    "/accounts%2f1", "/accounts%2F1", "/accounts/1%5cx", "/accounts\\1", "/accounts/1;a=b", "/accounts/1%3Ba", "/accounts/1%00",
    "/accounts/%0a1", "/accounts/%252f", "/accounts/%zz", "/accounts/%", "/accounts/%ff", "/accounts/%c0%af", "/accounts/1#x",
    "/accounts/1 HTTP/1.1", "http://desk.example/accounts/1", "accounts/1", "", "*", "/accounts/1?", "/accounts/1?a=1&a=2",
    "/accounts/1?a=1;b=2", "/accounts/1?_method=DELETE", "/accounts/1?=x", "/accounts/1?a=%0d%0a", "/accounts/%E2%80%AE1",
    "/accounts/" + "1" * 9_000, "/accounts/<1>", "/accounts/\xe9",
]  # fmt: skip


@pytest.mark.parametrize("uri", UNCLEAR)
def test_a_path_that_can_be_read_in_two_ways_is_refused(uri):
    """Before anybody is asked: no tool gets to decide what it meant."""
    asked = Asked()
    status, _, problem = ask(asked, nginx(uri))
    assert (403, "request_unclear") == (status, problem.code)
    assert [] == asked.questions


def test_a_path_in_another_spelling_of_the_same_signs_is_the_same():
    """As every tool decodes it, and nothing else."""
    asked = Asked()
    ask(asked, nginx("/%61ccounts/%C3%A9?q=a+b%20c"))
    assert ("\u00e9", {"q": "a b c"}) == (asked.questions[0].action.target, asked.questions[0].action.payload["query"])


SMUGGLED = [
    ("X-Original-URI", "/accounts/2"), ("x-original-uri", "/accounts/2"), ("X-Original-Method", "POST"),
    ("X_Original_URI", "/accounts/2"), ("X_Holdfast_Person", "mallory"), ("x-holdfast_person", "mallory"),
    ("X-Holdfast-Person", "mallory"), ("X-Holdfast-Decision", "a-1"), ("X-Holdfast-Proof", "x"), ("X-Original-Address", "::1"),
    ("X-HTTP-Method-Override", "DELETE"), ("X-Method-Override", "DELETE"), ("X-HTTP-Method", "DELETE"),
    ("X-Original-URL", "/accounts/2"), ("X-Rewrite-URL", "/accounts/2"), ("X-Original-Host", "x"),
    ("X_HTTP_Method_Override", "DELETE"), ("x-http_method-override", "DELETE"), ("X_Method_Override", "DELETE"),
    ("X_HTTP_Method", "DELETE"), ("X_Rewrite_URL", "/accounts/2"),
]  # fmt: skip


@pytest.mark.parametrize("header", SMUGGLED, ids=lambda header: header[0])
def test_a_header_that_is_not_the_client_s_to_say_is_refused(header):
    """Twice, with underscores, in any capitals, or to make the tool do another thing than was asked about."""
    asked = Asked()
    assert 403 == ask(asked, nginx("/accounts/1", "GET", header))[0]
    assert [] == asked.questions


@pytest.mark.parametrize(
    ("headers", "where"),
    [
        ([*nginx(), ("X-Forwarded-Uri", "/accounts/2"), ("X-Forwarded-Method", "POST")], {}),
        (
            traefik("/accounts/1", ("X-Original-URI", "/accounts/2"), ("X-Original-Method", "POST")),
            {"path": Proxy.TRAEFIK.value},
        ),
        (
            envoy(("X-Original-URI", "/accounts/2"), ("X-Forwarded-Uri", "/accounts/3")),
            {"path": f"{Proxy.ENVOY.value}/accounts/1"},
        ),
    ],
)
def test_what_another_kind_of_proxy_would_say_counts_for_nothing(headers, where):
    """A client can say it, where the proxy does not."""
    asked = Asked()
    assert 200 == ask(asked, headers, **where)[0]
    assert "1" == asked.questions[0].action.target


def test_a_proxy_that_does_not_say_what_it_is_about_gets_no_yes():
    """Each of the four has to be said."""
    for name, _ in nginx()[:4]:
        asked = Asked()
        assert 403 == ask(asked, [each for each in nginx() if each[0] != name])[0], name
        assert [] == asked.questions


def test_a_body_that_a_proxy_shows_is_part_of_what_is_decided():
    """By its hash, packed or not; without one nothing is said of it."""
    body = b"email=new%40example.org"
    for more in ((), (("Content-Encoding", "gzip"),)):
        asked = Asked()
        where = {"path": f"{Proxy.ENVOY.value}/accounts/1/email", "method": "POST"}
        assert 200 == ask(asked, envoy(*more), body=body, **where)[0]
        assert f"sha256:{hashlib.sha256(body).hexdigest()}" == asked.questions[0].action.payload["body"]
    assert 413 == ask(Asked(), envoy(), body=b"x" * 65_537, **where)[0]


def test_reason_and_ticket_come_from_the_person():
    """In headers, percent-encoded where they are not ASCII, and no longer than they should be."""
    asked = Asked()
    ask(
        asked,
        nginx("/accounts/1", "GET", ("X-Holdfast-Reason", "caf%C3%A9 " + "x" * 900), ("X-Holdfast-Ticket", "T-1")),
    )
    assert ("caf\u00e9 xx", 500, "T-1") == (
        asked.questions[0].reason[:7],
        len(asked.questions[0].reason),
        asked.questions[0].ticket,
    )
