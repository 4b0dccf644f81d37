"""What to stop, on whom, what it costs, and how to undo it."""

from .algebra import desired, desired_for, extend, fold, join, lift, place
from .blast import BlastRadius, blast_radius
from .cohort import (
    AccountFacts,
    AllOf,
    AnyOf,
    Cohort,
    CredentialChangedWithin,
    Except,
    Explicit,
    InShare,
    ReachAbove,
    TouchedBy,
    Verified,
)
from .compile import compile_rule, compile_rules
from .cut import RECENT_MS, Cut, cuts_of
from .directory import Directory
from .freeing import Freed, freed, freed_drift
from .frontier import frontier, recommended
from .harm import Danger, StoppedHarm, danger, restricted, stopped
from .hold import Hold, Restriction, Subject, SubjectKind
from .lots import LOTS, lot
from .membership import changed_within, cohort_key, describe, includes
from .plan import TOLERANCE, Drift, Exemption, Plan, PlanKind, Tolerance, drift, outstanding
from .plans import propose, propose_for_staff
from .spared import repeats_borrowed, spared, unfounded
from .subjects import cohort_subject, function_subject, lure_subject, text_subject
from .terms import HIJACKED, LIKELY, TERMS, Term, ends
from .undoing import EFFECTS, Effect, Undo, one_way

__all__ = [
    "EFFECTS",
    "HIJACKED",
    "LIKELY",
    "LOTS",
    "RECENT_MS",
    "TERMS",
    "TOLERANCE",
    "AccountFacts",
    "AllOf",
    "AnyOf",
    "BlastRadius",
    "Cohort",
    "CredentialChangedWithin",
    "Cut",
    "Danger",
    "Directory",
    "Drift",
    "Effect",
    "Except",
    "Exemption",
    "Explicit",
    "Freed",
    "Hold",
    "InShare",
    "Plan",
    "PlanKind",
    "ReachAbove",
    "Restriction",
    "StoppedHarm",
    "Subject",
    "SubjectKind",
    "Term",
    "Tolerance",
    "TouchedBy",
    "Undo",
    "Verified",
    "blast_radius",
    "changed_within",
    "cohort_key",
    "cohort_subject",
    "compile_rule",
    "compile_rules",
    "cuts_of",
    "danger",
    "describe",
    "desired",
    "desired_for",
    "drift",
    "ends",
    "extend",
    "fold",
    "freed",
    "freed_drift",
    "frontier",
    "function_subject",
    "includes",
    "join",
    "lift",
    "lot",
    "lure_subject",
    "one_way",
    "outstanding",
    "place",
    "propose",
    "propose_for_staff",
    "recommended",
    "repeats_borrowed",
    "restricted",
    "spared",
    "stopped",
    "text_subject",
    "unfounded",
]
