"""What do another catalogue and other policies of the staff gate let through that those in force may stop?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from holdfast.guard.loosening import looser_texts

from .catalogue import Catalogue, Function, RecordFirst, Tool
from .needs import Need
from .policy import StaffPolicy
from .protect import TierRule
from .tickets import TicketRule

NEED_WORDS = {
    Need.REASON: "a reason",
    Need.TICKET: "a ticket",
    Need.GRANT: "a grant",
    Need.STEP_UP: "a passkey",
    Need.CONSENT: "a second person",
    Need.WATCH: "somebody who watches",
}
_SAYS = ("kind", "class_", "one_way", "wide", "account")
"""Otherwise, it is another thing, in whichever direction: policies may let through just what is `wide`."""


def staff_looser(before: StaffPolicy, after: StaffPolicy) -> list[str]:
    """What `after` may let through: a sentence each. What it only stops besides is not among them."""
    said = [*looser_texts(before.texts, after.texts)]
    for name, (tool, function) in after.functions.items():
        if name not in before.functions:
            said.append(f"{tool.id}/{function.id} is new: whoever the policies let may use it")
        else:
            said += _of_function(f"{tool.id}/{function.id}", before.functions[name][1], function)
    tools = {tool.id: tool for tool in before.catalogue.tool}
    for tool in after.catalogue.tool:
        said += _of_tool(tools.get(tool.id), tool)
    return [*said, *_of_tiers(before.catalogue, after.catalogue), *_of_times(before.catalogue, after.catalogue)]


def _of_function(name: str, was: Function, now: Function) -> Iterator[str]:
    yield from _needs_lost(name, was.needs, now.needs)
    if was.changes is not None and (was.changes, was.holds_value) != (now.changes, now.holds_value):
        says = (
            f"{now.changes}, by the argument {now.holds_value}" if now.changes else "nothing that holders are told of"
        )
        yield f"{name} changed {was.changes}, by the argument {was.holds_value}, and changes {says}"
    for field in _SAYS:
        if getattr(was, field) != getattr(now, field):
            yield f"{name}: {field.strip('_')} was {getattr(was, field)} and is {getattr(now, field)}"


def _of_tool(was: Tool | None, now: Tool) -> Iterator[str]:
    if was is not None:
        yield from _budgets_raised(now.id, was, now)
    known = set() if was is None else set(was.route)
    for route in now.route:
        if route not in known:
            yield f"{now.id}: {' and '.join(route.methods)} {route.host}{route.path} leads to {route.function}"


def _of_tiers(before: Catalogue, after: Catalogue) -> Iterator[str]:
    for name in before.tier.__struct_fields__:
        was, now = getattr(before.tier, name), getattr(after.tier, name)
        on = f"accounts that are {name.replace('_', ' ')}"
        yield from _needs_lost(f"reading {on}", was.read, now.read)
        yield from _needs_lost(f"writing {on}", was.write, now.write)
        yield from _budgets_raised(on, was, now)


def _of_times(before: Catalogue, after: Catalogue) -> Iterator[str]:
    for name in before.times.__struct_fields__:
        minutes, more = getattr(before.times, name), getattr(after.times, name)
        if more > minutes:
            yield f"times.{name} was {minutes} and is {more}"
    for name in before.cooling.__struct_fields__:
        minutes, fewer = getattr(before.cooling, name), getattr(after.cooling, name)
        if fewer < minutes:
            yield f"cooling.{name} was {minutes} minutes and is {fewer}: holders have less time to object"
    if before.gate.record_first is RecordFirst.ALL and after.gate.record_first is not RecordFirst.ALL:
        yield "looks at ordinary accounts are no longer on record before they are answered"
    if before.gate.tickets is TicketRule.TOLD and after.gate.tickets is not TicketRule.TOLD:
        yield "any text counts as a ticket, whether the help desk told of it or not"


def _needs_lost(what: str, was: Iterable[Need], now: Iterable[Need]) -> Iterator[str]:
    lost = set(was) - set(now)
    if lost:
        yield f"{what} no longer takes {', '.join(NEED_WORDS[need] for need in Need if need in lost)}"


def _budgets_raised(what: str, was: Tool | TierRule, now: Tool | TierRule) -> Iterator[str]:
    for kind in ("reads", "writes"):
        if getattr(now, kind) > getattr(was, kind):
            yield f"{what}: {kind} an hour were {getattr(was, kind)} and are {getattr(now, kind)}"
