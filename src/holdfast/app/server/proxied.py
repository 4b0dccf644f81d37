"""Is there a proxy in front that names who asks, and is it believed? Else all share one limit of failed sign-ins."""

from __future__ import annotations

import re

import httpx2

from .finding import Finding, Health, well
from .metrics import FORWARDED
from .settings import Settings

_COUNTED = re.compile(rf"^{FORWARDED}_total ([0-9.e+]+)$", re.MULTILINE)
_PATIENCE = 2.0  # seconds to wait for the service
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "[::]": "[::1]"}  # noqa: S104 - to ask there, not to listen
_ADVICE = (
    'Set signin.forwarded = "x-forwarded-for", or as your proxy calls it; where nobody but it can reach the service.'
)


def look(settings: Settings) -> Finding:
    """By the settings, and by what a service that runs there has seen; `holdfast doctor` tells it."""
    if settings.signin.forwarded:
        return well(
            "proxy", f"callers are told apart by {settings.signin.forwarded}; only a proxy may reach the service"
        )
    if settings.server.behind_proxy:
        says = "a proxy is in front, and all who come through it share one limit of failed sign-ins"
        return Finding(about="proxy", health=Health.WARNING, says=says, advice=_ADVICE)
    seen = _seen(settings)
    if seen:
        says = (
            f"requests name another caller ({seen:,.0f} so far); behind a proxy all share one limit of failed sign-ins"
        )
        return Finding(about="proxy", health=Health.WARNING, says=says, advice=_ADVICE)
    return well("proxy", "none is known of")


def _seen(settings: Settings) -> float:
    """How many requests named another caller, by a service that runs without TLS; 0 where none does."""
    server = settings.server
    if server.tls_certificate or not server.port:
        return 0.0
    host = _EVERYWHERE.get(server.host, f"[{server.host.strip('[]')}]" if ":" in server.host else server.host)
    try:
        answer = httpx2.get(f"http://{host}:{server.port}/metrics", timeout=_PATIENCE, trust_env=False)
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError):
        return 0.0
    found = _COUNTED.search(answer.text)
    return float(found[1]) if found is not None else 0.0
