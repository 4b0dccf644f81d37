"""What does nginx do with a guarded request before, or instead of, asking the gate?

nginx checks (`auth_request`) after `return` and `rewrite`, and before `try_files` and what is passed on.
"""

from __future__ import annotations

from collections.abc import Iterator

from .finding import Finding, Grade, found
from .places import Place, Site, answering, same_files, sample
from .syntax import Directive

_REDIRECTS = ("http://", "https://", "$scheme")
_BEFORE = frozenset({"401", "403", "500"})  # what the check itself answers a request with
_UNREADABLE = ("rewrite_by_lua", "rewrite_by_lua_block", "rewrite_by_lua_file")


def early(site: Site, guarded: list[Place]) -> Iterator[Finding]:
    """What is done before the check of these places, or with what it refuses."""
    for place in guarded:
        yield from _returned(place)
        yield from _rewritten(place)
        yield from _passed_as_another(place)
        yield from _jumped(site, place)
        yield from _any_will_do(place)
        yield from _one_decision_for_all(place)
    for server in site.servers:
        yield from _server_returns(server)


def _returned(place: Place) -> Iterator[Finding]:
    for each in place.own("return", *_UNREADABLE):
        code, kind = each.words[0] if each.words else "", Grade.BYPASS
        if each.name != "return":
            says = f"`{each.name}` in {place.title} runs before the gate is asked, and may answer anything"
        elif code[:1] in {"4", "5"} and len(code) == 3:
            continue  # it shows nothing; where an error_page leads is looked at by itself
        else:
            kind = Grade.WEAK if code.startswith(("3", *_REDIRECTS)) else Grade.BYPASS
            says = f"`return` in {place.title} answers before the gate is asked"
        yield found("return-before-check", kind, each, says, "Move it to a location of its own without a guard.")


def _server_returns(server: Place) -> Iterator[Finding]:
    if not any(place.guard for place in server.whole()):
        return
    for place in (server, *(each for each in server.inner if each.directive.name == "if")):
        for each in place.own("return", "rewrite"):
            code = each.words[0] if each.words else ""
            if each.name == "return" and code.startswith("2") and not place.guard:
                says = "`return` of the server answers before any location is looked for, guarded or not"
                yield found("return-before-check", Grade.BYPASS, each, says, "Move it to a location of its own.")
            if each.name == "rewrite" and not _redirects(each):
                says = "`rewrite` of the server: the gate judges the path that was asked for, the tool does another"
                advice = "Have people ask for the path that the tool has, or redirect them to it."
                yield found("judged-as-another", Grade.WEAK, each, says, advice)


def _rewritten(place: Place) -> Iterator[Finding]:
    for each in place.own("rewrite") if place.directive.name != "server" else ():
        if _redirects(each):
            says = f"`rewrite` in {place.title} answers with a redirect before the gate is asked"
            yield found("rewrite-before-check", Grade.WEAK, each, says, "Move it to a location without a guard.")
            continue
        flag = each.words[2] if len(each.words) > 2 else ""
        goal = answering(place.server, sample(each.words[1] if len(each.words) > 1 else ""))
        if flag != "break" and not goal.guard:
            says = f"`rewrite` in {place.title} leads, before the gate is asked, to {goal.title}, where it is not asked"
            advice = f"Put `auth_request {place.guard};` into {goal.title} too, or pass on from here."
            yield found("rewrite-before-check", Grade.BYPASS, each, says, advice)
        else:
            says = f"`rewrite` in {place.title}: the gate judges the path that was asked for, the tool does another"
            advice = "Have people ask for the path that the tool has, or redirect them to it."
            yield found("judged-as-another", Grade.WEAK, each, says, advice)


def _passed_as_another(place: Place) -> Iterator[Finding]:
    """`proxy_pass` with a path puts it in the place of what the location matched."""
    for each in place.own("proxy_pass"):
        _, _, rest = each.words[0].rpartition("://")
        path = rest.partition("/")[2] if not rest.startswith("unix:") else rest.rpartition(":")[2].removeprefix("/")
        has_path = "/" in rest if not rest.startswith("unix:") else rest.count(":") > 1
        if has_path and place.sign in {"", "^~", "="} and f"/{path}" != place.path:
            says = f"`proxy_pass` in {place.title}: the gate judges {place.path}…, the tool does /{path}…"
            advice = "Leave the path out, so that the tool is asked for what was asked for."
            yield found("judged-as-another", Grade.WEAK, each, says, advice)


def _redirects(rewrite: Directive) -> bool:
    goal, flag = rewrite.words[1:2], rewrite.words[2:3]
    return bool(goal) and (goal[0].startswith(_REDIRECTS) or flag in {("redirect",), ("permanent",)})


def _jumped(site: Site, place: Place) -> Iterator[Finding]:
    """What the check refuses is handed to a location that gives it all the same."""
    codes = _BEFORE | {each.words[0] for each in place.own("return") if each.words}
    for each in place.held("error_page"):
        if not codes & set(each.words[:-1]):
            continue
        goal = answering(place.server, each.words[-1])
        if goal.guard or goal.directive.name == "server":
            continue
        if site.targets(goal) & site.targets(place) or (goal.passing is None and same_files(goal, place)):
            says = f"`error_page` in {place.title} hands what was refused to {goal.title}, which gives it all the same"
            advice = "Show a page that has nothing of the tool: another upstream, or a folder of its own."
            yield found("refused-yet-served", Grade.BYPASS, each, says, advice)


def _any_will_do(place: Place) -> Iterator[Finding]:
    if place.word("satisfy") != "any":
        return
    others = [
        each for name in ("allow", "auth_basic", "auth_jwt") for each in place.held(name) if each.words != ("off",)
    ]
    grade = Grade.BYPASS if others else Grade.WEAK
    says = f"`satisfy any` in {place.title}: " + (
        f"whoever passes `{others[0].name}` is not asked about by the gate" if others else "one `allow` more opens it"
    )
    yield found("satisfy-any", grade, place.held("satisfy")[-1], says, "Write `satisfy all;`.")


def _one_decision_for_all(place: Place) -> Iterator[Finding]:
    for each in place.held("proxy_set_header") if place.passing else ():
        name, value = each.words[0].lower(), "".join(each.words[1:])
        if name == "upgrade" and value:
            says = f"{place.title} passes `Upgrade` on: after one decision the line is the client's own"
            grade = Grade.BYPASS if "$http_" in value else Grade.WEAK
            advice = 'Write `proxy_set_header Upgrade "";`, and give web sockets a location that is guarded as such.'
            yield found("upgrade-passed", grade, each, says, advice)
