"""How does a page look, and what may a browser do with it?"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from importlib import resources
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import wall_time
from holdfast.app.server.answers import RefusedError
from holdfast.app.signin.place import Place
from holdfast.app.terminal import printable
from holdfast.events import format_time, parse_time, spoken_time

from .pages import Visit

_SCRIPT = "text/javascript; charset=utf-8"
_SCRIPTS = ("console.js", "lockdown.js", "refresh.js", "watch.js")
_STATIC = {"console.css": "text/css; charset=utf-8", **dict.fromkeys(_SCRIPTS, _SCRIPT)}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "publickey-credentials-get=(self), publickey-credentials-create=(self)",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
_LEAST = 0.1  # of what is expected: less says nothing but that it is little
_YEAR = 31_536_000  # seconds
_TAG_HEX = 32  # 128 bits: no two states of a page share a tag
_LONGEST_LINE = 2_000  # characters of what somebody pasted


class Site:
    """Renders pages and hands out the files that they load."""

    def __init__(self, place: Place, provider: str) -> None:
        """`provider` is what the other place to sign in at is called; empty where there is none."""
        self._provider = provider
        self._place = place
        folder = resources.files("holdfast.app.console") / "static"
        self._files = {name: (folder / name).read_bytes() for name in _STATIC}
        self._version = hashlib.sha256(b"".join(self._files.values())).hexdigest()[:12]
        # Else who guesses the tag of a page hears what is on it, and is on no record.
        self._secret = secrets.token_bytes()
        self._pages = Environment(
            loader=PackageLoader("holdfast.app.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._pages.filters["visible"] = printable
        self._pages.filters["lines"] = lines
        self._pages.filters["key"] = key
        self._pages.filters["moment"] = moment
        self._pages.filters["number"] = number

    def live(self, http: Request, name: str, visit: Visit, **facts: Any) -> Response:  # noqa: ANN401 - as in `page`
        """The same page, which asks for itself anew: one that would show the same facts is not even rendered."""
        tag = self.tag(name, visit, facts)
        return self.unchanged(http, tag) or self.tagged(tag, name, visit, **facts)

    def tag(self, name: str, visit: Visit, facts: object) -> str:
        """The entity tag (RFC 9110, section 8.8.3) of this page while these facts are the same."""
        person, paths = visit.who.person, [page.path for page in visit.links]
        told = msgspec.json.encode([name, self._version, person.id, person.name, paths, facts])
        return f'"{hmac.digest(self._secret, told, "sha256").hex()[:_TAG_HEX]}"'

    def unchanged(self, http: Request, tag: str) -> Response | None:
        """The answer to who has the page of this tag before them; None for anybody else."""
        if http.headers.get("if-none-match") != tag:
            return None
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=_as_of(tag, format_time(wall_time())))

    def tagged(self, tag: str, name: str, visit: Visit, **facts: Any) -> Response:  # noqa: ANN401 - as in `page`
        """The page with its tag, and as of when it is."""
        now = format_time(wall_time())
        answer = self.page(name, visit, tag=tag, now=now, **facts)
        answer.headers.update(_as_of(tag, now))
        return answer

    def page(
        self,
        name: str,
        visit: Visit | None,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        **facts: Any,  # noqa: ANN401 - a template takes anything
    ) -> Response:
        """The page of the template `name` for whoever is signed in."""
        text = self._pages.get_template(f"{name}.html").render(
            who=None if visit is None else visit.who,
            visit=visit,
            opens=set() if visit is None else {page.path for page in visit.links},
            provider=self._provider,
            version=self._version,
            secure=self._place.secure,
            **facts,
        )
        return Response(text, status_code=status, media_type="text/html", headers=HEADERS)

    async def static(self, request: Request) -> Response:
        """One of the files.

        Raises:
            RefusedError: there is none of that name.

        """
        name = request.path_params["name"]
        if name not in _STATIC:
            raise RefusedError(HTTPStatus.NOT_FOUND, "there is no such file")
        kept = request.query_params.get("v") == self._version
        headers = {**HEADERS, "cache-control": f"public, max-age={_YEAR}, immutable" if kept else "no-cache"}
        return Response(self._files[name], headers={**headers, "content-type": _STATIC[name]})


def _as_of(tag: str, now: str) -> dict[str, str]:
    return {**HEADERS, "etag": tag, "x-holdfast-time": now}


def moment(text: str) -> str:
    """An RFC 3339 time as people read it: `2020-07-15 19:14:41 UTC`."""
    return spoken_time(parse_time(text))


def number(value: float) -> str:
    """With thousands apart, and no digits that mean nothing."""
    if 0 < value < _LEAST:
        return f"under {_LEAST}"
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:,.1f}"


def lines(text: str) -> list[str]:
    """What somebody pasted, line by line; it moves nothing on the page."""
    return [printable(line, _LONGEST_LINE) for line in text.splitlines() if line.strip()]


def key(text: str) -> str:
    """By what a page knows an item again of which others have written all: nothing of it stands there."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_TAG_HEX]
