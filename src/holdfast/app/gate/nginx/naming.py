"""Does the tool hear from the gate alone who asks, and does it never see the secret of a session?"""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.app.gate.names import NAMES

from .finding import Finding, Grade, found
from .places import Place, Site
from .syntax import Directive

_COOKIE = "Cookie"
_HEADER = {"proxy_pass": "proxy_set_header", "grpc_pass": "grpc_set_header"}
_PARAM = {"fastcgi_pass": "fastcgi_param", "uwsgi_pass": "uwsgi_param", "scgi_pass": "scgi_param"}


def named_wrongly(site: Site, guarded: list[Place]) -> Iterator[Finding]:
    """What a client could say of itself and the tool would believe."""
    for server in site.servers:
        if any(place.guard for place in server.whole()):
            yield from _loose(server)
    for place in guarded:
        if place.own(*_HEADER, *_PARAM):
            yield from _passed(place)


def _loose(server: Place) -> Iterator[Finding]:
    for name, bad in (("underscores_in_headers", "on"), ("ignore_invalid_headers", "off")):
        if server.word(name) == bad:
            says = f"`{name} {bad}`: X_Holdfast_Person of a client is X-Holdfast-Person to many a tool"
            yield found("header-look-alike", Grade.BYPASS, server.held(name)[-1], says, f"Leave {name} as it is.")


def _passed(place: Place) -> Iterator[Finding]:
    passing = place.passing
    if passing is None:
        return
    sets = {each.words[0].lower(): each for each in place.held(_sets(passing)) if each.words}
    lacking = [name for name in NAMES if not _from_gate(place, sets.get(_key(passing, name)))]
    if lacking:
        says = f"{place.title} hands {', '.join(lacking)} of the client on to the tool"
        own = place.own(_sets(passing)) and place.outer is not None and place.outer.held(_sets(passing))
        says += "; those said further out do not hold where a location says headers of its own" if own else ""
        variable = f"$holdfast_{lacking[0].rpartition('-')[2].lower()}"
        source = f"$upstream_http_{lacking[0].lower().replace('-', '_')}"
        advice = f"Write `auth_request_set {variable} {source};` and `{_sets(passing)} {lacking[0]} {variable};` in it."
        yield found("name-of-the-client", Grade.BYPASS, passing, says, advice)
    if not _from_gate(place, sets.get(_key(passing, _COOKIE))):
        says = f"{place.title} hands the whole cookie on: the tool sees the secret of its people's sessions"
        advice = "Write `auth_request_set $holdfast_cookie $upstream_http_cookie;` and set Cookie to it."
        yield found("secret-passed", Grade.WEAK, passing, says, advice)


def _sets(passing: Directive) -> str:
    return _HEADER.get(passing.name) or _PARAM.get(passing.name, "proxy_set_header")


def _key(passing: Directive, name: str) -> str:
    return name.lower() if passing.name in _HEADER else f"http_{name.lower().replace('-', '_')}"


def _from_gate(place: Place, header: Directive | None) -> bool:
    """Whether it is empty, or what the gate answered."""
    value = header.words[1] if header is not None and len(header.words) > 1 else None
    if value is None:
        return False
    sources = [each.words[1] for each in place.held("auth_request_set") if each.words[:1] == (value,)]
    return not value or any(source.startswith("$upstream_http_") for source in sources)
