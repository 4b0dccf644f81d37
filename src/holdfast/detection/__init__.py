"""From events to campaigns; pure operators over columnar batches, run by any engine."""

from .campaign import Campaign, CampaignTier, Term
from .detector import Detector
from .keyed import Run
from .settings import DetectionSettings
from .takeover import Takeover

__all__ = ["Campaign", "CampaignTier", "DetectionSettings", "Detector", "Run", "Takeover", "Term"]
