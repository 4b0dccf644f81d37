"""What is behind a campaign, and who is next, as far as is known now?"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from holdfast.containment import RECENT_MS, changed_within
from holdfast.investigation import Cause, Factor, NextAccount, common_cause, next_accounts

from .case import Case, Named
from .knowledge import Knowledge

# The chance that an account is used next, which decides how much of it is held. Treated just as the carriers were (the
# same deed, with as little of a ticket), it is in the intruder's hands: 45 of the 130 accounts of July 2020 had posted
# when they were stopped, and the others were not spared but not reached yet. Touched otherwise, it is most likely in
# its owner's.
ALIKE = 0.9
OTHERWISE = 0.1


def due(case: Case) -> bool:
    """Whether asking again may give another answer: the cause is unknown, or the campaign has doubled since."""
    return not case.factor or len(case.campaign.accounts) >= 2 * case.asked_accounts


def investigated(case: Case, knowledge: Knowledge, now: int) -> Case:
    """The case with its cause and its next accounts as known at `now` (milliseconds since 1970 UTC).

    A cause that was named stays named until another is: what touched the first carriers did touch them.
    """
    answer = common_cause(case.campaign, knowledge.touches, knowledge.population, now, first_used=case.first_used)
    cause = case.cause if case.factor and answer.named is None else answer
    case = msgspec.structs.replace(
        case, cause=cause, asked=case.asked + 1, asked_at=now, asked_accounts=len(case.campaign.accounts)
    )
    if case.factor and all(case.factor != named.factor for named in case.named):
        case = msgspec.structs.replace(case, named=(*case.named, Named(factor=case.factor, at=now)))
    return followed_up(case, knowledge, now)


def followed_up(case: Case, knowledge: Knowledge, now: int) -> Case:
    """The case with its next accounts as known at `now`; the cause stands."""
    if case.cause is None or not case.factor:
        return msgspec.structs.replace(case, next_accounts={})
    told = knowledge.told(case.factor)
    return msgspec.structs.replace(case, told=told, next_accounts=_next(case, case.cause, knowledge, now))


def _next(case: Case, cause: Cause, knowledge: Knowledge, now: int) -> dict[str, float]:
    used = {*case.campaign.accounts, *case.campaign.bystanders}
    reach = knowledge.directory.reach_of
    found = next_accounts(cause, knowledge.touches, used, now, reach=reach)
    return {each.account: probability(each) for each in found}


def probability(account: NextAccount) -> float:
    """The chance that it is used next."""
    return ALIKE if account.likely else OTHERWISE


def in_hand(factor: Factor, warned: Collection[str], knowledge: Knowledge, now: int) -> dict[str, float]:
    """The chance that each account is used which staff or a tool session behind takeovers changed since yesterday.

    Those `warned` of are in its hands, and so are those that no ticket asked for; the others it may have helped.
    """
    changes = knowledge.directory.credential_changes
    changed = [each for each in knowledge.touched(factor.key) if changed_within(changes.get(each), RECENT_MS, now)]
    chances = dict.fromkeys(changed, ALIKE)
    for account, history in knowledge.touches.of_accounts(changed).items():
        if any(touch.contents.ticketed and factor in touch.contents.factors for touch in history):
            chances[account] = OTHERWISE
    return chances | dict.fromkeys(warned, ALIKE)
