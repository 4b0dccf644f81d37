"""Of factors that nothing speaks against the earliest sure one is named, alone or with others."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.investigation.answer import ASKED, STAGES, Demand, answer, explained, stage
from holdfast.investigation.cause import Factor, FactorKind, Hypothesis
from holdfast.investigation.exact import log_tail

PEOPLE = 20_000
USED = {f"a{n}": n for n in range(20)}


def weighed(kind: FactorKind, which: range, *, others: int = 0, value: str = "x", **said: Any) -> Hypothesis:
    """A factor that touched these of the twenty accounts, and so many others."""
    return Hypothesis(
        factor=Factor(kind=kind, value=value),
        touched=len(which),
        of=20,
        tested=20,
        base_touched=len(which) + others,
        base_of=PEOPLE,
        p_value=0.0,
        p_corrected=0.0,
        log_p=min(0.0, 5.0 + float(log_tail(len(which), 20, len(which) + others, PEOPLE)[0])),
        log_likelihood=float(len(which)),
        explained=tuple(f"a{n}" for n in which),
        **said,
    )


def named(*eligible: Hypothesis) -> list[str]:
    """The keys of the answer."""
    demand = Demand(
        first_used=USED,
        tried=dict.fromkeys(FactorKind, 200),
        eligible=len(eligible),
        most_p=1e-4,
        most_parts=4,
        least_accounts=3,
        least_coverage=0.6,
        least_merely_met=0.7,
        least_part=0.4,
    )
    return [part.factor.key for part in answer(list(eligible), demand)]


SESSION = weighed(FactorKind.TOOL_SESSION, range(14))
EVERYWHERE = weighed(FactorKind.NETWORK, range(20))


@pytest.mark.parametrize(
    ("eligible", "expected"),
    [
        ([], []),
        ([SESSION], ["tool_session:x"]),
        ([SESSION, EVERYWHERE], ["tool_session:x"]),
        ([SESSION, weighed(FactorKind.STAFF, range(15))], ["tool_session:x"]),
        ([SESSION, weighed(FactorKind.STAFF, range(20), others=30)], ["staff:x"]),
        ([weighed(FactorKind.STAFF, range(7))], []),
        ([weighed(FactorKind.STAFF, range(9))], ["staff:x"]),
        ([weighed(FactorKind.STAFF, range(9), others=200)], []),
        ([weighed(FactorKind.STAFF, range(8, 17))], []),
        ([weighed(FactorKind.STAFF, range(20), late=True)], []),
        ([weighed(FactorKind.STAFF, range(13), others=400), weighed(FactorKind.RECOVERY_VALUE, range(20))], ["recovery_value:x"]),
        ([weighed(FactorKind.STAFF, range(14), others=400), EVERYWHERE], ["staff:x"]),
    ],
)  # fmt: skip
def test_the_first_sure_stage_is_the_answer(eligible: list[Hypothesis], expected: list[str]) -> None:
    """Where a later one explains more, the first must stand out, unless that is only from where they entered."""
    assert named(*eligible) == expected


def test_two_that_share_all_are_found_behind_one_that_met_more() -> None:
    """Any of them may be the first of a cover, whatever chance makes of another."""
    halves = [weighed(FactorKind.TOOL_SESSION, range(k, k + 10), others=9, value=f"s{k}") for k in (0, 10)]
    reviewer = weighed(FactorKind.STAFF, range(4, 15), others=4)
    assert set(named(*halves, reviewer)) == {"tool_session:s0", "tool_session:s10"}


def test_a_response_joins_an_answer_but_makes_none() -> None:
    """What came late is taken for the accounts that are left."""
    early = weighed(FactorKind.TOOL_SESSION, range(13), value="s1")
    late = weighed(FactorKind.TOOL_SESSION, range(13, 20), value="s2", late=True)
    assert named(early, late) == ["tool_session:s1", "tool_session:s2"]
    assert named(late) == []


def test_what_changed_credentials_may_explain_less_than_what_was_merely_met() -> None:
    """Thirteen of twenty are enough for who replaced their addresses, and too few for who looked at them."""
    other = {"others": 200}
    assert named(weighed(FactorKind.STAFF, range(13), opened=True, **other)) == ["staff:x"]
    assert named(weighed(FactorKind.STAFF, range(13), **other)) == []
    assert named(weighed(FactorKind.STAFF, range(14), **other)) == ["staff:x"]


def test_who_did_what_tickets_asked_for_comes_after_what_tells_of_anything_else() -> None:
    """An app that all let in goes before the agent whom most of the holders called."""
    agent = weighed(FactorKind.STAFF, range(18), asked=True)
    assert named(agent, weighed(FactorKind.APP, range(20))) == ["app:x"]
    assert named(agent, EVERYWHERE) == ["staff:x"]


def test_what_was_there_before_does_not_follow() -> None:
    """A session that stands out beside an app is named if it came first, and the app if that explains more and did."""
    app = weighed(FactorKind.APP, range(20), since=(50,) * 20)
    assert named(weighed(FactorKind.TOOL_SESSION, range(14), since=(10,) * 14), app) == ["tool_session:x"]
    assert named(weighed(FactorKind.TOOL_SESSION, range(14), since=(90,) * 14), app) == ["app:x"]


def test_a_staff_member_of_one_session_is_named_by_it() -> None:
    """Where the session alone was too little to tell from so many others, it is still the only one it can have been."""
    staff = weighed(FactorKind.STAFF, range(15))
    weak = msgspec.structs.replace(weighed(FactorKind.TOOL_SESSION, range(15)), log_p=-1.0)
    assert named(staff, weak) == ["tool_session:x"]
    assert named(staff, msgspec.structs.replace(weak, late=True)) == ["staff:x"]


def test_stages_go_from_the_inside_out() -> None:
    """Staff first, entrances last and before them staff who were asked; an unknown cause after all."""
    assert [stage(weighed(kinds[-1], range(3), asked=number == ASKED)) for number, kinds in enumerate(STAGES)] == list(
        range(len(STAGES))
    )
    assert stage(None) == len(STAGES)


factors = st.builds(
    lambda kind, start, length, others, number: weighed(
        kind, range(start, min(20, start + length)), others=others, value=f"v{number}"
    ),
    st.sampled_from([kind for kinds in STAGES for kind in kinds]),
    st.integers(0, 17),
    st.integers(3, 20),
    st.integers(0, 500),
    st.integers(0, 10**6),
)


@given(st.lists(factors, max_size=8, unique_by=lambda each: each.factor), st.randoms(use_true_random=False))
def test_the_order_of_factors_changes_nothing(eligible: list[Hypothesis], shuffler: Any) -> None:
    """However they are given, the answer is the same, is among them, and each part explains accounts of its own."""
    found = named(*eligible)
    shuffled = list(eligible)
    shuffler.shuffle(shuffled)
    assert named(*shuffled) == found
    parts = [each for each in eligible if each.factor.key in found]
    assert len(parts) == len(found) <= 4
    for part in parts:
        rest = explained([each for each in parts if each is not part])
        assert set(part.explained) - rest or len(parts) == 1
    if parts:
        assert len(explained(parts)) >= 8


def test_a_twin_of_the_answer_changes_no_account() -> None:
    """A prefix that touched the same accounts as its network stands beside it, not with it."""
    twin = msgspec.structs.replace(EVERYWHERE, factor=Factor(kind=FactorKind.NETWORK, value="y"))
    assert len(named(EVERYWHERE, twin)) == 1
