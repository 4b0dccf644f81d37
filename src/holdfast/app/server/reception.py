"""Who is answered here, and who is passed on? The guard's questions are answered here, whatever else goes on."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import parse_qs

import msgspec

from holdfast.containment import Packet, Packets, Replica, unpack
from holdfast.guard import Answer, Question, says_a_lure
from holdfast.reading import read_text
from holdfast.response.staff import StaffReplica

from .admission import Admission
from .answers import Receive, RefusedError, Scope, Send, send_body, send_refusal
from .copies import LONGEST_AT, LONGEST_WAIT, MEDIA, SNAPSHOT
from .front import GUARD
from .guard import GuardRoutes
from .link import Beat
from .logs import Log, crash
from .metrics import GuardMetrics
from .refusals import REFUSALS, RefusalsTaken, refusals
from .relay import Relay, Reply
from .settings import Settings, Time
from .staff.ahead import Ahead
from .staff.attempting import ON_RECORD
from .staff.deciding import ACTIONS, UNSEEN, StaffRoutes
from .staff.forwarding.gateway import KEYS, Gateway, bare
from .staff.forwarding.original import proxy_of
from .staff.taking import Taking

_LOOKS = frozenset({"/health", "/ready", "/metrics"})  # asked by machines that must not wait for a silent process
_PATIENCE = 3.0  # seconds for those
MOST_REFUSED = 10_000  # remembered until the owner of the state hears of them; a flood beyond that says nothing more
_BEHIND = 2.0  # seconds that an answer waits at most for the packets it speaks of


def _nowhere(batch: bytes) -> None:
    """Nobody is there who takes."""


class Reception:
    """The application of the process that answers."""

    def __init__(
        self,
        settings: Settings,
        relay: Relay,
        log: Log,
        send: Callable[[bytes], None] = _nowhere,
        *,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Know nothing of the holds yet; pass on over `relay`. `wall` gives seconds since 1970 UTC.

        What staff would do goes to the owner of the state by `send`, in packed batches.
        """
        self._wall, self._latest = wall, 0
        self._settings, self._relay, self._log = settings, relay, log
        self._admission = Admission(relay)
        self._replica = Replica(read_text)
        self._beat = Beat(seen_at=float("-inf"), at=time.monotonic(), now=0)
        self._moved = asyncio.Event()
        self._wait = min(LONGEST_WAIT, settings.server.request_seconds / 2)
        self.packets = Packets()
        self.refused: deque[tuple[str, int]] = deque(maxlen=MOST_REFUSED)
        self.guard = GuardRoutes(self._ask, self._now, self.seen, settings.guard.unseen)
        self._copy = StaffReplica()
        self.taking = Taking(send, UNSEEN)
        self.ahead = Ahead(self.taking, send, self._unseen, lambda: self._copy.since)
        self.staff = StaffRoutes(lambda: self._copy.state, self._now, self._unseen, self.ahead.take, self._keys)
        self.gateway = Gateway(self._copy, self.staff.decide, self._now)
        self._metrics = GuardMetrics(self.guard, self.staff)

    def take(self, data: bytes) -> None:
        """Take a packet, and let those know who wait for it.

        Raises:
            SnapshotError: it cannot be used.

        """
        for frame in unpack(data):
            self._replica.take((frame,))
            self.packets.add(Packet(frame.run, frame.seq, frame.whole, data))
        self._moved.set()
        self._moved = asyncio.Event()

    def take_staff(self, data: bytes) -> None:
        """Take a packet of the staff gate, and let those know who wait for it.

        Raises:
            SnapshotError: it cannot be used.

        """
        self._copy.take(data)
        self._moved.set()
        self._moved = asyncio.Event()

    def tell(self) -> None:
        """Have the owner hear what was allowed in advance."""
        self.ahead.flush(self._now())

    async def close(self) -> None:
        """Have the owner know all that there is to know."""
        await self.ahead.close(self._now())

    def beat(self, beat: Beat) -> None:
        """Hear how the owner of the state is."""
        self._beat = beat

    def seen(self) -> bool:
        """Whether the state was seen lately."""
        return time.monotonic() - self._beat.seen_at < self._settings.guard.stale_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            await self._answer(scope, receive, send)
        except RefusedError as refused:
            self.guard.refused += 1
            await send_refusal(send, refused)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an answer and we get to know where
            crash(self._log, error)
            fault = RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "a fault of ours", advice="It is in the log.")
            with contextlib.suppress(RuntimeError):  # the answer had begun: then the line is cut
                await send_refusal(send, fault)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if proxy_of(path) is not None:
            turned_away = await self._admission.let_in(bare(scope))
            await (self.gateway(scope, receive, send) if turned_away is None else _pass(send, turned_away))
        elif path in GUARD:
            turned_away = await self._admission.let_in(scope)
            await (self._asked(scope, receive, send) if turned_away is None else _pass(send, turned_away))
        elif path == KEYS:
            await self.gateway.keys(scope, send)
        elif path in _LOOKS and scope["method"] == "GET":
            reply = await self._relay.fetch(scope, _PATIENCE)
            if path == "/metrics" and reply.status == HTTPStatus.OK:
                reply.body.append(self._metrics.text())
            await _pass(send, reply)
        else:
            if path.startswith(ON_RECORD):
                await self.ahead.settled(self._now())  # whoever looks at the record sees all that was allowed
            await self._relay(scope, receive, send, reached=self._reached)

    async def _asked(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is the guard's to answer to whoever was let in."""
        path = scope["path"]
        if path == SNAPSHOT:
            await self._snapshot(scope, send)
        elif path == REFUSALS:
            told = await refusals(scope, receive, self._now())
            self.refused += told
            await send_body(send, HTTPStatus.OK, msgspec.json.encode(RefusalsTaken(taken=len(told))))
        elif path == ACTIONS:
            await self.staff(scope, receive, send)
        else:
            await self.guard(scope, receive, send)

    async def _reached(self, at: str) -> None:
        """Wait for the packets up to `at`, so that whoever was told of a hold or a lock is answered by it."""
        until = time.monotonic() + _BEHIND
        copies: tuple[Replica | StaffReplica, ...] = (self._replica, self._copy)
        for copy, each in zip(copies, at.split(" "), strict=False):
            run, _, number = each.rpartition("-")
            while each and run == copy.run and int(number) > copy.seq and time.monotonic() < until:
                await self._moves(until)

    async def _moves(self, until: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._moved.wait(), until - time.monotonic())

    async def _snapshot(self, scope: Scope, send: Send) -> None:
        """The packets after those that the client has; it may wait for them."""
        if scope["method"] != "GET":
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "a snapshot is got", headers=[(b"allow", b"GET")])
        after, wait = _wanted(scope, self._wait)
        until = time.monotonic() + wait
        packets = self.packets.since(after)
        while not packets and (left := until - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), left)
            packets = self.packets.since(after)
        age = min(1e6, max(0.0, time.monotonic() - self._beat.seen_at))
        headers = [
            (b"etag", b'"%s"' % self.packets.at.encode()),
            (b"holdfast-state-age", b"%.3f" % age),
            (b"holdfast-time", b"%d" % self._now()),
            (b"holdfast-unseen", str(self._settings.guard.unseen).encode()),
        ]
        body = b"".join(packet.data for packet in packets)
        status = HTTPStatus.OK if packets else HTTPStatus.NOT_MODIFIED
        await send_body(send, status, body, MEDIA.encode(), headers)

    def _ask(self, question: Question) -> Answer:
        answer = self._replica.snapshot.answer(question)
        if says_a_lure(answer):
            self.refused.append((question.account, question.time))
        return answer

    def _keys(self) -> dict[str, str]:
        """The gate's own keys, by their names."""
        return self.gateway.public

    def _unseen(self) -> int:
        """For how many milliseconds the owner of the state was not seen to be well."""
        return int(min(1e9, max(0.0, (time.monotonic() - self._beat.seen_at) * 1_000)))

    def _now(self) -> int:
        beat = self._beat
        if self._settings.events.time is Time.WALL:
            # As with the owner of the state, whose clock never goes back: what was placed by a clock that was ahead
            # must not be out of force because of it.
            self._latest = max(self._latest, beat.now, int(self._wall() * 1_000))
            return self._latest
        return beat.now + int((time.monotonic() - beat.at) * 1_000) if beat.now else 0


def _wanted(scope: Scope, most: float) -> tuple[str, float]:
    """What the client has, and how long it waits.

    Raises:
        RefusedError: the query cannot be meant.

    """
    query = parse_qs(scope["query_string"].decode("latin-1"))
    known = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
    after = query.get("after", [known.decode("latin-1").strip('W/"')])[-1]
    try:
        wait = float(query.get("wait", ["0"])[-1])
    except ValueError:
        wait = -1.0
    if not 0 <= wait <= LONGEST_WAIT or len(after) > LONGEST_AT:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"wait is a number of seconds from 0 to {LONGEST_WAIT:g}")
    return after, min(wait, most)


async def _pass(send: Send, reply: Reply) -> None:
    body = b"".join(reply.body)
    headers = [each for each in reply.shown() if each[0] != b"content-length"]
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
