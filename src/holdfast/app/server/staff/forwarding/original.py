"""Which request does a proxy ask about? Told by headers that the proxy says, each once, and by none of the client's.

* nginx (`auth_request`): X-Original-URI, -Method, -Host and -Address, which its configuration sets.
* Traefik (ForwardAuth): X-Forwarded-Uri, -Method, -Host and -For, which it sets itself.
* Envoy (`ext_authz` over HTTP): the method, the host and the path of the question itself, and x-forwarded-for.
"""

from __future__ import annotations

import enum
import functools
import ipaddress
import re
from collections.abc import Mapping
from typing import NamedTuple

from holdfast.app.server.answers import Scope

from .unclear import unclear

_HOST = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_METHOD = re.compile(r"[A-Z]{1,20}")
_OURS = ("x-holdfast-", "x-original-", "x-forwarded-")
_SAID_BY_GATE = frozenset({"x-holdfast-person", "x-holdfast-decision", "x-holdfast-proof"})
_OVERRIDES = frozenset(
    {"x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url"}
)


_ADDRESSES = 4_096  # kept in mind, as they are written: staff come from few, and to read one costs as much as to route
_NOT_THEIRS = _OVERRIDES | _SAID_BY_GATE  # with `_` for `-` too: under WSGI and CGI these are one header


@enum.unique
class Proxy(enum.Enum):
    """Who asks, by the path at which it asks: what a client sends for another one counts for nothing."""

    NGINX = "/v1/gate/forward"
    TRAEFIK = "/v1/gate/traefik"
    ENVOY = "/v1/gate/envoy"


_AT = {proxy.value: proxy for proxy in (Proxy.NGINX, Proxy.TRAEFIK)}
_BELOW = f"{Proxy.ENVOY.value}/"


def proxy_of(path: str) -> Proxy | None:
    """Which kind of proxy asks at this path; None where none does."""
    return Proxy.ENVOY if path.startswith(_BELOW) else _AT.get(path)


class Original(NamedTuple):
    """The request of the client, `target` as in its request line; `address` is where it came from."""

    method: str
    host: str
    target: bytes
    address: str


def read_original(proxy: Proxy, scope: Scope) -> tuple[Original, Mapping[str, str]]:
    """The request that `proxy` asks about by the question `scope`, and its headers, by their names in small letters.

    Raises:
        RefusedError: it is not told once and plainly, or some tool could take it for another one.

    """
    headers = _once(scope)
    match proxy:
        case Proxy.NGINX:
            method, host = headers.get("x-original-method", ""), headers.get("x-original-host", "")
            address, target = headers.get("x-original-address", ""), headers.get("x-original-uri", "").encode("latin-1")
        case Proxy.TRAEFIK:
            method, host = headers.get("x-forwarded-method", ""), headers.get("x-forwarded-host", "")
            address, target = headers.get("x-forwarded-for", ""), headers.get("x-forwarded-uri", "").encode("latin-1")
        case Proxy.ENVOY:
            method, host, address = scope["method"], headers.get("host", ""), headers.get("x-forwarded-for", "")
            query: bytes = scope["query_string"]
            target = scope["raw_path"][len(proxy.value) :] + (b"?" + query if query else b"")
    if not _METHOD.fullmatch(method):
        raise unclear("the proxy names no method of HTTP")
    return Original(method, _host(host), target, _address(address)), headers


def _once(scope: Scope) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        read = name.replace("_", "-")  # as some tools read it
        if read.startswith(_OURS):
            if read != name:
                raise unclear(f"{name} is not a header, and would be one to some tools")
            if name in headers:
                raise unclear(f"{name} is said twice")
        if read in _NOT_THEIRS:
            raise unclear(f"{name} is not for a client to say")
        if name == "cookie" and name in headers:
            value = f"{headers[name]}; {value}"  # as HTTP/2 splits it
        headers[name] = value
    return headers


def _host(said: str) -> str:
    """The host without its port, in small letters."""
    found = _HOST.fullmatch(said)
    if found is None:
        raise unclear("the proxy names no host")
    return found[1].lower()


def _address(said: str) -> str:
    """The last of the addresses, which the proxy put there itself."""
    try:
        return _plain(said.rpartition(",")[2].strip())
    except ValueError as why:
        raise unclear("the proxy does not say where the request comes from") from why


@functools.lru_cache(_ADDRESSES)
def _plain(address: str) -> str:
    return str(ipaddress.ip_address(address))
