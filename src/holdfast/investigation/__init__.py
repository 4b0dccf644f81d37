"""Why it could happen, who is next, what the intruder could reach."""

from .cause import Cause, Factor, FactorKind, Hypothesis

__all__ = ["Cause", "Factor", "FactorKind", "Hypothesis"]
