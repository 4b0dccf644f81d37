"""What a person is told who was stopped is true, and tells them what they can do."""

from __future__ import annotations

import itertools

import pytest

from holdfast.guard import Action, Answer, Reason, Verdict

UNTIL = 1_594_864_800_000  # 2020-07-16 02:00 UTC


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_message(reason: Reason) -> None:
    """What is stopped, why, and what can be done: no reason leaves a person without words."""
    said = {
        Answer(verdict=Verdict.REFUSE, action=action, version=1, reasons=(reason,), until=UNTIL).message
        for action in Action
    }
    assert len(said) == len(Action)
    for message in said:
        assert message.count(". ") >= 2
        assert ("02:00 UTC on 16 July 2020" in message) is (reason is not Reason.STATE_UNSEEN)


def test_a_message_never_blames_the_holder() -> None:
    """The misleading words of 2020 are not among ours, whatever comes together."""
    for reasons in itertools.combinations(Reason, 2):
        message = Answer(verdict=Verdict.REFUSE, action=Action.POST, version=1, reasons=reasons).message.lower()
        assert not any(word in message for word in ("automated", "spam", "suspicious", "violat", "abus"))


def test_an_allowed_question_says_nothing() -> None:
    """There is nothing to tell when nothing was stopped."""
    assert Answer(verdict=Verdict.ALLOW, action=Action.POST, version=1).message == ""


def test_what_is_kept_back_is_said_to_be_kept() -> None:
    """A near-duplicate is not refused: a person looks at it, and no end is promised."""
    answer = Answer(
        verdict=Verdict.HOLD, action=Action.POST, version=1, reasons=(Reason.NEAR_DUPLICATE_HELD,), until=UNTIL
    )
    assert "a person will look at it" in answer.message
    assert "UTC" not in answer.message


def test_an_end_is_never_said_too_early() -> None:
    """A hold that ends within a minute is said to end at the full minute after it."""
    answer = Answer(
        verdict=Verdict.REFUSE, action=Action.POST, version=1, reasons=(Reason.ACCOUNT_HELD,), until=UNTIL + 1
    )
    assert "02:01 UTC" in answer.message
    open_end = Answer(verdict=Verdict.REFUSE, action=Action.POST, version=1, reasons=(Reason.ACCOUNT_HELD,))
    assert "until a person has looked at it" in open_end.message


def test_a_cohort_is_told_that_it_is_a_precaution() -> None:
    """An innocent holder learns that they did nothing, and a refused warning how to warn."""
    cohort = Answer(verdict=Verdict.REFUSE, action=Action.POST, version=1, reasons=(Reason.COHORT_HELD,)).message
    assert "does not mean that this account has done anything" in cohort
    lure = Answer(verdict=Verdict.REFUSE, action=Action.POST, version=1, reasons=(Reason.LURE_HELD,)).message
    assert "not even to warn of it" in lure
    assert "To warn others, describe it without repeating it." in lure
