"""What single change would have kept a campaign below a threshold? Facts changed one at a time, the trail weighed again.

Only the sum is weighed again; which posts were looked at stays as it was. So a change that keeps the sum below the
threshold keeps the campaign from being seen; one that does not might still have kept it from being looked at.
"""

from __future__ import annotations

import copy
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

import msgspec

from . import model
from .campaign import CampaignTier
from .evidence import Sighting
from .otherwise import Fact, facts_of, known_site, remarked, slowed, unproved
from .reweigh import enough, weigh_again
from .trail import Joined, Looked, Step, Taken, Trail

MOST_TRIED = 64
"""Accounts whose facts are changed, the earliest: with more carriers the sum has long been beyond one account's reach."""

_SLOWEST = 1 << 12
"""The most by which accounts are slowed down: a burst of seconds becomes one of hours."""

_MOST_REMARKS = 1 << 12
"""The most accounts that are let remark on a lure."""

_NAMED = 4  # accounts that words name; `accounts` has all of them


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a sum would have gone: it stays below a threshold, or is enough by the post of `seen_by` at `seen_at` ms.

    `leaves` is the highest that three accounts or more would have reached, in nats; None when there never were three.
    """

    keeps_below: bool
    leaves: float | None = None
    seen_at: int | None = None
    seen_by: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change to the facts, and how the sum would then have gone on its way to the threshold of `tier`.

    `what` names the kind of change for programs, `words` tell it ("had amy not posted"). `accounts` were changed, or any
    one of them where `any_one`; `size` counts the changed ones, and is 1 for a fact of the whole.
    """

    tier: CampaignTier
    what: str
    words: str
    accounts: tuple[str, ...] = ()
    any_one: bool = False
    size: int = 1
    outcome: Outcome


def changes(trail: Trail, tier: CampaignTier) -> tuple[Change, ...]:
    """The changes that would have kept the sum below the threshold of `tier`, the smallest first.

    When no single one would have, the single one that would have delayed it most comes last.
    """
    trail = _essential(trail)
    carriers = _carriers(trail)
    found = [change for fact in facts_of(carriers) for change in _by_accounts(trail, carriers, fact, tier)]
    found += _by_whole(trail, carriers, tier)
    keeping = [change for change in found if change.outcome.keeps_below]
    keeping.sort(key=lambda change: (change.size, change.outcome.leaves or 0.0))
    if keeping and keeping[0].size == 1:
        return tuple(keeping)
    as_it_was = outcome_of(trail, tier).seen_at or 0
    later = [change for change in found if (change.outcome.seen_at or 0) > as_it_was]
    return (*keeping, *sorted(later, key=lambda change: -(change.outcome.seen_at or 0))[:1])


def _essential(trail: Trail) -> Trail:
    """Without the posts that brought no further account: they change no sum."""
    weighings = weigh_again(trail)
    steps: list[Step] = []
    for step in trail.steps:
        match step:
            case Looked():
                steps.append(step)
            case Taken() if next(weighings).new:
                steps.append(step)
            case Joined():
                next(weighings)
                steps.append(msgspec.structs.replace(step, trail=_essential(step.trail)))
            case _:
                pass
    return msgspec.structs.replace(trail, steps=steps)


def _carriers(trail: Trail) -> list[Sighting]:
    """The sighting by which each carrier came in, in order; those of campaigns that joined at the end."""
    own = [weighing.sighting for weighing in weigh_again(trail) if weighing.new and not weighing.stands_by]
    found = {sighting.voice: sighting for sighting in own if sighting is not None}
    for step in trail.steps:
        if isinstance(step, Joined):
            found = {sighting.voice: sighting for sighting in _carriers(step.trail)} | found
    return list(found.values())


def outcome_of(trail: Trail, tier: CampaignTier) -> Outcome:
    """How the sum goes, up to the post by which it is enough for `tier`."""
    highest: float | None = None
    latest = 0
    for weighing in weigh_again(trail):
        seen = weighing.sighting
        latest = max(latest, seen.time) if seen else latest
        if enough(weighing.tier, tier):
            return Outcome(keeps_below=False, seen_at=latest, seen_by=seen.account if seen else "")
        if weighing.carriers >= model.MIN_CARRIERS:
            highest = weighing.total if highest is None else max(highest, weighing.total)
    return Outcome(keeps_below=True, leaves=highest)


