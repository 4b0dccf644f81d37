"""What happened, and what was true? Seeded worlds with one true cause, two, or none, among decoys and with gaps.

A world is drawn in this order: its terrain, the attack, the ordinary traffic, the way in, the decoys, and at last what
the record lacks. Events stand in no order of time. Hard worlds have any decoys and gaps; in usual ones the record is
whole, the cause reached most of the carriers, and the decoys are those that every platform has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec
import numpy as np

from holdfast.events import CredentialChange, SecurityEvent, StaffAction
from holdfast.investigation import Factor, FactorKind, Touches

from . import terrain
from .decoys import DECOYS, ENTRANCES, EVERY_DECOY, OF_ONE_CREW, USUAL_DECOYS, USUAL_ENTRANCES
from .draft import Attack, Draft, named
from .gaps import GAPS
from .terrain import DAY, HOUR, MINUTE, NOW
from .town import live
from .ways import WAYS, Right, enters, otherwise

COUNTS: Final = (5, 6, 8, 12, 20, 30, 45)  # carriers; July 2020 had 45
ACCOUNTS_PER_TARGET: Final = 50  # at least: a platform of which more is taken is not attacked, it is conquered
_SLOW_LAG = 10 * DAY
_PARTIAL = 0.4  # of the carriers, lost by other means in a world whose cause reached only the others
_USUAL = 0.15
_LEAST = 3


T = TypeVar("T")


class World(msgspec.Struct, frozen=True, kw_only=True):
    """A world and its truth: any of `accepted` is the right name; when there is none, unknown is right.

    `first_used` maps each carrier to its first lure (milliseconds since 1970 UTC); `unused` were touched by the cause
    and are not used yet. `features` say what it is made of: decoys, gaps, how many carriers the cause reached.
    """

    way: str
    people: int
    events: tuple[SecurityEvent, ...]
    first_used: dict[str, int]
    accepted: frozenset[Factor]
    unused: frozenset[str]
    decoys: tuple[str, ...]
    gap: str
    reach: str


def make(seed: int, way: str, carriers: int = 0, *, usual: bool = False) -> World:
    """The world of this seed and way, with so many carriers, or as many as the seed says; hard, or a usual one."""
    random = np.random.default_rng(seed)
    carriers = carriers or COUNTS[int(random.integers(len(COUNTS)))]
    targets = carriers + round(carriers * float(random.uniform(0.3, 3)))
    draft = Draft(random, terrain.draw(random, least=ACCOUNTS_PER_TARGET * targets))
    reach = "most" if usual else _one(draft, ("most", "most", "most", "60 %", "slow"))
    attack = _attack(draft, carriers, targets, reach, self_entering=enters(way))
    live(draft)
    accepted = WAYS[way](draft, attack)
    for who in attack.otherwise:
        otherwise(draft, who, attack.touched[who])
    decoys = _usual_decoys(draft, attack, way) if usual else _any_decoys(draft, attack, way, known=bool(accepted))
    gap = _one(draft, tuple(GAPS)) if not usual and draft.chance(0.7) else "nothing"
    events = GAPS[gap](draft.events, random)
    accepted = _told(accepted | _less_exact(accepted, gap, draft.events), events, attack)
    order = random.permutation(len(events)).tolist()
    return World(
        way=way,
        people=draft.terrain.people,
        events=tuple(events[number] for number in order),
        first_used={f"a{who}": at for who, at in attack.used.items()},
        accepted=accepted,
        unused=frozenset(f"a{who}" for who in attack.by_cause if who not in attack.used) if accepted else frozenset(),
        decoys=decoys,
        gap=gap,
        reach=reach,
    )


def _any_decoys(draft: Draft, attack: Attack, way: str, *, known: bool) -> tuple[str, ...]:
    """One entrance, if the way in is none itself, and each of the others in two worlds of five."""
    entrances = [name for name in ENTRANCES if known or name != OF_ONE_CREW]
    decoys = [_one(draft, entrances)] if not enters(way) else []
    decoys += [name for name in DECOYS if draft.chance(0.4)]
    for name in decoys:
        EVERY_DECOY[name](draft, attack)
    return tuple(decoys)


def _usual_decoys(draft: Draft, attack: Attack, way: str) -> tuple[str, ...]:
    """All of them; the intruders come in by one of the entrances, if the way in is none itself."""
    entered_by = _one(draft, USUAL_ENTRANCES) if not enters(way) else ""
    others = msgspec.structs.replace(attack, entered={})
    for name in (*USUAL_ENTRANCES, *USUAL_DECOYS):
        EVERY_DECOY[name](draft, others if name in USUAL_ENTRANCES and name != entered_by else attack)
    return (*USUAL_ENTRANCES, *USUAL_DECOYS)


def _attack(draft: Draft, carriers: int, count: int, reach: str, *, self_entering: bool) -> Attack:
    """Targets are touched in one spell, in any order; the carriers are used minutes to half a day later."""
    targets = _targets(draft, count)
    spell = _one(draft, (20 * MINUTE, 3 * HOUR, 8 * HOUR))
    lag = _one(draft, (10 * MINUTE, 2 * HOUR, 12 * HOUR))
    begin = NOW - spell - lag - draft.below(48 * HOUR) - HOUR
    touched = {who: begin + draft.below(spell) for who in targets}
    used = {who: touched[who] + 5 * MINUTE + draft.below(lag) for who in targets[:carriers]}
    if reach == "slow":
        touched = {who: at - 4 * DAY - draft.below(_SLOW_LAG - 4 * DAY) for who, at in touched.items()}
    lost = _PARTIAL if reach == "60 %" else draft.share(0, 2 * _USUAL)
    comes_in = {
        who: touched[who] if self_entering else max(touched[who] + MINUTE, at - 8 * HOUR) for who, at in used.items()
    }
    return Attack(touched=touched, otherwise=frozenset(targets[: int(carriers * lost)]), entered=comes_in, used=used)


def _targets(draft: Draft, count: int) -> list[int]:
    """Attackers choose a part of theirs among the famous."""
    famous = draft.some(draft.terrain.choosy * count, draft.famous)
    others = [who for who in draft.some(2 * count) if who not in famous][: count - len(famous)]
    return [int(who) for who in draft.random.permutation(famous + others)]


def _told(accepted: Right, events: list[SecurityEvent], attack: Attack) -> Right:
    """The right names that the record tells of three of the carriers; two accounts never make a cause."""
    touches = Touches()
    touches.observe(events)
    carriers = {f"a{who}" for who in attack.used}
    return frozenset(factor for factor in accepted if len(carriers & touches.accounts_of(factor).keys()) >= _LEAST)


def _less_exact(accepted: Right, gap: str, events: list[SecurityEvent]) -> Right:
    """Where tool sessions are missing, the staff member is the best name there is."""
    if gap not in {"no tool session", "patchy fields"}:
        return frozenset()
    sessions = {factor.value for factor in accepted if factor.kind is FactorKind.TOOL_SESSION}
    whose = {
        event.staff
        for event in events
        if isinstance(event, StaffAction | CredentialChange) and event.tool_session in sessions
    }
    return named(FactorKind.STAFF, *whose)


def _one(draft: Draft, choices: Sequence[T]) -> T:
    return choices[draft.below(len(choices))]
