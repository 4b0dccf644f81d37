"""`holdfast gate who|recertify`: who can or could do what with the internal tools, and who still needs them?"""

from __future__ import annotations

import sys
from typing import Annotated, Any
from urllib.parse import urlencode

import cyclopts
from cyclopts import Parameter

from holdfast.app.sheet import access_sheet
from holdfast.app.terminal import Screen, plain
from holdfast.errors import UsageError

from .lockdown import locked
from .options import Json
from .service import Service, Url, say, say_each
from .service import at as at_path
from .staff import Tier

_NEEDS = {
    "reason": "a reason",
    "ticket": "a ticket",
    "grant": "a grant",
    "step_up": "a fresh passkey",
    "consent": "a second person",
    "watch": "a watcher",
}
At = Annotated[str, Parameter(help="When, RFC 3339, such as 2020-07-15T19:00:00Z; now without it.")]


def who(  # noqa: PLR0913 - each is a word on the command line
    *,
    at: At = "",
    person: Annotated[str, Parameter(help="Only this person.")] = "",
    function: Annotated[str, Parameter(help="Only this function, such as account.email.replace.")] = "",
    target_tier: Annotated[Tier | None, Parameter(help="Only accounts of this tier.")] = None,
    target: Annotated[str, Parameter(help="Only this account, of whichever tier it was then.")] = "",
    since: Annotated[str, Parameter(help="Show only what has changed since then, RFC 3339.")] = "",
    policy: Annotated[bool, Parameter(negative="", help="Show the texts of the policies of that date, too.")] = False,
    csv: Annotated[bool, Parameter(negative="", help="Print CSV.")] = False,
    url: Url = None,
    json: Json = False,
) -> None:
    """Show who can do what with the internal tools, or could on a past date, by the policies of that date."""
    asked = {"at": at, "person": person, "function": function, "tier": target_tier or "", "target": target}
    if csv and json:
        raise UsageError("--csv or --json: one of the two")
    if since and (policy or csv):
        raise UsageError("--since goes with neither --policy nor --csv", advice="Ask without them, or without --since.")
    asked |= {"texts": "true" if policy else "", "since": since}
    query = urlencode({name: value for name, value in asked.items() if value})
    found = Service(url).get(f"/v1/gate/access{'/changes' if since else ''}?{query}")
    if csv:
        sys.stdout.write(access_sheet(found))
        for each in found["unknown"]:  # beside the table, which has no line to say it in
            Screen(stderr=True, highlight=False, soft_wrap=True).print(plain(each))
        return
    if json:
        say([], found, json=True)
        return
    say(_changes(found) if since else _lines(found), found, json=False)


def recertify(  # noqa: PLR0913 - each is a word on the command line
    person: Annotated[str, Parameter(help="Decide about this person; without it, show everybody.")] = "",
    *,
    keep: Annotated[bool, Parameter(negative="", help="They keep their roles for the tools.")] = False,
    remove: Annotated[bool, Parameter(negative="", help="Take these roles away.")] = False,
    why: Annotated[str, Parameter(help="Why: it stays on record.")] = "",
    url: Url = None,
    json: Json = False,
) -> None:
    """Show who has roles for the internal tools and when they used them last; decide who keeps them."""
    service = Service(url)
    if not person:
        say_each(service.every("/v1/gate/certifications"), _due, "nobody has a role for the tools alone", json=json)
        return
    if keep == remove:
        raise UsageError(f"does {person} keep the tools?", advice="Say --keep or --remove, with --why.")
    found = service.send("POST", at_path("gate", "certifications", person), {"keep": keep, "why": why})
    say([f"{person} {'keeps' if keep else 'no longer has'} the tools: {found['why']}"], found, json=json)


def join(app: cyclopts.App) -> None:
    """Have these be commands of `app`."""
    app.command(who)
    app.command(recertify)


def _due(each: dict[str, Any]) -> str:
    used = f"used {each['last_function']} at {each['last_used_at']}" if each["last_used_at"] else "never used"
    seen = f", looked at {each['certified_at']} by {each['certified_by']}" if each["certified_at"] else ""
    state = "REMOVE?  " if each["remove"] else "keep     "
    barred = f"; kept from all tools by {', '.join(each['barred'])}" if each["barred"] else ""
    return f"{state}{each['person']} ({', '.join(each['roles'])})  {used}{seen}{barred}"


def _lines(found: dict[str, Any]) -> list[str]:
    people = "1 person" if found["people"] == 1 else f"{found['people']} people"
    lines = [
        f"at {found['at']}: {people} could, {found['people_now']} of them at that moment",
        *found["unknown"],
        f"policy {found['policy']}, since {found['since']}",
    ]
    if found["certain_from"] is not None and found["at"] < found["certain_from"]:
        lines.append(f"changes are kept from {found['certain_from']} on; before, things are as they were found then")
    lines += [_hold(each) for each in found["holds"]] + [_lock(each) for each in found["locks"]]
    lines += [_right(each) for each in found["items"]]
    lines += ["there are more: narrow the question"] if found["more"] else []
    for name, text in (found["texts"] or {}).items():
        lines += ["", f"--- {name}, sha256 {found['files'][name]}", *text.splitlines()]
    return lines


def _changes(found: dict[str, Any]) -> list[str]:
    came, went, other = (len(found[kind]) for kind in ("gained", "lost", "changed"))
    lines = [f"from {found['since']} to {found['at']}, rights: {came} came, {went} went, {other} take something else"]
    before, after = found["policies"]
    lines.append("the policies are the same" if before == after else f"policies {before}, then {after}")
    return lines + differences(found)


def differences(found: dict[str, Any]) -> list[str]:
    """The rights that came, went and take something else, a line each."""
    lines = [f"+ {_right(each)}" for each in found["gained"]] + [f"- {_right(each)}" for each in found["lost"]]
    for each in found["changed"]:
        lines += [f"- {_right(each['before'])}", f"+ {_right(each['after'])}"]
    return [*lines, "there are more: narrow the question"] if found["more"] else lines


def _right(each: dict[str, Any]) -> str:
    takes = ", ".join(_NEEDS.get(need, need) for need in each["takes"]) or "nothing besides"
    state = "; nobody had given the grant" if "grant" in each["takes"] and not each["grants"] else ""
    state += f"; held by {', '.join(each['holds'])}" if each["holds"] else ""
    roles, tier = ", ".join(each["roles"]) or "no role", each["tier"].replace("_", " ")
    return f"{each['person']} ({roles})  {each['function']} on {tier} accounts  takes {takes}{state}"


def _hold(each: dict[str, Any]) -> str:
    return (
        f"hold {each['id']} on {each['kind']} {each['subject']} from {each['starts']} until {each['until'] or 'lifted'}"
    )


def _lock(each: dict[str, Any]) -> str:
    level = f"level {each['level']} ({each['words']})"
    return f"lockdown {each['id']} of {level} on {locked(each)} from {each['starts']}"
