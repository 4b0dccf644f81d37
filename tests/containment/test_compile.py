"""What containment holds is what the guard stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.containment import (
    EFFECTS,
    Directory,
    Explicit,
    Hold,
    Restriction,
    Subject,
    SubjectKind,
    TouchedBy,
    Verified,
    cohort_subject,
    compile_rules,
    desired_for,
    function_subject,
    lift,
    lure_subject,
    place,
    text_subject,
)
from holdfast.errors import HoldError
from holdfast.guard import Action, Question, Reason, Snapshot, Verdict
from holdfast.reading import Lure, LureKind, read_text

ADDRESS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
STOPPED = {
    Action.POST: Restriction.NO_POSTING,
    Action.MESSAGE: Restriction.NO_MESSAGING,
    Action.SIGN_IN: Restriction.NO_SIGN_IN,
    Action.CREDENTIAL_CHANGE: Restriction.NO_CREDENTIAL_CHANGE,
    Action.EXPORT: Restriction.NO_EXPORT,
}
Make = Callable[..., Directory]


def guard(directory: Directory, *holds: Hold, now: int = 0) -> Snapshot:
    """The guard's snapshot of the holds."""
    return Snapshot(compile_rules(holds, directory, read_text, now), version=1, read=read_text)


def on_cohort(cohort: object, restriction: Restriction, starts: int = 0, until: int | None = None) -> Hold:
    """A hold on a cohort."""
    return place(cohort_subject(cohort), restriction, starts=starts, until=until, why="test", cohort=cohort)


cohorts = st.sampled_from([Verified(), TouchedBy(factor="app:x"), Explicit(accounts=("a1", "new"))])
account_holds = st.builds(
    lambda account, restriction, starts, lasting: place(
        Subject(kind=SubjectKind.ACCOUNT, id=account),
        restriction,
        starts=starts,
        until=None if lasting is None else starts + lasting,
        why="test",
        occasion=f"{starts}/{lasting}",
    ),
    st.sampled_from(["a0", "a1", "a15", "new"]),
    st.sampled_from([*STOPPED.values(), Restriction.HIDE_ACCOUNT, Restriction.END_SESSIONS]),
    st.integers(0, 20),
    st.none() | st.integers(1, 20),
)
cohort_holds = st.builds(
    lambda cohort, restriction, starts, lasting: on_cohort(cohort, restriction, starts, starts + lasting),
    cohorts,
    st.sampled_from(list(STOPPED.values())),
    st.integers(0, 20),
    st.integers(1, 20),
)


@given(st.lists(account_holds | cohort_holds, max_size=6), st.data(), st.integers(0, 45), st.integers(0, 45))
def test_the_guard_stops_what_the_algebra_desires(
    directory: Make, holds: list[Hold], data: st.DataObject, compiled_at: int, later: int
) -> None:
    """For every account, action and later moment, the guard refuses exactly when the union of holds asks for it."""
    accounts = directory(20, touches={"app:x": ["a2", "new"]})
    holds = list({hold.id: hold for hold in holds}.values())
    if holds and data.draw(st.booleans()):
        holds[0] = lift(holds[0], data.draw(st.integers(0, 40)))
    now = compiled_at + later
    compiled = guard(accounts, *holds, now=compiled_at)
    for account in ("a0", "a1", "a2", "a15", "new"):
        wanted = desired_for(holds, accounts.facts(account, ["app:x"]), now)
        for action, restriction in STOPPED.items():
            answer = compiled.answer(Question(account=account, action=action, time=now))
            assert (answer.verdict is Verdict.REFUSE) == (restriction in wanted)


def test_a_new_member_of_a_cohort_is_stopped_at_once(directory: Make) -> None:
    """Touched a moment ago, held now: the snapshot is not compiled again."""
    touched: dict[str, list[str]] = {"tool_session:ts-7": []}
    compiled = guard(
        directory(20, touches=touched), on_cohort(TouchedBy(factor="tool_session:ts-7"), Restriction.NO_POSTING)
    )
    asked = Question(account="a3", action=Action.POST, time=5)
    assert compiled.answer(asked).verdict is Verdict.ALLOW
    touched["tool_session:ts-7"].append("a3")
    assert compiled.answer(asked).reasons == (Reason.COHORT_HELD,)


@pytest.mark.parametrize(
    ("subject", "restriction", "inside", "reason"),
    [
        (Subject(kind=SubjectKind.STAFF, id="s1"), Restriction.NO_TOOL, {"staff": "s1"}, Reason.STAFF_HELD),
        (
            Subject(kind=SubjectKind.TOOL_SESSION, id="t1"),
            Restriction.END_SESSIONS,
            {"tool_session": "t1"},
            Reason.TOOL_SESSION_HELD,
        ),
        (Subject(kind=SubjectKind.TOOL, id="desk"), Restriction.NO_TOOL, {"tool": "desk"}, Reason.TOOL_HELD),
        (
            function_subject("desk", "email"),
            Restriction.NO_TOOL_FUNCTION,
            {"tool": "desk", "function": "email"},
            Reason.TOOL_HELD,
        ),
        (Subject(kind=SubjectKind.APP, id="quiz"), Restriction.REVOKE_APP, {"app": "quiz"}, Reason.APP_HELD),
    ],
)
def test_tools_staff_and_apps_are_stopped(
    directory: Make, subject: Subject, restriction: Restriction, inside: dict[str, str], reason: Reason
) -> None:
    """A hold on somebody or something inside reaches every deed done through it."""
    compiled = guard(directory(5), place(subject, restriction, starts=0, why="test"))
    stopped = compiled.answer(Question(account="a1", action=Action.TOOL, time=1, **inside))
    assert stopped.reasons == (reason,)
    other = dict.fromkeys(inside, "another")
    assert compiled.answer(Question(account="a1", action=Action.TOOL, time=1, **other)).verdict is Verdict.ALLOW


