"""What does a memory of so many entries keep? The youngest."""

from __future__ import annotations

from typing import TypeVar

V = TypeVar("V")


def remember(into: dict[str, V], key: str, value: V, most: int) -> None:
    """Keep `value` as the youngest; the oldest goes when there are more than `most`."""
    into.pop(key, None)
    into[key] = value
    if len(into) > most:
        del into[next(iter(into))]
