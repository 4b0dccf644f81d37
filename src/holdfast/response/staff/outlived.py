"""What ends with the policies that it rested on, when others take their place?

What somebody agreed to, gave leave for or used a passkey for is a function as the catalogue described it. Where a
function is gone, is new, or has become another thing, none of that goes on, nor a session of a tool that is gone: else
it would count again for whatever is called so later. What a function takes is no matter of this: it is asked each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec

from holdfast.guard.staff import Consent, Function, Grant, StaffPolicy, Tool, ToolSession
from holdfast.ledger import RecordKind
from holdfast.response.book import Page

from .consents import Consents
from .grants import Grants
from .sessions import Sessions

_GONE = "the tool is in the catalogue no longer"
_Functions = Mapping[tuple[str, str], tuple[Tool, Function]]


class Kept(Protocol):
    """The registers in which it lies."""

    @property
    def sessions(self) -> Sessions:
        """Of the tools."""
        ...

    @property
    def grants(self) -> Grants:
        """In force, and over."""
        ...

    @property
    def consents(self) -> Consents:
        """That wait, and used ones."""
        ...


class Outlived(msgspec.Struct, frozen=True, kw_only=True):
    """What ends: sessions whole, of others the passkey's use for these classes, grants and consents."""

    sessions: tuple[ToolSession, ...] = ()
    stepped: tuple[tuple[ToolSession, frozenset[str]], ...] = ()
    grants: tuple[Grant, ...] = ()
    consents: tuple[Consent, ...] = ()

    def __bool__(self) -> bool:
        """Whether something ends."""
        return any(map(len, msgspec.structs.astuple(self)))

    @property
    def words(self) -> tuple[str, ...]:
        """How much of what ends, a line each."""
        counts = {
            "session(s) of tools that are in the catalogue no longer": self.sessions,
            "use(s) of a passkey for a class that has other functions now": self.stepped,
            "grant(s) of functions that are new, gone or other ones now": self.grants,
            "consent(s) to functions that are gone or other ones now": self.consents,
        }
        return tuple(f"{len(there)} {what}" for what, there in counts.items() if there)


def outlived(kept: Kept, before: StaffPolicy, after: StaffPolicy, now: int) -> Outlived:
    """What of `kept` ends at `now` (milliseconds since 1970 UTC) when `after` takes the place of `before`."""
    other = frozenset(_other(before.functions, after.functions))
    tools = {each.id for each in after.catalogue.tool}
    live = [each for each in kept.sessions.kept.values() if each.ended_at is None]
    gone = tuple(each for each in live if each.tool not in tools)
    grown = {(tool, after.functions[tool, name][1].class_) for tool, name in other if (tool, name) in after.functions}
    stepped = [
        (each, frozenset(class_ for class_ in each.stepped_up if (each.tool, class_) in grown))
        for each in live
        if each.tool in tools
    ]
    return Outlived(
        sessions=gone,
        stepped=tuple((each, classes) for each, classes in stepped if classes),
        grants=tuple(each for each in kept.grants.kept.values() if each.in_force(now) and _covers(each, other)),
        consents=tuple(
            each for each in kept.consents.kept.values() if each.waits(now) and _is_to(kept.consents, each, other)
        ),
    )


def end_on(page: Page, kept: Kept, ended: Outlived, by: str) -> None:
    """Have it end on this page, each on record."""
    kept.sessions.end_on(page, [each.id for each in ended.sessions], by, _GONE)
    for session, classes in ended.stepped:
        left = {class_: at for class_, at in session.stepped_up.items() if class_ not in classes}
        kept.sessions.kept.put(page, session.id, msgspec.structs.replace(session, stepped_up=left))
        body = {"classes": sorted(classes)}
        key = f"tool_session/{session.id}/stepped_down/{page.now}/{','.join(sorted(classes))}"
        page.record(RecordKind.DECISION, key, session.person, body, actor=by)
    for grant in ended.grants:
        kept.grants.revoke_on(page, grant, by)
    for consent in ended.consents:
        kept.consents.end_one_on(page, consent, by)


def _other(before: _Functions, after: _Functions) -> Iterator[tuple[str, str]]:
    """The functions that are new, gone or another thing."""
    for name in before.keys() | after.keys():
        if name not in before or name not in after or _thing(before[name][1]) != _thing(after[name][1]):
            yield name


def _thing(function: Function) -> Function:
    """What it is, whatever it takes and however it is described."""
    return msgspec.structs.replace(function, needs=(), about="-")


def _covers(grant: Grant, functions: frozenset[tuple[str, str]]) -> bool:
    return any(grant.tool == tool and grant.function in {"*", name} for tool, name in functions)


def _is_to(consents: Consents, consent: Consent, functions: frozenset[tuple[str, str]]) -> bool:
    action = consents.action_of(consent)
    return action is None or (action.tool, action.function) in functions
