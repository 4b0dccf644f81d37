"""On which line of a file stands what is wrong with it? Parsers of policies say which policy, or which entry it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cedarpy import validate_policies

_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")
_PATH = re.compile(r"`(\$[^`]*)`")
_HEAD = re.compile(r"\s*(\[{1,2})\s*([\w.\-]+)\s*\]")
_PIECES = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|\s+|;|[^\s";/]+|.', re.DOTALL)
_UNPARSED = "Policy parse error"


def line_of_policy(text: str, id_: str) -> int:
    """The line at which the policy begins that a parser of `text` calls so (`policy0` is the first).

    Where it has no name, since nothing could be parsed, it is the first that cannot be read by itself.
    """
    begins = list(_statements(text))
    number = id_.removeprefix("policy")
    if number.isascii() and number.isdecimal() and int(number) < len(begins):
        return begins[int(number)][0]
    return next((line for line, policy in begins if not _parses(policy)), 1)


def placed(text: str, why: Exception) -> str:
    """What `why` says about `text` (TOML), with the line of the entry that it names, if it names one."""
    said = str(why)
    found = _PATH.search(said)
    if found is None:
        return said
    return f"line {_line_of_entry(text, found[1])}: {said}"


def _line_of_entry(text: str, path: str) -> int:
    """The line of what stands at `path` (`$.tool[0].function[2].kind`), or of the table that it is missing from."""
    steps = [key or int(index) for key, index in _STEP.findall(path)]
    keys = [step for step in steps if isinstance(step, str)]
    line, named, counted = 1, list[str](), dict[str, int]()
    place: list[str | int] = []
    for number, content in enumerate(text.splitlines(), 1):
        head = _HEAD.match(content)
        if head is not None:
            named = head[2].split(".")
            if head[1] == "[[":
                counted[head[2]] = counted.get(head[2], -1) + 1
                for below in [name for name in counted if name.startswith(f"{head[2]}.")]:
                    del counted[below]
            place = _place(named, counted)
            if place == steps[: len(place)]:
                line = number
        elif place == steps[: len(place)] and len(named) < len(keys) and _sets(content, keys[len(named)]):
            return number
    return line


def _place(named: list[str], counted: dict[str, int]) -> list[str | int]:
    """Where the table of this name stands just now: its keys, with the number of each that is one of several."""
    place: list[str | int] = []
    for depth, key in enumerate(named, 1):
        place.append(key)
        above = ".".join(named[:depth])
        if above in counted:
            place.append(counted[above])
    return place


def _sets(content: str, key: str) -> bool:
    return re.match(rf'\s*"?{re.escape(key)}"?\s*[.=]', content) is not None


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each statement of a text of policies, and the line at which it begins."""
    line, begun, parts = 1, 0, list[str]()
    for piece in _PIECES.findall(text):
        if not piece.isspace() and not piece.startswith("//"):
            begun = begun or line
            parts.append(piece)
            if piece == ";":
                yield begun, " ".join(parts)
                begun, parts = 0, []
        line += piece.count("\n")
    if parts:
        yield begun, " ".join(parts)


def _parses(policy: str) -> bool:
    return not any(_UNPARSED in each.error for each in validate_policies(policy, "").errors)
