"""`holdfast request`, `approve`, `deny`, `emergency`, `review`, `notices`: what people decide at a running service."""

from __future__ import annotations

from typing import Annotated, Any

import cyclopts
from cyclopts import Parameter

from holdfast.errors import NotAllowedError, UsageError

from .options import Json
from .service import Service, Url, at, say

WAITS = 1  # the exit code of what was asked for and is not carried out (yet)

_SHORTEST = 12  # characters of a hash that somebody types

All = Annotated[bool, Parameter(negative="", help="Those too that are closed.")]
Why = Annotated[str, Parameter(help="Why: it stays on record.")]
Id = Annotated[str, Parameter(help="The id of a request, as `holdfast request list` shows it.")]

request = cyclopts.App(
    name="request",
    help="Ask for a plan, for holds to be lifted, or for accounts to be given back, and look at what was asked for. "
    "Exit code 0 when it was carried out, 1 when it waits for others.",
)
review = cyclopts.App(name="review", help="What was done alone in an emergency, and what somebody else found.")


@request.command
def plans(*, all: All = False, url: Url = None, json: Json = False) -> int:  # noqa: A002 - the word people type
    """Show the plans there are to ask for, from narrow to wide; the recommended one is marked.

    Exit code 1 when somebody has to decide.
    """
    waits = 0
    for each in Service(url).every("/v1/proposals", all_=all):
        say(_offered(each), each, json=json)
        waits += each["wanted"]
    return WAITS if waits else 0


@request.command
def plan(
    plan: Annotated[str, Parameter(help="The id of a plan, as `holdfast request plans` shows it.")],
    *,
    emergency: Annotated[
        str, Parameter(help="Carry it out at once and alone, and why: what it places ends soon, and a review is owed.")
    ] = "",
    url: Url = None,
    json: Json = False,
) -> int:
    """Ask for a plan to be carried out."""
    return _asked(url, {"plan": plan, "emergency": emergency}, json=json)


@request.command
def lift(*holds: str, why: Why, url: Url = None, json: Json = False) -> int:
    """Ask for holds to end before their time."""
    return _asked(url, {"lift": holds, "why": why}, json=json)


@request.command
def release(*accounts: str, url: Url = None, json: Json = False) -> int:
    """Ask for hijacked accounts to be given back to their owners, as their cases stand."""
    return _asked(url, {"release": accounts}, json=json)


@request.command(name="list")
def list_requests(*, all: All = False, url: Url = None, json: Json = False) -> None:  # noqa: A002 - the word people type
    """Show the requests that wait for people to agree."""
    for each in Service(url).every("/v1/requests", all_=all):
        say([_line(each)], each, json=json)


@request.command
def show(request: Id, *, url: Url = None, json: Json = False) -> None:
    """Show one request: what exactly is asked for, who has said what, and what would make it allowed."""
    found = Service(url).get(at("requests", request))
    say(_whole(found), found, json=json)


def approve(
    request: Id,
    *,
    hash: Annotated[  # noqa: A002 - the word people type
        str, Parameter(help="The action hash that you were told, or its beginning (12 characters or more).")
    ] = "",
    url: Url = None,
    json: Json = False,
) -> int:
    """Agree to exactly what a request asks for, as it is shown; it is carried out when enough people have.

    With --hash it is only agreed to if it is that. Whoever asked for it does not count. Exit code 0 when it was carried
    out, 1 when it waits for others.
    """
    service = Service(url)
    found = service.get(at("requests", request))
    as_told(hash, found, "holdfast request show")
    body = {"action_hash": found["action_hash"]}
    return told(service.send("POST", at("requests", request, "approvals"), body), json=json)


def deny(request: Id, *, why: Why, url: Url = None, json: Json = False) -> None:
    """Say no to a request; that closes it, however many have agreed. Whoever asked may withdraw it so."""
    found = Service(url).send("POST", at("requests", request, "denials"), {"why": why})
    say(_whole(found), found, json=json)


def emergency(request: Id, *, why: Why, url: Url = None, json: Json = False) -> int:
    """Carry a requested plan out alone, for a reason.

    What it places ends within the hour, or what the policies say; those who were not waited for get a notice, and a
    review is owed by somebody else. Nothing that cannot be undone is done so.
    """
    return told(Service(url).send("POST", at("requests", request, "emergency"), {"why": why}), json=json)


@review.command(name="list")
def list_reviews(*, all: All = False, url: Url = None, json: Json = False) -> None:  # noqa: A002 - the word people type
    """Show what was done alone and is to be reviewed."""
    for each in Service(url).every("/v1/reviews", all_=all):
        state = each["closed_at"] or ("LATE" if each["late"] else f"due {each['due']}")
        say([f"{each['request']}  {state}  {each['by']}: {each['why']}"], each, json=json)


