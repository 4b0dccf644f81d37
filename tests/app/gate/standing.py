"""A whole stand in this process: the gate with its staff on a real store, over HTTP, and the support desk behind it."""

import asyncio
import contextlib
import hashlib
import json
import secrets
import socket
import threading
import time
from pathlib import Path

import msgspec
import uvicorn
from examples.support_desk.app import make
from examples.support_desk.desk import TOOL
from examples.support_desk.records import Account, Records
from tests.response.staff.conftest import Desk, open_store

from holdfast.app.server.answers import RefusedError, send_body, send_refusal, whole_body
from holdfast.app.server.staff.forwarding.forward import Forward
from holdfast.app.server.staff.forwarding.routes import Routes
from holdfast.app.server.staff.forwarding.shown import session_shown
from holdfast.client import Gate, Proofs
from holdfast.events import format_time
from holdfast.guard import Passkey
from holdfast.guard.staff import StaffPolicy, Stage, ToolAction, ToolQuestion
from holdfast.guard.staff.proof import Prover
from holdfast.response import shipped_staff_texts
from holdfast.response.staff import Take

CHANGES = "/v1/gate/changes/"
EXAMPLE = Path(__file__).resolve().parents[3] / "examples"
ANA, PRESIDENT = (
    Account("1001", "@ana", "ana@example.org", "+1", True),
    Account("1002", "@president", "p@example.gov", "+2", True),
)


class Wall:
    """The clock of the machine, by which proofs are checked, or some milliseconds `ahead` of it."""

    def __init__(self):
        """As the machine's."""
        self.ahead = 0

    def now(self):
        """Milliseconds since 1970 UTC."""
        return int(time.time() * 1000) + self.ahead


def policy():
    """The shipped policies with the catalogue of the example."""
    tools = (EXAMPLE / "support_desk" / "tools.toml").read_text(encoding="utf-8")
    return StaffPolicy({**shipped_staff_texts(), "tools.toml": tools})


class Listening:
    """An ASGI application on a free port of loopback, in a thread."""

    def __init__(self, app):
        """Begin, and wait until it listens."""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.url = f"http://{self.address}"
        config = uvicorn.Config(
            app, lifespan="off", log_config=None, access_log=False, proxy_headers=False, ws="none", http="httptools"
        )
        self._server = uvicorn.Server(config)
        self._server.capture_signals = contextlib.nullcontext
        self._thread = threading.Thread(target=lambda: self._server.run(sockets=[self.socket]), daemon=True)
        self._thread.start()

    def close(self):
        """End; harmless when it has ended."""
        self._server.should_exit = True
        self._thread.join()
        self.socket.close()


class Gatehouse:
    """The gate over HTTP: forward-auth, decisions for tools and the keys, all of one StaffGate."""

    def __init__(self, store):
        """On this store, with the staff of `tests.response.staff`."""
        self.desk = Desk(store, Wall(), policy())
        self.prover = Prover(b"k" * 32)
        self.lock = threading.Lock()
        self.awake = threading.Event()
        self.awake.set()
        self.heard = lambda question: None
        routes = Routes(self.desk.gate.policy.catalogue)
        self._forward = Forward(routes, self.decide, self.prover, self.desk.clock.now)

    @contextlib.contextmanager
    def slowly(self):
        """Within it no question is answered."""
        self.awake.clear()
        try:
            yield
        finally:
            self.awake.set()

    async def decide(self, question):
        """As the owner of the state would: at once, on record."""
        self.heard(question)
        with self.lock:
            answer = self.desk.gate.state.answer(question, unseen=0)
            return self.desk.gate.take([Take(question=question, answer=answer)], self.desk.now)[0]

    async def __call__(self, scope, receive, send):
        """Answer one request."""
        if not self.awake.is_set():
            await asyncio.to_thread(self.awake.wait)
        try:
            if scope["path"] == "/.well-known/holdfast-gate-keys":
                await send_body(send, 200, json.dumps(self.prover.keys).encode())
            elif scope["path"] == "/v1/gate/actions":
                await send_body(send, 200, await self._actions(await whole_body(scope, receive, 1 << 20)))
            elif scope["path"].startswith(CHANGES):
                await send_body(send, 200, self._change(scope["path"].removeprefix(CHANGES)))
            else:
                await self._forward(scope, receive, send)
        except RefusedError as refused:
            await send_refusal(send, refused)

    def _change(self, id_):
        with self.lock:
            changing = self.desk.gate.changing
            change = changing.kept[id_]
            stage = changing.stage(change, self.desk.now)
        until = None if change.until is None else format_time(change.until)
        return json.dumps({"id": id_, "stage": stage, "counts": stage is Stage.IN_FORCE, "until": until}).encode()

    async def _actions(self, body):
        asked = json.loads(body)
        action = ToolAction(**{name: asked[name] for name in ("tool", "function", "target", "payload")})
        session = session_shown(
            secret=asked["session"],
            proof=asked["proof"],
            tool=action.tool,
            target=action.target,
            keys=lambda: {self.prover.kid: self.prover.public},
            now=self.desk.now,
        )
        more = {name: asked[name] for name in ("reason", "ticket", "network")}
        answer = await self.decide(ToolQuestion(session=session, action=action, time=self.desk.now, **more))
        return msgspec.json.encode(answer)


class Stand:
    """The gate and the tool, both listening. `session` opens one for somebody, and gives its secret."""

    def __init__(self, folder):
        """Keep everything in `folder`."""
        self.store = open_store(str(folder / "gate.db")).__enter__()
        self.house = Gatehouse(self.store)
        self.gate = Listening(self.house)
        self.records = Records(folder / "desk.db", [ANA, PRESIDENT])
        self.asked, self.since = [], 0
        self.client = Gate(self.gate.url)
        tool = make(self.client, Proofs(TOOL, self.client.keys()), self.records)

        async def seen(scope, receive, send):
            self.asked.append(scope)
            await tool(scope, receive, send)

        self.tool = Listening(seen)
        self.desk = self.house.desk

    def session(self, name, *classes, network="127.0.0.1"):
        """The secret of a session that the gate opened, stepped up for these classes of functions."""
        secret = secrets.token_urlsafe(32)
        id_ = hashlib.sha256(secret.encode()).hexdigest()
        with self.house.lock:
            told = {"tool": TOOL, "network": network, "device": "x"}
            self.desk.gate.sessions.open(id_, self.desk.caller(name), self.desk.now, **told)
            for each in classes:
                passkey = Passkey(id=f"key of {name}", person=name, public_key=b"", added_at=0)
                self.desk.gate.sessions.step_up(id_, each, passkey, self.desk.now)
        return secret

    def told(self):
        """Have the platform take all notices about changes; these are given."""
        with self.house.lock:
            changing, now = self.desk.gate.changing, self.desk.now
            notices = changing.due(now)
            for each in notices:
                changing.told(each.id, now)
        return notices

    def begin(self):
        """Forget what was asked before, and end every session: the next test has its own."""
        self.asked.clear()
        self.house.heard = lambda question: None
        self.since += len(self.attempts())
        with self.house.lock:
            sessions = self.desk.gate.sessions
            sessions.end([each.id for each in sessions.kept.values()], "cora", "the next test", self.desk.now)

    def attempts(self):
        """What is on record: who, what, on whom, how it ended."""
        entries = [each.record for each in self.store.entries() if each.record.key.startswith("attempt/")][self.since :]
        return [(each.actor, each.body["function"], each.subject, each.body["outcome"]) for each in entries]

    def close(self):
        """End."""
        self.tool.close()
        self.client.close()
        self.gate.close()
        self.store.__exit__(None, None, None)
