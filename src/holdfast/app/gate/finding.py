"""What was found in a configuration, and how bad is it?"""

from __future__ import annotations

import enum

import msgspec


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
