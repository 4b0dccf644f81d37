"""The adversary: follows its plan when nothing hinders it, and does what an intruder would when something does."""

from __future__ import annotations

from holdfast.containment import Restriction, SubjectKind
from holdfast.events import (
    CredentialChange,
    DataExport,
    DataRead,
    PostRemoved,
    SignIn,
    StaffAction,
    StaffReport,
    StaffSignIn,
)

MINUTE = 60_000


def sessions(village):
    """The tool sessions that the adversary opened so far."""
    return [
        key.removeprefix("tool_session:") for key in village.platform.truth().cause if key.startswith("tool_session:")
    ]


def test_undisturbed_it_does_all_that_it_planned(village):
    """Ten in hand, six posts, two inboxes, two archives, and one account that the tool protects."""
    village.run()
    figures = village.platform.figures()
    assert (figures.targeted, figures.touched, figures.posted) == (11, 10, 6)
    assert (figures.inboxes_read, figures.exports) == (2, 2)
    refused = [r for r in village.others(StaffAction) if r.outcome == "refused" and r.reason]
    assert [record.target for record in refused] == [village.account("president")]


def test_its_traces_are_those_of_a_takeover_with_the_staff_tool(village):
    """One new e-mail for many accounts, by one tool session, no ticket; then a reset and a sign-in from elsewhere."""
    village.run()
    accounts = {village.account(handle) for handle in village.handles}
    emails = [r for r in village.others(CredentialChange) if r.account in accounts and r.what == "email"]
    assert {record.account for record in emails} == accounts
    assert len({record.new_hash for record in emails}) == 1
    assert {record.tool_session for record in emails} == set(sessions(village))
    assert {r.ticket for r in village.others(StaffAction) if r.tool_session in sessions(village)} == {""}
    taken = [r for r in village.others(SignIn) if r.account in accounts and r.method == "recovery"]
    assert {record.asn for record in taken} <= {"AS64501", "AS64502"}
    assert len(taken) == 10


def test_the_warnings_before_it_are_on_record(village):
    """A call was reported, a relayed sign-in without rights was followed by reading how-to pages and a refusal."""
    village.run()
    assert [record.kind for record in village.others(StaffReport)] == ["vishing"]
    low = [record for record in village.others(StaffAction) if record.staff == "st-0003"]
    assert {record.action for record in low} == {"read_page"}
    assert ("st-0003", "refused") in {(record.staff, record.outcome) for record in village.others(StaffSignIn)}


def test_the_same_staff_member_did_honest_work_before(village):
    """So that the session, not the person, is what the hijacked accounts have in common."""
    village.run()
    own = [r for r in village.others(StaffAction) if r.staff == "st-0001" and r.tool_session not in sessions(village)]
    assert own
    assert all(record.ticket for record in own)


def test_a_refused_lure_comes_from_another_account_instead(village):
    """From one that has not spoken yet and is not known to be held, a minute or two later."""
    village.run(village.signed_in)
    village.hold_accounts(village.handles[:6], Restriction.NO_POSTING)
    village.run()
    truth = village.platform.truth()
    assert set(truth.posted) <= {village.account(handle) for handle in village.handles[6:]}
    refused = next(post for post in truth.lure_posts if post.refused)
    made = next(post for post in truth.lure_posts if not post.refused)
    assert MINUTE <= made.made_at - refused.made_at <= 3 * 2 * MINUTE


def test_a_lure_taken_away_is_said_again_but_not_for_ever(village):
    """Twice from the same account."""
    village.run(village.first_lure)
    first = village.account("victim_0")
    for minute in range(1, 40):
        village.run(village.first_lure + minute * MINUTE)
        for post in village.platform.truth().lure_posts:
            if post.account == first and not post.hidden and not post.refused:
                village.apply(SubjectKind.POST, post.id, Restriction.HIDE_POST)
    posts = [post for post in village.platform.truth().lure_posts if post.account == first]
    assert len(posts) == 3
    assert {len(post.hidden) for post in posts} == {1}


