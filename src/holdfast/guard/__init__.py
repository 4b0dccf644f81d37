"""Who may do what just now, and how many must agree: holders and staff alike."""

from .decide import (
    SIZES,
    Approval,
    Decision,
    Missing,
    Permit,
    Quorum,
    Refusal,
    Request,
    Size,
    action_hash,
    decide,
    quorum,
    required,
)

__all__ = [
    "SIZES",
    "Approval",
    "Decision",
    "Missing",
    "Permit",
    "Quorum",
    "Refusal",
    "Request",
    "Size",
    "action_hash",
    "decide",
    "quorum",
    "required",
]
