"""Does the location that asks the gate ask about the very request, hear the very answer, and fail closed?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .finding import Finding, Grade, found
from .places import Place, Site, answering

LONGEST_MS = 1_000  # the gate answers in less than one; who waits for it longer hangs with it
_SEES = {  # what the gate judges by, and what nginx knows of it that no client can change
    "x-original-uri": ("$request_uri",),
    "x-original-method": ("$request_method",),
    "x-original-host": ("$host", "$server_name"),
    "x-original-address": ("$remote_addr",),
}
_TIMES = ("proxy_connect_timeout", "proxy_read_timeout", "proxy_send_timeout")
_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "": 1_000}


def asked_wrongly(site: Site) -> Iterator[Finding]:
    """What is wrong with each location at which a gate is asked."""
    seen: set[int] = set()
    for place in site.places():
        for each in place.own("auth_request"):
            if each.words == ("off",) or not each.words:
                continue
            asking = answering(place.server, each.words[0])
            if asking.passing is None or asking.directive.name == "server":
                says = f"`auth_request {each.words[0]}` asks nobody: {asking.title} hands nothing on"
                advice = f"Write `location = {each.words[0]} {{ internal; proxy_pass …/v1/gate/forward; … }}`."
                yield found("no-gate", Grade.BYPASS, each, says, advice)
            elif id(asking) not in seen:
                seen.add(id(asking))
                yield from _asking(asking)


def _asking(place: Place) -> Iterator[Finding]:
    here = place.directive
    if not place.own("internal"):
        says = f"{place.title} is open to clients, who could ask the gate about anything"
        yield found("gate-open", Grade.WEAK, here, says, "Write `internal;` in it.")
    for name in ("proxy_cache", "fastcgi_cache"):
        if place.word(name) not in {"", "off"}:
            says = f"{place.title} keeps answers: who was refused meanwhile still gets through"
            yield found("gate-cached", Grade.BYPASS, place.held(name)[-1], says, "Write `proxy_cache off;` in it.")
    yield from _sees(place)
    yield from _body(place)
    yield from _opens(place)
    yield from _waits(place)


def _sees(place: Place) -> Iterator[Finding]:
    told = {each.words[0].lower(): each for each in place.held("proxy_set_header") if each.words}
    for name, right in _SEES.items():
        header = told.get(name)
        value = header.words[1] if header is not None and len(header.words) > 1 else ""
        if value in right:
            continue
        says = (
            f"{place.title} does not say {name} itself, so the client's own counts"
            if header is None
            else (f"{place.title} tells the gate {name} as {value or 'nothing'}, which is not what was asked for")
        )
        grade = Grade.WEAK if header is not None and "$http_" not in value and "$arg_" not in value else Grade.BYPASS
        title = "-".join(part.capitalize() for part in name.split("-")).replace("Uri", "URI")
        advice = f"Write `proxy_set_header {title} {right[0]};` in it, and every other header that it sends too."
        yield found("gate-sees-another", grade, header or place.directive, says, advice)


def _body(place: Place) -> Iterator[Finding]:
    empty = any(each.words == ("Content-Length", "") for each in place.held("proxy_set_header"))
    if place.word("proxy_pass_request_body") != "off" or not empty:
        says = f"{place.title} promises the gate a body that does not come: each request with one waits, and fails"
        advice = 'Write `proxy_pass_request_body off;` and `proxy_set_header Content-Length "";` in it.'
        yield found("gate-body", Grade.WEAK, place.directive, says, advice)


def _opens(place: Place) -> Iterator[Finding]:
    """Whether an error of the gate, or its no, is turned into a yes."""
    for each in place.held("error_page"):
        codes, turned = set(each.words[:-1]), [word for word in each.words if word.startswith("=")]
        goal = answering(place.server, each.words[-1])
        says_yes = any(one.words and one.words[0].startswith("2") for one in goal.own("return"))
        if not (any(word.startswith("=2") for word in turned) or says_yes or "=" in turned):
            continue
        noes = codes & {"401", "403"} and place.word("proxy_intercept_errors") == "on"
        if noes or any(code.startswith("5") for code in codes):
            says = f"`error_page` makes a yes of what the gate {'refuses' if noes else 'cannot answer'}"
            yield found(
                "gate-fails-open", Grade.BYPASS, each, says, f"Leave it out of {place.title}: an error is a no."
            )


def _waits(place: Place) -> Iterator[Finding]:
    slow = [name for name in _TIMES if (ms := _ms(place.word(name))) is None or ms > LONGEST_MS]
    if slow:
        says = f"{place.title} waits long for a gate that is silent ({', '.join(slow)}): all its tools hang meanwhile"
        yield found("gate-slow", Grade.WEAK, place.directive, says, f"Write `{slow[0]} 250ms;` and so on.")


def _ms(word: str) -> int | None:
    said = re.fullmatch(r"(\d{1,9})(ms|s|m|h|d|)", word)
    return int(said[1]) * _MS[said[2]] if said else None
