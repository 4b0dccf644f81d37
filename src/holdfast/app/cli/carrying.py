"""`holdfast undo`, `waves`, `letters`, `brakes`: what people do while holds are carried out by a running service."""

from __future__ import annotations

from typing import Annotated, Any

import cyclopts
from cyclopts import Parameter

from holdfast.errors import UsageError

from .desk import Why, told
from .options import Json
from .service import Service, Url, at, say

_ATTENTION = 1  # the exit code of a look that found something a person has to see to

waves = cyclopts.App(name="waves", help="What is given back in waves, and letting them go on that were paused.")
letters = cyclopts.App(name="letters", help="Deeds that were given up (dead letters), and having them tried again.")
brakes = cyclopts.App(name="brakes", help="How deeds go out: is the platform answering, which caps are reached?")

Moment = Annotated[str, Parameter(help="A time with its offset, for example 2020-07-15T20:17:00Z.")]


def undo(  # noqa: PLR0913 - each is a word on the command line
    *holds: str,
    campaign: Annotated[str, Parameter(help="All holds of this campaign.")] = "",
    plan: Annotated[str, Parameter(help="All holds of this plan.")] = "",
    since: Moment = "",
    until: Moment = "",
    request: Annotated[str, Parameter(help="Ask for exactly what was shown under this hash.")] = "",
    why: Why = "",
    url: Url = None,
    json: Json = False,
) -> int:
    """Show what would be free again if holds ended; then ask for exactly that with --request HASH --why REASON.

    Holds are named, or chosen by campaign, plan and the time of placing; all that is said must fit. Others must agree
    (`holdfast approve`); where hijacked accounts would come free, as many as to give such accounts back. Exit code 0
    when it was shown or done, 1 when it waits for others.
    """
    service = Service(url)
    scope = {"campaign": campaign, "plan": plan, "holds": holds, "since": _time(since), "until": _time(until)}
    said = {name: value for name, value in scope.items() if value or value == 0}
    if not request:
        seen = service.send("POST", "/v1/undo/preview", said)
        say(_shown(seen), seen, json=json)
        return 0
    if said:
        raise UsageError("the hash says which holds are meant", advice="Give --request HASH and --why REASON alone.")
    return told(service.send("POST", "/v1/undo", {"undo": request, "why": why}), json=json)


@waves.default
def list_waves(*, url: Url = None, json: Json = False) -> int:
    """Show what is given back in waves. Exit code 1 when some are paused and wait for a person."""
    paused = False
    for each in Service(url).every("/v1/waves"):
        paused |= each["phase"] == "paused"
        free = f"{each['restored']} of {each['restored'] + each['held']} free"
        due = f", next at {each['due']}" if each["due"] else ""
        say(
            [f"{each['id']} {each['phase']} wave {each['given']}/{each['waves']}, {free}{due}: {each['cohort']}"],
            each,
            json=json,
        )
    return _ATTENTION if paused else 0


@waves.command
def resume(wave: str, *, url: Url = None, json: Json = False) -> None:
    """Let paused waves go on: you have looked into what was wrong."""
    seen = Service(url).send("POST", at("waves", wave, "resume"))
    say([f"{seen['id']} {seen['phase']}"], seen, json=json)


@letters.default
def list_letters(*, url: Url = None, json: Json = False) -> int:
    """Show the deeds that were given up, and why. Exit code 1 when there are any."""
    found = 0
    for each in Service(url).every("/v1/dead-letters"):
        found += 1
        hold = each["hold"]
        final = " (cannot be undone)" if hold["one_way"] else ""
        what = f"{each['deed']} {hold['restriction']}{final} on {hold['subject_kind']} {hold['subject']}"
        say([f"{hold['id']} {what}: {each['note']}"], each, json=json)
    return _ATTENTION if found else 0


