"""What do the policies say of a member of staff, a function and an account, given what is there and what is not?

The answer follows from a `Case` alone, of which there are few, so each is worked out once. Two things no policy
changes: what is not allowed without a lockdown is not allowed under one; a policy that cannot be worked out refuses.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import rfc8785
from cedarpy import AuthzResult, PolicySet, is_authorized_batch, policies_to_json_str

from holdfast.errors import PolicyError
from holdfast.guard.lines import line_of_policy
from holdfast.guard.people import Role
from holdfast.guard.policy import POLICIES, hold_against

from .answer import StaffReason
from .catalogue import TOOLS, Catalogue, Function, Kind, read_catalogue
from .facts import Tier
from .lockdown import LEVELS
from .needs import Need
from .tickets import TicketRule

SCHEMA = "staff.cedarschema"
_CASES_KEPT = 65_536  # of the latest: persons count only where a policy names one, so this is all there are
_ASK = "Ask whoever keeps the policies."
_OPENER = '"ticket_by_staff"'  # what a policy has to name, to tell by whom a ticket was opened
_PERSONS = '"type": "Staff"'  # no policy tells persons apart without it: they have no attributes, and nothing has them


@enum.unique
class Doing(enum.StrEnum):
    """What policies are asked about, by the names in the schema."""

    READ = "read"
    WRITE = "write"
    AGREE = "agree"
    WATCH = "watch"


class Case(NamedTuple):
    """All that a policy can see. `function` is `tool/function`; `person` matters only where a policy names persons.

    `ticket_by_staff` is only set where a policy names it.
    """

    doing: Doing
    function: str
    roles: tuple[Role, ...]
    person: str = ""
    tier: Tier = Tier.ORDINARY
    lockdown: int = 0
    network_moved: bool = False
    granted: bool = False
    stepped_up: bool = False
    agreed: bool = False
    watched: bool = False
    reason: bool = False
    ticket: bool = False
    ticket_by_staff: bool = False


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """Why not (nothing: it may be), and by which policies."""

    reasons: tuple[StaffReason, ...] = ()
    policies: tuple[str, ...] = ()


class StaffPolicy:
    """Parsed and validated policies and the catalogue of tools; `version` names exactly these, 64 hex."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Take the texts by the names of their files: `*.cedar`, `tools.toml` and `staff.cedarschema`.

        Raises:
            PolicyError: they cannot be parsed, do not fit the schema, or no policy is among them.

        """
        names = sorted(name for name in texts if name.endswith(POLICIES))
        if not names or TOOLS not in texts or SCHEMA not in texts:
            raise PolicyError(f"policies of the staff gate need at least one file *{POLICIES}, {TOOLS} and {SCHEMA}")
        for name in names:
            hold_against(name, texts[name], texts[SCHEMA])
            _check_needs(name, texts[name])
        self.texts = dict(sorted((name, texts[name]) for name in [*names, TOOLS, SCHEMA]))
        self.version = hashlib.sha256(rfc8785.dumps(dict(self.texts))).hexdigest()
        self.catalogue: Catalogue = read_catalogue(texts[TOOLS])
        self.functions = self.catalogue.functions()
        joined = "\n".join(texts[name] for name in names)
        parsed = _parsed(joined)
        as_parsed = json.dumps(parsed)  # as written `Staff :: "eve"` or an escape would name what is not seen
        self.names_persons = _PERSONS in as_parsed
        self.asks_opener = _OPENER in as_parsed
        self.looks_at_tickets = self.asks_opener or self.catalogue.gate.tickets is TicketRule.TOLD
        marks = _marks_of(parsed)
        self._needs = _needs_of(marks)
        self._advice = {mark.get("id") or id_: mark["advice"] for id_, mark in marks.items() if mark.get("advice")}
        self._set = PolicySet.from_str(joined)
        self.ruling = lru_cache(_CASES_KEPT)(self._ruled)
        self.roles_for = lru_cache(_CASES_KEPT)(self._roles_for)
        self.needs = lru_cache(_CASES_KEPT)(self._needed)

    def case(self, doing: Doing, function: str, roles: tuple[Role, ...], person: str) -> Case:
        """The case of this person, who is left out where no policy could tell."""
        return Case(doing, function, roles, person if self.names_persons else "")

    def advice(self, policies: Iterable[str]) -> str:
        """What to do about these policies, by their `@advice`."""
        return " ".join(filter(None, [self._advice.get(each) for each in policies])) or _ASK

    def _roles_for(self, case: Case) -> tuple[Role, ...]:
        """The roles each of which alone would be enough for somebody else, given all that can be given."""
        best = hopeful(case)._replace(person="")
        return tuple(role for role in Role if not self.ruling(best._replace(roles=(role,))).reasons)

    def _needed(self, tool: str, function: str, tier: Tier, level: int) -> frozenset[Need]:
        """What this function takes on an account of that tier under a lockdown of that level, by the catalogue."""
        _, found = self.functions[tool, function]
        tiers = self.catalogue.tier.up_to(tier)
        needs = {*found.needs, *LEVELS[level].needs, *([Need.CONSENT] if found.heavy else [])}
        return frozenset(needs.union(*(rule.read if found.kind is Kind.READ else rule.write for rule in tiers)))

    def _ruled(self, case: Case) -> Ruling:
        # What is not allowed without a lockdown, or at a lower level, is not allowed at a higher one either.
        levels = [case._replace(lockdown=level) for level in range(case.lockdown + 1)]
        rulings = [self._ruling(each, answer) for each, answer in zip(levels, self._ask(levels), strict=True)]
        return next((each for each in rulings if each.reasons), rulings[-1])

    def _ruling(self, case: Case, answer: AuthzResult) -> Ruling:
        said = answer.diagnostics
        if answer.allowed and not said.errors:
            return Ruling(policies=self._named(answer))
        if said.errors:
            return Ruling(reasons=(StaffReason.FORBIDDEN,), policies=("a policy that cannot be worked out",))
        best = hopeful(case)
        (hope,) = self._ask([best])
        if not hope.allowed:
            (granted,) = self._ask([best._replace(granted=True)])
            return Ruling(reasons=(_hopeless(hope, helped=granted.allowed),), policies=self._named(hope))
        needs = [self._needs.get(each) for each in said.reasons] or [None]
        reasons = {_FORBIDDEN[bool(said.reasons)] if need is None else need.lacking for need in needs}
        return Ruling(reasons=tuple(each for each in StaffReason if each in reasons), policies=self._named(answer))

    def _ask(self, cases: list[Case]) -> list[AuthzResult]:
        first = cases[0]
        tool, function = self.functions[_split(first.function)]
        return is_authorized_batch([_request(case) for case in cases], self._set, _entities(first, tool.id, function))

    def _named(self, answer: AuthzResult) -> tuple[str, ...]:
        names = answer.diagnostics.id_annotations_by_reason
        return tuple(sorted(names.get(each, each) for each in answer.diagnostics.reasons))


_FORBIDDEN = (StaffReason.NOT_PERMITTED, StaffReason.FORBIDDEN)


def _hopeless(hope: AuthzResult, *, helped: bool) -> StaffReason:
    """Why not, with all that one can bring; a grant is what others bring."""
    if helped:
        return StaffReason.GRANT_NEEDED
    return _FORBIDDEN[bool(hope.diagnostics.reasons)]


def hopeful(case: Case) -> Case:
    """The same case with all that a person can bring; a grant is not theirs to bring."""
    return case._replace(stepped_up=True, agreed=True, watched=True, reason=True, ticket=True, ticket_by_staff=False)


def _request(case: Case) -> dict[str, Any]:
    if case.doing in {Doing.AGREE, Doing.WATCH}:
        context: dict[str, Any] = {"tier": int(case.tier), "lockdown": case.lockdown}
    else:
        context = {**dict(zip(case._fields[4:], case[4:], strict=True)), "tier": int(case.tier)}
    return {
        "principal": {"type": "Staff", "id": case.person},
        "action": {"type": "Action", "id": str(case.doing)},
        "resource": {"type": "Function", "id": case.function},
        "context": context,
    }


def _entities(case: Case, tool: str, function: Function) -> list[dict[str, Any]]:
    roles = [{"type": "Role", "id": str(role)} for role in case.roles]
    facts = {"class": function.class_, "one_way": function.one_way, "wide": function.wide}
    return [
        {"uid": {"type": "Staff", "id": case.person}, "attrs": {}, "parents": roles},
        {
            "uid": {"type": "Function", "id": case.function},
            "attrs": facts,
            "parents": [{"type": "Tool", "id": tool}],
        },
    ]


def _split(name: str) -> tuple[str, str]:
    tool, _, function = name.partition("/")
    return tool, function


def _parsed(text: str) -> dict[str, dict[str, Any]]:
    """Each policy, by the id that the parser gives it."""
    found: dict[str, dict[str, Any]] = json.loads(policies_to_json_str(text))["staticPolicies"]
    return found


def _marks_of(policies: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """The annotations of each and whether it forbids (`effect`)."""
    return {id_: {**each.get("annotations", {}), "effect": each["effect"]} for id_, each in policies.items()}


def _needs_of(marks: Mapping[str, Mapping[str, str]]) -> dict[str, Need]:
    """What the policies with `@needs` ask for, by the ids that the parser gives them."""
    return {id_: Need(mark["needs"]) for id_, mark in marks.items() if "needs" in mark}


def _check_needs(file: str, text: str) -> None:
    """Refuse a file with a `@needs` that asks for nothing.

    Raises:
        PolicyError: it is nothing that can be asked for, or the policy does not forbid.

    """
    for id_, mark in _marks_of(_parsed(text)).items():
        if "needs" in mark and (mark["effect"] != "forbid" or mark["needs"] not in set(Need)):
            where = f"{file}: line {line_of_policy(text, id_)}: {mark.get('id') or id_}"
            raise PolicyError(f"{where}: @needs stands on a forbid, and names one of {', '.join(Need)}")
