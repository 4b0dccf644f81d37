"""How is text shown so that whoever signs it sees exactly what it is, whoever wrote it?

Nothing is left out and nothing is made nicer: what the eye cannot see is written as an escape, and what is not ASCII is
marked and named, because many letters look like others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"}
# Letters and marks that draw nothing: Default_Ignorable_Code_Point (Unicode 15, DerivedCoreProperties.txt) as far as
# categories do not say it, and the braille pattern without dots.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_SITS = {"Mn", "Mc", "Me"}  # on the letter before it
_RUNS = re.compile(r"[\x20-\x7e]+|[^\x20-\x7e]+")
_MARGINS = 16  # times the size of the values: more is a tower of brackets
_MOST_NAMED = 24  # letters: more, and it is another script, which the eye sees


class Part(NamedTuple):
    """A piece of it; `marked` where it is not as plain as it looks."""

    text: str
    marked: bool = False


class Exact(NamedTuple):
    """Text in pieces, and what the letters beyond ASCII are called, each once, the first ones."""

    parts: tuple[Part, ...]
    named: tuple[str, ...]


def exact(text: str) -> Exact:
    """A line of text; a backslash of its own is doubled, so that no escape can be feigned."""
    return Exact(tuple(_line(text.replace("\\", "\\\\"))), _named(text))


def exact_json(value: Mapping[str, Any]) -> Exact:
    """A record of JSON values; a line ends only between values, and JSON itself doubles backslashes.

    What is nested so deeply that its margins would be most of it stands in one line.
    """
    short = msgspec.json.encode(value)
    long = msgspec.json.format(short, indent=2)
    text = (long if len(long) <= _MARGINS * len(short) else short).decode()
    parts = [part for line in text.split("\n") for part in (*_line(line), Part("\n"))]
    return Exact(tuple(parts[:-1]), _named(text))


def exact_start(value: Mapping[str, Any], most: int) -> Exact:
    """The same in one line, cut at `most` characters."""
    text = msgspec.json.encode(value).decode()
    cut = (Part("\N{HORIZONTAL ELLIPSIS}"),) if len(text) > most else ()
    return Exact((*_line(text[:most]), *cut), ())


def _line(text: str) -> Iterable[Part]:
    for run in _RUNS.findall(text):
        if run.isascii() and run.isprintable():
            yield Part(run)
        else:
            yield Part("".join(_shown(char, first=not place) for place, char in enumerate(run)), marked=True)


def _shown(char: str, *, first: bool) -> str:
    """A character beyond ASCII, or its escape; so for a mark that would sit on a letter of ASCII and change it."""
    kind = unicodedata.category(char)
    escaped = kind in _HIDDEN or (first and kind in _SITS) or _BLANK.match(char)
    return f"\\u{{{ord(char):04x}}}" if escaped else char


def _named(text: str) -> tuple[str, ...]:
    found = [char for char in dict.fromkeys(text) if char > "\x7f"]
    names = [f"{unicodedata.name(char, 'unnamed').lower()} (U+{ord(char):04X})" for char in found[:_MOST_NAMED]]
    return (*names, *([f"{len(found) - _MOST_NAMED} more"] if len(found) > _MOST_NAMED else []))
