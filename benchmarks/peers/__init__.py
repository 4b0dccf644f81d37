"""How does Holdfast do beside another tool and beside plain rules, on the same posts?"""

from __future__ import annotations

from pathlib import Path

from .contest import compete
from .contestants import NOTES, contestants
from .table import page

__all__ = ["report"]


def report(data: Path) -> str:
    """The section of the page, from a folder of HijackBench; ten minutes on two cores."""
    return f"{page(*compete(data, contestants()))}\n\n{NOTES}"
