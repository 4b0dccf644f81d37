"""The only room that acts: watch, desk, executor, reconciler, and what gives back."""

from .bulletin import Bulletin
from .case import Case, Concern, Filed, Named, Offer, RequestState, StandingOrder
from .conduct import Deed, Held, HoldState
from .confirming import Confirming
from .desk import Answer, Desk, Overtaken
from .emergency import Emergencies, Review
from .entitled import Entitled, shipped_policy, shipped_staff_policy, shipped_staff_texts, shipped_texts
from .gate import Gate
from .governing import Governing, InForce, Policies
from .house import Response, ResponseSettings, forget
from .notices import Notice, Notices
from .outbox import Pace
from .people import People, Roll
from .reconcile import Report
from .responders import AutoResponder, NoResponder, Responder
from .restoring import Restoring, Told
from .returning import Returning
from .signin import SignIn
from .standing import Limits
from .timeline import Happening, HappeningKind, Timeline

__all__ = [
    "Answer",
    "AutoResponder",
    "Bulletin",
    "Case",
    "Concern",
    "Confirming",
    "Deed",
    "Desk",
    "Emergencies",
    "Entitled",
    "Filed",
    "Gate",
    "Governing",
    "Happening",
    "HappeningKind",
    "Held",
    "HoldState",
    "InForce",
    "Limits",
    "Named",
    "NoResponder",
    "Notice",
    "Notices",
    "Offer",
    "Overtaken",
    "Pace",
    "People",
    "Policies",
    "Report",
    "RequestState",
    "Responder",
    "Response",
    "ResponseSettings",
    "Restoring",
    "Returning",
    "Review",
    "Roll",
    "SignIn",
    "StandingOrder",
    "Timeline",
    "Told",
    "forget",
    "shipped_policy",
    "shipped_staff_policy",
    "shipped_staff_texts",
    "shipped_texts",
]
