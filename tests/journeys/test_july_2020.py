"""The afternoon this was built for: 15 July 2020, with Holdfast there, and without."""

import io
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console

from holdfast.app.report import print_scoreboard


@pytest.fixture(scope="module")
def answered():
    """The scoreboard of the July drill where plans are approved a minute after they are proposed."""
    return play(60.0)


def play(approve_after, **more):
    from holdfast.app.drill import Drill, DrillOptions

    with Drill(DrillOptions(scenario="twitter-2020-07-15", seed=1, approve_after=approve_after, **more)) as run:
        for _ in run.play():
            pass
        return run.scoreboard()


def seconds_between(first, last):
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()


def test_the_campaign_is_seen_at_its_third_lure_post(answered):
    """Two hijacked accounts may be a coincidence; three are a campaign."""
    assert 3 == answered.detected_after_lure_posts


def test_the_cause_is_the_staff_members_tool_session(answered):
    """Named right, and within seconds of the sighting."""
    assert answered.cause.right
    assert answered.cause.named.startswith("tool_session:")
    assert seconds_between(answered.detected_at, answered.cause.at) <= 10


def test_most_accounts_are_held_before_they_are_used(answered):
    """Of the 130 that were targeted, at least 85 never post and are held."""
    assert 130 == answered.accounts.targeted
    assert 85 <= answered.accounts.held_unused


def test_the_last_lure_is_gone_within_ten_minutes_of_the_first(answered):
    """In 2020 it took 2 hours and 58 minutes."""
    assert seconds_between(answered.first_lure_at, answered.last_lure_live_at) <= 600


def test_hardly_any_innocent_account_is_held(answered):
    """In 2020 it was every verified one: 360,000."""
    assert 100 >= answered.accounts.innocent_held
    assert answered.history["accounts"]["innocent_held"] == 360_000


def test_the_innocent_are_given_back_in_waves_long_before_their_holds_would_end(answered):
    """Their holds were agreed to for thirty minutes; nobody is held for half of that."""
    waves = answered.restoration
    assert (answered.accounts.innocent_held, 0) == (waves.restored, waves.held)
    assert 0 == waves.pauses
    assert 15 * answered.accounts.innocent_held > answered.innocent_account_minutes


def test_hijacked_accounts_go_to_their_owners_and_to_nobody_else(answered):
    """All are out of the intruder's hands, most are back by the end of the day, the rest wait for their owners."""
    recovery = answered.recovery
    assert 113 == recovery.opened == recovery.attacker_out
    assert 100 <= recovery.released < recovery.opened
    assert 0 == recovery.wrong_hands == recovery.reopened
    assert recovery.opened <= recovery.set_aside


def test_every_byte_of_the_record_is_verified(answered):
    """What was done is on a ledger that vouches for itself."""
    assert answered.ledger.verified
    assert answered.ledger.size > 100


def test_staff_could_have_been_warned_before_any_lure(answered):
    """Takeovers by the staff tool show before anything is posted."""
    assert answered.warned_at < answered.first_lure_at
    assert "waited" == answered.warnings


def test_the_readme_shows_what_is_printed(answered):
    """Line by line; whoever changes what a drill comes to changes the README."""
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown = text.split("```text\n")[1].split("```")[0]
    printed = io.StringIO()
    print_scoreboard(Console(file=printed, width=120), answered, seconds=1.0)

    lines = {" ".join(line.strip(" │").split()) for line in printed.getvalue().splitlines()}
    assert [] == [line for line in shown.splitlines() if " ".join(line.split()) not in lines]
    assert 17 <= len(shown.splitlines())


def test_had_they_been_heard_nothing_would_have_been_posted():
    """A few accounts are taken before the second session of the tool is cut too; no lure, no inbox, no archive."""
    board = play(60.0, act_on_warnings=True)

    assert "answered" == board.warnings
    assert 0 == board.accounts.posted == board.lure_posts.made
    assert (0, 0) == (board.exposure.inboxes_read, board.exposure.exports)
    assert board.cause.right
    assert 20 >= board.accounts.held_unused
    assert 20 >= board.accounts.innocent_held


def test_without_an_answer_history_repeats_itself():
    """130 targeted, 45 posting, 36 inboxes, 7 archives."""
    board = play(None)

    assert (130, 45) == (board.accounts.targeted, board.accounts.posted)
    assert (36, 7) == (board.exposure.inboxes_read, board.exposure.exports)
    assert 0 == board.accounts.innocent_held
    assert board.cause.right
    assert seconds_between(board.detected_at, board.cause.at) <= 10
