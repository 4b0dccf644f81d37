"""What would these holds cost the innocent?"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec
import numpy as np

from .directory import Directory
from .harm import Danger, restricted, used
from .hold import Hold, Restriction, SubjectKind

NAMED = 10  # officials and emergency services that a preview names; the rest are counted


class BlastRadius(msgspec.Struct, frozen=True, kw_only=True):
    """Who is held, and what it costs. Accounts are distinct; `reach` counts followers, those of two accounts twice.

    `accounts` = `carriers` + `next` + `innocent`. `refused_per_hour` is the number of innocent posts that are
    expected to be refused each hour. `officials` and `emergency` count those held who are neither carriers nor
    next, and `named` names the foremost of them. `already_restricted` were restricted before Holdfast came.
    `app_accounts` lose an app they use. `quotes_refused_per_hour` is how many posts are refused each hour, at the rate
    seen so far, of people who only quote a lure, warn of it or own it.
    """

    accounts: int = 0
    carriers: int = 0
    next: int = 0
    innocent: int = 0
    reach: int = 0
    innocent_expected: float = 0.0
    refused_per_hour: float = 0.0
    officials: int = 0
    emergency: int = 0
    named: tuple[str, ...] = ()
    already_restricted: int = 0
    app_accounts: int = 0
    quotes_refused_per_hour: float = 0.0

    @property
    def cost(self) -> tuple[float, float]:
        """Harm to the innocent, for comparing: posts refused per hour, then innocent accounts held, as expected."""
        return (self.refused_per_hour, self.innocent_expected)


def blast_radius(
    holds: Iterable[Hold], danger: Danger, directory: Directory, now: int, *, before: Collection[str] = ()
) -> BlastRadius:
    """The blast radius of `holds` at `now` (milliseconds since 1970 UTC); `before` were restricted already.

    With p the probability that an account is used by the intruder (`harm.used`) and q its usual posts per hour, an
    account counts as 1 - p innocents, and (1 - p) q innocent posts are refused per hour where it may not post.
    """
    holds = tuple(holds)
    held = restricted(holds, directory, now)
    silent = restricted(holds, directory, now, Restriction.NO_POSTING)
    innocence = 1.0 - used(danger, directory, now)
    named_unknown = _beyond(holds, directory)
    carriers = directory.of(danger.carriers) & held
    following = directory.of(danger.next) & held & ~carriers
    innocent = held & ~carriers & ~following
    officials, emergency = innocent & directory.official, innocent & directory.emergency
    unknown_carriers = len(named_unknown & set(danger.carriers))
    unknown_next = len(named_unknown & (set(danger.next) - set(danger.carriers)))
    return BlastRadius(
        accounts=int(held.sum()) + len(named_unknown),
        carriers=int(carriers.sum()) + unknown_carriers,
        next=int(following.sum()) + unknown_next,
        innocent=int(innocent.sum()) + len(named_unknown) - unknown_carriers - unknown_next,
        reach=int(directory.reach[held].sum()),
        innocent_expected=float(innocence[held].sum()),
        refused_per_hour=float(innocence[silent] @ directory.posts_per_hour[silent].astype(np.float64)),
        officials=int(officials.sum()),
        emergency=int(emergency.sum()),
        named=(directory.names(emergency, NAMED) + directory.names(officials & ~emergency, NAMED))[:NAMED],
        already_restricted=int((directory.of(before) & held).sum()),
        app_accounts=_app_accounts(holds, directory),
        quotes_refused_per_hour=danger.quoted_per_hour if _for_everybody(holds) else 0.0,
    )


def _beyond(holds: Iterable[Hold], directory: Directory) -> set[str]:
    """Accounts held by name that the directory does not know; they count, though nothing is known of them."""
    named = {hold.subject.id for hold in holds if hold.subject.kind is SubjectKind.ACCOUNT}
    return {account for account in named if directory.row(account) is None}


def _for_everybody(holds: Iterable[Hold]) -> bool:
    """Whether nobody at all may post one of the lures."""
    return any(hold.restriction is Restriction.REFUSE_LURE and hold.cohort is None for hold in holds)


def _app_accounts(holds: Iterable[Hold], directory: Directory) -> int:
    apps = {hold.subject.id for hold in holds if hold.restriction is Restriction.REVOKE_APP}
    return len({account for app in apps for account in directory.touched(f"app:{app}")})