@review.command
def close(
    request: Id,
    *,
    justified: Annotated[bool, Parameter(help="Whether it was right to act alone.")],
    finding: Annotated[str, Parameter(help="What was found: it stays on record.")],
    url: Url = None,
    json: Json = False,
) -> None:
    """Close the review of an emergency. Whoever asked for it or did it cannot."""
    body = {"justified": justified, "finding": finding}
    found = Service(url).send("POST", at("requests", request, "review"), body)
    say([f"{request}  closed by {found['closed_by']}: {found['finding']}"], found, json=json)


def notices(
    *,
    all: Annotated[bool, Parameter(negative="", help="Those for others, too.")] = False,  # noqa: A002
    url: Url = None,
    json: Json = False,
) -> None:
    """Show what you are to hear: emergencies that did not wait for you, tokens made in your name."""
    for each in Service(url).every("/v1/notices", all_=all):
        say([f"{each['at']}  {each['text']}  ({each['about']})"], each, json=json)


def _asked(url: str | None, body: dict[str, Any], *, json: bool) -> int:
    wanted = {name: value for name, value in body.items() if value}
    if not wanted.keys() & {"plan", "lift", "release"}:
        raise UsageError("nothing was named to ask for")
    return told(Service(url).send("POST", "/v1/requests", wanted), json=json)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def told(found: dict[str, Any], *, json: bool) -> int:
    """Say how a request stands; the exit code."""
    say(_whole(found), found, json=json)
    return 0 if found["state"] == "done" else WAITS


def as_told(hash_: str, found: dict[str, Any], look: str) -> None:
    """Make sure that what was found is what somebody was told the hash of, if they were told one.

    Raises:
        NotAllowedError: it is something else, or too little of the hash is given; `look` is the command that shows it.

    """
    known, given = found["action_hash"].removeprefix("sha256:"), hash_.removeprefix("sha256:")
    if hash_ and not (len(given) >= _SHORTEST and known.startswith(given)):
        from holdfast.guard import RefusalCode  # noqa: PLC0415 - it takes a while to import, and is rarely needed

        raise NotAllowedError(
            f"{found['id']} asks for {known[:_SHORTEST]}, not for that",
            code=RefusalCode.APPROVED_ANOTHER_PLAN,
            advice=f"Look at it again: {look}.",
        )


def _offered(found: dict[str, Any]) -> list[str]:
    state = "somebody has to decide" if found["wanted"] else "answered"
    lines = [f"{found['about']}  {found['concern']}, {found['endangered']:,} accounts in danger; {state}"]
    for plan in found["plans"]:
        mark = "*" if plan["id"] == found["recommended"] else " "
        cost = f"{plan['preview']['accounts']:,} accounts, {plan['preview']['innocent']:,.0f} innocent"
        lines.append(f"{mark} {plan['id']}  {plan['kind']}: {plan['title']} ({cost})")
    return lines


def _line(found: dict[str, Any]) -> str:
    what = found["title"] or found["kind"]
    waits = f"{found['missing']} missing" if found["state"] == "open" else found["state"]
    return f"{found['id']}  {waits}  {found['by']} asks: {what} ({found['accounts']:,} accounts)"


def _whole(found: dict[str, Any]) -> list[str]:
    lines = [_line(found), f"  action hash  {found['action_hash']}", f"  policies     {found['policy']}"]
    lines += [f"  step         {step}" for step in found["steps"]]
    lines += [
        f"  {name.replace('_', ' '):<24} {_number(value)}"
        for name, value in (found["preview"] or {}).items()
        if _is_number(value)
    ]
    lines += [
        f"  frees {name:<6} {value:,}" for name, value in (found["frees"] or {}).items() if isinstance(value, int)
    ]
    lines += [f"  lifts        {hold}" for hold in found["lifts"]] + [
        f"  releases     {each}" for each in found["releases"]
    ]
    lines += [f"  why          {found['why']}"] if found["why"] else []
    lines += ["  one way      part of it cannot be taken back"] if found["one_way"] else []
    for each in found["approvals"]:
        lines.append(f"  approved     {each['by']} at {each['at']}{'' if each['counts'] else ' (does not count)'}")
    lines += [f"  denied       {each['by']} at {each['at']}: {each['why']}" for each in found["denials"]]
    if found["permit"]:
        alone = found["permit"]["emergency"]
        lines.append(f"  carried out  {found['permit']['at']}" + (f" in an emergency: {alone}" if alone else ""))
    if found["code"]:
        lines.append(f"  not allowed  {found['code']}: {found['allowed_when']}")
    return lines
