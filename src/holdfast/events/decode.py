"""Which events do these lines tell of, and which lines tell of none?"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from .dialect import Dialect
from .encode import posts_to_batch
from .interpret import Interpreter, UnfitError
from .posts import Batch
from .rejects import Reject, reject
from .vocabulary import Post, SecurityEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The events of some lines, in order of arrival, and the lines (or rows) that are none."""

    batch: Batch
    rejects: tuple[Reject, ...] = ()


class Decoder:
    """Decodes JSON Lines in one dialect. Keeps nothing from one call to the next."""

    def __init__(self, dialect: Dialect | None = None) -> None:
        """Decode the vocabulary itself, unless another `dialect` is said."""
        self._interpreter = Interpreter(dialect or Dialect())

    def decode(self, lines: bytes, first_line: int = 1) -> Decoded:
        """The events of whole `lines` (the last needs no line break), numbered from `first_line`.

        Blank lines are skipped, and so is a byte order mark before line 1. Nothing in `lines` raises.
        """
        if first_line == 1:
            lines = lines.removeprefix(codecs.BOM_UTF8)
        posts: list[Post] = []
        unknown: list[str | None] = []
        others: list[SecurityEvent] = []
        rejects: list[Reject] = []
        for number, line in enumerate(lines.split(b"\n"), first_line):
            if not line.strip(b" \t\r"):
                continue
            try:
                event, rest = self._interpreter.interpret(line)
            except UnfitError as error:
                rejects.append(reject(number, str(error), line))
                continue
            if isinstance(event, Post):
                posts.append(event)
                unknown.append(rest)
            else:
                others.append(event)
        return Decoded(batch=Batch(posts=posts_to_batch(posts, unknown), others=tuple(others)), rejects=tuple(rejects))
