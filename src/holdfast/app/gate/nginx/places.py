"""Which locations does a configuration have, what holds in each of them, and which one answers for a path?

What holds follows nginx: a directive is that of the nearest block that names it at all, so one `proxy_set_header` of a
location's own makes it forget all of those around it; and `return`, `rewrite` and `try_files` are never handed down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .syntax import Directive

PASSES = ("proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "memcached_pass")
_CONDITIONS = frozenset({"if", "limit_except"})  # they lie in a location, and inherit what is passed where
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_PORTS = {"http": "80", "https": "443", "grpc": "80", "grpcs": "443"}


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A block, what lies around it and what lies in it."""

    directive: Directive
    outer: Place | None = None
    inner: list[Place] = field(default_factory=list)

    @property
    def sign(self) -> str:
        """How it is matched: `=`, `^~`, `~`, `~*`, `@` or nothing, for a prefix."""
        words = self.directive.words
        if len(words) > 1:
            return words[0]
        return "@" if words and words[0].startswith("@") else ""

    @property
    def path(self) -> str:
        """The path, name or expression that it is for."""
        return self.directive.words[-1] if self.directive.words else ""

    @property
    def title(self) -> str:
        """As it is written."""
        return " ".join((self.directive.name, *self.directive.words))

    @property
    def server(self) -> Place:
        """The server it lies in."""
        place = self
        while place.directive.name != "server" and place.outer is not None:
            place = place.outer
        return place

    def own(self, *names: str) -> tuple[Directive, ...]:
        """The directives of these names that stand in it."""
        return tuple(each for each in self.directive.block or () if each.name in names)

    def held(self, name: str) -> tuple[Directive, ...]:
        """The directives of this name that hold in it."""
        place: Place | None = self
        while place is not None:
            if here := place.own(name):
                return here
            place = place.outer
        return ()

    def word(self, name: str) -> str:
        """The first word of the directive of this name that holds here; empty where none does."""
        held = self.held(name)
        return held[-1].words[0] if held and held[-1].words else ""

    @property
    def guard(self) -> str:
        """The path at which the gate is asked for leave; empty where it is not asked."""
        word = self.word("auth_request")
        return "" if word == "off" else word

    @property
    def passing(self) -> Directive | None:
        """What hands its requests on, if anything does."""
        for each in self.own(*PASSES):
            return each
        if self.directive.name in _CONDITIONS and self.outer is not None:
            return self.outer.passing
        return None

    def whole(self) -> Iterator[Place]:
        """It and all that lies in it."""
        yield self
        for each in self.inner:
            yield from each.whole()


@dataclass(frozen=True, slots=True)
class Site:
    """All servers of a configuration, and the addresses behind each `upstream`."""

    servers: tuple[Place, ...]
    upstreams: dict[str, frozenset[str]]

    def places(self) -> Iterator[Place]:
        """Every server and every location."""
        for server in self.servers:
            yield from server.whole()

    def targets(self, place: Place) -> frozenset[str]:
        """Where a place hands requests on to, as addresses; what hangs on a variable is left as it is written."""
        if place.passing is None:
            return frozenset()
        scheme, _, rest = place.passing.words[0].rpartition("://")
        host = rest if rest.startswith("unix:") else rest.partition("/")[0]
        if host.startswith("$"):
            host = _set_to(place, host)
        return self.upstreams.get(host) or frozenset({_address(host, _PORTS.get(scheme, "80"))})


def site(directives: tuple[Directive, ...]) -> Site:
    """The servers of a configuration."""
    http = next((each for each in directives if each.name == "http" and each.block is not None), None)
    if http is None:  # a piece of one, as it lies in a folder of sites
        block = directives
        outer = Place(Directive(name="http", block=block, file="", line=0))
    else:
        outer, block = Place(http), http.block or ()
    upstreams = {
        each.words[0]: frozenset(
            _address(one.words[0], "80") for one in each.block or () if one.name == "server" and one.words
        )
        for each in block
        if each.name == "upstream" and each.words
    }
    servers = tuple(_place(each, outer) for each in block if each.name == "server" and each.block is not None)
    return Site(servers, upstreams)


def _place(directive: Directive, outer: Place) -> Place:
    place = Place(directive, outer)
    for each in directive.block or ():
        if each.block is not None and each.name in {"location", *_CONDITIONS}:
            place.inner.append(_place(each, place))
    return place


def _address(host: str, port: str) -> str:
    if host.startswith(("unix:", "$")):
        return host
    name, _, given = host.rpartition(":") if re.search(r":\d+$", host) else (host, "", port)
    name = name.lower()
    return f"{'127.0.0.1' if name in _LOOPBACK else name}:{given}"


def _set_to(place: Place, name: str) -> str:
    around: Place | None = place
    while around is not None:
        for each in around.own("set"):
            if each.words[:1] == (name,) and len(each.words) == 2:
                return each.words[1].rpartition("://")[2].partition("/")[0]
        around = around.outer
    return name


def answering(server: Place, path: str) -> Place:
    """The place of `server` that answers for this path, as nginx looks for it: the server itself where none does.

    A named location is found by its name. What Python cannot read of an expression counts as not matching.
    """
    if path.startswith("@"):
        return next((each for each in server.inner if each.path == path), server)
    return _within(server, path)[0] or server


def _within(outer: Place, path: str) -> tuple[Place | None, bool]:
    """What answers in here, and whether no expression further out is looked at any more."""
    places = [each for each in outer.inner if each.directive.name == "location"]
    best: Place | None = None
    for each in places:
        if each.sign == "=" and each.path == path:
            return each, True
        prefix = each.sign in {"", "^~"} and path.startswith(each.path)
        if prefix and (best is None or len(each.path) > len(best.path)):
            best = each
    last = best is not None and best.sign == "^~"
    if best is not None:
        inner, done = _within(best, path)
        best = inner or best
        if done:
            return best, True
    for each in places if not last else ():
        if each.sign in {"~", "~*"} and matches(each, path):
            return _within(each, path)[0] or each, True
    return best, False


def matches(place: Place, path: str) -> bool:
    """Whether the expression of a place matches a path."""
    ours = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", place.path)  # PCRE names groups in both ways, Python in one
    try:
        return re.search(ours, path, re.IGNORECASE if place.sign == "~*" else 0) is not None
    except re.error:
        return False


def same_files(one: Place, other: Place) -> bool:
    """Whether both hand out files of the same folder."""
    passed = one.passing or other.passing or one.own("alias") or other.own("alias")
    return not passed and one.word("root") == other.word("root")


def sample(goal: str) -> str:
    """A path that a rewrite may lead to: variables stand for a word."""
    path = goal.partition("?")[0]
    out, at = [], 0
    while at < len(path):
        if path[at] == "$":
            at += 1
            while at < len(path) and (path[at].isalnum() or path[at] in "_{}"):
                at += 1
            out.append("x")
        else:
            out.append(path[at])
            at += 1
    return "".join(out)
