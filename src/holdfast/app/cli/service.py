"""How does a command ask a service that runs? Over HTTP, with the token that the environment holds."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from cyclopts import Parameter

from holdfast.app.terminal import Screen, plain
from holdfast.errors import NotAllowedError, ServiceError, UsageError

from .serve import extra

URL_VARIABLE = "HOLDFAST_URL"
USUAL_URL = "http://127.0.0.1:8321"
_TOKEN_VARIABLE = "HOLDFAST_TOKEN"  # noqa: S105 - the name of a variable
_PATIENCE = 30.0  # seconds: the service may be in the midst of a large body of events
_PAGE = 1_000
_ONE_WORD = re.compile(r"[!-~]+")  # a token has no space, no line break and no letter beyond ASCII
_FOR_PROGRAMS = ("See GET ", "See /openapi.json")  # advice that a command has better words for: its --help
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_LARGEST_ID = 512  # characters
_NOWHERE = frozenset({"", ".", ".."})  # parts of a path that lead to another one

Body: TypeAlias = dict[str, Any] | list[msgspec.Raw] | None
Url = Annotated[
    str | None,
    Parameter(name="--url", help=f"Where the service runs. Without it {URL_VARIABLE}, or {USUAL_URL}."),
]


class Service:
    """A running service, asked as whoever the token of the environment belongs to. The token is never an argument."""

    def __init__(self, url: str | None) -> None:
        """Ask the service at `url`.

        Raises:
            UsageError: that is no address, holds a password, would be sent the token in the clear, or that is no token.
            SettingsError: what asks is not installed.

        """
        with extra():
            import httpx2  # noqa: PLC0415 - an extra
        where = url or os.environ.get(URL_VARIABLE) or USUAL_URL
        parts = urlsplit(where)
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            raise UsageError("the address of the service is http://HOST:PORT or https://HOST:PORT")
        token = os.environ.get(_TOKEN_VARIABLE)
        if token and not _ONE_WORD.fullmatch(token):
            raise UsageError(f"what {_TOKEN_VARIABLE} holds is no token", advice="Put the token in, and nothing else.")
        if token and parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
            raise UsageError(
                f"a token is not sent in the clear to {parts.hostname}",
                advice="Put TLS before the service, and name it as https://HOST.",
            )
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._where, self._failed = where, (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError)
        self._nobody_there = httpx2.ConnectError
        # A proxy of the environment would read what goes over http, and the token with it.
        self._open = partial(
            httpx2.Client, base_url=where, headers=headers, timeout=_PATIENCE, trust_env=parts.scheme == "https"
        )

    def get(self, path: str) -> dict[str, Any]:
        """What is there.

        Raises:
            ServiceError: it could not be asked.
            NotAllowedError: whoever asks may not.
            UsageError: it is asked for wrongly, or is not there.

        """
        return self._answer("GET", path)

    def every(self, path: str, *, all_: bool = False, **more: str) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page, as far as `more` of the query lets it be there; errors as `get`."""
        after: str | None = ""
        while after is not None:
            query = {"limit": str(_PAGE), "after": after, "all": "true" if all_ else "false", **more}
            page = self.get(f"{path}?{urlencode(query)}")
            yield from page["items"]
            after = page["next"]

    def send(self, method: str, path: str, body: Body = None) -> dict[str, Any]:
        """What comes of it; errors as `get`."""
        return self._answer(method, path, body)

    def _answer(self, method: str, path: str, body: Body = None) -> dict[str, Any]:
        content = None if body is None else msgspec.json.encode(body)
        with self._reached(), self._open() as client:
            answer = client.request(method, path, content=content)
            told = answer.content
        try:
            what: dict[str, Any] = msgspec.json.decode(told, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeError) as why:
            raise ServiceError(f"what answers at {self._where} is no Holdfast ({answer.status_code})") from why
        if answer.status_code != 200:
            raise _error(answer.status_code, what)
        return what

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except self._failed as why:
            said = str(why) if isinstance(why, self._nobody_there) else type(why).__name__  # others may hold the token
            raise ServiceError(f"the service at {self._where} could not be asked: {said}") from why


def _error(status: int, problem: dict[str, Any]) -> NotAllowedError | UsageError | ServiceError:
    says, advice = str(problem.get("detail", status)), str(problem.get("advice") or "") or None
    if status == 401:
        advice = f"Put your token into {_TOKEN_VARIABLE}; whoever administers people makes one: holdfast token make."
    if status in {401, 403, 409}:
        code = str(problem.get("code") or "")
        return NotAllowedError(f"{says} ({code})" if code else says, advice=advice, code=code)
    if status in {400, 404, 405, 413, 415, 422}:
        return UsageError(says, advice=None if advice is None or advice.startswith(_FOR_PROGRAMS) else advice)
    return ServiceError(f"the service answered {status}: {says}", advice=advice)


def at(collection: str, *parts: str) -> str:
    """The path of one thing; whatever its id has in it, it is one part.

    Raises:
        UsageError: that is no id.

    """
    if any(part in _NOWHERE or len(part) > _LARGEST_ID for part in parts):
        raise UsageError("that is no id")
    return "/".join([f"/v1/{collection}", *(quote(part, safe="") for part in parts)])


def say_each(
    items: Iterable[dict[str, Any]], shown: Callable[[dict[str, Any]], str | list[str]], none: str, *, json: bool
) -> None:
    """Print each item as it is `shown`; for people `none` where there is none, since silence could be a fault."""
    found = False
    for each in items:
        found, lines = True, shown(each)
        say([lines] if isinstance(lines, str) else lines, each, json=json)
    if not (found or json):
        say([none], None, json=False)


def say(lines: list[str], what: object, *, json: bool) -> None:
    """Print `what` as JSON for programs, or `lines` for people; names in them are hostile."""
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
        sys.stdout.buffer.flush()
        return
    console = Screen(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(plain(line, limit=2_000))
