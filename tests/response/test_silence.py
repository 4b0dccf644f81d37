"""The bulk form of the gate's answer is the same answer."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.containment import (
    Directory,
    Explicit,
    ReachAbove,
    Restriction,
    Subject,
    SubjectKind,
    Verified,
    cohort_subject,
    compile_rules,
    place,
)
from holdfast.events import ACCOUNTS
from holdfast.guard import Snapshot
from holdfast.response.silence import FEW, Silence
from holdfast.testing import small_read

START = 1_000
MANY = FEW + 200
DIRECTORY = Directory(
    pa.RecordBatch.from_pylist(
        [
            {
                "account": f"a{number}",
                "verified": number % 7 == 0,
                "reach": number,
                "tier": "ordinary",
                "emergency": False,
                "posts_per_hour": 0.1,
            }
            for number in range(MANY)
        ],
        schema=ACCOUNTS,
    )
)
COHORTS = st.sampled_from([Verified(), ReachAbove(reach=MANY - 50), Explicit(accounts=("a1", "a2", "stranger"))])
TIMES = st.integers(START - 5, START + 15)


@st.composite
def holds(draw):
    """Holds on accounts and cohorts, about posting and other things, that begin and end at close times."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        starts = draw(TIMES)
        until = draw(st.none() | st.integers(starts + 1, START + 20))
        restriction = draw(st.sampled_from([Restriction.NO_POSTING, Restriction.NO_EXPORT]))
        cohort = draw(st.none() | COHORTS)
        account = draw(st.sampled_from(["a0", "a5", "a7", "stranger"]))
        subject = Subject(kind=SubjectKind.ACCOUNT, id=account) if cohort is None else cohort_subject(cohort)
        occasion = str(number)
        found.append(
            place(subject, restriction, starts=starts, until=until, why="test", cohort=cohort, occasion=occasion)
        )
    return found


@pytest.mark.parametrize("rows", [np.arange(0, 60, 5), np.arange(MANY), np.array([], np.int64)])
@given(placed=holds(), times=st.lists(TIMES, min_size=1, max_size=6))
def test_rows_and_names_are_answered_alike_at_any_time(rows, placed, times):
    """Few rows or many, time going on or back: the same accounts are silent as by the snapshot."""
    silence = Silence(placed, DIRECTORY, small_read)
    snapshot = Snapshot(compile_rules(placed, DIRECTORY, small_read, 0), version=1, read=small_read)
    names = [f"a{row}" for row in rows]

    for now in times:
        assert (~snapshot.may_post(names, now)).tolist() == silence.held(rows, now).tolist()
