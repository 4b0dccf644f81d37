"""What did detection hear late, let go of for want of memory, or fail to name, and how is that said?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_EVICTED = "evicted_"
_CALLED = {
    "the past of {:,} accounts": ("accounts",),
    "security events of {:,} accounts": ("security",),
    "{:,} addresses, sites or telephone numbers": ("rare_first", "rare"),
    "{:,} links": ("links_first", "links"),
    "{:,} pieces of text": ("texts_first", "texts"),
    "{:,} posts that carried a lure": ("carrying",),
}
"""What people call the things that each table keeps; `Detector.counters` counts what was evicted from it."""


def forgotten(counters: Mapping[str, int]) -> dict[str, Any]:
    """The counters of a detector that say what its answers lack, as programs read them.

    `late`: posts older than one before them. `misdated`: events whose times nothing bore out. `unresolved`: accounts of
    campaigns whose names were let go of. `evicted`: for each table, how often something was forgotten to make room.
    """
    evicted = {name.removeprefix(_EVICTED): count for name, count in counters.items() if name.startswith(_EVICTED)}
    told = {name: counters[name] for name in ("late", "misdated", "unresolved")}
    return {**told, "evicted": evicted}


def sentences(counters: Mapping[str, int]) -> tuple[str, ...]:
    """The same as sentences for people; none where nothing is lacking."""
    sentences = []
    if counters["late"]:
        sentences.append(f"{counters['late']:,} posts came late: they are older than one that came before them.")
    if counters["misdated"]:
        sentences.append(
            f"{counters['misdated']:,} events told a time far from that of the stream, and were taken as they came."
        )
    if counters["unresolved"]:
        sentences.append(f"{counters['unresolved']:,} accounts that count in campaigns can no longer be named.")
    counts = {words: sum(counters[_EVICTED + table] for table in tables) for words, tables in _CALLED.items()}
    parts = [words.format(count) for words, count in counts.items() if count]
    if parts:
        sentences.append(
            f"Memory was full, so what was unused longest was forgotten: {', '.join(parts)}. See --memory-mb."
        )
    return tuple(sentences)
