"""Where and how is it listened? The socket, TLS on it, and uvicorn with its bounds."""

from __future__ import annotations

import resource
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn

from holdfast.errors import SettingsError

from .door import LOOPBACK
from .settings import Settings
from .wire import BoundedProtocol, Service

_BACKLOG = 2_048  # connections that the system keeps for us
_OTHER_FILES = 64  # the store, the archive, sockets, libraries
_INNER_IDLE = 3_600  # seconds: between our own processes a connection is kept for the next request


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


def files_wanted(settings: Settings) -> int:
    """How many files a process of the service has open at most: each connection may need one to the other process."""
    return 2 * settings.server.connections + _OTHER_FILES


def allow_files(settings: Settings) -> None:
    """Let this process, and those that it starts, have as many files open as are wanted, as far as it may."""
    wanted, (most, allowed) = files_wanted(settings), resource.getrlimit(resource.RLIMIT_NOFILE)
    raised = wanted if allowed == resource.RLIM_INFINITY else min(wanted, allowed)
    if resource.RLIM_INFINITY != most < raised:
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, allowed))


def beyond_loopback(settings: Settings) -> SettingsError:
    """What is said to who would listen beyond loopback without knowing whom to answer."""
    return SettingsError(
        f"Beyond loopback ({settings.server.host}) a token is required.",
        advice="Run `holdfast init`, or `holdfast token` and put its hash into the settings; or listen at 127.0.0.1.",
    )


def tls_of(settings: Settings) -> ssl.SSLContext | None:
    """How TLS is spoken: by 1.2 at least, with the certificate of the settings; None where they name none.

    Raises:
        SettingsError: certificate and key cannot be used, or everybody would hear what is said beyond loopback.

    """
    server = settings.server
    if bool(server.tls_certificate) != bool(server.tls_key):
        raise SettingsError("TLS takes a certificate and its key.", advice="Set server.tls_certificate and tls_key.")
    if not server.tls_certificate:
        if server.host not in LOOPBACK and not server.behind_proxy:
            raise SettingsError(
                f"Beyond loopback ({server.host}) tokens and posts would be readable on the way.",
                advice="Set server.tls_certificate and server.tls_key; or server.behind_proxy = true where a proxy "
                "speaks TLS for it.",
            )
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(server.tls_certificate, server.tls_key, password=_no_password)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise SettingsError(
            f"The certificate {server.tls_certificate} and the key {server.tls_key} cannot be used: {error}.",
            advice="Both are PEM; the key is the certificate's own, and has no password. See `holdfast doctor`.",
        ) from error
    return context


def _no_password() -> str:
    raise ValueError("the key has a password, and nobody is there to type it")


def service(settings: Settings, application: Any, listening: Callable[[], None]) -> Service:  # noqa: ANN401 - ASGI
    """The server that everybody talks to; it calls `listening` once it may be asked."""
    config = _config(
        application,
        limit_concurrency=settings.server.connections,
        timeout_keep_alive=int(settings.server.idle_seconds) or 1,
        timeout_graceful_shutdown=int(settings.server.stop_seconds) or 1,
    )
    config.load()
    config.ssl = tls_of(settings)
    return Service(config, request_seconds=settings.server.request_seconds, listening=listening)


def inner_service(settings: Settings, application: Any) -> Service:  # noqa: ANN401 - ASGI
    """The server of the process that owns the state; only the one that answers talks to it."""
    config = _config(application, date_header=False, timeout_keep_alive=_INNER_IDLE, timeout_graceful_shutdown=1)
    return Service(config, request_seconds=settings.server.request_seconds, listening=lambda: None)


def _config(application: Any, **bounds: Any) -> uvicorn.Config:  # noqa: ANN401 - ASGI, and numbers
    connection: Any = partial(BoundedProtocol, silent={})  # uvicorn only calls it
    return uvicorn.Config(
        application,
        http=connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        **bounds,
    )
