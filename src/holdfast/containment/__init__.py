"""What to stop, on whom, what it costs, and how to undo it."""

from .algebra import desired, desired_for, extend, fold, join, lift, place
from .asking import Leaf, leaves
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
from .compile import compile_rule, compile_rules, rule_kind
from .cut import RECENT_MS, Cut, cuts_of
from .directory import Directory
from .freeing import Freed, freed, freed_drift
from .frontier import frontier, recommended
from .harm import Danger, StoppedHarm, danger, restricted, stopped
from .hold import Hold, Restriction, Subject, SubjectKind
from .lots import LOTS, lot
from .membership import changed_within, cohort_key, describe, includes
from .packets import Packet, Packets
from .plan import TOLERANCE, Drift, Exemption, Plan, PlanKind, Tolerance, drift, outstanding
from .plans import propose, propose_for_staff
from .replica import Replica
from .spared import repeats_borrowed, spared, unfounded
from .subjects import cohort_subject, function_subject, lure_subject, text_subject
from .terms import HIJACKED, LIKELY, TERMS, Term, ends
from .transit import FactSent, Frame, RuleSent, cohort_of, pack, sent, unpack
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
    "FactSent",
    "Frame",
    "Freed",
    "Hold",
    "InShare",
    "Leaf",
    "Packet",
    "Packets",
    "Plan",
    "PlanKind",
    "ReachAbove",
    "Replica",
    "Restriction",
    "RuleSent",
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
    "cohort_of",
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
    "leaves",
    "lift",
    "lot",
    "lure_subject",
    "one_way",
    "outstanding",
    "pack",
    "place",
    "propose",
    "propose_for_staff",
    "recommended",
    "repeats_borrowed",
    "restricted",
    "rule_kind",
    "sent",
    "spared",
    "stopped",
    "text_subject",
    "unfounded",
    "unpack",
]
