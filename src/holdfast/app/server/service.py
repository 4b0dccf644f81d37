"""How does the service begin, and how does it end?"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeAlias

import uvloop

from holdfast.app.live import LiveClock, LiveWatch, StreamClock, WallClock, wall_time
from holdfast.app.policies import load_policies, renewed
from holdfast.app.signin.passkeys import Passkeys
from holdfast.app.signin.place import Place, place_of
from holdfast.backends import file_of
from holdfast.connectors.webhook import WebhookNotifier
from holdfast.errors import PolicyError, SettingsError
from holdfast.guard import unreachable
from holdfast.ports import Notifier
from holdfast.response import Bulletin, HoldState, Policies
from holdfast.response.staff import StaffBulletin

from .admission import admitted
from .answerer import Answerer
from .answers import Message, Receive, Scope, Send
from .beginning import Beginning, StoppedError
from .collector import calm
from .door import LOOPBACK, Door, nobody
from .front import Asgi, Front, Pages
from .governing import at_signal
from .handover import Handover
from .link import Beat, Owner
from .listening import allow_files, beyond_loopback, inner_service, listen_at, tls_of
from .logs import Log, crash, make_log, quiet_libraries
from .memory import Memory, put_back
from .metrics import Metrics
from .notifying import Teller, links_begin, value_salt, webhook_of
from .relay import STAMP, told_from
from .room import places_of, short
from .routes import Routes
from .settings import TOKEN_VARIABLE, Settings, Time
from .staff.taken import take_batch
from .standby import Standby
from .tally import Tally
from .token import SHORTEST, hashed
from .worker import Worker

# Seconds after which Python lets another thread run. With the usual 5 ms, whoever looks would wait so long again and
# again while the worker judges events.
_SWITCH = 0.0005
_LOOK_EVERY = 0.05  # seconds between looks whether the worker is ready
_LONG = 3_600.0  # seconds: whether the state was seen at all
_ON_THE_WAY = frozenset({"starting", "hearing again", "at work"})
_FORSAKEN = "answering_gone", "Start the service again; a supervisor does so by itself."
_LOST = "store_lost", "Another server owns the store now. Start this one again: it stands by then."


MakePages: TypeAlias = Callable[[Settings, LiveWatch, Worker, Place], Pages | None]
"""Makes what people see in a browser, which this knows nothing of."""


def no_pages(settings: Settings, run: LiveWatch, worker: Worker, place: Place) -> None:
    """Nothing to see."""


def serve(
    settings: Settings,
    token: str | None,
    log: Log | None = None,
    *,
    pages: MakePages = no_pages,
    notice_secret: str = "",
) -> int:
    """Run until SIGTERM or SIGINT; the exit code.

    (0) Who may ask, and by which policies, is settled; (1) the address is taken, and the process that answers begins;
    (2) kernels are ready; (3) the store is opened, and is ours alone; (4) the worker hears again what was archived,
    while (5) questions are answered; on a signal (6) no more is taken in, what is under way is answered, (7) the queue
    is worked off, and (8) the record's head is told.

    Raises:
        SettingsError: it would listen beyond loopback without a token or TLS, the token is too short, or the address is
            taken.
        PolicyError: the policies do not hold.
        HoldfastError: the store or the archive cannot be opened.

    """
    log = log or make_log()
    quiet_libraries(log)
    beginning = Beginning(log)
    try:
        with beginning.heeded():
            return _serve(settings, token, log, pages, beginning, webhook_of(settings, notice_secret))
    except StoppedError:
        log.info("stopped_early", advice="It had not begun: nothing was taken in.")
        return 0


def _serve(  # noqa: PLR0913, PLR0917 - as `serve`
    settings: Settings,
    token: str | None,
    log: Log,
    pages: MakePages,
    beginning: Beginning,
    notifier: WebhookNotifier | None,
) -> int:
    if not os.isatty(0):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the worker is there: nothing ends for it
    configured = configured_token(settings, token)
    tls = tls_of(settings) is not None
    policies = load_policies(settings.policy.folder)
    allow_files(settings)
    with closing(listen_at(settings)) as listener:
        where = listener.getsockname()
        log.info(
            "starting",
            pid=os.getpid(),
            token=configured is not None,
            tls=tls,
            unseen=str(settings.guard.unseen),
            policy=policies.response.version,
        )
        with Answerer(listener, settings) as answerer:
            beginning.ready_kernels()
            place = place_for(settings, where[1])
            listening = partial(log.info, "listening", host=where[0], port=where[1], answering=answerer.pid)
            standby = Standby(settings, answerer, configured, listening, beginning, log)
            with contextlib.ExitStack() as stack:
                stack.callback(standby.relieve)

                def opened() -> tuple[LiveWatch, Memory]:
                    return stack.enter_context(_opened(settings, _as_of_now(settings, policies, log), place))

                taken = standby.turn(opened) if settings.server.standby else opened()
                if taken is None:
                    return standby.code
                beginning.go_on()
                run, memory = taken
                _require_credentials(settings, run, configured)
                _tell_unreachable(run, log)
                owner = _Owner(settings, run, memory, answerer, log)
                if notifier is not None:
                    stack.callback(notifier.close)
                    owner.tell_holders(notifier, links_begin(settings, place))
                return owner.serve(configured, place, pages, standby, beginning)


class _Owner:
    """The process that owns the state."""

    def __init__(self, settings: Settings, run: LiveWatch, memory: Memory, answerer: Answerer, log: Log) -> None:
        self._settings, self._run, self._answerer, self._log = settings, run, answerer, log
        gate, directory = run.response.gate, run.response.knowledge.directory
        self._bulletin = Bulletin(gate, directory, run=secrets.token_hex(8))
        self._bulletin.publish()
        self._staff = StaffBulletin(run.response.staff, secrets.token_hex(8), run.proof_key)
        self._staff.publish()
        self._wake: Callable[[], None] | None = None
        room = partial(short, places_of(settings))
        self._worker = Worker(run, memory, dialect=settings.dialect, log=log, publish=self._publish, short=room)
        self._teller: Teller | None = None
        self._stopped: Callable[[tuple[str, str]], object] | None = None
        self._beaten = float("-inf")  # when the state was seen, as the process that answers knows it
        self._failed = self._forsaken = False
        self._reading = set[asyncio.Future[None]]()
        lost = partial(self._end_with, _LOST)
        self._handover = Handover(run.store, self._bulletin.packets, self._pulse, lost=lost, log=log)

    def tell_holders(self, notifier: Notifier, origin: str) -> None:
        """Have holders told by `notifier` of what staff changed; their links begin with `origin`."""
        self._teller = Teller(self._worker, notifier, origin, self._log)

    def serve(
        self,
        configured: bytes | None,
        place: Place | None,
        pages: MakePages,
        standby: Standby,
        beginning: Beginning,
    ) -> int:
        """Until a signal; the exit code."""
        shown = None if place is None else pages(self._settings, self._run, self._worker, place)
        signed_in = nobody if shown is None else shown.signed_in
        door = Door(lambda: self._run.response.people.roll, wall_time, configured=configured, signed_in=signed_in)
        application = self._application(door, place, shown)
        sys.setswitchinterval(_SWITCH)
        calm()
        if not standby.answering:
            self._answer()
            standby.listening()
        self._worker.start()
        if self._teller is not None:
            self._teller.start()
        try:
            uvloop.run(self._listen(application, standby, beginning))
        finally:
            if self._teller is not None:
                self._teller.stop(self._settings.server.stop_seconds)
            ended = self._worker.stop(self._settings.server.stop_seconds)
            self._handover.stop()  # last: without a sign of life the store would be taken from this one meanwhile
        if not ended:
            return _given_up(self._log)
        return _last_words(self._run, self._log, failed=self._failed)

    def _answer(self) -> None:
        """Have the guard's answers given by what is known here."""
        forsaken = partial(self._end_with, _FORSAKEN)
        owner = Owner(
            packets=self._bulletin.packets,
            staff=self._staff.packets,
            pulse=self._pulse,
            refused=self._refused,
            takes=partial(take_batch, self._worker),
            gone=forsaken,
        )
        self._wake = self._answerer.begin(owner)

    def _publish(self) -> None:
        seen_at = self._worker.status.seen_at
        news = [self._bulletin.publish(), self._staff.publish(), seen_at != self._beaten]
        if any(news) and self._wake is not None:
            self._beaten = seen_at
            self._wake()

    def _pulse(self) -> Beat:
        return Beat(seen_at=self._worker.status.seen_at, at=time.monotonic(), now=self._run.clock.now())

    def _refused(self, told: list[tuple[str, int]]) -> None:
        def note(run: LiveWatch) -> None:
            for account, at in told:
                run.response.gate.note_refusal(account, at)

        self._worker.ask(note)

    def _end_with(self, why: tuple[str, str]) -> None:
        """It cannot go on: end, so that whoever keeps the service running starts it anew."""
        if self._stopped is not None:
            with contextlib.suppress(RuntimeError):  # it has ended already
                self._stopped(why)

    def _application(self, door: Door, place: Place | None, shown: Pages | None) -> Asgi:
        tally = Tally()
        entitled = self._run.response.entitled
        routes = Routes(
            self._worker, Metrics(self._worker, tally), tally, self._settings, lambda: entitled.policy, place
        )
        front = Front(admitted, routes, shown, door=door, tally=tally, log=self._log)
        packets, staff = self._bulletin.packets, self._staff.packets

        async def stamped(scope: Scope, receive: Receive, send: Send) -> None:
            async def stamp(told: Message) -> None:
                if told["type"] == "http.response.start":
                    told["headers"] = [*told["headers"], (STAMP, f"{packets.at} {staff.at}".encode())]
                await send(told)

            await front(told_from(scope), receive, stamp)

        return stamped

    async def _take_over(self, standby: Standby, ends: asyncio.Event) -> None:
        """Once what was seen is known again, answer by it; until then a standby goes on by what was left to it."""
        while not ends.is_set() and self._worker.status.phase in _ON_THE_WAY and not self._worker.seen(_LONG):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_EVERY)
        if standby.answering:
            self._answer()
            await asyncio.to_thread(standby.relieve)
        if not ends.is_set() and self._settings.server.standby:
            self._handover.start()

    def _read_policies(self) -> None:
        reading = asyncio.ensure_future(at_signal(self._worker, self._settings.policy.folder, self._log))
        self._reading.add(reading)  # the loop itself would not keep it
        reading.add_done_callback(self._reading.discard)

    async def _listen(self, application: Asgi, standby: Standby, beginning: Beginning) -> None:
        server = inner_service(self._settings, application)
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: _fault(self._log, context.get("exception")))
        ends = asyncio.Event()
        signals = (signal.SIGTERM, signal.SIGINT)

        def stop(name: str) -> None:
            self._log.info("stopping", signal=name)
            ends.set()
            for number in signals:
                loop.remove_signal_handler(number)  # the second one ends it at once

        def cannot_go_on(why: tuple[str, str]) -> None:
            if not ends.is_set():
                self._failed, self._forsaken = True, why is _FORSAKEN
                self._log.error(why[0], advice=why[1])
                ends.set()

        for number in signals:
            loop.add_signal_handler(number, stop, number.name)
        if not os.isatty(0):  # else it says that the terminal is gone, and ends it
            loop.add_signal_handler(signal.SIGHUP, self._read_policies)
        if beginning.signal:
            ends.set()
        self._stopped = lambda why: loop.call_soon_threadsafe(cannot_go_on, why)
        taking_over = asyncio.ensure_future(self._take_over(standby, ends))
        if standby.answering:
            await taking_over
        serving = asyncio.ensure_future(server.serve(sockets=[self._answerer.door]))
        await ends.wait()
        if not self._forsaken:
            # What it passes on is answered here meanwhile.
            await asyncio.to_thread(self._answerer.end, self._settings.server.stop_seconds)
        server.should_exit = True
        await taking_over
        await serving


