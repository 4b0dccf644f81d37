"""What do a path and a query say, if every tool is to read the same in them?

Proxies, frameworks and databases differ about `//`, `..`, `%2f`, `;`, capitals in `%xx`, and which of two equal names
counts. Nothing is made the same here by guessing: what could be read in two ways is refused.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from .unclear import unclear

LONGEST = 8_192  # bytes of a path with its query: what servers take, too
_PATH = re.compile(rb"(?:/(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%[0-9A-Fa-f]{2})*)+")
_QUERY = re.compile(rb"(?:[A-Za-z0-9._~!$&'()*+,=:@/?\[\]-]|%[0-9A-Fa-f]{2})*")
_SPLITS = frozenset("/\\;%?#")  # what means something else once it is decoded twice, or by another parser
_OVERRIDES = frozenset({"_method", "_http_method"})  # frameworks take these for the method


class Target(NamedTuple):
    """The parts of a path, decoded (an empty last one for a slash at its end), and the query by its names."""

    parts: tuple[str, ...]
    query: dict[str, str]


def read_target(raw: bytes) -> Target:
    """The path and query of `raw`, as they stand in a request line.

    Raises:
        RefusedError: some tool could read it otherwise.

    """
    if len(raw) > LONGEST:
        raise unclear("the path is too long")
    path, mark, query = raw.partition(b"?")
    if not _PATH.fullmatch(path) or not _QUERY.fullmatch(query):
        raise unclear("the path or the query has signs that do not belong there")
    if mark and not query:
        raise unclear("the query is empty")
    parts = tuple(_plain(part, _SPLITS) for part in path[1:].split(b"/"))
    if any(part in {".", ".."} for part in parts) or "" in parts[:-1]:
        raise unclear("the path has dots or nothing between two slashes")
    return Target(parts, _by_name(query))


def _by_name(query: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in query.split(b"&") if query else ():
        name, _, value = (_plain(each.replace(b"+", b" "), frozenset()) for each in pair.partition(b"="))
        if name in found or not name:
            raise unclear("a name stands twice in the query, or none at all")
        if name.lower() in _OVERRIDES:
            raise unclear("the query names another method")
        found[name] = value
    return found


def _plain(part: bytes, without: frozenset[str]) -> str:
    try:
        text = unquote_to_bytes(part).decode()
    except UnicodeDecodeError as why:
        raise unclear("the path or the query is no UTF-8") from why
    if not text.isprintable() or not without.isdisjoint(text):
        raise unclear("the path or the query has signs in disguise")
    return text
