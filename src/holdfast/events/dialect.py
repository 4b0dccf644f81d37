"""How does a source spell the vocabulary: which names, which unit of time, and what goes without saying?"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import get_args

import msgspec

from holdfast.errors import ColumnError, UsageError

from .times import TimeUnit
from .vocabulary import AnyEvent, Event

KINDS: Mapping[str, type[Event]] = {str(kind.__struct_config__.tag): kind for kind in get_args(AnyEvent)}
"""The record of each type of event, by the name it has in `type`."""

FIELDS = frozenset({"type"}).union(*(kind.__struct_fields__ for kind in KINDS.values())) - {"unknown"}
"""Every name that means something on at least one type of event."""

REQUIRED: Mapping[type[Event], frozenset[str]] = {
    kind: frozenset(known.name for known in msgspec.structs.fields(kind) if known.required)
    | ({"id"} if name in {"post", "post_removed"} else frozenset())
    for name, kind in KINDS.items()
}
"""What each record cannot do without. Posts are known by their id, so there it is required too."""


_ALSO_CALLED = {
    "id": ("post_id", "status_id", "tweet_id", "id_str", "uri", "cid"),
    "account": ("author", "author_id", "user", "user_id", "username", "screen_name", "handle", "did", "from"),
    "time": ("created_at", "timestamp", "date", "datetime", "ts", "tsb", "published", "indexed_at"),
    "text": ("full_text", "body", "content", "message", "tweet", "post"),
}
_SHOWN = 60  # column names, and characters of each, that a message shows at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a source spells the vocabulary; the default is the vocabulary itself.

    `columns` maps our field to the source's name for it. `default_type` and `platform` are what a line means that does
    not say. `time_unit` is what a bare number in a time counts. Without `keep_unknown`, fields that have no name here
    are left out.

    Raises:
        UsageError: a key of `columns` is no field, one name is given to two fields, or `default_type` is no type.

    """

    columns: Mapping[str, str] = field(default_factory=dict)
    default_type: str = "post"
    platform: str = ""
    time_unit: TimeUnit = "ms"
    keep_unknown: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for name in self.columns:
            if name not in FIELDS:
                raise UsageError(
                    f"there is no field {name!r}{_did_you_mean(name, FIELDS)}",
                    advice=f"Say --column field=name, where field is one of: {', '.join(sorted(FIELDS))}.",
                )
        names = list(self.columns.values())
        for name in names:
            if not name.isprintable() or not name:
                raise UsageError(f"a column cannot be called {name!a}", advice="Say --column field=name, in UTF-8.")
            if names.count(name) > 1:
                raise UsageError(f"the column {name!r} is named for two fields")
        if self.default_type not in KINDS:
            raise UsageError(
                f"there is no event of type {self.default_type!r}{_did_you_mean(self.default_type, KINDS)}"
            )

    def name_of(self, known: str) -> str:
        """What the source calls our field `known`."""
        return self.columns.get(known, known)

    @property
    def type_name(self) -> str | None:
        """What the source calls the type of an event; None if it has given that name to another field."""
        name = self.name_of("type")
        return name if "type" in self.columns or name not in self.columns.values() else None

    def named(self, kind: type[Event]) -> dict[str, str]:
        """The source's names that mean something on `kind`, each with our field for it.

        A source's name given to one field by `columns` means no other field, even if it is spelt like one.
        """
        taken = set(self.columns.values())
        known = (name for name in kind.__struct_fields__ if name != "unknown")
        return {self.name_of(name): name for name in known if name in self.columns or name not in taken}


def check_columns(dialect: Dialect, present: Collection[str], where: str, *, needed: Iterable[str] = ()) -> None:
    """Make sure that a source has every column the dialect names, and those for the fields `needed`.

    Raises:
        ColumnError: one is not among those `present`; the message names it and what may be meant instead.

    """
    lacking = [known for known in dict.fromkeys([*dialect.columns, *needed]) if dialect.name_of(known) not in present]
    if not lacking:
        return
    there = sorted(present)
    shown = ", ".join(_shown(name) for name in there[:_SHOWN]) or "none"
    said = [f"--column {known}={_shown(_nearest(known, dialect.name_of(known), there))}" for known in lacking]
    wanted = [f"{dialect.name_of(known)!r}" for known in lacking]
    raise ColumnError(
        f"{where} has no column called {' or '.join(wanted)}",
        advice=f"Name the columns, as in {' '.join(said)}. There are: {shown}.",
    )


def _nearest(known: str, wanted: str, there: list[str]) -> str:
    """The column most likely meant by `wanted`: one spelt nearly so, or one that others call our field."""
    near = difflib.get_close_matches(wanted, there, n=1, cutoff=0.6)
    return next(iter([*near, *(name for name in _ALSO_CALLED.get(known, ()) if name in there)]), "NAME")


def _shown(name: str) -> str:
    return ascii(name)[1:-1][:_SHOWN]


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""
