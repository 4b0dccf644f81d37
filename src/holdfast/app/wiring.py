"""Puts the parts together; no other room knows which parts there are."""

from __future__ import annotations

from holdfast.backends import EmbeddedEngine
from holdfast.detection import DetectionSettings


def make_engine(*, memory_mb: int, trails: bool = False) -> EmbeddedEngine:
    """Detection in this process, its keyed state bounded by `memory_mb` MiB; with `trails` it can explain campaigns.

    Raises:
        SettingsError: `memory_mb` is out of range.

    """
    return EmbeddedEngine(DetectionSettings(memory_mb=memory_mb, trails=trails))