def _by_accounts(trail: Trail, carriers: Sequence[Sighting], fact: Fact, tier: CampaignTier) -> Iterator[Change]:
    """One account of whom a fact would have to be otherwise, or the smallest number of them."""
    movable = [sighting for sighting in carriers[:MOST_TRIED] if fact.undo(sighting) is not sighting]
    if not movable:
        return
    tried = [(sighting, outcome_of(fact.undone(trail, [sighting]), tier)) for sighting in movable]
    alone = [(sighting, outcome) for sighting, outcome in tried if outcome.keeps_below]
    if alone:
        best = min((outcome for _, outcome in alone), key=lambda outcome: outcome.leaves or 0.0)
        yield _change(fact, tier, best, [sighting for sighting, _ in alone], any_one=len(alone) > 1)
        return
    last, delayed = max(tried, key=lambda pair: pair[1].seen_at or 0)
    yield _change(fact, tier, delayed, [last])
    # More than half of the accounts gone is no small change: with two left there never is a campaign.
    most = len(carriers) // 2 if fact.what == "absent" else len(movable)
    if len(carriers) > MOST_TRIED or most < 2:
        return
    movable.sort(key=lambda sighting: -_hangs_on(trail, fact, sighting))

    def below(count: int) -> bool:
        return outcome_of(fact.undone(trail, movable[:count]), tier).keeps_below

    least = 2 + bisect_left(range(2, most + 1), x=True, key=below)
    if least <= most:
        yield _change(fact, tier, outcome_of(fact.undone(trail, movable[:least]), tier), movable[:least])


def _hangs_on(trail: Trail, fact: Fact, sighting: Sighting) -> float:
    """How much of what one account by itself says hangs on a fact, in nats: whom to change first."""
    other = fact.undo(sighting)
    return _alone(trail, sighting) - (0.0 if other is None else _alone(trail, other))


def _alone(trail: Trail, sighting: Sighting) -> float:
    evidence = copy.deepcopy(trail.start)
    evidence.base = next((step.base for step in reversed(trail.steps) if isinstance(step, Taken)), None)
    evidence.add(sighting)
    return evidence.score


def _by_whole(trail: Trail, carriers: Sequence[Sighting], tier: CampaignTier) -> Iterator[Change]:
    """Changes to facts that no single account owns."""
    sorts = {sighting.sort for sighting in carriers}
    tried: list[tuple[str, str, Trail, int]] = []
    if "page" in sorts and not trail.start.pace.known:
        tried.append(("site_known", "had the site been known for a day", known_site(trail), 1))
        if factor := _least(_SLOWEST, lambda factor: outcome_of(slowed(trail, factor), tier).keeps_below):
            words = f"had the accounts come {factor} times as slowly"
            tried.append(("slower", words, slowed(trail, factor), 1))
    if "address" in sorts:
        tried.append(("unproved", "had the checksum of the address been wrong", unproved(trail), 1))
    if count := _least(_MOST_REMARKS, lambda count: outcome_of(remarked(trail, count), tier).keeps_below):
        words = f"had {count} more accounts quoted it or warned of it in time"
        tried.append(("remarks", words, remarked(trail, count), count))
    for what, words, other, size in tried:
        yield Change(tier=tier, what=what, words=words, size=size, outcome=outcome_of(other, tier))


def _least(most: int, holds: Callable[[int], bool]) -> int:
    """The least number up to `most` for which something holds that then goes on holding; 0 when there is none."""
    high = 1
    while not holds(high):
        if high >= most:
            return 0
        high *= 2
    low = high // 2 + 1
    return low + bisect_left(range(low, high), x=True, key=holds)


def _change(
    fact: Fact, tier: CampaignTier, outcome: Outcome, sightings: Sequence[Sighting], *, any_one: bool = False
) -> Change:
    names = tuple(sighting.account or "(no longer named)" for sighting in sightings)
    return Change(
        tier=tier,
        what=fact.what,
        words=fact.words.format(_who(names, any_one=any_one)),
        accounts=names,
        any_one=any_one,
        size=1 if any_one else len(names),
        outcome=outcome,
    )


def _who(names: Sequence[str], *, any_one: bool) -> str:
    if len(names) == 1:
        return names[0]
    listed = ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
    return f"any one of {listed}" if any_one else f"{len(names)} accounts ({listed})"
