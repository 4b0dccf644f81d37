"""Who would be free again if these holds ended, who would not, and who of them should not be?"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping

import msgspec
import numpy as np

from .directory import Directory, Mask
from .harm import restricted
from .hold import Hold, Restriction, Subject, SubjectKind
from .membership import cohort_key
from .plan import TOLERANCE, Drift, Tolerance, grown
from .terms import LIKELY
from .undoing import EFFECTS, Undo

NAMED = 10  # accounts that a preview names; the rest are counted

_WHO = (SubjectKind.ACCOUNT, SubjectKind.COHORT)
_STAFF = frozenset({SubjectKind.STAFF, SubjectKind.TOOL_SESSION, SubjectKind.TOOL})
# What leaves nothing standing holds nobody, so its end frees nobody.
_LASTING = tuple(restriction for restriction, effect in EFFECTS.items() if effect.undo is not Undo.REDO)


class Freed(msgspec.Struct, frozen=True, kw_only=True):
    """What the end of `holds` holds comes to. Accounts are distinct; `reach` counts the followers of those set free.

    `accounts` would be free of everything, `eased` of something while other holds on them stand, and `still_held` of
    nothing, since another hold wants the same. `hijacked` of the first two, and of those whom the other hold keeps for
    a shorter time only, are more likely in an intruder's hands than in their owners', `hijacked_expected` is the
    expectation, and `named` are those of the most followers. `posts` would be shown, `lures` allowed, `staff` (with
    their tools and sessions) and `apps` let in again. `for_good` holds were one-way deeds: their end gives nothing
    back. `redo` holds ended sessions, which their owners begin again. On `foreign` of the subjects others have
    restrictions of their own, which stay.
    """

    holds: int = 0
    accounts: int = 0
    eased: int = 0
    still_held: int = 0
    reach: int = 0
    hijacked: int = 0
    hijacked_expected: float = 0.0
    named: tuple[str, ...] = ()
    posts: int = 0
    lures: int = 0
    staff: int = 0
    apps: int = 0
    for_good: int = 0
    redo: int = 0
    foreign: int = 0


def freed(  # noqa: PLR0913, PLR0917 - the holds on either side, and what is known of those they hold
    ended: Iterable[Hold],
    staying: Iterable[Hold],
    suspects: Mapping[str, float],
    found: Collection[Subject],
    directory: Directory,
    now: int,
    *,
    one_way: Collection[Restriction],
) -> Freed:
    """What the end of `ended` at `now` (milliseconds since 1970 UTC) comes to while those of `staying` stand.

    `suspects` maps an account to the probability that it is in an intruder's hands. Others have restrictions of their
    own on the subjects `found`. What was done under a restriction in `one_way` cannot be undone on this platform.
    """
    ended = [hold for hold in ended if hold.in_force(max(now, hold.starts))]
    staying = [hold for hold in staying if hold.in_force(now)]
    whole, part, none, beyond = _accounts(ended, staying, directory, now)
    weights = np.zeros(len(directory), dtype=np.float64)
    for account, weight in suspects.items():
        row = directory.row(account)
        if row is not None:
            weights[row] = weight
    soon_whole, soon_part, _, soon_beyond = _accounts(ended, _as_long(ended, staying), directory, now)
    let_go = soon_whole | soon_part
    likely = let_go & (weights >= LIKELY)
    unknown = [suspects.get(account, 0.0) for account in soon_beyond]
    kept = {_what(hold) for hold in staying}
    others = {hold.subject for hold in ended if hold.subject.kind not in _WHO and _what(hold) not in kept}
    kinds = [subject.kind for subject in others]
    return Freed(
        holds=len(ended),
        accounts=int(whole.sum()) + len(beyond),
        eased=int(part.sum()),
        still_held=int(none.sum()),
        reach=int(directory.reach[whole].sum()),
        hijacked=int(likely.sum()) + sum(each >= LIKELY for each in unknown),
        hijacked_expected=round(float(weights[let_go].sum()) + sum(unknown), 3),
        named=directory.names(likely, NAMED),
        posts=kinds.count(SubjectKind.POST),
        lures=kinds.count(SubjectKind.LURE),
        staff=sum(kind in _STAFF for kind in kinds),
        apps=kinds.count(SubjectKind.APP),
        for_good=sum(hold.restriction in one_way for hold in ended),
        redo=sum(EFFECTS[hold.restriction].undo is Undo.REDO for hold in ended),
        foreign=len({hold.subject for hold in ended} & set(found)),
    )


def _as_long(ended: list[Hold], staying: list[Hold]) -> list[Hold]:
    """Those of `staying` that stand as long as all of `ended` that want the same: a brake of minutes keeps nobody."""
    latest: dict[Restriction, float] = {}
    for hold in ended:
        latest[hold.restriction] = max(_end(hold), latest.get(hold.restriction, 0))
    return [hold for hold in staying if _end(hold) >= latest.get(hold.restriction, 0)]


def _end(hold: Hold) -> float:
    return math.inf if hold.until is None else hold.until


def _accounts(
    ended: list[Hold], staying: list[Hold], directory: Directory, now: int
) -> tuple[Mask, Mask, Mask, set[str]]:
    """Who loses all, some, or none of what holds them (bool[n] each), and those the directory does not know."""
    touched, lost, after = (np.zeros(len(directory), dtype=np.bool_) for _ in range(3))
    for restriction in _LASTING:
        gone = restricted(ended, directory, now, restriction)
        stays = restricted(staying, directory, now, restriction)
        touched |= gone
        lost |= gone & ~stays
        after |= stays
    held = {hold.subject.id for hold in staying if hold.subject.kind is SubjectKind.ACCOUNT}
    named = {hold.subject.id for hold in ended if hold.subject.kind is SubjectKind.ACCOUNT}
    beyond = {account for account in named - held if directory.row(account) is None}
    return lost & ~after, lost & after, touched & ~lost, beyond


def _what(hold: Hold) -> tuple[object, ...]:
    return (hold.subject, hold.restriction, None if hold.cohort is None else cohort_key(hold.cohort))


def freed_drift(seen: Freed, now: Freed, tolerance: Tolerance = TOLERANCE) -> tuple[Drift, ...]:
    """What has grown beyond `tolerance` since `seen` was agreed to; when it is not empty, nothing may be done.

    Not one more account may come free that is likely in an intruder's hands, nor any post, lure, tool or app.
    """
    return grown(seen, now, _A_LITTLE, _NOT_ONE_MORE, tolerance)


_A_LITTLE = ("accounts", "eased")
_NOT_ONE_MORE = ("hijacked", "posts", "lures", "staff", "apps")
