"""How does each step come about in the town?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias, TypeVar, assert_never

from holdfast.containment import Subject, SubjectKind
from holdfast.events import StaffAction
from holdfast.recovery import Fact, FactKind
from holdfast.response import Desk

from .steps import (
    Agree,
    Alone,
    Ask,
    AskLift,
    AskRelease,
    Deny,
    Kill,
    Lure,
    Moody,
    Outage,
    Prove,
    Redeliver,
    Restart,
    Retry,
    RivalLifts,
    RivalPlaces,
    Run,
    SetBack,
    Step,
    StoreFails,
    StoreGone,
    Suspend,
    Swap,
    Talk,
)
from .unruly import FANS, STARS
from .world import PEOPLE, START, World

T = TypeVar("T")

SCAMS = ("I am giving back! Send coins, get twice as many back.", "Our fund doubles whatever you send it tonight.")
MONTH = 30 * 24 * 3_600_000  # milliseconds
RESTRICTED = STARS[:5]  # whom rivals restrict: mostly those who are hijacked first, so that two want the same
_PROOFS = tuple(
    Fact(kind=kind, source=str(kind), on_file_since=START - MONTH) for kind in (FactKind.PASSKEY, FactKind.DEVICE)
)


def happen(world: World, step: Step) -> None:
    """Let `step` happen, whatever that does to the process; a process that could not start tries again."""
    world.attempt(lambda: _happen(world, step))
    if world.response is None:
        world.start()


def _happen(world: World, step: Step) -> None:  # noqa: C901, PLR0912 - one line for each kind of step
    now = world.clock.now()
    match step:
        case Swap(first=first, count=count):
            world.hear(others=tuple(_swaps(first, count, now)))
        case Lure(star=star, scam=scam, ago=ago):
            world.hear([(_one(STARS, star), _one(SCAMS, scam), now - ago)])
        case Talk(fan=fan, quotes=quotes):
            world.hear([(_one(FANS, fan), f'Do not fall for "{SCAMS[0]}"' if quotes else "What a lovely day.", now)])
        case Redeliver(count=count):
            world.hear_again(count)
        case Prove(star=star):
            world.custody.shows[_one(STARS, star)] = list(_PROOFS)
        case Ask() | AskLift() | AskRelease() | Agree() | Deny() | Alone() | Retry():
            if world.response is not None:
                _at_the_desk(world.response.desk, step, list(world.response.book.holds), now)
        case Run(lasting=lasting):
            world.run(lasting)
        case Suspend(lasting=lasting):
            world.clock.advance(lasting)
        case SetBack(by=by):
            world.clock.set_back(by)
            world.start()
        case Restart():
            world.start()
        case Kill(at=at, when=when):
            world.kill_at(at, when)
        case StoreFails(at=at, trouble=trouble):
            world.store.arm(at, trouble)
        case StoreGone(gone=gone):
            world.store.gone = gone
        case Moody(mood=mood, calls=calls, lasting=lasting):
            world.platform.turn(mood, calls, lasting)
        case Outage(out=out):
            world.platform.reachable = not out
        case RivalPlaces() | RivalLifts():
            _rival(world, step)
        case _:
            assert_never(step)


_Word: TypeAlias = Ask | AskLift | AskRelease | Agree | Deny | Alone | Retry


def _at_the_desk(desk: Desk, step: _Word, holds: Sequence[str], now: int) -> None:
    """People ask as they would by any face; where there is nothing to ask about, nobody asks."""
    by = _one(PEOPLE, step.by).id
    plans = [plan for offer in desk.offers for plan in offer.plans]
    match step:
        case Ask(pick=pick) if plans:
            desk.request(_one(plans, pick), by, now)
        case AskLift(pick=pick, count=count) if holds:
            desk.request_lift([_one(holds, pick + number) for number in range(count)], by, "a mistake", now)
        case AskRelease() if desk.ready:
            desk.request_release(desk.ready, by, now)
        case Agree(pick=pick) if desk.requests:
            desk.approve(_one(_by_age(desk), pick), by, now)
        case Deny(pick=pick) if desk.requests:
            desk.deny(_one(_by_age(desk), pick), by, "not now", now)
        case Alone(pick=pick) if plans:
            desk.request_emergency(_one(plans, pick), by, "it cannot wait", now)
        case Retry(pick=pick) if desk.dead_letters:
            desk.retry(_one(desk.dead_letters, pick).hold.id, by, now)
        case _:
            pass


def _by_age(desk: Desk) -> list[str]:
    """The requests, the oldest first: a store keeps them by name, memory by age, and a restart must not matter."""
    return sorted(desk.requests, key=lambda each: (desk.requests[each].filed_at, each))


def _rival(world: World, step: RivalPlaces | RivalLifts) -> None:
    name = _one(RESTRICTED, step.account)
    flag = (Subject(kind=SubjectKind.ACCOUNT, id=name), step.restriction)
    if isinstance(step, RivalPlaces):
        world.platform.rival_places(*flag)
        world.foreign.add(flag)
    else:
        world.platform.rival_lifts(*flag)
        world.foreign.discard(flag)


def _swaps(first: int, count: int, now: int) -> Iterable[StaffAction]:
    """A tool session replaces the e-mails of some stars."""
    for number in range(count):
        star = _one(STARS, first + number)
        yield StaffAction(
            id=f"swap-{star}-{now}",
            time=now + number,
            staff="s-17",
            tool="desk",
            action="replace_email",
            target=star,
            tool_session="ts-7",
        )


def _one(things: Sequence[T], pick: int) -> T:
    return things[pick % len(things)]