def place_for(settings: Settings, port: int) -> Place | None:
    """Where people sign in with a browser at a service that listens on `port`; None: nowhere.

    Raises:
        SettingsError: the settings name a place where no browser would take a passkey.

    """
    signin = settings.signin
    return place_of(signin.origin, signin.rp_id, loopback=settings.server.host in LOOPBACK, port=port)


def configured_token(settings: Settings, token: str | None) -> bytes | None:
    """The SHA-256 of the token with which a program may ask: `token`, or the one of the settings; None for neither.

    Raises:
        SettingsError: there must be one, or this one is too short.

    """
    if token is not None and len(token) < SHORTEST:
        raise SettingsError(
            f"{TOKEN_VARIABLE} has fewer than {SHORTEST} characters.", advice="Make one with `holdfast token`."
        )
    kept = hashed(token) if token is not None else settings.server.token_hash
    if not kept and settings.server.host not in LOOPBACK and not _store_there(settings):
        raise beyond_loopback(settings)
    return bytes.fromhex(kept.removeprefix("sha256:")) if kept else None


def _store_there(settings: Settings) -> bool:
    """Whether there is a store, in which people may be registered."""
    file = file_of(settings.store.address)
    return file is None or file.exists()


def _as_of_now(settings: Settings, policies: Policies, log: Log) -> Policies:
    """The policies as they are in their folder now: who stands by may have waited for weeks."""
    try:
        return renewed(policies, settings.policy.folder)
    except PolicyError as error:
        refused = error
    log.error("policies_refused", error=str(refused), advice=f"{refused.advice} Those read at the start hold.")
    return policies


