"""What may stand in a field that routes of several modules take?"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from holdfast.guard.staff import Tier
from holdfast.response.emergency import LONGEST_REASON

Why = Annotated[str, Meta(min_length=1, max_length=LONGEST_REASON)]
TierName = Annotated[str, Meta(pattern=f"^({'|'.join(tier.word for tier in Tier)})$")]
GuardedTier = Annotated[str, Meta(pattern=f"^({'|'.join(tier.word for tier in Tier if tier)})$")]
"""One that takes more than an ordinary account does."""
