"""Who may do what just now, and how many must agree: holders and staff alike."""

from .answer import Answer, Reason, Verdict
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
from .question import Action, Question
from .rule import FOREVER, Members, Rule, RuleKind
from .snapshot import Guard, Reader, Snapshot

__all__ = [
    "FOREVER",
    "SIZES",
    "Action",
    "Answer",
    "Approval",
    "Decision",
    "Guard",
    "Members",
    "Missing",
    "Permit",
    "Question",
    "Quorum",
    "Reader",
    "Reason",
    "Refusal",
    "Request",
    "Rule",
    "RuleKind",
    "Size",
    "Snapshot",
    "Verdict",
    "action_hash",
    "decide",
    "quorum",
    "required",
]
