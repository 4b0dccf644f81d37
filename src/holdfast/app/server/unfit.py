"""How is a field that does not fit told to whoever filled it in, who may have typed a command and seen no JSON?"""

from __future__ import annotations

import re

_FIELD = re.compile(r"(?P<what>.*) - at `\$\.(?P<name>[^`]+)`", re.DOTALL)
_WORDS = (
    (re.compile(r"Expected `str` of length >= 1"), "is empty"),
    (re.compile(r"Expected `str` of length >= (\d+)"), "has fewer than {} characters"),
    (re.compile(r"Expected `str` of length <= (\d+)"), "has more than {} characters"),
    (re.compile(r"Expected `(?:int|float)` <= (\S+)"), "is {} at most"),
    (re.compile(r"Expected `(?:int|float)` >= (\S+)"), "is {} at least"),
    (re.compile(r"Expected `(?:int|float)` > (\S+)"), "is more than {}"),
    (re.compile(r"Invalid enum value (.+)", re.DOTALL), "cannot be {}"),
)


def unfit(said: str) -> str:
    """What msgspec `said` of a field, in words; as it was said where it is of another kind."""
    if (field := _FIELD.fullmatch(said)) is None:
        return said
    for pattern, words in _WORDS:
        if (found := pattern.fullmatch(field["what"])) is not None:
            return f"`{field['name']}` {words.format(*found.groups())}"
    return said
