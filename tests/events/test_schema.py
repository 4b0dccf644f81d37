"""What is published of the vocabulary is what the decoder takes."""

import json
import re
from pathlib import Path

import pytest

from holdfast.events import Decoder, Report, schema_text
from holdfast.events.dialect import KINDS, REQUIRED
from holdfast.events.times import EARLIEST

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
SCHEMA = json.loads(schema_text())


def least(kind):
    """The smallest object that the schema lets pass as this kind of event."""
    told = SCHEMA["$defs"][kind.__name__]
    wanted = set(told["required"]) | set(told.get("anyOf", [{"required": []}])[0]["required"])
    values = {name: told["properties"][name] for name in wanted}
    return {
        name: said["enum"][0] if "enum" in said else EARLIEST if name == "time" else "x"
        for name, said in values.items()
    }


def decoded(said):
    """What becomes of an object as a line."""
    return Decoder().decode(json.dumps(said).encode())


def test_the_published_schema_is_the_vocabularys():
    """The committed file is what the vocabulary says; after a change of it, write the file anew from `schema_text()`."""
    assert (REFERENCE / "events.schema.json").read_text() == schema_text()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_least_that_the_schema_asks_is_enough_and_nothing_less(kind):
    """An object with the required fields is an event; without any one of them it is a reject, or no such event."""
    said = least(kind)
    assert not decoded(said).rejects
    for name in said.keys() - {"type"}:
        assert decoded({known: value for known, value in said.items() if known != name}).rejects


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_reference_names_every_field(kind):
    """The page for readers has a row for each type of event with exactly its fields, required ones apart."""
    start = f"| `{kind.__struct_config__.tag}` "
    [row] = [line for line in (REFERENCE / "events.md").read_text().splitlines() if line.startswith(start)]
    required, optional = (set(re.findall(r"\*\*(\w+)\*\*", cell)) for cell in row.split("|")[2:4])
    either = {"account", "post"} if kind is Report else set()
    assert required == REQUIRED[kind] | either
    assert required | optional == set(kind.__struct_fields__) - {"unknown", "platform"} - ({"id"} - REQUIRED[kind])
