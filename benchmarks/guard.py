"""How long does the guard take to answer, in process, with a great deal held?

100,000 accounts held by name, a cohort of 1 M of 2 M accounts, 400,000 lures and 1,000 texts held, all in one snapshot.
Half of the accounts asked about are in the cohort and one in twenty is held by name; one post in five has a link. The
processor time of every single answer is taken, so that what else runs on the machine counts little; the clock's own
cost is in it, and given.

    python -m benchmarks.guard
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
import pyarrow as pa

from holdfast.containment import (
    Cohort,
    CredentialChangedWithin,
    Directory,
    FactSent,
    Frame,
    Hold,
    ReachAbove,
    Replica,
    Restriction,
    Subject,
    SubjectKind,
    Verified,
    cohort_subject,
    pack,
    place,
    sent,
    text_subject,
    unpack,
)
from holdfast.containment.cohort import AllOf, AnyOf, Except, Explicit
from holdfast.containment.compile import compile_rules
from holdfast.events import ACCOUNTS
from holdfast.guard import Action, Question, Snapshot
from holdfast.reading import read_text

T = TypeVar("T")

POPULATION, COHORT = 2_000_000, 1_000_000
HELD_ACCOUNTS, HELD_LURES, HELD_TEXTS = 100_000, 400_000, 1_000
QUESTIONS = 50_000
NOW = 1_594_840_000_000  # 15 July 2020
WORDS = 20_000


def _vocabulary(numbers: np.random.Generator) -> list[str]:
    letters = np.array(list("etaoinshrdlucmfwypvbgk"))
    return ["".join(numbers.choice(letters, size)) for size in numbers.integers(2, 9, WORDS)]


def _texts(numbers: np.random.Generator, vocabulary: list[str], count: int) -> Iterator[str]:
    """Posts of 16 words drawn by Zipf's law; one in five with a link."""
    weights = 1 / np.arange(1, WORDS + 1)
    picks = numbers.choice(WORDS, (count, 16), p=weights / weights.sum())
    for row in picks:
        link = f" https://{vocabulary[row[0]]}{row[1]}.com/{row[2]}" if numbers.random() < 0.2 else ""
        yield " ".join(vocabulary[word] for word in row) + link


def _directory(count: int, verified: int) -> Directory:
    numbers = np.random.default_rng(1)
    columns = {
        "account": pa.array([f"a{place}" for place in range(count)]),
        "handle": pa.nulls(count, pa.string()),
        "verified": pa.array(np.arange(count) < verified),
        "reach": pa.array((numbers.pareto(1.1, count) * 300).astype(np.int64)),
        "tier": pa.array(np.full(count, "ordinary")),
        "org": pa.nulls(count, pa.string()),
        "emergency": pa.array(np.zeros(count, np.bool_)),
        "created": pa.nulls(count, pa.int64()),
        "posts_per_hour": pa.array(numbers.random(count, np.float32)),
    }
    return Directory(pa.record_batch([columns[name] for name in ACCOUNTS.names], schema=ACCOUNTS))


def _holds(texts: list[str], cohort: Cohort) -> list[Hold]:
    accounts = [
        place(Subject(kind=SubjectKind.ACCOUNT, id=f"a{COHORT + number}"), Restriction.NO_POSTING, starts=0, why="")
        for number in range(HELD_ACCOUNTS)
    ]
    lures = [
        place(Subject(kind=SubjectKind.LURE, id=f"domain:held-{number}.com"), Restriction.REFUSE_LURE, starts=0, why="")
        for number in range(HELD_LURES)
    ]
    held = [place(text_subject(text), Restriction.REFUSE_LURE, starts=0, why="", text=text) for text in texts]
    brake = place(cohort_subject(cohort), Restriction.NO_POSTING, starts=0, why="", cohort=cohort)
    return [*accounts, *lures, *held, brake]


def latencies(
    answer: Callable[[T], object], questions: list[T], before: Callable[[], object] | None = None
) -> np.ndarray:
    """Microseconds of this thread's processor time for every answer; the collector rests.

    `before` is called before each question, and its time is not taken.
    """
    clock = time.thread_time_ns
    taken = np.empty(len(questions), np.int64)
    for question in questions[:2_000]:
        answer(question)
    gc.collect()
    gc.disable()
    try:
        for place_, question in enumerate(questions):
            if before is not None:
                before()
            start = clock()
            answer(question)
            taken[place_] = clock() - start
    finally:
        gc.enable()
    return taken / 1_000


