"""What does one line of JSON say? The reference that every faster way of reading must agree with.

A line must be I-JSON (RFC 7493): one object, UTF-8, no lone surrogate, no name twice, no number beyond a double or 64
bits; and it may nest `DEPTH_LIMIT` deep. A required field that is missing or malformed makes it unfit. An optional
field that is not of its kind is kept in `unknown`, like a field that has no name in the vocabulary: losing a post
because its follower count is odd would serve the attacker. `null` is the same as not said. An integer where text is due
is taken by its digits (platforms number their posts).
"""

from __future__ import annotations

import codecs
import json
import math
from collections.abc import Collection
from typing import Any, cast

import msgspec

from holdfast.errors import InputError

from .dialect import KINDS, REQUIRED, Dialect
from .times import read_time
from .vocabulary import AnyEvent, Event, Media, Report

DEPTH_LIMIT = 64  # containers within containers: far more than any event needs, far less than a stack holds
_TIME_FIELDS = frozenset({"time", "created"})
_MEDIA_FIELDS = frozenset(Media.__struct_fields__)
_MAY_BE_EMPTY = frozenset({"text"})  # a post may be only a picture
_TYPES = {kind: {known.name: known.type for known in msgspec.structs.fields(kind)} for kind in KINDS.values()}
_INT64_MAX = 2**63 - 1
_UINT64_MAX = 2**64 - 1


class UnfitError(Exception):
    """The line is not an event; the message is the reason a reject gives. Never leaves the room."""


class Interpreter:
    """Reads single lines in one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        """Look up once what each name means on each type of event."""
        self._dialect = dialect
        self._type_name = dialect.type_name
        self._fields = {
            kind: {name: (known, _TYPES[kind][known]) for name, known in dialect.named(kind).items()}
            for kind in KINDS.values()
        }

    def interpret(self, line: bytes) -> tuple[AnyEvent, str | None]:
        """The event a line tells of, and its unknown fields as the JSON object they came in (None if there are none).

        Raises:
            UnfitError: the line is no event; the message says why.

        """
        said = parse_line(line)
        kind = self._kind(said)
        values, unknown = self._sort(kind, said)
        lacking = REQUIRED[kind] - values.keys()
        if lacking:
            raise UnfitError(self._why_lacking(min(lacking), said))
        if kind is Report and not (values.get("account") or values.get("post")):
            raise UnfitError("a report names an account or a post")
        values.setdefault("platform", self._dialect.platform)
        if not unknown or not self._dialect.keep_unknown:
            return cast("AnyEvent", kind(**values)), None
        return cast("AnyEvent", kind(**values, unknown=unknown)), raw_fields(line, unknown)

    def _kind(self, said: dict[str, Any]) -> type[Event]:
        name = said.get(self._type_name) if self._type_name is not None else None
        if name is None or name == "":  # as with every optional field, empty text says nothing
            return KINDS[self._dialect.default_type]
        kind = KINDS.get(name) if isinstance(name, str) else None
        if kind is None:
            raise UnfitError(f"{self._type_name}: no event is of type {ascii(name)[:40]}")
        return kind

    def _sort(self, kind: type[Event], said: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Our fields with their values converted, and the rest."""
        fields, values, unknown = self._fields[kind], {}, {}
        for name, value in said.items():
            if name == self._type_name:
                continue
            known, wanted = fields.get(name, ("", None))
            if not known:
                unknown[name] = value
            elif value is None or (value == "" and known not in REQUIRED[kind]):
                continue
            else:
                try:
                    values[known] = self._convert(known, wanted, value)
                    if known == "media" and any(item.keys() - _MEDIA_FIELDS for item in value):
                        unknown[name] = value
                except (UnfitError, InputError) as misfit:
                    if known in REQUIRED[kind]:
                        raise UnfitError(f"{name}: {misfit}") from None
                    unknown[name] = value
        return values, unknown

    def _convert(self, known: str, wanted: object, value: object) -> object:
        if known in _TIME_FIELDS:
            return read_time(value, self._dialect.time_unit)
        if known == "media" and isinstance(value, list):
            value = [_without_nulls(item) for item in value]
        if wanted is str:
            if type(value) is int:
                value = str(value)
            if type(value) is not str:
                raise UnfitError("not text")
            if not value and known not in _MAY_BE_EMPTY:
                raise UnfitError("is empty")
            return value
        try:
            converted: object = msgspec.convert(value, type=cast("type[object]", wanted))
        except msgspec.ValidationError as error:
            raise UnfitError(str(error)) from None
        if type(converted) is int and not 0 <= converted <= _INT64_MAX:
            raise UnfitError("counts start at 0 and fit 64 bits")
        return converted

    def _why_lacking(self, known: str, said: dict[str, Any]) -> str:
        name = self._dialect.name_of(known)
        return f"{name}: is null" if name in said else f"{name}: is missing"


def parse_line(line: bytes) -> dict[str, Any]:
    """The object that a line of I-JSON holds.

    Raises:
        UnfitError: the line is not one I-JSON object, or nests too deeply; the message says why.

    """
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise UnfitError(f"not UTF-8 at byte {error.start}") from None
    try:
        said = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_bounded_int,
            parse_float=_bounded_float,
        )
    except RecursionError:
        raise UnfitError(f"nests deeper than {DEPTH_LIMIT}") from None
    except json.JSONDecodeError as error:
        raise UnfitError(f"not JSON: {error.msg} at character {error.pos}") from None
    if not isinstance(said, dict):
        raise UnfitError("not a JSON object")
    if line.count(b"{") + line.count(b"[") > DEPTH_LIMIT and _deeper_than(said, DEPTH_LIMIT):
        raise UnfitError(f"nests deeper than {DEPTH_LIMIT}")
    if b"\\u" in line:
        try:
            json.dumps(said, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise UnfitError("a lone surrogate in text") from None
    return said


def names_in(lines: bytes, *, wanted: Collection[str] | None = None) -> set[str]:
    """The names that stand in those of the whole `lines` that parse; looking ends when all `wanted` have been seen."""
    names: set[str] = set()
    for line in lines.removeprefix(codecs.BOM_UTF8).split(b"\n"):
        try:
            names.update(parse_line(line))
        except UnfitError:
            continue
        if wanted is not None and names.issuperset(wanted):
            break
    return names


def raw_fields(line: bytes, names: dict[str, Any]) -> str:
    """The fields called `names` of a line that parses, as one JSON object with each value spelt as it came."""
    spelt = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    return (
        "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{bytes(spelt[name]).decode()}" for name in names) + "}"
    )


def _without_nulls(said: object) -> object:
    return {name: value for name, value in said.items() if value is not None} if isinstance(said, dict) else said


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnfitError(f"{ascii(twice)[:40]} is there twice")
    return made


def _no_constant(name: str) -> float:
    raise UnfitError(f"not JSON: {name} is no number")


def _bounded_int(digits: str) -> int:
    number = int(digits) if len(digits) <= 20 else _UINT64_MAX + 1
    if not -_INT64_MAX - 1 <= number <= _UINT64_MAX:
        raise UnfitError("a whole number beyond 64 bits")
    return number


def _bounded_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise UnfitError("a number beyond a double")
    return number


def _deeper_than(said: dict[str, Any], limit: int) -> bool:
    level: list[Any] = [said]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
