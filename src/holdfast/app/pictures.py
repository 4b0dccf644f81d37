"""Are the pictures of this stream to be looked at? The process that can is started with the first of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from holdfast.connectors.files import Delivery
from holdfast.connectors.media import Fetcher, Looking
from holdfast.connectors.pictures.keeper import Keeper


def looking(
    source: Iterable[Delivery],
    *,
    inline: bool,
    root: Path | None,
    origins: Sequence[str],
    patience: float | None = None,
) -> Looking | None:
    """`source` with its pictures looked at: those in the events, below `root`, from `origins`; None if not asked for.

    Raises:
        SettingsError: what it takes is not installed.
        UsageError: `root` is no folder, or an origin is not of this machine.

    """
    if not (inline or root is not None or origins):
        return None
    return Looking(source, Fetcher(root=root, origins=origins), Keeper(), patience=patience)


def told(pictures: Looking) -> dict[str, int]:
    """What became of the pictures, for programs."""
    return {
        "looked_at": pictures.looked_at,
        "refused": pictures.refused,
        "elsewhere": pictures.elsewhere,
        "left_out": pictures.left_out,
    }


def counted(pictures: dict[str, int]) -> str:
    """The same for people."""
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in pictures.items())