def figures(name: str, taken: np.ndarray) -> dict[str, float]:
    """Three percentiles of what `latencies` tells."""
    p50, p99, p999 = np.percentile(taken, [50, 99, 99.9])
    return {f"{name}, p50, us": p50, f"{name}, p99, us": p99, f"{name}, p99.9, us": p999}


def _timed(deed: Callable[[], object]) -> tuple[object, float]:
    start = time.perf_counter()
    done = deed()
    return done, time.perf_counter() - start


def measure(*, quick: bool = False) -> dict[str, float]:
    """The figures, by name; microseconds for one answer, milliseconds and seconds where the name says so."""
    numbers = np.random.default_rng(0)
    vocabulary = _vocabulary(numbers)
    directory = _directory(POPULATION, COHORT)
    holds = _holds(list(_texts(numbers, vocabulary, HELD_TEXTS)), Verified())
    rules, compiling = _timed(lambda: compile_rules(holds, directory, read_text, NOW))
    snapshot, indexing = _timed(lambda: Snapshot(rules, version=1, read=read_text))
    silent = Snapshot([rule for rule in rules if rule.id[:1] != "d" and not rule.bands], version=1, read=read_text)
    count = QUESTIONS // 10 if quick else QUESTIONS
    who = numbers.integers(0, POPULATION, count)
    questions = [
        Question(account=f"a{account}", action=Action.POST, time=NOW, text=text)
        for account, text in zip(who.tolist(), _texts(numbers, vocabulary, count), strict=True)
    ]
    return {
        "the clock itself, p50, us": float(np.median(latencies(lambda _: None, questions))),
        **figures("all held, one post", latencies(snapshot.answer, questions)),
        **figures("holds and cohort only", latencies(silent.answer, questions)),
        "rules made from holds, s": compiling,
        "snapshot of 501,001 rules, s": indexing,
        **_bulk(snapshot, quick=quick),
        **_brake(),
    }


def _bulk(snapshot: Snapshot, *, quick: bool) -> dict[str, float]:
    accounts = [f"a{account}" for account in range(0, POPULATION, 20 if quick else 2)]
    _, taken = _timed(lambda: snapshot.may_post(accounts, NOW))
    return {"who may post, in bulk, accounts a second": len(accounts) / taken}


def _brake() -> dict[str, float]:
    """The brake of 2020 over 1.36 M accounts: from the hold to the answer, and who is in it."""
    directory = _directory(1_360_000, 360_000)
    plain: Cohort = Verified()
    composed: Cohort = Except(
        cohort=AnyOf(
            cohorts=(AllOf(cohorts=(Verified(), ReachAbove(reach=10))), CredentialChangedWithin(milliseconds=10))
        ),
        exempt=Explicit(accounts=tuple(f"a{number}" for number in range(500))),
    )

    def put(cohort: Cohort) -> Snapshot:
        hold = place(cohort_subject(cohort), Restriction.NO_POSTING, starts=0, why="", cohort=cohort)
        return Snapshot(compile_rules([hold], directory, read_text, NOW), version=1, read=read_text)

    _, in_force = _timed(lambda: put(composed))
    copied, packed = _copied(directory)
    _, plain_mask = _timed(lambda: directory.mask(plain, NOW))
    _, mask = _timed(lambda: directory.mask(composed, NOW))
    return {
        "cohort of 360,000 put in force, ms": in_force * 1_000,
        "cohort of 360,000 packed, sent nowhere, in force in a copy, ms": copied * 1_000,
        "cohort of 360,000 packed, MB": packed / 1e6,
        "cohort of 360,000 counted, plain, ms": plain_mask * 1_000,
        "cohort of 360,000 counted, composed, ms": mask * 1_000,
    }


def _copied(directory: Directory) -> tuple[float, int]:
    """Seconds from a cohort's facts to a copy that answers by them, without the way between; bytes on that way."""
    hold = place(cohort_subject(Verified()), Restriction.NO_POSTING, starts=0, why="", cohort=Verified())
    rules = compile_rules([hold], directory, read_text, NOW)
    replica = Replica(read_text)

    def copy() -> int:
        fact = FactSent(leaf=Verified(), add=tuple(directory.verified_accounts))
        frame = Frame(run="r", seq=0, version=1, whole=True, add=tuple(map(sent, rules)), facts=(fact,))
        data = pack(frame)
        replica.take(unpack(data))
        return len(data)

    size, seconds = _timed(copy)
    return seconds, int(str(size))


if __name__ == "__main__":
    for figure, value in measure().items():
        print(f"{figure:45} {value:12.2f}")
