"""What do other policies let through that those in force may stop?

Policies are compared as they are written, not by trying them: permits that were taken away and forbids that were added
can only refuse more, and anything else may let something through. So nothing that loosens is ever missed; what only
looks as if it did is told, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cedarpy import policies_to_json_str

from .policy import POLICIES, Policy
from .quorum import Deed, Size, Table

_WORDS_ONLY = frozenset({"id", "advice"})  # annotations that no decision sees
_ANY = 2**31  # accounts: more than any platform has
_SURE = frozenset({"Var", ".", "has", "like", "==", "!=", "in", "<", "<=", ">", ">=", "&&", "||", "!", "is"}) | {
    *("if-then-else", "if", "then", "else", "Set", "contains", "containsAll", "containsAny", "isEmpty"),
    *("arg", "left", "right", "attr", "entity_type", "pattern", "Literal", "Wildcard"),
}
"""What stands in a condition that always has an answer: a sum may overflow, and a policy that cannot be worked out
refuses, so to take it away would let through what it refused."""


def looser(before: Policy, after: Policy) -> list[str]:
    """What `after` may let through, of who may do what and how many must agree: a sentence each."""
    return [*looser_texts(before.texts, after.texts), *_looser_table(before.table, after.table)]


def looser_texts(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """The same of policies alone, by the texts of all their files."""
    were, are = _policies(before), _policies(after)
    for form, (effect, name) in are.items():
        if effect == "permit" and form not in were:
            yield f"permits more, or something else: {name}"
    for form, (effect, name) in were.items():
        if effect == "forbid" and form not in are:
            yield f"forbids no longer, or not the same: {name}"
        elif form not in are and not _sure(json.loads(form)["conditions"]):
            yield f"is gone, and refused where it could not be worked out: {name}"


def _policies(texts: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The effect of each policy, and what people call it, by all of it that counts."""
    found = {}
    for file in sorted(name for name in texts if name.endswith(POLICIES)):
        for id_, policy in json.loads(policies_to_json_str(texts[file]))["staticPolicies"].items():
            marks = policy.get("annotations", {})
            counts = {**policy, "annotations": {key: marks[key] for key in marks if key not in _WORDS_ONLY}}
            needs = f", which asks for {marks['needs']}" if marks.get("needs") else ""
            name = f"{marks.get('id') or id_} of {file}{needs}"
            found[json.dumps(counts, sort_keys=True)] = (str(policy["effect"]), name)
    return found


def _sure(condition: Any) -> bool:  # noqa: ANN401 - JSON of any shape
    """Whether nothing in it can go wrong."""
    match condition:
        case dict() if "Value" in condition:
            return True
        case dict():
            keys = condition.keys() - {"kind", "body"}
            return keys <= _SURE and all(_sure(each) for each in condition.values())
        case list():
            return all(_sure(each) for each in condition)
        case _:
            return True


def _looser_table(before: Table, after: Table) -> Iterator[str]:
    for deed in Deed:
        limits = {row.accounts for table in (before, after) for row in table.rows(deed)}
        for limit in sorted(_ANY if each is None else each for each in limits):
            size = "any number of accounts" if limit == _ANY else f"{limit:,} accounts"
            for one_way in (False, True):
                was = before.required(accounts=limit, one_way=one_way, deed=deed)
                now = after.required(accounts=limit, one_way=one_way, deed=deed)
                what = f"{deed} of {size}{', for good,' if one_way else ''}"
                yield from _looser_size(what, was, now)
    for name in before.times.__struct_fields__:
        minutes, more = getattr(before.times, name), getattr(after.times, name)
        if more > minutes:
            yield f"quorum.toml: times.{name} was {minutes} minutes and is {more}"


def _looser_size(what: str, was: Size, now: Size) -> Iterator[str]:
    if now.approvals < was.approvals:
        yield f"quorum.toml: {what} took {was.approvals} besides who asks, and takes {now.approvals}"
    if was.signed and not now.signed:
        yield f"quorum.toml: {what} took signed approvals and takes them unsigned"
