"""How does the service begin, and how does it end?"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import uvicorn
import uvloop

from holdfast.app.live import LiveClock, LiveWatch, StreamClock, WallClock, wall_time
from holdfast.app.policies import load_policy
from holdfast.app.warm import warm_wholly
from holdfast.backends import file_of
from holdfast.errors import SettingsError
from holdfast.guard import Policy, unreachable
from holdfast.response import HoldState

from .door import LOOPBACK, Door
from .front import Front
from .guard import GuardRoutes
from .logs import Log, crash, make_log, quiet_libraries
from .memory import Memory, put_back
from .metrics import Metrics
from .routes import Routes
from .settings import TOKEN_VARIABLE, Settings, Time
from .tally import Tally
from .token import SHORTEST, hashed
from .wire import BoundedProtocol, Service
from .worker import Worker

# Seconds after which Python lets another thread run. With the usual 5 ms, the guard would wait so long again and again
# while the worker judges events.
_SWITCH = 0.0005
_BACKLOG = 2_048  # connections that the system keeps for us


def serve(settings: Settings, token: str | None, log: Log | None = None) -> int:
    """Run until SIGTERM or SIGINT; the exit code.

    (0) Who may ask, and by which policies, is settled; (1) the address is taken; (2) kernels are ready; (3) the store
    is opened, and is ours alone; (4) the worker hears again what was archived, while (5) questions are answered; on a
    signal (6) no more is taken in, what is under way is answered, (7) the queue is worked off, and (8) the record's
    head is told.

    Raises:
        SettingsError: it would listen beyond loopback without a token, the token is too short, or the address is taken.
        PolicyError: the policies do not hold.
        HoldfastError: the store or the archive cannot be opened.

    """
    log = log or make_log()
    quiet_libraries()
    configured = configured_token(settings, token)
    policy = load_policy(settings.policy.folder)
    with closing(listen_at(settings)) as listener:
        log.info(
            "starting",
            pid=os.getpid(),
            token=configured is not None,
            unseen=str(settings.guard.unseen),
            policy=policy.version,
        )
        warm_wholly()
        with _opened(settings, policy) as (run, memory):
            _require_credentials(settings, run, configured)
            _tell_unreachable(run, log)
            _tidy()
            worker = Worker(run, memory, dialect=settings.dialect, log=log)
            door = Door(lambda: run.response.people.roll, wall_time, configured=configured)
            application = _application(settings, run, worker, door, log)
            worker.start()
            try:
                uvloop.run(_listen(settings, application, listener, log))
            finally:
                ended = worker.stop(settings.server.stop_seconds)
            return _last_words(run, log) if ended else _given_up(log)


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


def listen_at(settings: Settings) -> socket.socket:
    """The socket that listens; nobody else can take its address.

    Raises:
        SettingsError: the address is taken, or is none of this machine's.

    """
    host, port = settings.server.host.strip("[]"), settings.server.port
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen(_BACKLOG)
        except BaseException:
            listener.close()
            raise
    except OSError as error:
        raise SettingsError(
            f"Nothing can listen at {host}, port {port}: {error.strerror or error}.",
            advice="Choose another server.port (0 takes a free one), or stop whoever has it.",
        ) from error
    return listener


@contextlib.contextmanager
def _opened(settings: Settings, policy: Policy) -> Iterator[tuple[LiveWatch, Memory]]:
    memory = Memory(Path(settings.store.archive) if settings.store.archive else None)
    clock: LiveClock = StreamClock() if settings.events.time is Time.STREAM else WallClock()
    run = LiveWatch(
        approve_after=settings.response.auto_seconds,
        store=settings.store.address,
        memory_mb=settings.detection.memory_mb,
        key=Path(settings.store.key) if settings.store.key else None,
        clock=clock,
        policy=policy,
        behaviour=settings.response.behaviour,
    )
    with run.store:
        put_back(run)
        yield run, memory


def _application(settings: Settings, run: LiveWatch, worker: Worker, door: Door, log: Log) -> Front:
    stale = settings.guard.stale_seconds
    guard = GuardRoutes(run.response.gate.ask, run.clock.now, lambda: worker.seen(stale), settings.guard.unseen)
    tally = Tally()
    routes = Routes(worker, Metrics(guard, worker, tally), tally, settings, run.response.entitled.policy)
    return Front(guard, routes, door=door, tally=tally, log=log)


async def _listen(settings: Settings, application: Front, listener: socket.socket, log: Log) -> None:
    where = listener.getsockname()
    config = uvicorn.Config(
        application,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=settings.server.connections,
        timeout_keep_alive=int(settings.server.idle_seconds) or 1,
        timeout_graceful_shutdown=int(settings.server.stop_seconds) or 1,
    )
    server = Service(
        config,
        request_seconds=settings.server.request_seconds,
        listening=lambda: log.info("listening", host=where[0], port=where[1]),
    )
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: _fault(log, context.get("exception")))

    def stop(name: str) -> None:
        log.info("stopping", signal=name)
        server.should_exit = True
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)  # the second one ends it at once

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number.name)
    await server.serve(sockets=[listener])


def _fault(log: Log, error: BaseException | None) -> None:
    if error is not None and not isinstance(error, ConnectionError):
        crash(log, error)


def _tidy() -> None:
    """Have the collector leave alone what is there for good: it would stop every answer while it looks through it."""
    sys.setswitchinterval(_SWITCH)
    gc.collect()
    gc.freeze()


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


def beyond_loopback(settings: Settings) -> SettingsError:
    """What is said to who would listen beyond loopback without knowing whom to answer."""
    return SettingsError(
        f"Beyond loopback ({settings.server.host}) a token is required.",
        advice="Run `holdfast init`, or `holdfast token` and put its hash into the settings; or listen at 127.0.0.1.",
    )


def _last_words(run: LiveWatch, log: Log) -> int:
    head = run.store.checkpoint()
    standing = sum(held.state is HoldState.IN_FORCE for held in run.response.book.holds.values())
    log.info("stopped", entries=head.size, root=head.root.hex(), holds=standing)
    return 0


def _given_up(log: Log) -> int:
    log.error("given_up", advice="Raise server.stop_seconds. What was answered is on record; tell the rest again.")
    return 1
