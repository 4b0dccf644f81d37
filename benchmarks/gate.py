"""How long does the staff gate take to decide, in process, with a platform's staff and a lockdown in force?

1,000 members of staff with a session each, 60 policies, 10,000 protected accounts, 100 locks, 500 consents and 200
grants. One question in twenty is about a protected account, one in ten lacks a reason; half of the locks name other
persons, the others another tool, a network or a role. The processor time of every single decision is taken, so that
what else runs on the machine counts little; the clock's own cost is in it, and given. *Anew* forgets before every
question what the policies said before.

    python -m benchmarks.gate
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import numpy as np

from benchmarks.guard import figures, latencies
from holdfast.guard import Person, Role
from holdfast.guard.staff import (
    Consent,
    Grant,
    Lock,
    StaffAnswer,
    StaffFacts,
    StaffPolicy,
    StaffState,
    Tier,
    ToolAction,
    ToolQuestion,
    ToolSession,
)
from holdfast.response import shipped_staff_texts

STAFF, POLICIES, PROTECTED, LOCKS, CONSENTS, GRANTS = 1_000, 60, 10_000, 100, 500, 200
QUESTIONS = 50_000
NOW = 1_594_840_000_000  # 15 July 2020
HOUR = 3_600_000
TOOL = "support_desk"
CLASSES = ("credentials", "private", "standing", "look_up")


def policy() -> StaffPolicy:
    """The shipped policies, and as many of one's own as make sixty: each forbids something to somebody."""
    texts = shipped_staff_texts()
    classes = [f"class-{number}" for number in range(POLICIES)]
    more = [
        f'@id("own-{name}") forbid (principal in Role::"support", action, resource)'
        f' when {{ resource.class == "{name}" && resource.wide }};'
        for name in classes[texts["staff.cedar"].count("@id(") :]
    ]
    return StaffPolicy({**texts, "own.cedar": "\n".join(more)})


def facts(numbers: np.random.Generator) -> StaffFacts:
    """All that is known: who is there, what is protected, locked, granted and agreed to."""
    roles = [(Role.SUPPORT,), (Role.SUPPORT,), (Role.SPECIALIST,), (Role.SUPPORT, Role.RESPONDER)]
    persons = tuple(Person(id=f"p{place}", roles=roles[place % 4]) for place in range(STAFF))
    sessions = tuple(
        ToolSession(
            id=f"s{place}",
            person=f"p{place}",
            revision=1,
            tool="support_desk",
            network="198.51.100.7",
            made_at=NOW - 60_000,
            stepped_up=dict.fromkeys(CLASSES, NOW - 1_000),
        )
        for place in range(STAFF)
    )
    consents = tuple(
        Consent(
            id=f"c{place}",
            person=f"p{place}",
            action_hash=question(place, f"a{place}", "account.email.replace").action.hash,
            by=f"p{(place + 2) // 4 * 4 + 2}",
            at=NOW - 1_000,
            until=NOW + HOUR,
            signed=True,
        )
        for place in range(CONSENTS)
    )
    grants = tuple(
        Grant(
            id=f"g{place}",
            person=f"p{place}",
            tool=TOOL,
            tier=Tier.PROTECTED,
            starts=NOW - HOUR,
            until=NOW + HOUR,
            reason="an inquiry",
            ticket="T-1",
            granted_by=f"p{place + 1}",
        )
        for place in range(GRANTS)
    )
    tiers = [Tier.HIGH_REACH, Tier.OFFICIAL, Tier.PROTECTED]
    protected = {f"a{place}": tiers[choice] for place, choice in enumerate(numbers.integers(0, 3, PROTECTED))}
    return StaffFacts(
        version=1,
        persons=persons,
        sessions=sessions,
        consents=consents,
        grants=grants,
        tiers=protected,
        locks=tuple(lock(place) for place in range(LOCKS)),
    )


