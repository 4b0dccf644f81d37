"""How is a file got from an HTTP server on this machine, within a time and a size, and from nowhere else?

No redirect is followed, no name is looked up, no proxy is asked: a post must not be able to make us call anybody.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit

import msgspec

from holdfast.connectors.pictures.verdict import UnfitPictureError
from holdfast.errors import UsageError

_PIECE = 64 * 1024  # bytes at a time
_LOCALHOST = "127.0.0.1"


class Origin(msgspec.Struct, frozen=True):
    """A loopback address and a port of it."""

    host: str
    port: int

    @classmethod
    def of(cls, text: str) -> Self:
        """The origin that a person named.

        Raises:
            UsageError: it is not http, not of this machine, or says more than an origin.

        """
        found = cls.in_url(text)
        if found is None or urlsplit(text).path not in ("", "/"):
            raise UsageError(
                f"{text!r} is not the address of a server on this machine",
                advice="Write it as http://127.0.0.1:PORT or http://[::1]:PORT.",
            )
        return found

    @classmethod
    def in_url(cls, url: str) -> Self | None:
        """The origin of an address; None if it is not plain HTTP to a loopback address."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or http.client.HTTP_PORT
            address = ipaddress.ip_address(_LOCALHOST if host == "localhost" else host)
        except ValueError:
            return None
        if parts.scheme != "http" or not address.is_loopback or parts.username is not None:
            return None
        return cls(str(address), port)


def get(origin: Origin, url: str, *, most: int, until: float, now: Callable[[], float]) -> bytes:
    """The body that `origin` has for `url`: at most `most` bytes, by the time `until` of the clock `now` (seconds).

    Raises:
        UnfitPictureError: it does not answer in time, with 200, or with so little.

    """
    connection = http.client.HTTPConnection(origin.host, origin.port, timeout=max(until - now(), 0.001))
    try:
        connection.request("GET", _target(urlsplit(url)), headers={"Accept": "image/*", "Connection": "close"})
        answer = http.client.HTTPResponse(_Wire(connection.sock, until, now), method="GET")  # type: ignore[arg-type]
        answer.begin()
        if answer.status != http.client.OK:
            raise UnfitPictureError(f"was answered with {answer.status}; redirects are not followed")
        if (answer.length or 0) > most:
            raise UnfitPictureError(f"has more than {most:,} bytes")
        return _body(answer, most)
    except TimeoutError:
        raise UnfitPictureError("did not arrive in time") from None
    except OSError as error:
        raise UnfitPictureError(f"cannot be fetched ({error.strerror or type(error).__name__})") from None
    except (http.client.HTTPException, ValueError) as error:
        raise UnfitPictureError(f"was answered with no sound HTTP ({type(error).__name__})") from None
    finally:
        connection.close()


def _body(answer: http.client.HTTPResponse, most: int) -> bytes:
    held = bytearray()
    while piece := answer.read(_PIECE):
        held += piece
        if len(held) > most:
            raise UnfitPictureError(f"has more than {most:,} bytes")
    return bytes(held)


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class _Wire(io.RawIOBase):
    """A socket that can be read until a moment, however slowly its bytes drip; `HTTPResponse` takes it for one."""

    def __init__(self, wire: socket.socket, until: float, now: Callable[[], float]) -> None:
        self._wire, self._until, self._now = wire, until, now

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - a buffer, which Python 3.11 has no name for
        left = self._until - self._now()
        if left <= 0:
            raise TimeoutError
        self._wire.settimeout(left)
        return self._wire.recv_into(buffer)
