"""What attempts come to, in one sentence that claims no more than is known."""

import pytest

from holdfast.app.server.staff.headline import headline
from holdfast.app.server.staff.searching import Tallied
from holdfast.response.staff import Attempt
from holdfast.response.staff.sought import Sought, Tally

AT = 1_600_000_000_000  # 2020-09-13 12:26:40 UTC
BEGAN = AT - 3_600_000
LOOK, CHANGE = ("desk", "look"), ("desk", "change")


def tallied(*attempts, all_refused=True):
    """What these come to: who, which function, allowed or not, seconds after `AT`."""
    made = Tally({LOOK})
    for who, (tool, function), allowed, seconds in attempts:
        made.add(
            Attempt(
                number=1,
                time=AT + seconds * 1_000,
                person=who,
                session="s",
                tool=tool,
                function=function,
                action_hash="h",
                allowed=allowed,
            )
        )
    return Tallied(tally=made, all_allowed=True, all_refused=all_refused)


@pytest.mark.parametrize(
    ("attempts", "said"),
    [
        (
            [("alice", LOOK, False, 0), ("sam", CHANGE, False, 60), ("sam", CHANGE, False, 61)],
            "Tried 3 times by 2 people, reached 0 times, between 2020-09-13 12:26:40 UTC and 2020-09-13 12:27:41 UTC.",
        ),
        (
            [("", LOOK, False, 0), ("sam", CHANGE, True, 0)],
            (
                "Tried 2 times by 1 person and nobody known (once), reached once (1 to change something), "
                "at 2020-09-13 12:26:40 UTC."
            ),
        ),
        ([("", LOOK, False, 0)], "Tried once by nobody known (once), reached 0 times, at 2020-09-13 12:26:40 UTC."),
    ],
)
def test_who_and_how_often_and_when(attempts, said):
    """Of an account: reached is what was allowed, and how much of that changed something."""
    assert said == headline(Sought(target="a"), tallied(*attempts), BEGAN)


def test_of_no_account_nothing_is_reached():
    """What a person did was allowed."""
    said = headline(Sought(person="sam"), tallied(("sam", LOOK, True, 0)), BEGAN)
    assert "allowed once, at" in said


SINCE, BEFORE = "since 2020-09-13 11:26:40 UTC", "2020-09-13 12:26:40 UTC"
BEGINS = "; the record of attempts begins then."


@pytest.mark.parametrize(
    ("sought", "began", "said"),
    [
        ({"target": "a"}, BEGAN, f"Neither reached nor tried {SINCE}{BEGINS}"),
        ({"target": "a", "since": AT}, BEGAN, f"Neither reached nor tried since {BEFORE}."),
        (
            {"target": "a", "since": 0, "until": AT, "tool": "t"},
            BEGAN,
            f"Neither reached nor tried with this tool between 2020-09-13 11:26:40 UTC and {BEFORE}{BEGINS}",
        ),
        (
            {"target": "a", "until": BEGAN},
            BEGAN,
            "Nothing is known of then: the record of attempts begins at 2020-09-13 11:26:40 UTC.",
        ),
        ({"person": "sam"}, BEGAN, f"Nothing was tried by this person {SINCE}{BEGINS}"),
        ({"target": "a"}, None, "The record of attempts has not begun."),
    ],
)
def test_of_what_was_before_the_record_nothing_is_claimed(sought, began, said):
    """That nothing was tried is said of the time that is on record."""
    assert said == headline(Sought(**sought), tallied(), began)


def test_what_was_not_looked_through_is_said():
    """Neither a count nor that there is none is given out for all of it; what was allowed was looked for by itself."""
    some = tallied(("sam", LOOK, True, 0), ("eve", LOOK, False, 0), all_refused=False)
    said = headline(Sought(target="a"), some, BEGAN)
    assert "Tried at least 2 times by 2 people, reached once," in said
    assert "Only the newest were looked through." in said
    assert "None among the newest" in headline(Sought(tool="t"), tallied(all_refused=False), BEGAN)


@pytest.mark.parametrize(("allowed", "said"), [(True, "Not reached since"), (False, "Nothing was refused since")])
def test_of_the_other_outcome_nothing_is_claimed(allowed, said):
    """Where only one was asked for."""
    assert headline(Sought(target="a", allowed=allowed), tallied(), BEGAN).startswith(said)
    one = tallied(("sam", LOOK, allowed, 0))
    assert allowed == ("reached" in headline(Sought(target="a", allowed=allowed), one, BEGAN))
