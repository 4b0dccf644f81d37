"""A plan is carried out only when enough distinct people agreed to exactly that plan."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.guard import (
    TABLE,
    Approval,
    Denial,
    Permit,
    Refusal,
    RefusalCode,
    Request,
    Standing,
    action_hash,
    decide,
    quorum,
    required,
)

PLAN, OTHER = action_hash({"hold": "a1"}), action_hash({"hold": "a2"})
NOW = 10_000_000
STANDING = Standing()
APPROVAL_STANDS_MS, PERMIT_STANDS_MS = TABLE.times.approval * 60_000, TABLE.times.permit * 60_000


def request(accounts: int = 100, by: str = "ann", **more: object) -> Request:
    """A request for the plan."""
    return Request(id="r1", action_hash=PLAN, by=by, kind="cause", accounts=accounts, **more)


def approval(by: str, action: str = PLAN, at: int = NOW - 1) -> Approval:
    """An approval, a moment old."""
    return Approval(by=by, action_hash=action, at=at)


@pytest.mark.parametrize(
    ("accounts", "one_way", "needed"),
    [
        (0, False, 0),
        (1, False, 0),
        (2, False, 1),
        (10_000, False, 1),
        (10_001, False, 2),
        (360_000, False, 2),
        (1, True, 2),
        (360_000, True, 2),
    ],
)
def test_the_quorum_follows_size_and_what_cannot_be_undone(accounts: int, *, one_way: bool, needed: int) -> None:
    """None besides the requester for one account, one up to ten thousand, two beyond or for a one-way deed."""
    size = required(accounts=accounts, one_way=one_way)
    assert size.approvals == needed
    assert size.reason
    people = [approval(f"approver-{number}") for number in range(needed)]
    asked = request(accounts, one_way=one_way)
    assert isinstance(decide(asked, people, NOW, STANDING), Permit)
    if needed:
        refused = decide(asked, people[1:], NOW, STANDING)
        assert isinstance(refused, Refusal)
        assert refused.missing == 1


@pytest.mark.parametrize(
    "spelling",
    ["ann", "Ann", "ANN", "\uff41\uff4e\uff4e", "an\u200bn", "ann ", " ann", "a\u00adnn", "\u202eann", "a\u0301nn", ""],
)
def test_nobody_approves_their_own_request_in_any_spelling(spelling: str) -> None:
    """Case, width, white space and invisible characters do not make a second person, nor does an empty name."""
    refused = decide(request(), [approval(spelling)], NOW, STANDING)
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.REQUESTER_APPROVED
    assert refused.missing == 1


def test_one_person_counts_once() -> None:
    """Approving twice, or in two spellings, is one approval."""
    big = request(50_000)
    refused = decide(big, [approval("bob"), approval("bob"), approval("BOB"), approval("bob\u200b")], NOW, STANDING)
    assert isinstance(refused, Refusal)
    assert refused.missing == 1
    assert isinstance(decide(big, [approval("bob"), approval("eve")], NOW, STANDING), Permit)


def test_only_approvals_of_exactly_this_plan_count() -> None:
    """An approval of another hash is no approval, however alike the plans are."""
    refused = decide(
        request(), [approval("bob", OTHER), approval("bob", PLAN[:-1]), approval("bob", PLAN.upper())], NOW, STANDING
    )
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.APPROVED_ANOTHER_PLAN


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (NOW, True),
        (NOW - APPROVAL_STANDS_MS + 1, True),
        (NOW - APPROVAL_STANDS_MS, False),
        (NOW + 1, False),
    ],
)
def test_an_approval_expires_and_cannot_come_from_the_future(at: int, *, counts: bool) -> None:
    """It stands for half an hour, to the millisecond; one dated ahead of the clock does not count yet."""
    decision = decide(request(), [approval("bob", at=at)], NOW, STANDING)
    assert isinstance(decision, Permit) == counts
    if isinstance(decision, Refusal):
        assert decision.code is RefusalCode.APPROVAL_EXPIRED


def test_a_permit_covers_one_action_for_a_while() -> None:
    """The executor asks with the hash of what it is about to do, and the time."""
    permit = decide(request(), [approval("bob")], NOW, STANDING)
    assert isinstance(permit, Permit)
    assert (permit.by, permit.approved_by) == ("ann", ("bob",))
    assert permit.covers(PLAN, NOW)
    assert not permit.covers(OTHER, NOW)
    assert not permit.covers("", NOW)
    assert permit.covers(PLAN, NOW + PERMIT_STANDS_MS - 1)
    assert not permit.covers(PLAN, NOW + PERMIT_STANDS_MS)
    assert not permit.covers(PLAN, NOW - 1)


def test_a_refusal_says_what_would_make_it_allowed() -> None:
    """Who counts already, how many more, which hash, and why so many."""
    refused = decide(request(50_000), [approval("bob")], NOW, STANDING)
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.APPROVALS_MISSING
    said = refused.allowed_when
    assert "one more person, other than ann and bob, approves" in said
    assert PLAN[:12] in said
    assert "30 minutes" in said


def test_of_several_who_are_missing_it_is_said_that_they_approve() -> None:
    """Two more people approve, where one more person approves."""
    refused = decide(request(50_000), [], NOW, STANDING)
    assert isinstance(refused, Refusal)
    assert "2 more people, other than ann, approve " in refused.allowed_when


people = st.sampled_from(["ann", "Ann", "bob", "BOB", "eve", "zoe", "", "an\u200bn"])
approvals = st.lists(
    st.builds(
        Approval,
        by=people,
        action_hash=st.sampled_from([PLAN, OTHER]),
        at=st.integers(NOW - APPROVAL_STANDS_MS - 5, NOW + 5),
    ),
    max_size=8,
)


@given(approvals, st.sampled_from([0, 1, 2, 10_000, 10_001]), st.booleans(), st.randoms(use_true_random=False))
def test_the_decision_counts_distinct_other_people(
    given_: list[Approval],
    accounts: int,
    one_way: bool,  # noqa: FBT001 - given by hypothesis, by name
    shuffler: object,
) -> None:
    """Permit exactly when enough people other than the requester agreed to this hash in time, in whatever order."""
    asked = request(accounts, one_way=one_way)
    person = {
        "ann": "ann",
        "Ann": "ann",
        "an\u200bn": "ann",
        "bob": "bob",
        "BOB": "bob",
        "eve": "eve",
        "zoe": "zoe",
        "": "",
    }
    agreed = {
        person[each.by]
        for each in given_
        if each.action_hash == PLAN and NOW - APPROVAL_STANDS_MS < each.at <= NOW and person[each.by] not in {"ann", ""}
    }
    decision = decide(asked, given_, NOW, STANDING)
    needed = required(accounts=accounts, one_way=one_way).approvals
    assert isinstance(decision, Permit) == (len(agreed) >= needed)
    assert quorum(asked, given_, NOW, STANDING).missing == max(0, needed - len(agreed))
    shuffler.shuffle(given_)
    again = decide(asked, given_, NOW, STANDING)
    assert type(again) is type(decision)


def test_equal_actions_hash_alike_and_others_do_not() -> None:
    """Records and plain data of the same content are one action; the order of keys is not content."""

    class Deed(msgspec.Struct):
        a: int
        b: str

    assert action_hash(Deed(a=1, b="x")) == action_hash({"b": "x", "a": 1})
    assert action_hash(Deed(a=1, b="x")) != action_hash(Deed(a=2, b="x"))
    assert len(PLAN) == 64


def test_a_denial_beats_any_number_of_approvals() -> None:
    """One no outweighs every yes, before and after it, and the refusal says so."""
    people = [approval(f"approver-{number}") for number in range(20)]
    refused = decide(request(50_000), people, NOW, STANDING, [Denial(by="eve", at=NOW, why="too wide")])
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.DENIED
    assert "no number of approvals" in refused.allowed_when


def test_another_policy_or_a_barred_requester_voids_the_request() -> None:
    """What was filed under other policies, or by who may not ask any more, is carried out for nobody."""
    for asked, standing, code in (
        (request(policy="v1"), Standing(policy="v2"), RefusalCode.POLICY_CHANGED),
        (request(), Standing(policy="v2"), RefusalCode.POLICY_CHANGED),
        (request(1), Standing(requester_barred=True), RefusalCode.REQUESTER_BARRED),
    ):
        refused = decide(asked, [approval("bob")], NOW, standing)
        assert isinstance(refused, Refusal)
        assert refused.code is code


def test_whoever_may_not_agree_any_more_does_not_count() -> None:
    """A barred approval is as none; the same person's with another credential is theirs all the same."""
    stolen, own = approval("bob"), msgspec.structs.replace(approval("bob"), credential="t-2")
    barred = Standing(barred=frozenset({stolen}))
    refused = decide(request(), [stolen], NOW, barred)
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.APPROVER_BARRED
    assert isinstance(decide(request(), [stolen, own], NOW, barred), Permit)


def test_a_permit_names_the_policies_it_was_given_under() -> None:
    """Whoever reads the record later finds which rules held."""
    permit = decide(request(policy="v1"), [approval("bob")], NOW, Standing(policy="v1"))
    assert isinstance(permit, Permit)
    assert ("v1", "") == (permit.policy, permit.emergency)
