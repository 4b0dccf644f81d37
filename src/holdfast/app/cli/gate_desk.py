"""`holdfast gate sessions|requests|request|approve|deny|changes`: what staff does, and what two agree to."""

from __future__ import annotations

from typing import Annotated, Any

import cyclopts
import msgspec
from cyclopts import Parameter

from holdfast.errors import UsageError

from .desk import WAITS, Why, as_told
from .options import Json
from .service import Service, Url, at, say, say_each

_WIDE = 1_000  # characters of a line: what is agreed to is shown whole, however long it is

All = Annotated[bool, Parameter(negative="", help="Those too that are over.")]
Id = Annotated[str, Parameter(help="Its id, as `holdfast gate requests` shows it.")]


def sessions(
    *,
    end: Annotated[str, Parameter(help="End this one, at once.")] = "",
    all: All = False,  # noqa: A002 - the word people type
    url: Url = None,
    json: Json = False,
) -> None:
    """Show the live sessions of internal tools; with --end, end one of them."""
    service = Service(url)
    if end:
        found = service.send("DELETE", at("gate/sessions", end))
        say([_session(found)], found, json=json)
        return
    say_each(service.every("/v1/gate/sessions", all_=all), _session, "nobody has a session of a tool", json=json)


def requests(*, all: All = False, url: Url = None, json: Json = False) -> None:  # noqa: A002 - the word people type
    """Show what waits for somebody to agree, as far as it is yours to see."""
    say_each(Service(url).every("/v1/gate/requests", all_=all), _asking, "nothing waits for you to agree", json=json)


def request(  # noqa: PLR0913 - each is a word on the command line
    tool: Annotated[str, Parameter(help="The tool.")],
    function: Annotated[str, Parameter(help="The function of it.")],
    *,
    why: Why,
    target: Annotated[str, Parameter(help="The account it is about.")] = "",
    payload: Annotated[str, Parameter(help="The arguments, as one JSON object.")] = "{}",
    ticket: Annotated[str, Parameter(help="What it is needed for.")] = "",
    url: Url = None,
    json: Json = False,
) -> int:
    """Ask somebody else to agree to exactly one action of yours. Exit code 1 until they have."""
    try:
        arguments = msgspec.json.decode(payload, type=dict[str, Any])
    except msgspec.MsgspecError as why_not:
        raise UsageError(f"--payload is no JSON object: {why_not}") from why_not
    body = {"tool": tool, "function": function, "target": target, "payload": arguments, "reason": why, "ticket": ticket}
    found = Service(url).send("POST", "/v1/gate/requests", body)
    say(_asking(found), found, json=json)
    return 0 if found["state"] == "agreed" else WAITS


def approve(
    request: Id,
    *,
    hash: Annotated[  # noqa: A002 - the word people type
        str, Parameter(help="The action hash that you were told, or its beginning behind `sha256:` (12 characters).")
    ] = "",
    url: Url = None,
    json: Json = False,
) -> None:
    """Agree that whoever asked does exactly this, once. It is not signed, and counts only where that is enough."""
    service = Service(url)
    found = service.get(at("gate/requests", request))
    as_told(hash, found, "holdfast gate requests")
    body = {"action_hash": found["action_hash"]}
    found = service.send("POST", at("gate/requests", request, "approvals"), body)
    say(_asking(found), found, json=json)


def deny(request: Id, *, why: Why, url: Url = None, json: Json = False) -> None:
    """Say no, or withdraw what you asked for. No agreement to it counts any more."""
    found = Service(url).send("POST", at("gate/requests", request, "denials"), {"why": why})
    say(_asking(found), found, json=json)


def changes(
    *,
    account: Annotated[str, Parameter(help="Of this account, in any spelling.")] = "",
    all: All = False,  # noqa: A002 - the word people type
    url: Url = None,
    json: Json = False,
) -> None:
    """Show the changes of holders' credentials by staff that wait, and with --all what came of the others."""
    found = Service(url).every("/v1/gate/changes", all_=all, account=account)
    say_each(found, _change, "there is no such change" if all else "no change waits; --all shows the others", json=json)


def join(app: cyclopts.App) -> None:
    """Have these be commands of `app`."""
    for command in (sessions, requests, request, approve, deny, changes):
        app.command(command)


def _session(found: dict[str, Any]) -> str:
    state = "live" if found["live"] else f"ended {found['ended_at'] or 'by its time or its person'}"
    tool, network = found["tool"] or "no tool", found["network"] or "?"
    return f"{found['id']}  {found['person']}  {tool}  from {network}  since {found['made_at']}  {state}"


def _asking(found: dict[str, Any]) -> list[str]:
    first = f"{found['id']}  {found['state']}  {found['person']} asks for {found['function']} of {found['tool']}"
    payload = msgspec.json.encode(found["payload"]).decode()
    on = f" on {found['target']} ({found['tier'].replace('_', ' ')})" if found["target"] else ""
    lines = [first + on]
    lines += [f"  with     {payload[at : at + _WIDE]}" for at in range(0, len(payload), _WIDE)]
    known = f", {found['ticket_seen'].replace('_', ' ')}" if found["ticket_seen"] else ""
    lines.append(f"  because  {found['reason']} ({found['ticket'] or 'no ticket'}{known}), until {found['until']}")
    lines.append(f"  hash     {found['action_hash']}")
    if found["takes_signature"]:
        lines.append(f"  signed   with a passkey only: /console/second/{found['id']} in a browser")
    if found["by"]:
        lines.append(f"  {found['state']}   by {found['by']}{': ' + found['why'] if found['why'] else ''}")
    return lines


def _change(found: dict[str, Any]) -> list[str]:
    until = f", counts from {found['until']}" if found["stage"] == "cooling" else ""
    lines = [f"{found['id']}  {found['stage']}{until}  {found['what']} of {found['account']} ({found['tier']})"]
    lines.append(f"  by       {found['person']} with {found['function']} of {found['tool']} at {found['asked_at']}")
    lines += [f"  because  {found['why']}"] if found["why"] else []
    return lines + ([f"  looks like a takeover: {found['signal'].replace('_', ' ')}"] if found["signal"] else [])
