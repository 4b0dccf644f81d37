"""What the platform's write path is told."""

import numpy as np
import pytest

from holdfast.containment import Restriction, TouchedBy, Verified, cohort_subject, place
from holdfast.guard import Action, Question, Reason, Verdict

START = 1_000_000
MINUTE = 60_000


def ask(town, account, text="hello"):
    """May the account post this now?"""
    question = Question(account=account, action=Action.POST, time=town.clock.now(), text=text)
    return town.response.gate.ask(question)


def put(town, cohort, until=None):
    """Nobody of the cohort may post."""
    hold = place(cohort_subject(cohort), Restriction.NO_POSTING, starts=START, until=until, why="brake", cohort=cohort)
    with town.response.book.change(town.clock.now()) as page:
        page.place(hold)
    return hold


def test_a_cohort_is_in_force_with_its_intent_and_follows_its_members(town):
    """An account falls under it in the moment in which it is touched, without a call and without a new snapshot."""
    town.swap(["star0"])
    put(town, TouchedBy(factor="tool_session:ts-7"))
    version = town.response.gate.version

    assert (Reason.COHORT_HELD,) == ask(town, "star0").reasons
    assert Verdict.ALLOW is ask(town, "star1").verdict
    town.swap(["star1"])
    assert (Reason.COHORT_HELD,) == ask(town, "star1").reasons
    assert version == town.response.gate.version


def test_a_hold_that_expires_is_out_of_force_whether_or_not_anybody_swept(town):
    """Expiry is read off the question's own time."""
    town.swap(["star0"])
    put(town, TouchedBy(factor="tool_session:ts-7"), until=START + MINUTE)
    town.clock.set(START + MINUTE - 1)
    assert Verdict.REFUSE is ask(town, "star0").verdict

    town.clock.advance(1)

    assert Verdict.ALLOW is ask(town, "star0").verdict


def test_what_has_ended_leaves_the_snapshot(town):
    """Expired and lifted holds cost nothing any more."""
    put(town, Verified(), until=START + MINUTE)
    assert town.response.gate._snapshot._rules
    town.clock.set(START + MINUTE)
    town.response.work(town.clock.now())

    assert not town.response.gate._snapshot._rules


def test_a_restarted_gate_answers_the_same(town, make_town, store, platform, clock):
    """What is in force is in the store; who was touched by the cause is heard again."""
    town.attack()
    town.carry_out()

    anew = make_town(store, platform, clock)

    assert [Verdict.REFUSE] * 12 == [ask(anew, star).verdict for star in town.stars]
    assert Verdict.HOLD is ask(anew, "fan0", town.scam).verdict
    anew.tell(others=town.heard)
    for name in [*town.stars, *town.fans[:3]]:
        before, after = ask(town, name), ask(anew, name)
        assert (before.verdict, set(before.reasons)) == (after.verdict, set(after.reasons))


@pytest.mark.parametrize("rows", [[], [0, 5, 11, 12, 300]])
def test_the_bulk_form_gives_the_same_answers(town, rows):
    """For ordinary posts a platform asks by row of its accounts: true where the account may not post."""
    town.attack()
    before = town.response.gate.held_accounts(np.array(rows, np.int64), town.clock.now())
    town.carry_out()

    held = town.response.gate.held_accounts(np.array(rows, np.int64), town.clock.now())

    names = [*town.stars, *town.fans]
    assert not before.any()
    assert [ask(town, names[row]).verdict is Verdict.REFUSE for row in rows] == held.tolist()


def test_the_bulk_form_follows_the_holds(town):
    """Placed and lifted holds show in the very next answer."""
    rows = np.array([0, 5, 300], np.int64)
    hold = put(town, Verified())
    assert not town.response.gate.held_accounts(rows, town.clock.now()).any()

    town.attack()
    town.carry_out()
    assert [True, True, False] == town.response.gate.held_accounts(rows, town.clock.now()).tolist()

    freed = [key for key in town.response.book.holds if key != hold.id]
    asked = town.desk.request_lift(freed, "responder", "all clear", town.clock.now())
    for approver in ("approver", "commander"):
        town.desk.approve(asked.request, approver, town.clock.now())
    assert not town.response.gate.held_accounts(rows, town.clock.now()).any()
