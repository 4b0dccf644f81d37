"""On whom may no hold of a campaign stand, as is known of it by now?"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from holdfast.detection import Campaign

from .hold import Hold, Subject, SubjectKind
from .subjects import lure_subject


def spared(campaign: Campaign) -> frozenset[Subject]:
    """Those who took no part and their posts, and what the attackers copied from them.

    A campaign can be seen before it shows who in it is whose copy; what was held by then is let go of.
    """
    accounts = {Subject(kind=SubjectKind.ACCOUNT, id=account) for account in campaign.bystanders}
    posts = {Subject(kind=SubjectKind.POST, id=post) for post in campaign.bystander_posts}
    return frozenset(accounts | posts | {lure_subject(lure) for lure in campaign.borrowed})


def unfounded(holds: Iterable[Hold], subjects: Collection[Subject]) -> list[Hold]:
    """Which of a campaign's holds stand on `subjects` for everybody: the accounts in danger may be refused a lure."""
    return [hold for hold in holds if hold.cohort is None and hold.subject in subjects]
