"""What was found in a configuration, and how bad is it?"""

from __future__ import annotations

import enum
from pathlib import Path

import msgspec
import yaml

from holdfast.errors import UnreadableFileError

HOW = "docs/how-to/put-the-gate-before-a-tool.md"


@enum.unique
class Grade(enum.StrEnum):
    """What it means for the tool behind."""

    BYPASS = "bypass"  # a request reaches the tool, or what it keeps, without leave for just that
    WEAK = "weak"  # nobody gets through by it alone


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One hole: where it is, what it lets happen, and what to write instead.

    `request` is a request line that would get through, where one can be told.
    """

    code: str
    grade: Grade
    file: str
    line: int
    says: str
    advice: str
    request: str = ""


def unreadable(path: Path, why: Exception) -> UnreadableFileError:
    """That a configuration cannot be read, and why not, with the line where one is known."""
    match why:
        case OSError():
            said = why.strerror or type(why).__name__
        case UnicodeError():
            said = "it is no text"
        case yaml.MarkedYAMLError(problem_mark=mark) if mark is not None:
            said = f"line {mark.line + 1}: {why.problem or why.context or 'no YAML'}"
        case ValueError():  # of TOML, which names the line
            said = str(why)
        case _:
            said = type(why).__name__
    return UnreadableFileError(f"{path} cannot be read: {said}")
