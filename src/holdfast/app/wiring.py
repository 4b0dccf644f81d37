"""Puts the parts together; no other room knows which parts there are."""

from __future__ import annotations

from dataclasses import replace

from holdfast.backends import EmbeddedEngine
from holdfast.detection import DetectionSettings


def make_engine(*, memory_mb: int, alert: float | None = None, trails: bool = False) -> EmbeddedEngine:
    """Detection in this process, its keyed state bounded by `memory_mb` MiB; campaigns are told from `alert` nats on.

    With `trails` it can explain them.

    Raises:
        SettingsError: `memory_mb` or `alert` is out of range.

    """
    settings = DetectionSettings(memory_mb=memory_mb, trails=trails)
    return EmbeddedEngine(settings if alert is None else replace(settings, alert=alert))
