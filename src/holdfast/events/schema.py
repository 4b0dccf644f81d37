"""What must a line look like, told to other programs as a JSON Schema (draft 2020-12)?"""

from __future__ import annotations

from typing import Any

import msgspec

from .dialect import KINDS, REQUIRED
from .times import EARLIEST, LATEST
from .vocabulary import AnyEvent, Event, Report

_HEAD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "An event, as one line of JSON",
    "description": "Further fields are kept. null is the same as not said. A line without a type is a post.",
}
_TIME = {
    "description": "RFC 3339 with an offset, or whole milliseconds since 1970-01-01 UTC.",
    "anyOf": [
        {"type": "string", "format": "date-time"},
        {"type": "integer", "minimum": EARLIEST, "maximum": LATEST - 1},
    ],
}
_MAY_BE_EMPTY = frozenset({"text"})  # a post may be only a picture


def schema_text() -> str:
    """The schema of one line of the vocabulary, as published in `docs/reference/events.schema.json`."""
    (whole,), told = msgspec.json.schema_components([AnyEvent], ref_template="#/$defs/{name}")
    for kind in KINDS.values():
        told[kind.__name__] = _event(kind, told[kind.__name__])
    told["Media"]["properties"] = {name: _field(name, said) for name, said in told["Media"]["properties"].items()}
    del told["Media"]["required"]
    schema = _HEAD | {"anyOf": whole["anyOf"], "$defs": told}
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"


def _event(kind: type[Event], told: dict[str, Any]) -> dict[str, Any]:
    """What msgspec tells of `kind`, as lines have it: times in both spellings, nothing said of what is not said."""
    fields = {name: _field(name, said) for name, said in told["properties"].items() if name != "unknown"}
    for name in REQUIRED[kind] - _MAY_BE_EMPTY:
        if fields[name].get("type") == "string":
            fields[name]["minLength"] = 1
    by_default = {"post"} & set(fields["type"]["enum"])
    required = sorted(REQUIRED[kind] | (set() if by_default else {"type"}))
    one_of = {"anyOf": [{"required": ["account"]}, {"required": ["post"]}]} if kind is Report else {}
    return {"title": told["title"], "description": told["description"], "type": "object"} | {
        "properties": fields,
        "required": required,
        **one_of,
    }


def _field(name: str, said: dict[str, Any]) -> dict[str, Any]:
    if name in {"time", "created"}:
        return _TIME
    kinds = said.get("anyOf", [said])
    if any(kind.get("type") == "integer" for kind in kinds):
        return {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
    if any(kind.get("type") == "boolean" for kind in kinds):
        return {"type": "boolean"}
    if "enum" in said:
        return {"enum": [value for value in said["enum"] if value]}
    return {key: value for key, value in said.items() if key != "default"}
