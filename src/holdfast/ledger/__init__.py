"""A record that shows when it has been tampered with."""

from .canonical import canonical
from .checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from .note import Signer, VerifierKey
from .record import Entry, Record, RecordKind
from .seeded import DRILL_ORIGIN, seeded_salts, seeded_signer
from .tree import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from .verdict import Fault, FaultKind, Verdict
from .verify import Evidence, verify

__all__ = [
    "DRILL_ORIGIN",
    "Checkpoint",
    "Entry",
    "Evidence",
    "Fault",
    "FaultKind",
    "Frontier",
    "Record",
    "RecordKind",
    "Signer",
    "Verdict",
    "VerifierKey",
    "canonical",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "open_checkpoint",
    "seeded_salts",
    "seeded_signer",
    "sign_checkpoint",
    "verify",
    "verify_consistency",
    "verify_inclusion",
]
