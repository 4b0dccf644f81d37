"""What a proxy sends to the gate, and a gate that decides by a list, for tests."""

import asyncio

import msgspec

from holdfast.app.server.answers import Problem, RefusedError
from holdfast.app.server.staff.forwarding.forward import Forward
from holdfast.app.server.staff.forwarding.original import Proxy
from holdfast.app.server.staff.forwarding.routes import Routes
from holdfast.guard.staff import StaffAnswer, StaffReason, read_catalogue
from holdfast.guard.staff.proof import Prover

CATALOGUE = """
[[tool]]
id = "support_desk"
about = "For tests."
reads = 100
writes = 100
[[tool.function]]
id = "account.look_up"
kind = "read"
class = "look_up"
about = "Look."
[[tool.function]]
id = "account.email.replace"
kind = "write"
class = "credentials"
about = "Change."
[[tool.route]]
methods = ["GET", "HEAD"]
path = "/accounts/{target}"
function = "account.look_up"
[[tool.route]]
methods = ["POST"]
path = "/accounts/{target}/email"
host = "desk.example"
function = "account.email.replace"
"""
SECRET = "s" * 43
NOW = 1_000_000_000_000
SESSION = "c76ea6bf8a2e5b48ec2e5afbd16c3cb1e8c6ddcd0dfa0b0a0a6fd2ff9da6d4e7"
PROVER = Prover(b"k" * 32)


class Asked:
    """The questions that came, and the answer to them all."""

    def __init__(self, **answer):
        """Allowed unless it says otherwise."""
        told = {"allowed": True, "version": 1, "person": "ana", "action_hash": "sha256:x", "attempt": "a-7"}
        self.questions, self.answer = [], StaffAnswer(**{**told, **answer})

    async def __call__(self, question):
        """Answer one."""
        self.questions.append(question)
        if not question.session:
            return StaffAnswer(
                allowed=False, version=1, reasons=(StaffReason.NO_SESSION,), needs=("Sign in.",), attempt="a-8"
            )
        return self.answer


def routes(text=CATALOGUE):
    """The routes of a catalogue."""
    return Routes(read_catalogue(text))


def nginx(uri="/accounts/1", method="GET", *more, host="desk.example", cookie=f"__Host-holdfast-tool={SECRET}"):
    """The headers with which nginx asks."""
    told = [
        ("X-Original-URI", uri),
        ("X-Original-Method", method),
        ("X-Original-Host", host),
        ("X-Original-Address", "192.0.2.7"),
        ("Cookie", cookie),
    ]
    return [*told, *more]


def ask(decide, headers, *, path=Proxy.NGINX.value, method="GET", query=b"", body=b""):
    """The status, the headers by name and the problem of the gate's answer."""
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    if body:
        raw.append((b"content-length", b"%d" % len(body)))
    scope = {
        "type": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "method": method,
        "headers": raw,
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        sent.append(message)

    try:
        asyncio.run(Forward(routes(), decide, PROVER, lambda: NOW)(scope, receive, send))
    except RefusedError as refused:
        return int(refused.status), {name.decode(): value.decode() for name, value in refused.headers}, refused.problem
    status, headers = sent[0]["status"], {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return status, headers, None if status == 200 else msgspec.json.decode(sent[1]["body"], type=Problem)
