"""What was found at a directive?"""

from __future__ import annotations

from holdfast.app.gate.finding import Finding, Grade

from .syntax import Directive

__all__ = ["Finding", "Grade", "found"]


def found(  # noqa: PLR0913, PLR0917 - a row of a report
    code: str, grade: Grade, at: Directive, says: str, advice: str, request: str = ""
) -> Finding:
    """A finding at this directive."""
    return Finding(code=code, grade=grade, file=at.file, line=at.line, says=says, advice=advice, request=request)
