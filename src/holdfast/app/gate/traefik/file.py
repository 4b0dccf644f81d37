"""What does a dynamic configuration of Traefik say, as YAML or TOML?

As Traefik does, it takes a field's name in any capitals. All values are text here, but for those that say nothing.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from holdfast.errors import UnreadableFileError

Node: TypeAlias = Any  # text, a list of nodes, or a record of them: whatever stood in the file

LARGEST = 4_194_304  # bytes: a configuration is written by people
_MERGE = "<<"  # what stands under it in YAML is as if it stood beside it
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"1", "t", "true", "y", "yes", "on"})


class _Loader(yaml.BaseLoader):  # type: ignore[misc]  # it ships no types
    """Makes text of everything, and None of what Traefik takes for nothing: an empty header needs its quotes."""

    def construct_scalar(self, node: yaml.ScalarNode) -> str | None:
        return None if node.style is None and node.value in _NOTHING else str(node.value)


def read(path: Path) -> tuple[str, Node]:
    """The text of the file `path`, and what it says.

    Raises:
        UnreadableFileError: it is missing, too large, no YAML or TOML, or a template.

    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        text = data.decode()
        if len(data) > LARGEST:
            raise UnreadableFileError(f"{path} has more than {LARGEST:,} bytes")
        if "{{" in text:
            raise UnreadableFileError(f"{path} is a template", advice="Fill it in first: this runs no template.")
        told = tomllib.loads(text) if path.suffix == ".toml" else yaml.load(text, _Loader)  # noqa: S506 - it makes no objects
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as why:
        raise UnreadableFileError(f"{path} cannot be read: {type(why).__name__}") from why
    if not any(field(told, part) for part in ("http", "tcp")):
        raise UnreadableFileError(f"{path} is no dynamic configuration of Traefik: it has no `http` and no `tcp`")
    return text, told


def record(node: Node) -> dict[str, Node]:
    """The fields of a record; none where it is something else."""
    if not isinstance(node, dict):
        return {}
    merged = node.get(_MERGE, [])
    found: dict[str, Node] = {}
    for each in reversed(merged if isinstance(merged, list) else [merged]):
        found |= record(each)
    return found | {str(name): value for name, value in node.items() if name != _MERGE}


def field(node: Node, *names: str) -> Node:
    """What stands under these names, one within the other; None where nothing does."""
    for name in names:
        node = next((value for key, value in record(node).items() if key.lower() == name.lower()), None)
    return node


def texts(node: Node) -> list[str]:
    """The entries of a list, as text; a text alone is a list of what stands between its commas."""
    entries = node.split(",") if isinstance(node, str) else node if isinstance(node, list) else []
    return [text for each in entries if (text := str(each).strip())]


def is_true(node: Node) -> bool:
    """Whether it says yes."""
    return str(node).lower() in _TRUE


def line_of(text: str, section: str, name: str) -> int:
    """The line where `name` is given its meaning under `section`; 1 where none is seen to do so."""
    name = re.escape(name)
    table = re.compile(rf"""\s*\[[^\]]*\b{section}(?:\.\w+)?\.["']?{name}["']?[.\]]""", re.IGNORECASE)
    begins = re.compile(rf"""\s*["']?{section}["']?\s*:\s*(?:[{{&#].*)?$""", re.IGNORECASE)
    named = re.compile(rf"""(?:^|[\s{{,])["']?{name}["']?\s*:""")
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        inside = inside or begins.match(line) is not None
        if table.match(line) or (inside and named.search(line)):
            return number
    return 1
