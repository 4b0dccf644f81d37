"""What is the least that can be called detection: one text, said by several accounts?

Real within its size, and simple enough to foretell in a test: the second account that says a text makes it an alert,
the third a campaign to contain. It knows no look-alikes, so it is for tests of the response only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from holdfast.detection import Campaign, CampaignTier, Term
from holdfast.events import Batch
from holdfast.ports import Engine
from holdfast.reading import Lure, LureKind

ALERT, CONTAIN = 2, 3  # accounts that say the same
LONG = 20  # characters: shorter texts are what everybody says


class SmallEngine(Engine):
    """Keeps every long text with the posts that said it."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        self._said: dict[str, list[tuple[str, str, int]]] = {}
        self._campaigns: dict[str, Campaign] = {}

    def run(self, batches: Iterable[Batch]) -> Iterator[Campaign]:
        """Each text that several accounts said, whenever one more says it."""
        for batch in batches:
            columns = (batch.posts.column(name).to_pylist() for name in ("id", "account", "time", "text"))
            for post, account, time, text in zip(*columns, strict=True):
                if len(text) >= LONG:
                    self._said.setdefault(text, []).append((post, account, time))
                    campaign = self._campaign(text)
                    if campaign is not None:
                        yield campaign

    def _campaign(self, text: str) -> Campaign | None:
        said = self._said[text]
        accounts = tuple(dict.fromkeys(account for _, account, _ in said))
        if len(accounts) < ALERT:
            return None
        before = self._campaigns.get(text)
        campaign = Campaign(
            id=f"campaign-{len(self._campaigns) + 1}" if before is None else before.id,
            tier=CampaignTier.CONTAIN if len(accounts) >= CONTAIN else CampaignTier.ALERT,
            first_post_at=said[0][2],
            detected_at=said[-1][2] if before is None else before.detected_at,
            detected_after_posts=len(said) if before is None else before.detected_after_posts,
            accounts=accounts,
            posts=tuple(post for post, _, _ in said),
            lures=(Lure(kind=LureKind.TEXT, value=text),),
            score=float(len(accounts)),
            evidence=(Term(term="accounts", log_likelihood=float(len(accounts)), note="said the same"),),
            revision=1 if before is None else before.revision + 1,
        )
        self._campaigns[text] = campaign
        return campaign

    def snapshot(self) -> bytes:
        """Everything it was told, as plain data."""
        return msgspec.json.encode((self._said, self._campaigns))

    def restore(self, snapshot: bytes) -> None:
        """Go on from `snapshot`."""
        kind = tuple[dict[str, list[tuple[str, str, int]]], dict[str, Campaign]]
        self._said, self._campaigns = msgspec.json.decode(snapshot, type=kind)
