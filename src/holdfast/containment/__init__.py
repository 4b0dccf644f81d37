"""What to stop, on whom, what it costs, and how to undo it."""

from .cohort import (
    AccountFacts,
    AllOf,
    AnyOf,
    Cohort,
    CredentialChangedWithin,
    Except,
    Explicit,
    ReachAbove,
    TouchedBy,
    Verified,
)
from .hold import Hold, Restriction, Subject, SubjectKind

__all__ = [
    "AccountFacts",
    "AllOf",
    "AnyOf",
    "Cohort",
    "CredentialChangedWithin",
    "Except",
    "Explicit",
    "Hold",
    "ReachAbove",
    "Restriction",
    "Subject",
    "SubjectKind",
    "TouchedBy",
    "Verified",
]