@letters.command
def retry(
    hold: Annotated[str, Parameter(help="The id of one hold; without it, all of them are tried again.")] = "",
    *,
    url: Url = None,
    json: Json = False,
) -> None:
    """Have deeds that were given up tried again."""
    if hold:
        seen = Service(url).send("POST", at("holds", hold, "retry"))
        say([f"{seen['id']} {seen['state']}"], seen, json=json)
        return
    seen = Service(url).send("POST", "/v1/dead-letters/retry")
    say([f"{seen['retried']} are tried again"], seen, json=json)


@brakes.default
def show_brakes(*, url: Url = None, json: Json = False) -> int:
    """Show how deeds go out. Exit code 1 when something waits for a person, or the platform does not answer."""
    seen = Service(url).get("/v1/brakes")
    say(_braked(seen), seen, json=json)
    waits = any(each["waiting"] for each in seen["caps"])
    return _ATTENTION if waits or seen["dead_letters"] or seen["untrue"] or seen["breaker"] != "closed" else 0


@brakes.command(name="raise")
def raise_cap(  # noqa: PLR0913 - each is a word on the command line
    cap: Annotated[str, Parameter(help="Its name, as `holdfast brakes` shows it.")],
    to: Annotated[int, Parameter(help="How many an hour from now on.")],
    *,
    minutes: Annotated[int, Parameter(help="For how long, up to a day.")],
    why: Why,
    url: Url = None,
    json: Json = False,
) -> None:
    """Raise a cap for a while; only its owner may. What waits goes at once as far as it fits, by harm."""
    seen = Service(url).send("POST", "/v1/brakes/raise", {"cap": cap, "to": to, "minutes": minutes, "why": why})
    say(_braked(seen), seen, json=json)


def _time(word: str) -> int | None:
    if not word:
        return None
    from holdfast.events import parse_time  # noqa: PLC0415 - it takes a while to import, and is rarely needed

    return parse_time(word)


def _shown(seen: dict[str, Any]) -> list[str]:
    freed = seen["freed"]
    who = f"{freed['accounts']} accounts free again, {freed['eased']} in part, {freed['still_held']} not at all"
    lines = [f"{freed['holds']} holds would end: {who} (other holds on them stand)"]
    if freed["hijacked"]:
        lines.append(f"{freed['hijacked']} of them are likely in an intruder's hands: {', '.join(freed['named'])}")
    others = [f"{freed[kind]} {kind}" for kind in ("posts", "lures", "staff", "apps") if freed[kind]]
    lines += [f"and {', '.join(others)}"] if others else []
    if freed["for_good"]:
        lines.append(f"{freed['for_good']} deeds cannot be undone: their end gives nothing back")
    if freed["redo"]:
        lines.append(f"{freed['redo']} ended sessions have to be begun again by their owners")
    if freed["foreign"]:
        lines.append(f"on {freed['foreign']} of them others have restrictions of their own, which stay")
    lines += [f"the standing order about {each} ends" for each in seen["orders"]]
    return [*lines, f"To ask for exactly this: holdfast undo --request {seen['undo']} --why REASON"]


def _braked(seen: dict[str, Any]) -> list[str]:
    until = f" until {seen['asked_again_at']}" if seen["asked_again_at"] else ""
    found = f"{seen['unreadable']} not shown, {seen['untrue']} not as the platform had said"
    waiting = f"{seen['errands']} deeds wait, {seen['dead_letters']} were given up"
    lines = [
        f"{seen['platform']}: breaker {seen['breaker']}{until}; {waiting}",
        f"at the last look {found}, {seen['unaccounted']} not accounted for",
    ]
    for each in seen["caps"]:
        raised = f", raised by {each['raised_by']} until {each['raised_until']}" if each["raised_until"] else ""
        waits = f", {each['waiting']} wait for the {each['owner']}" if each["waiting"] else ""
        if each["used"] or raised or waits or each["name"] == "one_way":
            lines.append(f"{each['name']}: {each['used']:g} of {each['cap']} an hour{waits}{raised}")
    return lines
