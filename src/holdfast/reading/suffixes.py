"""Under which ending could anybody have registered a name? The public suffix list and link shorteners, as a hash table.

A rule's key is a hash over its ASCII form from right to left, so that a kernel can walk a host once, from its end, and
ask at every dot. Private rules count: a.github.io and b.github.io belong to different people.
Source: publicsuffix.org, as shipped by the package `publicsuffixlist`; the algorithm is the list's own.
"""

from __future__ import annotations

import functools
from importlib import resources

import numpy as np
import numpy.typing as npt

from .kernel import Array, kernel
from .tables import UNICODE

RULE, BELOW, EXCEPT, SHORTENER = 1, 2, 4, 8  # a rule; "*." before it; "!" before it; a link shortener
FLAGS = RULE | BELOW | EXCEPT | SHORTENER
SLOTS = 1 << 15  # three times the rules there are: most questions are about labels that are no rule
SUFFIXES_AT = len(UNICODE)  # the kernels' table holds the characters, then two cells a slot: hash; rest of it and flags
LOW = (1 << 31) - 1
DOT = 46
PRIME = 0x100000001B3


@kernel
def step(h: int, c: int) -> int:
    """Add one character to the hash of a host, 58 bits: with four flags they fill two cells."""
    h = (h ^ c) * PRIME & (1 << 58) - 1
    return h ^ h >> 29


@kernel
def slot_of(table: Array, h: int) -> int:
    """Where in the table the rule with hash `h` is, or would be."""
    slot = h & SLOTS - 1
    while True:
        at = SUFFIXES_AT + 2 * slot
        if table[at + 1] == 0 or (table[at] == h & LOW and table[at + 1] >> 4 == h >> 31):
            return at
        slot = slot + 1 & SLOTS - 1


@kernel
def flags_of(table: Array, h: int) -> int:
    """The flags of the rule with hash `h`; 0 for none."""
    return table[slot_of(table, h) + 1] & FLAGS


@kernel
def fill(table: Array, text: Array, starts: Array, flags: Array) -> None:
    """Enter the rules `text[starts[i]:starts[i + 1]]` (ASCII) with their flags."""
    for i in range(len(flags)):
        h = 0
        for j in range(starts[i + 1] - 1, starts[i] - 1, -1):
            h = step(h, text[j])
        at = slot_of(table, h)
        table[at], table[at + 1] = h & LOW, h >> 31 << 4 | table[at + 1] & FLAGS | flags[i]


def _rules() -> list[tuple[str, int]]:
    """Every rule in lower-case ASCII without its mark, and its flag."""
    found = []
    psl = resources.files("publicsuffixlist") / "public_suffix_list.dat"
    for line in psl.read_text(encoding="utf-8").splitlines():
        rule = line.partition(" ")[0]
        if rule and not rule.startswith("//"):
            flag = BELOW if rule.startswith("*.") else EXCEPT if rule.startswith("!") else RULE
            found.append((rule.removeprefix("*.").removeprefix("!"), flag))
    short = resources.files(__package__) / "tables" / "short_links.txt"
    found += [(x, SHORTENER) for x in short.read_text(encoding="utf-8").splitlines() if x and not x.startswith("#")]
    return [(rule if rule.isascii() else _ascii(rule), flag) for rule, flag in found]


def _ascii(host: str) -> str:
    """The A-label form of a host whose labels are normalised already (RFC 5891)."""
    return ".".join(x if x.isascii() else "xn--" + x.encode("punycode").decode("ascii") for x in host.split("."))


@functools.cache
def kernel_table() -> npt.NDArray[np.int32]:
    """Everything the kernels look up, i32: the characters, then the rules."""
    rules = _rules()
    starts = np.cumsum([0, *(len(rule) for rule, _ in rules)])
    text = np.frombuffer("".join(rule for rule, _ in rules).encode("ascii"), np.uint8)
    table = np.concatenate([UNICODE, np.zeros(2 * SLOTS, np.int32)])
    fill(table, text, starts, np.array([flag for _, flag in rules], np.int64))
    return table
