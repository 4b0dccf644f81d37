"""How are pages on which somebody looks something up asked, linked to, and taken away as a table?"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.terminal import printable

from .site import HEADERS

_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?")  # what a browser says of a date and time
_LONGEST = 2_000  # characters of a command


def asked_of(query: QueryParams, names: Iterable[str], times: Iterable[str] = ()) -> dict[str, str]:
    """What a form asks, without what is empty; the `times` that a browser says without a zone are UTC."""
    said = {name: query.get(name, "").strip() for name in (*names, *times)}
    for name in times:
        if found := _LOCAL.fullmatch(said[name]):
            said[name] += "Z" if found[1] else ":00Z"
    return {name: value for name, value in said.items() if value}


def fields(asked: Mapping[str, str], names: Iterable[str], times: Iterable[str] = ()) -> dict[str, str]:
    """What stands in the form again: times as a browser takes them."""
    told = {name: asked.get(name, "") for name in (*names, *times)}
    return told | {name: told[name].removesuffix("Z") for name in times}


def address(path: str, asked: Mapping[str, str], **more: str) -> str:
    """The link that asks the same."""
    query = urlencode({**asked, **more})
    return f"{path}?{query}" if query else path


def command(words: str, options: Mapping[str, str]) -> str:
    """The command that asks the same: whatever stands in a link that somebody sent, it is one argument in a shell.

    It is tied to its option, so that it is none itself: `--url` would have a token sent elsewhere.
    """
    said = " ".join(f"--{name}={shlex.quote(value)}" for name, value in options.items())
    return printable(f"holdfast {words} {said}".rstrip(), _LONGEST)


def names_of(run: LiveWatch, ids: Iterable[str]) -> dict[str, str]:
    """What those of these people are called who have a name, by id."""
    known = run.response.people.known
    return {id_: known[id_].name for id_ in set(ids) if id_ in known and known[id_].name}


def attached(text: str, name: str) -> Response:
    """A table to be kept as a file."""
    headers = {**HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
