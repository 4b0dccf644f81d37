"""What a campaign is: many unrelated accounts carrying one lure, and the evidence that they do not do it freely."""

from __future__ import annotations

import enum

import msgspec

from holdfast.reading import Lure


@enum.unique
class CampaignTier(enum.StrEnum):
    """How sure we are: enough to call a person, or enough to propose that accounts be held."""

    ALERT = "alert"
    CONTAIN = "contain"


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One summand of a campaign's score, in nats, and why it is there."""

    term: str
    log_likelihood: float
    note: str = ""


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as it stands; `revision` grows whenever it does. Times are milliseconds since 1970 UTC.

    `accounts` are the carriers in order of appearance, each with the time of its first lure post in `first_posts`; `posts`
    are their lure posts. `bystanders` posted a lure of the campaign but quote it, warn of it or are its rightful owners;
    `borrowed` are those `lures` that one of them had posted before. `score` is the sum of `evidence`.
    """

    id: str
    tier: CampaignTier
    first_post_at: int
    detected_at: int
    detected_after_posts: int
    accounts: tuple[str, ...]
    posts: tuple[str, ...]
    lures: tuple[Lure, ...]
    score: float
    evidence: tuple[Term, ...]
    bystanders: tuple[str, ...] = ()
    bystander_posts: tuple[str, ...] = ()
    borrowed: tuple[Lure, ...] = ()
    merged: tuple[str, ...] = ()
    contained_at: int | None = None
    revision: int = 1
    first_posts: tuple[int, ...] = ()
