"""Why it could happen, who is next, what the intruder could reach."""

from .cause import Cause, Factor, FactorKind, Hypothesis
from .common_cause import CauseSettings, common_cause, common_cause_of
from .touches import TouchSnapshot, Touches, TouchSettings

__all__ = [
    "Cause",
    "CauseSettings",
    "Factor",
    "FactorKind",
    "Hypothesis",
    "TouchSnapshot",
    "TouchSettings",
    "Touches",
    "common_cause",
    "common_cause_of",
]
