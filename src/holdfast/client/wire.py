"""How is the server asked? Over HTTP, with bounds on time and size, and no error but ours comes out."""

from __future__ import annotations

import ssl
import time
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec

from holdfast.errors import GuardUnreachableError, SettingsError

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SNAPSHOT, _REFUSALS = "/v1/guard/snapshot", "/v1/guard/refusals"


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What came: packed frames (none: nothing is new), and when (monotonic seconds) the server had seen its own state.

    That is counted from the beginning of the answer, at `began`: however slowly the rest comes, it is of then. `time`
    is what the server's clock said then (milliseconds since 1970 UTC), 0 where it did not say.
    """

    data: bytes
    seen_at: float
    began: float
    time: int = 0


class Wire:
    """One server. Threads may ask it at the same time."""

    def __init__(  # noqa: PLR0913 - each is said by name
        self,
        url: str,
        token: str | None,
        *,
        timeout: float,
        most_bytes: int,
        verify: ssl.SSLContext | bool,
        plain: bool,
    ) -> None:
        """See `GuardClient`.

        Raises:
            SettingsError: the address is none, holds a secret, or would send the token unprotected.

        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingsError("The address of the guard is no http or https address.", advice="Give https://HOST.")
        if parts.username or parts.password:
            raise SettingsError("The address of the guard holds no secret.", advice="Give the token by itself.")
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not plain:
            raise SettingsError(
                "Without TLS everybody on the way could read the token and change the holds.",
                advice="Give an https address; or plain=True where something else protects the way.",
            )
        self.url = f"{parts.scheme}://{parts.netloc}"
        self._most, self._timeout = most_bytes, timeout
        headers = {"accept-encoding": "identity", **({"authorization": f"Bearer {token}"} if token else {})}
        self._http = httpx2.Client(
            base_url=self.url, headers=headers, timeout=timeout, verify=verify, trust_env=False, follow_redirects=False
        )

    def snapshot(self, after: str, wait: float) -> Fetched:
        """What is new after `after`, waiting `wait` seconds for it at most.

        Raises:
            GuardUnreachableError: it did not come in time, or something else came.

        """
        until = time.monotonic() + wait + self._timeout
        query = {"after": after, "wait": f"{wait:.3f}"}
        try:
            with self._http.stream("GET", _SNAPSHOT, params=query, timeout=wait + self._timeout) as answer:
                began = time.monotonic()
                if answer.status_code not in {200, 304}:
                    raise _refused(answer.status_code)
                data = self._whole(answer, until)
                age = float(answer.headers["holdfast-state-age"])
                clock = int(answer.headers.get("holdfast-time", "0"))
        except (httpx2.HTTPError, httpx2.StreamError, OSError, KeyError, ValueError) as why:
            raise _unreachable(why) from why
        return Fetched(data=data, seen_at=began - max(0.0, age), began=began, time=clock)

    def ask(self, path: str, question: dict[str, Any]) -> bytes:
        """The body of the answer to one question.

        Raises:
            GuardUnreachableError: there is none.

        """
        return self._body("POST", path, json=question)

    def tell(self, refused: list[dict[str, str]]) -> None:
        """Tell of accounts that were refused, each with the time.

        Raises:
            GuardUnreachableError: it is not heard.

        """
        self.ask(_REFUSALS, {"refused": refused})

    def get(self, path: str) -> bytes:
        """What lies at `path`.

        Raises:
            GuardUnreachableError: it did not come.

        """
        return self._body("GET", path)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _body(self, method: str, path: str, **told: Any) -> bytes:  # noqa: ANN401 - as httpx2 takes it
        until = time.monotonic() + self._timeout
        try:
            with self._http.stream(method, path, **told) as answer:
                if answer.status_code != 200:
                    raise _refused(answer.status_code)
                return self._whole(answer, until)
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as why:
            raise _unreachable(why) from why

    def _whole(self, answer: httpx2.Response, until: float) -> bytes:
        """The body as it comes, not unpacked: a few bytes could be any number of them."""
        parts, size = [], 0
        for part in answer.iter_raw():
            parts.append(part)
            size += len(part)
            if size > self._most:
                raise GuardUnreachableError(f"The guard's answer has more than {self._most:,} bytes.")
            if time.monotonic() > until:
                raise GuardUnreachableError("The guard's answer came too slowly.")
        return b"".join(parts)


def _refused(status: int) -> GuardUnreachableError:
    advice = "Check the token and its scopes." if status in {401, 403} else None
    return GuardUnreachableError(f"The guard answered {status}.", advice=advice)


def _unreachable(why: BaseException) -> GuardUnreachableError:
    # The message of a foreign error may repeat headers or an address: only its kind is told.
    return GuardUnreachableError(f"The guard could not be asked ({type(why).__name__}).")
