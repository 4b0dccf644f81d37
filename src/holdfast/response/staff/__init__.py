"""What does the response keep of those who use the platform's internal tools, and what did it let them do?"""

from .attempts import Attempt, Attempts, Chain, Tried
from .changes import PendingChanges, Telling
from .consents import Asking, AskingState, Consents
from .gate import StaffGate, Take
from .grants import Grants
from .locks import Locks, Proposal
from .protecting import Protected, Protecting
from .sessions import Sessions
from .signals import StaffSignals
from .spending import Spending
from .told import StaffBulletin, StaffFrame, StaffReplica

__all__ = [
    "Asking",
    "AskingState",
    "Attempt",
    "Attempts",
    "Chain",
    "Consents",
    "Grants",
    "Locks",
    "PendingChanges",
    "Proposal",
    "Protected",
    "Protecting",
    "Sessions",
    "Spending",
    "StaffBulletin",
    "StaffFrame",
    "StaffGate",
    "StaffReplica",
    "StaffSignals",
    "Take",
    "Telling",
    "Tried",
]
