"""Which internal tools are there, what can each function of them do, and what does it take?"""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Collection, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from holdfast.errors import PolicyError
from holdfast.guard.lines import placed

from .cooling import Cooling, Credential
from .needs import Need
from .protect import Tiers
from .routes import Route, ways
from .tickets import TicketRule

TOOLS = "tools.toml"
OWN = "holdfast"
"""No tool can be called this: what lifts a lock or ends a session is never itself behind the gate."""
MINUTE = 60_000  # milliseconds

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=100)]
Words = Annotated[str, Meta(min_length=1, max_length=200)]
PerHour = Annotated[int, Meta(ge=1, le=10_000)]
Minutes = Annotated[int, Meta(ge=1, le=60)]  # longer, and it is no longer the same moment


@enum.unique
class Kind(enum.StrEnum):
    """Whether it shows something or changes something. What is shown counts as what is changed does."""

    READ = "read"
    WRITE = "write"


class Function(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A function of a tool: of this `kind` and `class`, `one_way` if nothing brings it back, `wide` if for many.

    `account` is false for what is about no account, a search or a queue; anything else has to name one.
    `changes` is what proves the holder and is changed by it: the holder is told, and the new value has to wait. `value`
    is the argument that brings the new value; where it is left out, the one that is called as what it changes.
    """

    id: Name
    kind: Kind
    class_: Name = msgspec.field(name="class")
    about: Words
    one_way: bool = False
    wide: bool = False
    account: bool = True
    changes: Credential | None = None
    value: Annotated[str, Meta(max_length=100)] = ""
    needs: tuple[Need, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what changes a holder's credential and is no writing on one account: nobody could be told."""
        if self.changes is not None and (self.kind is not Kind.WRITE or not self.account):
            raise ValueError(f"{self.id} changes {self.changes}, so it is a `write` and about an account")

    @property
    def holds_value(self) -> str:
        """The name of the argument that brings the new value; it need not be there."""
        return self.value or self.changes or ""

    @property
    def about_any(self) -> bool:
        """Whether it may be asked about no account: a search, or many accounts at once."""
        return self.wide or not self.account

    @property
    def heavy(self) -> bool:
        """Whether it takes a second person whatever else is written."""
        return self.one_way or self.wide


class Tool(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An internal tool, with how many `reads` and `writes` a person may do with it in any hour."""

    id: Name
    about: Words
    reads: PerHour
    writes: PerHour
    function: Annotated[tuple[Function, ...], Meta(min_length=1)]
    route: tuple[Route, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a tool in which something is there twice, or a route leads nowhere."""
        names = _once([each.id for each in self.function], f"functions of {self.id}")
        if self.id == OWN:
            raise ValueError(f"no tool is called {OWN}: what ends a lockdown is never behind the gate")
        for route in self.route:
            if route.function not in names:
                raise ValueError(f"the route {route.path} leads to {route.function}, which {self.id} has not")


class Times(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how long a passkey counts for its class of functions, and somebody's consent."""

    step_up_minutes: Minutes = 5
    consent_minutes: Minutes = 30


@enum.unique
class RecordFirst(enum.StrEnum):
    """What is on the disk before it is allowed."""

    ALL = "all"
    ALL_BUT_ORDINARY_READS = "all_but_ordinary_reads"


class Gate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for all tools. `tickets` says which count where one is needed."""

    record_first: RecordFirst = RecordFirst.ALL_BUT_ORDINARY_READS
    tickets: TicketRule = TicketRule.ANY


class Catalogue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All tools, what accounts take by their tier, for how long changes cool, and the times."""

    tool: Annotated[tuple[Tool, ...], Meta(min_length=1)]
    tier: Tiers = Tiers()
    cooling: Cooling = Cooling()
    times: Times = Times()
    gate: Gate = Gate()

    def __post_init__(self) -> None:
        """Refuse two tools of one name, and a request that could be two functions."""
        _once([each.id for each in self.tool], "tools")
        ways((each.id, each.route) for each in self.tool)

    def functions(self) -> dict[tuple[str, str], tuple[Tool, Function]]:
        """Each function with its tool, by the names of both."""
        return {(tool.id, each.id): (tool, each) for tool in self.tool for each in tool.function}


def not_there(functions: Collection[tuple[str, str]], tool: str, function: str) -> str:
    """What is named and in no catalogue of these `functions` (tool, function), in words; an empty name is any.

    Empty where it is there: a slip of the hand would else be in force on nothing.
    """
    if not (tool or function) or any(tool in {"", one} and function in {"", other} for one, other in functions):
        return ""
    if tool and tool not in {one for one, _ in functions}:
        return f"tool {tool}"
    return f"function {function}" + (f" of {tool}" if tool else "")


def read_catalogue(text: str) -> Catalogue:
    """The catalogue that `text` (TOML) describes.

    Raises:
        PolicyError: it is no TOML, or not such a catalogue.

    """
    try:
        told: Any = tomllib.loads(text)
        return msgspec.convert(told, Catalogue)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as why:
        raise PolicyError(f"{TOOLS}: {placed(text, why)}") from why


def _once(names: Sequence[str], what: str) -> frozenset[str]:
    found = frozenset(names)
    if len(found) < len(names):
        raise ValueError(f"each of the {what} is written once")
    return found
