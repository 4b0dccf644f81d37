"""Which controls of the staff gate can a drill switch on, one by one, and which policies hold just these?

The policies are the shipped ones with everything taken out that belongs to a control that is off, so the gate's own
decision code answers and nothing here decides. What no setting takes out of the gate stays in: nobody touches a
protected account alone.
"""

from __future__ import annotations

import enum
import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeAlias

from holdfast.guard.staff import Need, StaffPolicy


@enum.unique
class Control(enum.StrEnum):
    """One thing that the gate takes or forbids."""

    ROLES = "roles"  # who may do what to which tier; beyond that, a grant by somebody else
    REASONS = "reasons"  # a reason and a ticket
    PASSKEYS = "passkeys"  # a fresh passkey for each class of function
    TWO_PERSON_EMAIL = "two-person-email"  # a second person for every change of an e-mail, and for nothing else
    TWO_PERSON = "two-person"  # a second person for every change of an e-mail, a phone or a second factor
    SECOND_PERSON = "second-person"  # as shipped: for officials, for what is one-way and for what is wide
    WATCH = "watch"  # somebody else present while messages are read
    BUDGETS = "budgets"  # so many reads and writes per person in any hour, fewer the higher the tier
    LOCKDOWN_2 = "lockdown-2"  # from the first call that staff report on, everything takes two
    LOCKDOWN_3 = "lockdown-3"  # from then on, named responders only


SHIPPED = frozenset(
    {Control.ROLES, Control.REASONS, Control.PASSKEYS, Control.SECOND_PERSON, Control.WATCH, Control.BUDGETS}
)
"""What is on where nobody changes anything."""
Way: TypeAlias = frozenset[Control] | None
"""The controls that are on; None: there is no gate."""

_LEVELS = {Control.LOCKDOWN_2: 2, Control.LOCKDOWN_3: 3}
_ASKED_BY = {
    Need.REASON: Control.REASONS,
    Need.TICKET: Control.REASONS,
    Need.GRANT: Control.ROLES,
    Need.STEP_UP: Control.PASSKEYS,
    Need.CONSENT: Control.SECOND_PERSON,
    Need.WATCH: Control.WATCH,
}
_CREDENTIALS = frozenset({"account.email.replace", "account.phone.replace", "account.mfa.reset"})
_SECOND_FOR = {Control.TWO_PERSON_EMAIL: frozenset({"account.email.replace"}), Control.TWO_PERSON: _CREDENTIALS}
_NO_BUDGET = 10_000  # an hour: the most that a catalogue can say
_EVERYBODY = {"staff.cedar": '@id("everybody-in-this-drill")\npermit (principal, action, resource);\n'}


def controlled(texts: Mapping[str, str], controls: Collection[Control]) -> StaffPolicy:
    """The policies in `texts` (by the names of their files) with just these controls.

    Raises:
        PolicyError: they are no policies of the staff gate.

    """
    policies = {name: text for name, text in texts.items() if name.endswith(".cedar")}
    catalogue = tomllib.loads(texts["tools.toml"])
    tiers = catalogue["tier"]
    for rule in tiers.values():
        _relax(rule, controls, ("read", "write"))
    tiers["protected"].update(_floor(tiers["protected"]))
    for tool in catalogue["tool"]:
        _relax(tool, controls, ())
        tool.pop("route", None)  # nobody comes to a drill by way of a proxy
        for function in tool["function"]:
            _relax(function, controls, ("needs",))
            if any(control in controls and function["id"] in _SECOND_FOR[control] for control in _SECOND_FOR):
                function["needs"] = sorted({*function.get("needs", ()), Need.CONSENT})
            if Control.SECOND_PERSON not in controls:
                function["one_way"] = function["wide"] = False
    kept = {name: text for name, text in texts.items() if name not in policies}
    who = policies if Control.ROLES in controls else _EVERYBODY
    return StaffPolicy({**kept, **who, "tools.toml": "\n".join(_lines("", catalogue))})


def lockdown_of(way: Way) -> int:
    """The level at which this way locks the tool when staff report a call; 0: never."""
    return max((level for control, level in _LEVELS.items() if way is not None and control in way), default=0)


def _relax(rule: dict[str, Any], controls: Collection[Control], lists: tuple[str, ...]) -> None:
    """Take out of a part of the catalogue what belongs to controls that are off."""
    for name in lists:
        rule[name] = [need for need in rule.get(name, ()) if _ASKED_BY[Need(need)] in controls]
    if Control.BUDGETS not in controls:
        rule.update(dict.fromkeys({"reads", "writes"} & set(rule), _NO_BUDGET))


def _floor(rule: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: sorted({*rule[name], Need.CONSENT}) for name in ("read", "write")}


def _lines(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    """A table as TOML: what it says itself, then the tables in it."""
    inner = {key: value for key, value in table.items() if isinstance(value, dict) or _tables(value)}
    yield from (f"{key} = {json.dumps(value)}" for key, value in table.items() if key not in inner)
    for key, value in inner.items():
        place = f"{name}.{key}".removeprefix(".")
        for each in value if isinstance(value, list) else [value]:
            yield f"[[{place}]]" if isinstance(value, list) else f"[{place}]"
            yield from _lines(place, each)


def _tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)
