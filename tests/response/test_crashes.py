"""The process is killed at every single step, started again, and the end is the same."""

import pytest

from holdfast.backends import SqlStore
from holdfast.containment import Restriction, Subject, SubjectKind, Verified, cohort_subject, place
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.testing import Crash, Faults, FaultyPlatform, FaultyStore, SetClock, SmallPlatform, SmallResponse, When

START = 1_000_000
LIFTED_AT = START + 10_000


def holds():
    """Two accounts held, one of them twice, a cohort by the guard, and one hold that ends."""
    ids = [
        ("a", Restriction.NO_POSTING, None),
        ("a", Restriction.NO_SIGN_IN, LIFTED_AT),
        ("b", Restriction.NO_POSTING, None),
    ]
    pushed = [
        place(Subject(kind=SubjectKind.ACCOUNT, id=name), restriction, starts=START, until=until, why="test")
        for name, restriction, until in ids
    ]
    cohort = Verified()
    return [*pushed, place(cohort_subject(cohort), Restriction.NO_POSTING, starts=START, why="brake", cohort=cohort)]


def run(small):
    """A whole small response: place, apply, lift one, expire one, reconcile."""
    small.put(*holds())
    small.settle()
    if small.clock.now() < LIFTED_AT:
        small.clock.set(LIFTED_AT)
    small.end(holds()[2].id)
    small.settle()


def drill(faults):
    """Run with faults until it comes through; answer what is left: flags, deeds, keys."""
    clock = SetClock(START)
    platform = SmallPlatform(clock)
    with SqlStore(":memory:", signer=seeded_signer(7), salt=seeded_salts(7)) as store:
        for _ in range(3):
            small = None
            try:
                small = SmallResponse(FaultyStore(store, faults), FaultyPlatform(platform, faults), clock)
                run(small)
                break
            except Crash:
                continue
        keys = [entry.record.key for entry in store.entries()]
        return platform.flags(), platform.deeds, keys, {key: each.state for key, each in small.book.holds.items()}


CALM = Faults()
EXPECTED = drill(CALM)


def test_the_calm_run_does_what_it_should():
    """The run that all others are compared with."""
    flags, deeds, keys, _ = EXPECTED

    assert {(Subject(kind=SubjectKind.ACCOUNT, id="a"), Restriction.NO_POSTING)} == flags
    assert ["apply"] * 3 + ["lift"] * 2 == [deed for deed, *_ in deeds]
    assert 12 == len(keys)
    assert CALM.calls > 50


@pytest.mark.parametrize("when", When)
def test_killed_anywhere_it_ends_the_same(when):
    """At every call across a seam, before it and after it: same flags, same deeds once each, same keys once each."""
    for at in range(1, CALM.calls + 1):
        faults = Faults(at, when)

        flags, deeds, keys, states = drill(faults)

        assert faults.struck
        assert EXPECTED[0] == flags, f"at call {at}"
        assert sorted(EXPECTED[1]) == sorted(deeds), f"at call {at}"
        assert sorted(EXPECTED[2]) == sorted(keys), f"at call {at}"
        assert EXPECTED[3] == states, f"at call {at}"
        for key in keys:
            if key.startswith("outcome/"):
                assert keys.index(key.replace("outcome", "intent", 1)) < keys.index(key)
