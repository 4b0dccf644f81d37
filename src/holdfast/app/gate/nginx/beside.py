"""Which ways lead to a tool, or to what it keeps, beside the locations that are guarded?

A subrequest is never checked by nginx, whatever location it is for.
"""

from __future__ import annotations

from collections.abc import Iterator

from .finding import Finding, Grade, found
from .places import Place, Site, answering, same_files, sample
from .syntax import Directive

_PARTS = ("mirror", "add_before_body", "add_after_body")


def beside(site: Site, guarded: list[Place]) -> Iterator[Finding]:
    """Every way beside these places that can be told from the configuration."""
    for server in site.servers:
        yield from _spelled_otherwise(server)
        yield from _parts(server)
    yield from _unguarded(site, guarded)


def _spelled_otherwise(server: Place) -> Iterator[Finding]:
    off = server.held("merge_slashes")
    for place in server.whole() if off and off[-1].words == ("off",) else ():
        path = f"/{place.path}"
        if place.guard and place.sign in {"", "^~", "="} and not answering(server, path).guard:
            says = f"`merge_slashes off`: {path} is not {place.title}, though most tools take one for the other"
            yield found("spelled-otherwise", Grade.BYPASS, off[-1], says, "Leave merge_slashes on.", f"GET {path}")


def _parts(server: Place) -> Iterator[Finding]:
    for place in server.whole():
        for each in place.held("ssi"):
            if each.words == ("on",) and not place.guard and any(one.guard for one in server.whole()):
                says = f"`ssi on` in {place.title}: what a page includes from a guarded location is not checked"
                yield found("part-unchecked", Grade.WEAK, each, says, "Leave it off beside guarded locations.")
        for each in place.own(*_PARTS):
            goal = answering(server, sample(each.words[0] if each.words else ""))
            if goal.guard and not place.guard:
                says = f"`{each.name}` in {place.title} asks {goal.title} by a subrequest, which nginx does not check"
                yield found("part-unchecked", Grade.BYPASS, each, says, f"Guard {place.title} as well.")


def _unguarded(site: Site, guarded: list[Place]) -> Iterator[Finding]:
    behind = frozenset().union(*(site.targets(each) for each in guarded))
    asking = {id(answering(each.server, each.guard)) for each in guarded}
    for place in site.places():
        if place.guard or id(place) in asking or place.directive.name == "server":
            continue
        around = place.outer
        if around is not None and around.guard and around.directive.name == "location" and not _refuses(place):
            says = f"{place.title} lies in a guarded location and turns its guard off"
            yield found("guard-turned-off", Grade.BYPASS, _turning(place), says, "Leave that line out.", _shown(place))
        elif site.targets(place) & behind and not _only_from_guarded(place):
            way, request = _way_in(place, guarded)
            says = f"{place.title} leads to the same tool without asking the gate{way}"
            advice = f"Guard it too, best the whole server: `auth_request {guarded[0].guard};` beside `location`."
            yield found("tool-unguarded", Grade.BYPASS, place.passing or place.directive, says, advice, request)
        elif beaten := _beaten(place, guarded):
            says = f"{place.title} comes before {beaten.title} where both fit, and hands out the same files unasked"
            advice = f"Write `location ^~ {beaten.path}`, or guard {place.title} too."
            yield found("expression-wins", Grade.BYPASS, place.directive, says, advice)
        elif place.passing is None and (alias := place.own("alias")) and _slips(place, alias[0]):
            says = f"{place.title} without a slash at its end and `alias` with one: {place.path}../ is the folder above"
            advice = f"Write `location {place.path}/`."
            yield found("alias-slips", Grade.BYPASS, alias[0], says, advice, f"GET {place.path}../")


def _turning(place: Place) -> Directive:
    return next(iter(place.own("auth_request")), place.directive)


def _refuses(place: Place) -> bool:
    """Whether it only says no."""
    return any(each.words and each.words[0][:1] in "45" and len(each.words[0]) == 3 for each in place.own("return"))


def _only_from_guarded(place: Place) -> bool:
    """Whether nobody but a guarded location hands on to it; those that do so before the check are found there."""
    if place.sign != "@" and not place.own("internal"):
        return False
    for other in place.server.whole():
        goals = [each.words[-1] for each in (*other.own("try_files"), *other.held("error_page")) if each.words]
        goals += [sample(each.words[1]) for each in other.own("rewrite") if len(each.words) > 1]
        if not other.guard and any(answering(place.server, goal) is place for goal in goals):
            return False
    return True


def _way_in(place: Place, guarded: list[Place]) -> tuple[str, str]:
    """An example of a path that comes here though it looks like a guarded one."""
    for each in guarded:
        if each.server is place.server and each.sign in {"", "^~", "="}:
            for path in (each.path.upper(), f"{each.path}/", each.path.rstrip("/"), f"{each.path};"):
                if path != each.path and path and answering(place.server, path) is place:
                    return f": {path} comes here, not to {each.title}", f"GET {path}"
    for other in place.server.whole():
        for goal in other.own("try_files"):
            if goal.words[-1:] == (place.path,) and not other.guard:
                return f", from `try_files` in {other.title}", _shown(other)
    return "", _shown(place)


def _shown(place: Place) -> str:
    return f"GET {place.path}" if place.sign in {"", "^~", "="} and place.path.startswith("/") else ""


def _beaten(place: Place, guarded: list[Place]) -> Place | None:
    if place.sign not in {"~", "~*"} or place.passing or _refuses(place) or place.own("deny"):
        return None
    for each in guarded:
        same = each.server is place.server and each.passing is None and same_files(each, place)
        if same and each.sign == "" and not place.path.startswith("^/") and each.directive.name == "location":
            return each
    return None


def _slips(place: Place, alias: Directive) -> bool:
    return place.sign in {"", "^~"} and not place.path.endswith("/") and alias.words[0].endswith("/")
