"""What does a dynamic configuration of Traefik say, as YAML or TOML?

As Traefik does, it takes a field's name in any capitals. All values are text here, but for those that say nothing.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from holdfast.app.gate.finding import unreadable
from holdfast.errors import UnreadableFileError

Node: TypeAlias = Any  # text, a list of nodes, or a record of them: whatever stood in the file

LARGEST = 1_048_576  # bytes: a configuration is written by people, and a second or two is read in
MOST = 200_000  # things in it, each as often as it is named: an alias of aliases names a billion in ten lines
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
        UnreadableFileError: it is missing, too large, no YAML or TOML, a template, or names itself.

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
        if _things(told, {}) > MOST:
            raise UnreadableFileError(f"{path} names more than {MOST:,} things, or itself")
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as why:
        raise unreadable(path, why) from why
    if not any(field(told, part) for part in ("http", "tcp")):
        raise UnreadableFileError(
            f"{path} is no dynamic configuration of Traefik: it has no `http` and no `tcp`",
            advice="Name the file with the routers, which the static one has as `providers.file`. Envoy's is not read.",
        )
    return text, told


def _things(node: Node, known: dict[int, int]) -> int:
    """How many stand in it, as often as they are named; `known` are those counted, more than enough while they are."""
    if not isinstance(node, dict | list):
        return 1
    if id(node) not in known:
        known[id(node)] = MOST + 1
        known[id(node)] = 1 + sum(_things(each, known) for each in (node.values() if isinstance(node, dict) else node))
    return known[id(node)]


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
    begins, escaped = _begins(text, section), re.escape(name)
    table = re.compile(rf"""\s*\[[^\]]*\b{section}(?:\.\w+)?\.["']?{escaped}["']?[.\]]""", re.IGNORECASE)
    named = re.compile(rf"""(?:^|[\s{{,])["']?{escaped}["']?\s*:""")
    place = text.find(name)
    while place >= 0:
        start, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
        line = text[start : end if end >= 0 else None]
        if table.match(line) or (start >= begins and named.search(line)):
            return text.count("\n", 0, start) + 1
        place = text.find(name, start + len(line))
    return 1


@lru_cache(4)
def _begins(text: str, section: str) -> int:
    """Where the line of `section` begins; behind all of it where there is none."""
    head = re.compile(rf"""^[ \t]*["']?{section}["']?[ \t]*:[ \t]*(?:[{{&#].*)?\r?$""", re.IGNORECASE | re.MULTILINE)
    found = head.search(text)
    return len(text) if found is None else found.start()