def lock(place: int) -> Lock:
    """One of the locks: most are on others, as on any day of an incident."""
    parts = [
        {"person": f"x{place}"},
        {"person": f"p{place}", "level": 2},
        {"tool": f"tool_{place}"},
        {"network": f"203.0.{place}.0/24"},
        {"role": "investigator"},
        {"tool": TOOL, "function": "accounts.suspend"},
        {"person": f"y{place}"},
        {"person": f"z{place}", "tool": TOOL},
        {"level": 1, "network": "198.51.100.0/24"},
        {"person": f"p{STAFF - place}", "level": 4},
    ][place % 10]
    return msgspec.convert(
        {
            "id": f"l{place}",
            "level": 3,
            "starts": NOW - HOUR,
            "until": NOW + HOUR,
            "why": "-",
            "placed_by": "-",
            **parts,
        },
        Lock,
    )


def question(person: int, target: str, function: str, *, reason: str = "asked by the holder") -> ToolQuestion:
    """What somebody asks."""
    action = ToolAction(tool=TOOL, function=function, target=target, payload={"email": "new@example.org", "tell": True})
    return ToolQuestion(
        session=f"s{person}", action=action, reason=reason, ticket="T-1", network="198.51.100.9", time=NOW
    )


def questions(numbers: np.random.Generator, count: int) -> list[ToolQuestion]:
    """Support work: one question in twenty about a protected account, one in ten without a reason."""
    functions = ["account.look_up"] * 6 + ["account.suspend", "account.email.replace", "account.messages.read"]
    accounts = np.where(numbers.random(count) < 0.05, numbers.integers(0, PROTECTED, count), 10**7)
    accounts += np.where(accounts == 10**7, numbers.integers(0, 10**6, count), 0)
    return [
        question(int(person), f"a{account}", functions[function], reason="" if lacks else "asked by the holder")
        for person, account, function, lacks in zip(
            numbers.integers(0, STAFF, count),
            accounts,
            numbers.integers(0, len(functions), count),
            numbers.random(count) < 0.1,
            strict=True,
        )
    ]


def _milliseconds(deed: Callable[[], object]) -> float:
    start = time.thread_time_ns()
    deed()
    return (time.thread_time_ns() - start) / 1e6


def measure(*, quick: bool = False) -> dict[str, float]:
    """The figures, by name; microseconds for one decision, milliseconds for a change."""
    numbers = np.random.default_rng(0)
    rules, known = policy(), facts(numbers)
    state = StaffState(rules, known)
    asked = questions(numbers, QUESTIONS // 10 if quick else QUESTIONS)

    def decide(each: ToolQuestion) -> StaffAnswer:
        return state.answer(each, unseen=0)

    allowed = [each for each in asked if decide(each).allowed]
    refused = [each for each in asked if not decide(each).allowed]
    cases = rules.ruling.cache_info().currsize
    cold = latencies(decide, asked[: len(asked) // 10], rules.ruling.cache_clear)
    return {
        "the clock itself, p50, us": float(np.median(latencies(lambda _: None, asked))),
        **figures("one decision", latencies(decide, asked)),
        **figures("one that allows", latencies(decide, allowed)),
        **figures("one that refuses", latencies(decide, refused)),
        **figures("one decision, anew", cold),
        "allowed of all asked": len(allowed) / len(asked),
        "different cases among them": cases,
        "one lock more, ms": _milliseconds(lambda: state.changed(StaffFacts(version=2, locks=(lock(LOCKS),)))),
        "one consent more, ms": _milliseconds(
            lambda: state.changed(StaffFacts(version=2, consents=known.consents[:1]))
        ),
        "one protected account more, ms": _milliseconds(
            lambda: state.changed(StaffFacts(version=2, tiers={"a-new": Tier.PROTECTED}))
        ),
        "all made from facts, ms": _milliseconds(lambda: StaffState(rules, known)),
        "policies read and held against the schema, ms": _milliseconds(policy),
    }


if __name__ == "__main__":
    for figure, value in measure().items():
        print(f"{figure:50} {value:12.2f}")
