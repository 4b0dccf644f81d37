"""`holdfast staff`: who may use internal tools for a while, and which accounts are guarded more tightly."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import cyclopts
from cyclopts import Parameter

from .desk import WAITS, Why
from .options import Json
from .service import Service, Url, at, say, say_each

# Spelled out, for the room that knows them takes a while to import; a test compares them.
Tier: TypeAlias = Literal["ordinary", "high_reach", "official", "protected"]
All = Annotated[bool, Parameter(negative="", help="Those too that ended in the last day.")]
Account = Annotated[str, Parameter(help="The id of an account.")]

staff = cyclopts.App(
    name="staff", help="Report a call or message; who may use internal tools for a while, which accounts are protected."
)


@staff.command
def report(
    kind: Annotated[Literal["vishing", "phishing", "lost-device", "other"], Parameter(help="What was tried.")],
    text: Annotated[str, Parameter(help="What they said or wrote, and how to tell it again.")] = "",
    *,
    url: Url = None,
    json: Json = False,
) -> None:
    """Tell of a call, a message or a lost device. Nobody is held for reporting; it may save a colleague."""
    found = Service(url).send("POST", "/v1/staff/reports", {"kind": kind.replace("-", "_"), "text": text})
    say([f"Thank you. Heard at {found['at']}."], found, json=json)


@staff.command
def alarms(*, url: Url = None, json: Json = False) -> None:
    """Show whose access looks abused, with the evidence term by term. Ask them over a way that you know is theirs."""
    say_each(Service(url).every("/v1/staff/alarms"), _alarm, "nobody's access looks abused", json=json)


@staff.command
def reports(*, url: Url = None, json: Json = False) -> None:
    """Show what staff reported in the last month, in their words. It is no sign against whoever reported."""
    say_each(Service(url).every("/v1/staff/reports"), _report, "nobody has reported anything", json=json)


@staff.command
def grant(  # noqa: PLR0913 - each is a word on the command line
    person: Annotated[str, Parameter(help="Whom it is for; never oneself.")],
    tool: Annotated[str, Parameter(help="The tool.")],
    *,
    why: Why,
    ticket: Annotated[str, Parameter(help="What it is needed for.")],
    function: Annotated[str, Parameter(help="Only this function of it.")] = "*",
    tier: Annotated[Tier, Parameter(help="On accounts of up to this tier.")] = "ordinary",
    hours: Annotated[float, Parameter(help="For how long, 12 at most.")] = 1.0,
    url: Url = None,
    json: Json = False,
) -> None:
    """Let somebody use a tool for a while. They are told."""
    body = {"person": person, "tool": tool, "function": function, "tier": tier, "hours": hours}
    found = Service(url).send("POST", "/v1/gate/grants", {**body, "why": why, "ticket": ticket})
    say([_grant(found)], found, json=json)


@staff.command
def grants(*, all: All = False, url: Url = None, json: Json = False) -> None:  # noqa: A002 - the word people type
    """Show the grants in force."""
    say_each(Service(url).every("/v1/gate/grants", all_=all), _grant, "no grant is in force", json=json)


@staff.command
def revoke(
    grant: Annotated[str, Parameter(help="Its id, as `holdfast staff grants` shows it.")],
    *,
    url: Url = None,
    json: Json = False,
) -> None:
    """Have a grant count no more, at once."""
    found = Service(url).send("DELETE", at("gate/grants", grant))
    say([_grant(found)], found, json=json)


@staff.command
def protect(
    account: Account,
    *,
    why: Why,
    tier: Annotated[
        Literal["high_reach", "official", "protected"],
        Parameter(help="How tightly; nobody touches the last alone."),
    ] = "protected",
    url: Url = None,
    json: Json = False,
) -> None:
    """Guard an account more tightly, at once."""
    found = Service(url).send("PUT", at("gate/protected", account), {"tier": tier, "why": why})
    say([_protected(found)], found, json=json)


@staff.command
def unprotect(
    account: Account,
    *,
    why: Why,
    tier: Annotated[
        Literal["ordinary", "high_reach", "official"], Parameter(help="How tightly it is guarded then.")
    ] = "ordinary",
    url: Url = None,
    json: Json = False,
) -> int:
    """Propose to guard an account less; it is when somebody else agrees (`holdfast lockdown agree`). Exit code 1."""
    body = {"account": account, "tier": tier, "why": why}
    found = Service(url).send("POST", "/v1/gate/proposals", body)
    say(
        [f"{found['id']}  {account} becomes {tier} when somebody else agrees, until {found['until']}"], found, json=json
    )
    return WAITS


@staff.command
def protected(*, url: Url = None, json: Json = False) -> None:
    """Show the accounts that are guarded more tightly."""
    say_each(Service(url).every("/v1/gate/protected"), _protected, "nobody guards an account more tightly", json=json)


def _report(found: dict[str, Any]) -> str:
    return f"{found['at']}  {found['staff']}  {found['kind']}  {found['text']}"


def _grant(found: dict[str, Any]) -> str:
    ends = f"revoked {found['revoked_at']}" if found["revoked_at"] else f"until {found['until']}"
    what = f"{found['function']} of {found['tool']} up to {found['tier']}"
    return f"{found['id']}  {found['person']}  {what}  {ends}  by {found['granted_by']} for {found['ticket']}"


def _alarm(found: dict[str, Any]) -> list[str]:
    head = f"{found['staff']}  {found['tier']}  {found['at']}  {found['score']:.1f} nats  {found['actions']} actions"
    terms = (f"    {term['log_likelihood']:+.1f}  {term['note'] or term['term']}" for term in found["evidence"])
    return [head, *terms]


def _protected(found: dict[str, Any]) -> str:
    return f"{found['account']}  {found['tier']}  since {found['at']}  by {found['by']}: {found['why']}"
