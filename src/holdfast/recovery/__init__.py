"""Giving accounts back, a few at a time, and watching."""

from .case import Credential, Door, RecoveryCase, Stage, advance
from .changes import Change, shown, to_put_back
from .evidence import NEEDED, Fact, FactKind, Ownership, weigh
from .health import Bounds, Health, trouble
from .waves import Order, Phase, Restored, Schedule, Waves, planned, restored, step

__all__ = [
    "NEEDED",
    "Bounds",
    "Change",
    "Credential",
    "Door",
    "Fact",
    "FactKind",
    "Health",
    "Order",
    "Ownership",
    "Phase",
    "RecoveryCase",
    "Restored",
    "Schedule",
    "Stage",
    "Waves",
    "advance",
    "planned",
    "restored",
    "shown",
    "step",
    "to_put_back",
    "trouble",
    "weigh",
]
