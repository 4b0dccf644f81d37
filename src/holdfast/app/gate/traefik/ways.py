"""Which ways lead through a Traefik to which servers, and what does each pass on the way?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from .file import Node, field, record, texts

_ASKS = "forwardauth"
_GATE = "/v1/gate/"  # below it the gate answers proxies
_PORTS = {"http": 80, "https": 443, "h2c": 80}
_NAMING = frozenset({"name", "service", "fallback"})  # fields of a service that name another one
_SERVING = frozenset({"url", "address"})
_MOST_WAYS, _MOST_PASSED = 5_000, 1_000  # routers below several others, and chains of chains, double at each step


class Middleware(NamedTuple):
    """One middleware: its name, its kind in small letters, and what it says."""

    name: str
    kind: str
    says: Node

    @property
    def asks(self) -> bool:
        """Whether it asks the gate."""
        return self.kind == _ASKS and urlsplit(str(field(self.says, "address"))).path.startswith(_GATE)


class Way(NamedTuple):
    """One router, with the middlewares that its requests pass, in their order, and the servers that it leads to."""

    section: str
    router: str
    passes: tuple[Middleware, ...]
    servers: frozenset[str]

    @property
    def gate(self) -> int | None:
        """The place among the middlewares of the first that asks the gate; None where none does."""
        return next((place for place, each in enumerate(self.passes) if each.asks), None)


class Ways:
    """All of them, of one configuration."""

    def __init__(self, told: Node) -> None:
        """Read what a file says."""
        self._http, self._tcp = field(told, "http"), field(told, "tcp")
        self._middlewares, self._routers = (record(field(self._http, each)) for each in ("middlewares", "routers"))
        self._known: dict[str, list[Middleware]] = {}

    def all(self) -> Iterator[Way]:
        """Each router's that leads anywhere; a router below several others is one way for each of them.

        Raises:
            ValueError: there are more than anybody wrote.

        """
        for number, way in enumerate(self._all()):
            if number == _MOST_WAYS:
                raise ValueError("too many ways")
            yield way

    def _all(self) -> Iterator[Way]:
        for name, router in self._routers.items():
            service = field(router, "service")
            for passes in self._chains(name) if service else ():
                yield Way("routers", name, tuple(passes), self.servers(service))
        for name, router in record(field(self._tcp, "routers")).items():
            yield Way("tcp", name, (), _servers(self._tcp, field(router, "service")))

    def servers(self, service: Node) -> frozenset[str]:
        """The servers, as HOST:PORT, that a service of this name leads to in the end."""
        return _servers(self._http, service)

    def gates(self) -> frozenset[str]:
        """The servers that are asked."""
        every = (middleware for name in self._middlewares for middleware in self._meant([name]))
        return frozenset(_server(str(field(each.says, "address"))) for each in every if each.asks)

    def _chains(self, name: str) -> Iterator[list[Middleware]]:
        router = self._routers.get(_bare(name))
        own = self._meant(texts(field(router, "middlewares")))
        parents = texts(field(router, "parentRefs"))
        for parent in parents:
            yield from (before + own for before in self._chains(parent))
        if not parents:
            yield own

    def _meant(self, names: list[str]) -> list[Middleware]:
        found: list[Middleware] = []
        for name in map(_bare, names):
            if name not in self._known:
                self._known[name] = list(self._one(name))
            found += self._known[name]
            if len(found) > _MOST_PASSED:
                raise ValueError("too many middlewares")
        return found

    def _one(self, name: str) -> Iterator[Middleware]:
        for kind, says in record(self._middlewares.get(name)).items():
            if kind.lower() == "chain":
                yield from self._meant(texts(field(says, "middlewares")))
            else:
                yield Middleware(name, kind.lower(), says)


def _servers(part: Node, service: Node) -> frozenset[str]:
    return frozenset(_leads(record(field(part, "services")), _bare(str(service)), set()))


def _leads(services: dict[str, Node], name: str, seen: set[str]) -> Iterator[str]:
    if name not in seen:
        seen.add(name)
        for key, value in _texts_within(services.get(name)):
            if key in _SERVING:
                yield _server(value)
            elif key in _NAMING:
                yield from _leads(services, _bare(value), seen)


def _texts_within(node: Node) -> Iterator[tuple[str, str]]:
    for key, value in record(node).items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                yield key.lower(), each
            yield from _texts_within(each)


def _bare(name: str) -> str:
    """A name without the provider that it is of, where that is this file."""
    return name.removesuffix("@file")


def _server(url: str) -> str:
    whole = urlsplit(url if "//" in url else f"//{url}")
    try:
        port = whole.port or _PORTS.get(whole.scheme, 80)
    except ValueError:
        port = 0
    host = (whole.hostname or "").removesuffix(".")
    return f"{'127.0.0.1' if host == 'localhost' else host}:{port}"
