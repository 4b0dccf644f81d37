"""`holdfast lockdown`: stop internal tools at once, and give them back in stages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import cyclopts
from cyclopts import Parameter

from holdfast.errors import UsageError

from .desk import WAITS
from .options import STORE_HELP, Json, store_address
from .people import Role
from .serve import extra
from .service import Service, Url, at, say, say_each

_NAMED = 3  # the level at which those whom a lock names are left in
_TOKEN_VARIABLE = "HOLDFAST_TOKEN"  # noqa: S105 - the name of a variable

Why = Annotated[str, Parameter(help="Why: it stays on record, and whoever leads is told.")]
All = Annotated[bool, Parameter(negative="", help="Those too that are over.")]

lockdown = cyclopts.App(
    name="lockdown",
    help="Stop the platform's internal tools: 0 observe, 1 justify everything, 2 two people for everything, 3 named "
    "responders only, 4 sealed. One person places it; two loosen it, stage by stage; it ends by itself.",
)


@lockdown.command(name="set")
def place(  # noqa: PLR0913 - each is a word on the command line
    level: Annotated[int, Parameter(help="0 to 4.")],
    *,
    why: Why,
    tool: Annotated[str, Parameter(help="Only this tool.")] = "",
    function: Annotated[str, Parameter(help="Only this function.")] = "",
    role: Annotated[Role | None, Parameter(help="Only people of this role.")] = None,
    person: Annotated[str, Parameter(help="Only this person.")] = "",
    network: Annotated[str, Parameter(help="Only who comes from this network.")] = "",
    named: Annotated[
        tuple[str, ...], Parameter(negative="", help="Whom level 3 leaves in, at least two. May be repeated.")
    ] = (),
    minutes: Annotated[int, Parameter(help="How long it stands; each level has a longest.")] = 60,
    url: Url = None,
    json: Json = False,
) -> None:
    """Place a lockdown, at once and alone, on all that fits what is named; on everything where nothing is."""
    body = {
        "level": level,
        "why": why,
        "tool": tool,
        "function": function,
        "role": role,
        "person": person,
        "network": network,
        "named": named,
        "minutes": minutes,
    }
    found = Service(url).send("POST", "/v1/gate/locks", body)
    say([_line(found)], found, json=json)


@lockdown.command
def lift(  # noqa: PLR0913 - each is a word on the command line
    lock: Annotated[str, Parameter(help="Its id, as `holdfast lockdown show` shows it.")],
    *,
    why: Why,
    to: Annotated[int | None, Parameter(help="Go down to this level instead of ending it.")] = None,
    store: Annotated[
        str | None,
        Parameter(help=f"End it here and alone, as an administrator, while the service is stopped. {STORE_HELP}"),
    ] = None,
    key: Annotated[Path | None, Parameter(help="The record's signing key, for a store in a database.")] = None,
    url: Url = None,
    json: Json = False,
) -> int:
    """Propose that a lockdown end, or go down a level: it does when somebody else agrees. Exit code 1 until then."""
    if store is not None:
        if to is not None:
            raise UsageError("at the store a lockdown is ended, not lowered", advice="Leave --to out.")
        return _lift_here(store_address(store), key, lock, why, json=json)
    found = Service(url).send("POST", "/v1/gate/proposals", {"lock": lock, "level": to, "why": why})
    say([_proposal(found)], found, json=json)
    return WAITS


@lockdown.command
def agree(
    proposal: Annotated[str, Parameter(help="Its id, as `holdfast lockdown show` shows it.")],
    *,
    url: Url = None,
    json: Json = False,
) -> None:
    """Agree to what somebody else proposed to loosen. It is done at once."""
    found = Service(url).send("POST", at("gate/proposals", proposal, "approvals"))
    say([_proposal(found)], found, json=json)


@lockdown.command
def show(*, all: All = False, url: Url = None, json: Json = False) -> None:  # noqa: A002 - the word people type
    """Show the lockdowns that stand, the strictest first, and what waits for somebody to agree."""
    service = Service(url)
    locks = sorted(service.every("/v1/gate/locks", all_=all), key=lambda each: -each["level"])
    say_each(locks, _line, "no lockdown stands", json=json)
    for each in service.every("/v1/gate/proposals", all_=all):
        say([_proposal(each)], each, json=json)


def _lift_here(store: str, key: Path | None, lock: str, why: str, *, json: bool) -> int:
    token = os.environ.get(_TOKEN_VARIABLE)
    if not token:
        raise UsageError("it takes an administrator's token", advice=f"Put it into {_TOKEN_VARIABLE}.")
    with extra():
        from holdfast.app.lifting import Lifting, lift_here  # noqa: PLC0415 - an extra
        from holdfast.app.live import wall_time  # noqa: PLC0415 - an extra
    found = lift_here(store, key, token, Lifting(lock=lock, why=why, now=wall_time()))
    what = {"id": found.id, "lifted_at": found.lifted_at}
    say([f"{found.id}  lifted; whoever leads finds a notice: holdfast notices"], what, json=json)
    return 0


def _line(found: dict[str, Any]) -> str:
    ends = f"lifted {found['lifted_at']}" if found["lifted_at"] else f"until {found['until']}"
    level = f"level {found['level']} ({found['words']})"
    return f"{found['id']}  {level}  on {locked(found)}  {ends}  by {found['placed_by']}: {found['why']}"


def locked(found: dict[str, Any]) -> str:
    """What a lockdown is on, and whom it leaves in."""
    names = ("tool", "function", "role", "person", "network")
    on = ", ".join(f"{name} {found[name]}" for name in names if found[name]) or "everything"
    named = found["named"] if found["level"] == _NAMED else ()
    return f"{on}, but for {', '.join(named)}" if named else on


def _proposal(found: dict[str, Any]) -> str:
    if found["account"]:
        what = f"{found['account']} becomes {found['tier']}"
    else:
        what = f"{found['lock']} " + ("ends" if found["level"] is None else f"goes down to {found['level']}")
    state = f"done, agreed by {found['agreed_by']}" if found["agreed_by"] else f"waits until {found['until']}"
    return f"{found['id']}  {what}  {state}  by {found['by']}: {found['why']}"
