"""Puts the parts together; no other room knows which parts there are."""

from __future__ import annotations

import secrets
from dataclasses import replace

from holdfast.backends import EmbeddedEngine
from holdfast.detection import DetectionSettings
from holdfast.reading import KEY_BYTES


def make_engine(
    *, memory_mb: int, key: bytes | None = None, alert: float | None = None, trails: bool = False
) -> EmbeddedEngine:
    """Detection in this process, its keyed state bounded by `memory_mb` MiB; campaigns are told from `alert` nats on.

    Names are hashed under `key` (16 bytes), one of this process's own unless it is given. With `trails` the engine can
    explain campaigns.

    Raises:
        SettingsError: `memory_mb` or `alert` is out of range.

    """
    settings = DetectionSettings(memory_mb=memory_mb, trails=trails)
    settings = settings if alert is None else replace(settings, alert=alert)
    return EmbeddedEngine(settings, key=secrets.token_bytes(KEY_BYTES) if key is None else key)
