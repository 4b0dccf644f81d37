"""Are policies nested too deeply to be read? The parser runs out of stack there, and takes the whole process along."""

from __future__ import annotations

import re

from holdfast.errors import PolicyError

DEEPEST = 100  # brackets within brackets; the parser survives 400
MOST_JOINED = 400  # operators within one outermost bracket: each may nest the next
_PIECES = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|[(\[{]|[)\]}]|&&|\|\||[!+\-*.]|\bif\b', re.DOTALL)


def check_depth(name: str, text: str) -> None:
    """Refuse policies that are nested too deeply, by the name of their file.

    Raises:
        PolicyError: so it is.

    """
    depth = joined = 0
    for found in _PIECES.finditer(text):
        piece = found[0]
        if piece in "([{":
            depth += 1
        elif piece in ")]}":
            depth = max(0, depth - 1)
            joined = joined if depth else 0
        elif not piece.startswith(('"', "//")):
            joined += 1
        if depth > DEEPEST or joined > MOST_JOINED:
            line = text.count("\n", 0, found.start()) + 1
            raise PolicyError(
                f"{name} does not hold: line {line}: this is nested too deeply to be read",
                advice=f"At most {DEEPEST} brackets within brackets, and {MOST_JOINED} operators in a condition.",
            )