def test_a_session_that_is_ended_is_opened_again_with_the_new_password(village):
    """Ending sessions alone delays it by a minute or two."""
    village.run(village.signed_in)
    victim = village.account("victim_5")
    village.apply(SubjectKind.ACCOUNT, victim, Restriction.END_SESSIONS)
    at = village.platform.now
    village.run()
    again = [r for r in village.others(SignIn) if r.account == victim and r.time >= at]
    assert [record.outcome for record in again] == ["ok"]
    assert MINUTE <= again[0].time - at <= 2 * MINUTE + 10_000
    assert victim in village.platform.truth().posted


def test_with_sign_in_held_as_well_the_account_is_lost_to_it(village):
    """It tries once more, and leaves it."""
    village.run(village.signed_in)
    victim = village.account("victim_5")
    village.apply(SubjectKind.ACCOUNT, victim, Restriction.NO_SIGN_IN)
    village.apply(SubjectKind.ACCOUNT, victim, Restriction.END_SESSIONS)
    at = village.platform.now
    village.run()
    again = [r.outcome for r in village.others(SignIn) if r.account == victim and r.time >= at]
    assert again == ["refused", "refused"]
    assert victim not in village.platform.truth().posted


def test_when_the_tool_session_is_cut_it_comes_back_in_the_same_name(village):
    """The credential still works; only the session is gone."""
    village.run(village.signed_in)
    (first,) = sessions(village)
    village.apply(SubjectKind.TOOL_SESSION, first, Restriction.NO_TOOL)
    village.run()
    assert len(sessions(village)) == 2
    assert village.platform.figures().touched == 10
    assert "staff:st-0002" not in village.platform.truth().cause


def test_when_the_staff_member_is_held_it_takes_the_next_stolen_credential(village):
    """And goes on with its list."""
    village.run(village.signed_in)
    village.apply(SubjectKind.STAFF, "st-0001", Restriction.NO_TOOL)
    village.run()
    assert "staff:st-0002" in village.platform.truth().cause
    assert village.platform.figures().touched == 10


def test_with_every_stolen_credential_held_nobody_else_is_taken(village):
    """The two late ones were tried for, and stay their holders'."""
    village.run(village.signed_in)
    village.apply(SubjectKind.STAFF, "st-0001", Restriction.NO_TOOL)
    village.apply(SubjectKind.STAFF, "st-0002", Restriction.NO_TOOL)
    village.run()
    figures = village.platform.figures()
    assert (figures.targeted, figures.touched) == (11, 8)


def test_credentials_that_may_not_change_are_not_changed_even_by_staff(village):
    """Neither by the tool nor by a reset."""
    village.run(village.start - 1)
    village.hold_accounts(village.handles, Restriction.NO_CREDENTIAL_CHANGE)
    village.run()
    assert village.platform.figures().touched == 0


def test_an_archive_that_may_not_leave_does_not(village):
    """A hold between the request and the download still stops the download."""
    village.run(village.first_lure + 5 * MINUTE)
    village.hold_accounts(village.handles, Restriction.NO_EXPORT)
    village.run()
    asked = [record.stage for record in village.others(DataExport) if record.account == village.account("victim_6")]
    assert "requested" in asked
    assert "downloaded" not in asked
    assert village.platform.figures().exports == 0


def test_it_hides_warnings_beneath_its_posts(village):
    """As the account above may; people go on warning elsewhere."""
    village.run()
    assert {record.by for record in village.others(PostRemoved)} == {"holder"}
    assert any("scam" in str(post["text"]).casefold() for post in village.posts())


def test_reading_leaves_a_trace_in_the_adversarys_session(village):
    """So that exposure can be found out later."""
    village.run()
    victim = village.account("victim_6")
    (read,) = [record for record in village.others(DataRead) if record.account == victim and record.by == "holder"]
    (entered,) = [r for r in village.others(SignIn) if r.account == victim and r.method == "recovery"]
    assert read.session == entered.session
