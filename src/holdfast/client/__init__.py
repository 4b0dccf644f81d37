"""May this happen just now? The guard and the gate, for a platform's own processes and its internal tools."""

from holdfast.guard.staff import value_hash

from .answer import Fail, GuardAnswer
from .client import GuardClient
from .proofs import ProofDoor, Proofs
from .staff import Change, Decision, Gate

__all__ = ["Change", "Decision", "Fail", "Gate", "GuardAnswer", "GuardClient", "ProofDoor", "Proofs", "value_hash"]
