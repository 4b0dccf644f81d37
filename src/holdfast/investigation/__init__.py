"""Why it could happen, who is next, what the intruder could reach."""

from .cause import Cause, Factor, FactorKind, Hypothesis
from .common_cause import CauseSettings, common_cause, common_cause_of
from .exposure import AccountExposure, Count, Exposure, exposure
from .hands import Hands, Sureness
from .next_accounts import NextAccount, NextSettings, next_accounts
from .precursors import Precursor, precursors
from .touches import Touches, TouchSettings, TouchSnapshot

__all__ = [
    "AccountExposure",
    "Cause",
    "CauseSettings",
    "Count",
    "Exposure",
    "Factor",
    "FactorKind",
    "Hands",
    "Hypothesis",
    "NextAccount",
    "NextSettings",
    "Precursor",
    "Sureness",
    "TouchSettings",
    "TouchSnapshot",
    "Touches",
    "common_cause",
    "common_cause_of",
    "exposure",
    "next_accounts",
    "precursors",
]
