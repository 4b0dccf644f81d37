"""To which campaign do accounts and lures belong that more than one could claim?"""

from __future__ import annotations

from collections.abc import Iterable

from .case import Case

SHARED_CARRIERS = 2
"""Accounts two sets of carriers must share to be one campaign: a single account may fall to two attackers."""


def are_mostly(accounts: Iterable[str], case: Case) -> bool:
    """Whether at least half of some accounts, and two of them, are carriers of a campaign."""
    found = list(accounts)
    shared = sum(account in case.carriers for account in found)
    return shared >= max(SHARED_CARRIERS, len(found) / 2)


def gives_way(holder: Case, case: Case) -> bool:
    """Whether a campaign leaves a lure that it had for the words beside it to those who share it, as `case` of their own.

    A crowd does, for it shares none; any other only where further accounts go on casting its own lure beside this one: where one
    follows upon the other the attackers changed it. Nobody is held for less than before.
    """
    if holder.contained_at is not None and case.contained_at is None:
        return False
    begun = case.first_post_at
    further = sum(time > begun for account, time in holder.carriers.items() if account not in case.carriers)
    return holder.is_crowd or further >= SHARED_CARRIERS
