"""From events to campaigns; pure operators over columnar batches, run by any engine."""

from .campaign import Campaign, CampaignTier, Term

__all__ = ["Campaign", "CampaignTier", "Term"]
