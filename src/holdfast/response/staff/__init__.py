"""What does the response keep of those who use the platform's internal tools, and what did it let them do?"""

from .attempts import Attempt, Attempts, Chain, Tried, number_of
from .changes import PendingChanges
from .consents import Asking, AskingState, Consents
from .doubted import Doubted
from .gate import StaffGate, Take
from .grants import Grants
from .locks import Locks, Proposal
from .lookups import Lookup, Lookups
from .protecting import Protected, Protecting
from .reported import StaffReports
from .reserving import MOST_UNITS, Afterwards, Reservation, Reservations
from .sessions import Sessions
from .signals import StaffSignals
from .spending import Spending
from .tellings import Telling
from .tickets import Tickets
from .told import StaffBulletin, StaffFrame, StaffReplica
from .watching import Wanted, Watching

__all__ = [
    "MOST_UNITS",
    "Afterwards",
    "Asking",
    "AskingState",
    "Attempt",
    "Attempts",
    "Chain",
    "Consents",
    "Doubted",
    "Grants",
    "Locks",
    "Lookup",
    "Lookups",
    "PendingChanges",
    "Proposal",
    "Protected",
    "Protecting",
    "Reservation",
    "Reservations",
    "Sessions",
    "Spending",
    "StaffBulletin",
    "StaffFrame",
    "StaffGate",
    "StaffReplica",
    "StaffReports",
    "StaffSignals",
    "Take",
    "Telling",
    "Tickets",
    "Tried",
    "Wanted",
    "Watching",
    "number_of",
]