def test_ending_a_staff_members_sessions_leaves_them_their_tools(directory: Make) -> None:
    """Sessions end once; only `no_tool` keeps the person out of new ones."""
    subject = Subject(kind=SubjectKind.STAFF, id="s1")
    compiled = guard(directory(5), place(subject, Restriction.END_SESSIONS, starts=0, why="test"))
    asked = Question(account="a1", action=Action.TOOL, time=1, staff="s1", tool="desk")
    assert compiled.answer(asked).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("lure", "text"),
    [
        (Lure(kind=LureKind.ADDRESS, value=ADDRESS), f"send to {ADDRESS}"),
        (Lure(kind=LureKind.DOMAIN, value="double-your-coins.com"), "https://www.double-your-coins.com/a"),
        (Lure(kind=LureKind.DOMAIN, value="Double-Your-Coins.COM"), "double-your-coins.com"),
        (Lure(kind=LureKind.HANDLE, value="famous"), "write to @Famous"),
        (Lure(kind=LureKind.CASHTAG, value="$coin"), "buy $COIN"),
    ],
)
def test_a_held_lure_is_stopped_however_it_was_written_down(directory: Make, lure: Lure, text: str) -> None:
    """The value of a hold is brought to the same form as what is found in posts."""
    hold = place(lure_subject(lure), Restriction.REFUSE_LURE, starts=0, why="test")
    answer = guard(directory(5), hold).answer(Question(account="a1", action=Action.POST, time=1, text=text))
    assert (answer.verdict, answer.holds) == (Verdict.REFUSE, (hold.id,))


def test_a_lure_with_a_cohort_is_refused_to_its_members_only(directory: Make) -> None:
    """The name of a victim may still be spoken by others."""
    lure = Lure(kind=LureKind.HANDLE, value="famous")
    only = Explicit(accounts=("a1",))
    hold = place(lure_subject(lure), Restriction.REFUSE_LURE, starts=0, why="test", cohort=only)
    compiled = guard(directory(5), hold)
    asked = [Question(account=account, action=Action.POST, time=1, text="@famous") for account in ("a1", "a2")]
    assert [compiled.answer(each).verdict for each in asked] == [Verdict.REFUSE, Verdict.ALLOW]


def test_a_held_text_keeps_back_what_is_much_like_it(directory: Make) -> None:
    """The hold carries the text; the guard keeps only its fingerprint."""
    text = "I am giving back to my community and will double every payment sent to my address within the hour"
    hold = place(text_subject(text), Restriction.REFUSE_LURE, starts=0, why="test", text=text)
    compiled = guard(directory(5), hold)
    like = text.replace("hour", "day").upper()
    answer = compiled.answer(Question(account="a1", action=Action.POST, time=1, text=like))
    assert (answer.verdict, answer.reasons) == (Verdict.HOLD, (Reason.NEAR_DUPLICATE_HELD,))


def test_what_is_pushed_makes_no_rule(directory: Make) -> None:
    """Nobody asks before a post is hidden; it is hidden on the platform."""
    pushed = [
        place(Subject(kind=kind, id="x"), restriction, starts=0, why="test")
        for kind, restriction in (
            (SubjectKind.POST, Restriction.HIDE_POST),
            (SubjectKind.ACCOUNT, Restriction.HIDE_ACCOUNT),
            (SubjectKind.ACCOUNT, Restriction.END_SESSIONS),
        )
    ]
    assert compile_rules(pushed, directory(5), read_text, 0) == ()


def test_every_restriction_is_asked_about_or_pushed(directory: Make) -> None:
    """No restriction falls between: each either makes a rule for some subject or is one that is pushed."""
    pushed = {Restriction.HIDE_POST, Restriction.HIDE_ACCOUNT}
    for restriction in set(Restriction) - pushed - {Restriction.REFUSE_LURE}:
        kinds = EFFECTS[restriction].subjects - {SubjectKind.COHORT}
        holds = [place(Subject(kind=kind, id="x"), restriction, starts=0, why="test") for kind in sorted(kinds)]
        assert compile_rules(holds, directory(5), read_text, 0)


def test_a_function_of_a_tool_cannot_pass_for_another() -> None:
    """A slash in a tool's name would let two functions share an id."""
    with pytest.raises(HoldError, match="slash"):
        function_subject("desk/email", "change")
