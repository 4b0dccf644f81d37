"""The life of a hold, told as news in and commands out."""

import pytest

from holdfast.containment import Hold, Restriction, Subject, SubjectKind
from holdfast.response.conduct import Alarm, Anew, Conclude, Deed, Done, HoldState, Intend, NotDone, Over, Send, Settle
from holdfast.testing import Playbook

HOLD = Hold(
    id="h",
    subject=Subject(kind=SubjectKind.ACCOUNT, id="a"),
    restriction=Restriction.NO_POSTING,
    starts=100,
    until=900,
    why="carrier",
)
APPLY, LIFT = Deed.APPLY, Deed.LIFT


def begun():
    """A hold placed, its first commands foretold."""
    return Playbook(HOLD) << Intend(deed=APPLY, number=1, why="carrier") << Send(deed=APPLY, number=1, tries=1)


def standing():
    """A hold in force."""
    return begun() >> Done(how="pushed") << Conclude(deed=APPLY, number=1, result="done", detail="pushed") << Settle()


def test_from_placing_to_ending():
    """Each deed is intended, sent, concluded and settled, in this order."""
    play = (
        standing()
        >> Over(at=500, why="lifted by r")
        << Intend(deed=LIFT, number=1, why="lifted by r")
        << Send(deed=LIFT, number=1, tries=1)
        >> Done(how="pushed")
        << Conclude(deed=LIFT, number=1, result="done", detail="pushed")
        << Settle()
    )

    assert play
    assert (HoldState.ENDED, 500) == (play.held.state, play.held.hold.lifted_at)


def test_a_failed_attempt_has_its_outcome_before_the_next_intent():
    """Each attempt has a number of its own, so that none of them hides another on the record."""
    play = (
        begun()
        >> NotDone(reason="timed out", again=True)
        << Conclude(deed=APPLY, number=1, result="failed", detail="timed out")
        << Intend(deed=APPLY, number=2, why="tried again")
        << Send(deed=APPLY, number=2, tries=2)
        >> NotDone(reason="gone", again=False)
        << Conclude(deed=APPLY, number=2, result="failed", detail="gone")
        << Settle()
        << Alarm(deed=APPLY, reason="gone")
    )

    assert play
    assert (HoldState.FAILED, "gone") == (play.held.state, play.held.note)


def test_a_dead_letter_can_be_tried_again():
    """A person's word starts a new round with the next number."""
    play = (
        begun()
        >> NotDone(reason="gone", again=False)
        << Conclude(deed=APPLY, number=1, result="failed", detail="gone")
        << Settle()
        << Alarm(deed=APPLY, reason="gone")
        >> Anew(why="asked by r")
        << Intend(deed=APPLY, number=2, why="asked by r")
        << Send(deed=APPLY, number=2, tries=1)
    )

    assert play
    assert HoldState.WANTED is play.held.state


def test_a_hold_lifted_while_it_is_being_applied_is_withdrawn_and_lifted():
    """The apply may have reached the platform just before a crash, so it is lifted all the same."""
    play = (
        begun()
        >> Over(at=101, why="a mistake")
        << Conclude(deed=APPLY, number=1, result="withdrawn", detail="a mistake")
        << Intend(deed=LIFT, number=1, why="a mistake")
        << Send(deed=LIFT, number=1, tries=1)
    )

    assert play
    assert HoldState.ENDING is play.held.state


def test_an_expired_hold_keeps_its_own_end():
    """Expiry is read from `until`; nobody lifted it, and nobody is said to have."""
    play = (
        standing()
        >> Over(at=950, why="expired")
        << Intend(deed=LIFT, number=1, why="expired")
        << Send(deed=LIFT, number=1, tries=1)
    )

    assert play
    assert play.held.hold.lifted_at is None


def test_drift_is_repaired_by_a_new_attempt():
    """What the platform lost is applied again under the next number."""
    assert (
        standing()
        >> Anew(why="missing on the platform")
        << Intend(deed=APPLY, number=2, why="missing on the platform")
        << Send(deed=APPLY, number=2, tries=1)
    )


def test_a_lift_the_platform_refuses_is_a_dead_letter():
    """An account that stays held by mistake does not go unnoticed."""
    play = (
        standing()
        >> Over(at=500, why="done")
        << Intend(deed=LIFT, number=1, why="done")
        << Send(deed=LIFT, number=1, tries=1)
        >> NotDone(reason="no", again=False)
        << Conclude(deed=LIFT, number=1, result="failed", detail="no")
        << Settle()
        << Alarm(deed=LIFT, reason="no")
    )

    assert play
    assert HoldState.STUCK is play.held.state


@pytest.mark.parametrize(
    "news", [Done(how="again"), NotDone(reason="late", again=True), NotDone(reason="late", again=False)]
)
def test_news_of_a_deed_that_is_over_changes_nothing(news):
    """An answer that is told twice is heard once."""
    play = standing()
    before = play.held

    assert play >> news
    assert before == play.held


def test_what_is_ended_is_not_ended_again():
    """A second end finds nothing to do."""
    assert (
        standing()
        >> Over(at=500, why="done")
        << Intend(deed=LIFT, number=1, why="done")
        << Send(deed=LIFT, number=1, tries=1)
        >> Over(at=600, why="done twice")
        >> Anew(why="under way already")
    )


def test_the_playbook_fails_when_a_command_is_not_foretold():
    """The test tool itself sees what was left unsaid."""
    with pytest.raises(AssertionError, match="not foretold"):
        assert Playbook(HOLD)
    with pytest.raises(AssertionError, match="never came"):
        assert standing() << Settle()
    with pytest.raises(AssertionError, match="foretold"):
        assert Playbook(HOLD) << Settle()
