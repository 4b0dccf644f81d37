"""What does a look at one thing that the service stands on come to?"""

from __future__ import annotations

import enum

import msgspec

from holdfast.errors import HoldfastError


@enum.unique
class Health(enum.StrEnum):
    """How something is."""

    WELL = "well"
    WARNING = "warning"
    ILL = "ill"  # the service would not run, or not for long


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, how it is, and what to do about it."""

    about: str
    health: Health
    says: str
    advice: str = ""


def well(about: str, says: str) -> Finding:
    """It is as it should be."""
    return Finding(about=about, health=Health.WELL, says=says)


def ill(about: str, error: HoldfastError) -> Finding:
    """It is not, and the error says why."""
    return Finding(about=about, health=Health.ILL, says=str(error), advice=error.advice)
