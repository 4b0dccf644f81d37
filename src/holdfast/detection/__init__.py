"""From events to campaigns; pure operators over columnar batches, run by any engine."""

from .campaign import Campaign, CampaignTier, Term
from .census import Census, Count, take_census
from .clock import StreamTime
from .detector import Detector
from .explain import ALERT_ONLY, Bystander, Carrier, Crossing, Explanation, Summand, explain_last_state
from .keyed import Run
from .settings import DetectionSettings
from .takeover import Takeover
from .whatif import Change, Outcome

__all__ = [
    "ALERT_ONLY",
    "Bystander",
    "Campaign",
    "CampaignTier",
    "Carrier",
    "Census",
    "Change",
    "Count",
    "Crossing",
    "DetectionSettings",
    "Detector",
    "Explanation",
    "Outcome",
    "Run",
    "StreamTime",
    "Summand",
    "Takeover",
    "Term",
    "explain_last_state",
    "take_census",
]
