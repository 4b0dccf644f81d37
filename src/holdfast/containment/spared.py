"""On whom may no hold of a campaign stand, as is known of it by now?"""

from __future__ import annotations

from collections.abc import Iterable

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


def repeats_borrowed(text: str, campaign: Campaign) -> bool:
    """Whether a lure or a text of the campaign contains what the attackers copied from somebody."""
    return any(lure.value in text for lure in campaign.borrowed)


def unfounded(holds: Iterable[Hold], campaign: Campaign) -> list[Hold]:
    """Which of the campaign's holds stand where none may; that accounts in danger are refused a lure is no fault."""
    subjects = spared(campaign)
    whole = (hold for hold in holds if hold.cohort is None)
    return [hold for hold in whole if hold.subject in subjects or (hold.text and repeats_borrowed(hold.text, campaign))]