@contextlib.contextmanager
def _opened(settings: Settings, policies: Policies, place: Place | None) -> Iterator[tuple[LiveWatch, Memory]]:
    memory = Memory(Path(settings.store.archive) if settings.store.archive else None)
    clock: LiveClock = StreamClock() if settings.events.time is Time.STREAM else WallClock()
    run = LiveWatch(
        approve_after=settings.response.auto_seconds,
        store=settings.store.address,
        memory_mb=settings.detection.memory_mb,
        key=Path(settings.store.key) if settings.store.key else None,
        clock=clock,
        behaviour=settings.behaviour,
        told=settings.recovery.cases,
        policy=policies.response,
        staff_policy=policies.staff,
        value_key=value_salt(settings),
        signatures=None if place is None else Passkeys(rp_id=place.rp_id, origin=place.origin),
    )
    with run.store:
        put_back(run)
        yield run, memory


def _fault(log: Log, error: BaseException | None) -> None:
    if error is not None and not isinstance(error, ConnectionError):
        crash(log, error)


def _require_credentials(settings: Settings, run: LiveWatch, configured: bytes | None) -> None:
    """Pass who listens on loopback, or knows whom to answer.

    Raises:
        SettingsError: it would listen beyond loopback with nobody registered and no token.

    """
    if settings.server.host not in LOOPBACK and configured is None and run.response.people.roll.nobody:
        raise beyond_loopback(settings)


def _tell_unreachable(run: LiveWatch, log: Log) -> None:
    people = run.response.people.persons
    if people:
        for row in unreachable(run.response.entitled.policy, people.values()):
            log.warning("quorum_unreachable", row=row, advice="Register more people, or change the table of quorums.")


def _last_words(run: LiveWatch, log: Log, *, failed: bool) -> int:
    head = run.store.checkpoint()
    standing = sum(held.state is HoldState.IN_FORCE for held in run.response.book.holds.values())
    log.info("stopped", entries=head.size, root=head.root.hex(), holds=standing)
    return int(failed)


def _given_up(log: Log) -> int:
    log.error("given_up", advice="Raise server.stop_seconds. What was answered is on record; tell the rest again.")
    return 1
