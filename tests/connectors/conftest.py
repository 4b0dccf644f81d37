"""A village of an attack: few accounts, the whole plot, half a second."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable

import pytest

from holdfast.connectors.simulated import Scenario, SimulatedPlatform
from holdfast.connectors.simulated.scenario import (
    MINUTE,
    SECOND,
    Attack,
    Cause,
    Deed,
    LureText,
    Member,
    Population,
    Step,
    StolenStaff,
    Target,
    moment,
)
from holdfast.connectors.simulated.scenarios.cast import BYSTANDERS
from holdfast.containment import Hold, Restriction, Subject, SubjectKind
from holdfast.events import Batch, SecurityEvent

START = moment("2022-03-01T12:00:00Z")
SIGNED_IN = START + 8 * MINUTE  # all but the last two targets are in hand by then
FIRST_LURE = START + 10 * MINUTE
LURE = "Send coins to bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh and get them back doubled"
HANDLES = tuple(f"victim_{number}" for number in range(10))


def plan(number: int) -> tuple[Step, ...]:
    """Ten targets: the first six post a minute apart, the seventh and eighth are only read, the last two come late."""
    at = START + number * 30 * SECOND if number < 8 else START + 20 * MINUTE
    steps = (
        Step(at=at, deed=Deed.VIEW),
        Step(at=at + 20 * SECOND, deed=Deed.SWAP_EMAIL),
        Step(at=at + 60 * SECOND, deed=Deed.RESET),
        Step(at=at + 100 * SECOND, deed=Deed.SIGN_IN),
    )
    if number < 6:
        steps += (Step(at=FIRST_LURE + number * MINUTE, deed=Deed.POST, what="lure"),)
    elif number < 8:
        steps += (Step(at=FIRST_LURE, deed=Deed.READ_INBOX), Step(at=FIRST_LURE, deed=Deed.EXPORT))
    return steps


def village_scenario() -> Scenario:
    """An hour, 3,000 accounts, ten targets, two stolen credentials."""
    return Scenario(
        name="village",
        title="A small attack",
        opens=START - 60 * MINUTE,
        start=START,
        end=START + 60 * MINUTE,
        population=Population(ordinary=2_700, verified=300, posts_per_second=0.5, staff=60),
        cast=(
            *(Member(handle=handle, reach=50_000) for handle in HANDLES),
            Member(handle="president", reach=1_000_000, tier="protected"),
            *BYSTANDERS,
        ),
        on_shift=("st-0001", "st-0002"),
        attack=Attack(
            targets=(
                *(Target(handle=handle, steps=plan(number), batch="one") for number, handle in enumerate(HANDLES)),
                Target(handle="president", steps=(Step(at=START + 5 * MINUTE, deed=Deed.VIEW),)),
            ),
            lures={"lure": LureText(text=LURE)},
            staff=(
                StolenStaff(staff="st-0003", at=START - 30 * MINUTE, rights=False),
                StolenStaff(staff="st-0001", at=START - 10 * MINUTE),
                StolenStaff(staff="st-0002", at=START - 5 * MINUTE),
            ),
            networks=("AS64501", "AS64502"),
            vishing=((START - 40 * MINUTE, "st-0009"),),
        ),
        cause=Cause(told="the session of a staff member"),
    )


class Village:
    """The village under attack, and what a test does to it."""

    def __init__(self, seed: int = 7) -> None:
        """Before anything happened."""
        self.platform = SimulatedPlatform(village_scenario(), seed=seed, tick=10 * SECOND)
        self.start, self.first_lure, self.signed_in = START, FIRST_LURE, SIGNED_IN
        self.end = self.platform.scenario.end
        self.handles = HANDLES
        self.batches: list[Batch] = []
        directory = self.platform.accounts()
        handles, accounts = directory.column("handle").to_pylist(), directory.column("account").to_pylist()
        self._accounts = dict(zip(handles, accounts, strict=True))
        self._count = itertools.count()

    def account(self, handle: str) -> str:
        """The id behind a handle."""
        return self._accounts[handle]

    def run(self, until: int | None = None) -> None:
        """Let time pass up to `until` (None: the end), and no further."""
        until = self.end if until is None else until
        self.platform.wake_at(until)
        for batch in self.platform.events():
            self.batches.append(batch)
            if self.platform.now >= until:
                return

    def hold(self, kind: SubjectKind, subject: str, restriction: Restriction, **times: int) -> Hold:
        """A hold with a name of its own, in force at once unless `times` (`starts`, `until`) say otherwise."""
        what = Subject(kind=kind, id=subject)
        return Hold(
            id=f"h{next(self._count)}", subject=what, restriction=restriction, why="test", **{"starts": 0, **times}
        )

    def apply(self, kind: SubjectKind, subject: str, restriction: Restriction, **times: int) -> Hold:
        """The same, and put in force."""
        placed = self.hold(kind, subject, restriction, **times)
        self.platform.apply(placed)
        return placed

    def hold_accounts(self, handles: Iterable[str], restriction: Restriction) -> None:
        """Restrict each of `handles`."""
        for handle in handles:
            self.apply(SubjectKind.ACCOUNT, self.account(handle), restriction)

    def others(self, kind: type) -> list[SecurityEvent]:
        """The records of one kind so far, in order."""
        return [record for batch in self.batches for record in batch.others if isinstance(record, kind)]

    def posts(self) -> list[dict[str, object]]:
        """The posts so far, in order."""
        return [post for batch in self.batches for post in batch.posts.to_pylist()]


@pytest.fixture
def village() -> Village:
    """A fresh village, before anything happened."""
    return Village()


@pytest.fixture
def new_village() -> Callable[..., Village]:
    """For tests that need several."""
    return Village
