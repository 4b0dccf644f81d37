"""The simulated platform as a connector: time passes, holds stop what they name, and nothing else changes."""

from __future__ import annotations

import doctest
import hashlib

import msgspec
import numpy as np
import pytest

import holdfast.connectors.simulated.platform as tutorial
from holdfast.connectors.simulated import SimulatedPlatform
from holdfast.connectors.simulated.world import MADE_SINGLY
from holdfast.containment import EFFECTS, Restriction, Subject, SubjectKind
from holdfast.errors import PlatformError, SettingsError, UnsupportedRestrictionError
from holdfast.events import POSTS, Account, SessionEnded, SignIn, StaffAction
from holdfast.guard import Action, Answer, Question, Verdict
from holdfast.testing.platform_contract import PlatformContract, hold_on

SECOND, MINUTE = 1_000, 60_000


class TestContract(PlatformContract):
    """The suite that every connector must pass."""

    @pytest.fixture
    def platform(self, village):
        """A village, read a little way in so that there is something to restrict."""
        village.run(village.start + MINUTE)
        return village.platform

    def subject(self, platform, restriction):
        """Something fresh for each kind of restriction."""
        kinds = EFFECTS[restriction].subjects - {SubjectKind.COHORT}
        if SubjectKind.ACCOUNT in kinds:
            return Subject(kind=SubjectKind.ACCOUNT, id=platform.accounts().column("account")[40].as_py())
        kind = min(kinds, default=SubjectKind.ACCOUNT)
        return Subject(kind=kind, id=f"{kind}-1")

    def rival_places(self, platform, subject, restriction):
        """The platform's own staff step in."""
        platform.restrict_from_outside(subject, restriction)

    def press(self, platform):
        """Spend what a second allows."""
        restriction = next(r for r in platform.capabilities if EFFECTS[r].undo != "redo")
        hold = hold_on(self.subject(platform, restriction), restriction, "press")
        for _ in range(int(platform.capabilities[restriction].per_second)):
            platform.apply(hold)

    def relax(self, platform, retry_at):
        """Let the simulated time pass."""
        platform.wake_at(retry_at)
        for _ in platform.events():
            if platform.now >= retry_at:
                return


def test_the_docstring_is_a_tutorial_that_runs():
    """Every line of it is true."""
    failed, tried = doctest.testmod(tutorial)
    assert (failed, tried > 15) == (0, True)


def test_every_batch_has_the_agreed_columns_in_order_of_time(village):
    """Posts and records lie within the batch's span, oldest first, and ids are never used twice."""
    seen, before = set(), village.platform.now
    for batch in village.platform.events():
        times = batch.posts.column("time").to_pylist()
        others = [record.time for record in batch.others]
        assert batch.posts.schema.equals(POSTS)
        assert times == sorted(times)
        assert others == sorted(others)
        assert all(before <= time < village.platform.now for time in [*times, *others])
        ids = batch.posts.column("id").to_pylist()
        assert seen.isdisjoint(ids)
        seen.update(ids)
        before = village.platform.now


def digest(village):
    """A hash over everything that was published."""
    hashed = hashlib.sha256()
    for batch in village.batches:
        hashed.update(repr(batch.posts.to_pylist()).encode())
        hashed.update(msgspec.json.encode(list(batch.others)))
    return hashed.hexdigest()


def in_bulk(village):
    """The ordinary posts: a bit in the id marks those that were made one by one."""
    return [post for post in village.posts() if not int(post["id"]) & MADE_SINGLY]


def test_whom_the_platform_tells_apart_is_introduced_before_anybody_posts(village):
    """Accounts of a tier above the ordinary or run by a body, each once, as the directory has them; no others."""
    told = next(village.platform.events()).others
    introduced = {event.account: event for event in told if isinstance(event, Account)}
    rows = village.platform.accounts().to_pylist()
    apart = {row["account"]: row for row in rows if row["tier"] != "ordinary" or row["org"]}

    assert len(introduced) == sum(isinstance(event, Account) for event in told)
    assert apart.keys() == introduced.keys()
    for account, event in introduced.items():
        row = apart[account]
        assert (row["handle"], row["org"] or "", row["tier"]) == (event.handle, event.org, event.tier)
        assert (row["reach"], row["verified"], row["created"]) == (event.reach, event.verified, event.created)
    assert {"chapters", "fairtrade-exchange"} <= {event.org for event in introduced.values()}


def test_the_same_seed_gives_the_same_run_and_another_seed_another(new_village):
    """Byte for byte."""
    runs = [new_village(seed) for seed in (1, 1, 2)]
    for run in runs:
        run.run()
    assert digest(runs[0]) == digest(runs[1]) != digest(runs[2])


def test_how_time_is_cut_changes_nothing(new_village):
    """Waking up at odd moments yields the same posts and records."""
    plain, cut = new_village(), new_village()
    plain.run()
    for time in range(cut.start, cut.end, 7 * MINUTE + 13):
        cut.run(time)
    cut.run()
    assert [post["id"] for post in plain.posts()] == [post["id"] for post in cut.posts()]
    assert plain.others(SignIn) == cut.others(SignIn)


def test_what_the_responder_does_shifts_nobody_elses_words(new_village):
    """Ordinary posts are the same whether or not the attack is stopped."""
    free, held = new_village(), new_village()
    free.run()
    held.run(held.first_lure)
    held.hold_accounts(held.handles, Restriction.NO_POSTING)
    held.run()
    attackers = {free.account(handle) for handle in free.handles}

    def words(village):
        return [(post["id"], post["text"]) for post in in_bulk(village) if post["account"] not in attackers]

    assert words(free) == words(held)


def test_a_batch_ends_when_the_caller_wants_to_wake(village):
    """To the millisecond, and the grid of batches goes on as if nothing had been."""
    village.run(village.start + 12_345)
    assert village.platform.now == village.start + 12_345
    next(village.platform.events())
    assert village.platform.now == village.start + 20_000


def test_batches_before_since_are_left_out(village):
    """The world moves on all the same."""
    first = next(village.platform.events(since=village.first_lure))
    assert village.first_lure < village.platform.now <= village.first_lure + 10 * SECOND
    assert first.posts.num_rows < 100


def test_a_span_that_does_not_divide_ten_minutes_is_refused(village):
    """With advice."""
    with pytest.raises(SettingsError, match="cannot span"):
        SimulatedPlatform(village.platform.scenario, seed=1, tick=7_000)


def test_a_held_account_posts_nothing_until_the_hold_ends(village):
    """Lures and ordinary posts alike; the moment of expiry is the moment of freedom."""
    village.run(village.first_lure - SECOND)
    everybody = [account.as_py() for account in village.platform.accounts().column("account")[:40]]
    until = village.first_lure + 3 * MINUTE
    for account in everybody:
        village.apply(SubjectKind.ACCOUNT, account, Restriction.NO_POSTING, until=until)
    village.run(until)
    quiet = [
        post for post in village.posts() if post["account"] in set(everybody) and post["time"] >= village.first_lure
    ]
    assert quiet == []
    village.run()
    made = [post for post in village.platform.truth().lure_posts if not post.refused]
    assert made
    assert all(post.made_at >= until for post in made)


def test_a_hold_that_starts_later_stops_nothing_before(village):
    """Starts count to the millisecond too."""
    starts = village.first_lure + 2 * MINUTE + 1
    for handle in village.handles:
        village.run(village.start + MINUTE)
        village.apply(SubjectKind.ACCOUNT, village.account(handle), Restriction.NO_POSTING, starts=starts)
    village.run()
    made = [post.made_at for post in village.platform.truth().lure_posts if not post.refused]
    assert max(made) < starts
    assert len(made) == 3


def test_hiding_a_post_ends_its_life_and_lifting_the_hold_gives_it_back(village):
    """Reversible means reversible; what stood on the account still stands."""
    village.run(village.first_lure + MINUTE // 2)
    lure = village.platform.truth().lure_posts[0]
    hidden = village.apply(SubjectKind.POST, lure.id, Restriction.HIDE_POST)
    account = village.apply(SubjectKind.ACCOUNT, lure.account, Restriction.HIDE_ACCOUNT)
    at = village.platform.now
    village.run(at + MINUTE)
    village.platform.lift(hidden)
    village.run(at + 2 * MINUTE)
    village.platform.lift(account)
    village.run(at + 3 * MINUTE)
    (post,) = [post for post in village.platform.truth().lure_posts if post.id == lure.id]
    assert list(post.live(village.platform.now)) == [(lure.made_at, at), (at + 2 * MINUTE, at + 3 * MINUTE)]


def test_ending_sessions_is_told_to_everybody(village):
    """One record for each session that was open."""
    village.run(village.signed_in)
    account = village.account("victim_0")
    village.apply(SubjectKind.ACCOUNT, account, Restriction.END_SESSIONS)
    village.run(village.platform.now + 20 * SECOND)
    assert [record.by for record in village.others(SessionEnded) if record.account == account][-1] == "platform"


def test_staff_who_are_held_do_nothing_more_with_the_tool(village):
    """Neither the intruder in their name nor they themselves: that is what such a hold costs."""
    village.run(village.start + 60 * SECOND)
    village.apply(SubjectKind.STAFF, "st-0001", Restriction.NO_TOOL)
    at = village.platform.now
    village.run()
    done = [record for record in village.others(StaffAction) if record.staff == "st-0001" and record.time >= at]
    assert done
    assert {record.outcome for record in done} == {"refused"}


def test_one_function_of_a_tool_can_be_held_alone(village):
    """Looking goes on, changing stops."""
    village.run(village.start)
    village.apply(SubjectKind.TOOL, "account-desk/replace_email", Restriction.NO_TOOL_FUNCTION)
    village.run()
    done = {
        (r.action, r.outcome)
        for r in village.others(StaffAction)
        if r.tool == "account-desk" and r.time > village.start
    }
    assert ("view_account", "ok") in done
    assert ("replace_email", "ok") not in done
    assert village.platform.figures().touched == 0


def test_a_foreign_restriction_works_is_shown_as_such_and_counts_against_nobody(village):
    """It is enforced like ours, and is no harm of ours."""
    village.run(village.signed_in)
    subject = Subject(kind=SubjectKind.ACCOUNT, id=village.account("victim_0"))
    village.platform.restrict_from_outside(subject, Restriction.NO_POSTING)
    village.run()
    assert [(each.restriction, each.ours) for each in village.platform.in_force(subject)] == [
        (Restriction.NO_POSTING, False)
    ]
    assert subject.id not in village.platform.truth().posted
    assert village.platform.figures().held_unused == 0


@pytest.mark.parametrize(
    ("kind", "restriction"),
    [
        (SubjectKind.COHORT, Restriction.NO_POSTING),
        (SubjectKind.LURE, Restriction.REFUSE_LURE),
        (SubjectKind.APP, Restriction.HIDE_POST),
    ],
)
def test_what_it_cannot_push_it_refuses(village, kind, restriction):
    """Cohorts and lures are for the guard; a post is no app."""
    with pytest.raises(UnsupportedRestrictionError):
        village.apply(kind, "x", restriction)


def test_an_account_that_does_not_exist_cannot_be_held(village):
    """A typing error is not silence."""
    with pytest.raises(PlatformError, match="no account"):
        village.apply(SubjectKind.ACCOUNT, "a9999999x", Restriction.NO_POSTING)


def allow(question: Question, verdict: Verdict = Verdict.ALLOW) -> Answer:
    """An answer."""
    return Answer(verdict=verdict, action=question.action, version=1)


def test_the_guard_is_asked_about_every_deed_of_the_adversary(village):
    """Posts with their text, tool functions with staff and session, sign-ins, resets and archives."""
    asked: list[Question] = []
    village.platform.ask = lambda question: (asked.append(question), allow(question))[1]
    village.run()
    victim = village.account("victim_0")
    about = [question for question in asked if question.account == victim]
    assert {question.action for question in about} == {
        Action.TOOL,
        Action.CREDENTIAL_CHANGE,
        Action.SIGN_IN,
        Action.POST,
    }
    assert next(q.text for q in about if q.action is Action.POST).startswith("Send coins to bc1q")
    tools = [question for question in about if question.tool]
    assert {question.function for question in tools} == {"view_account", "replace_email", "remove_mfa"}
    assert all(question.staff == "st-0001" and question.tool_session.startswith("ts-") for question in tools)
    assert any(question.action is Action.EXPORT for question in asked)


@pytest.mark.parametrize("verdict", [Verdict.HOLD, Verdict.REFUSE])
def test_what_the_guard_does_not_allow_does_not_happen(village, verdict):
    """Kept back or refused, readers do not see it."""
    village.platform.ask = lambda q: allow(q, verdict if "bc1q" in q.text else Verdict.ALLOW)
    village.run()
    figures = village.platform.figures()
    assert (figures.lures_made, figures.posted) == (0, 0)
    assert figures.lures_refused >= 6
    assert not any("bc1qxy2" in post["text"] for post in village.posts())


def test_ordinary_posts_of_a_cohort_are_refused_in_bulk_and_counted(village):
    """The mask is asked by row of `accounts()`, and everybody held unjustly is counted by the minute."""
    verified = np.array(village.platform.accounts().column("verified"))
    village.run(village.start + 10 * MINUTE)
    village.platform.held_accounts = lambda rows, _now: verified[rows]
    village.run(village.start + 20 * MINUTE)
    since = [post for post in in_bulk(village) if post["time"] >= village.start + 10 * MINUTE]
    assert since
    assert not any(post["verified"] for post in since)
    figures = village.platform.figures()
    assert figures.refused_to_innocents > 0
    innocents = int(verified.sum()) - figures.touched
    assert figures.innocent_held == innocents
    assert figures.innocent_account_minutes == pytest.approx(innocents * 10, rel=0.01)


def test_pushed_holds_on_innocents_are_counted_to_the_millisecond(village):
    """Ninety seconds are a minute and a half."""
    village.run(village.start)
    village.apply(
        SubjectKind.ACCOUNT,
        village.account("OpenHandsAshford"),
        Restriction.NO_POSTING,
        until=village.start + 90 * SECOND,
    )
    village.run()
    assert village.platform.figures().innocent_account_minutes == 1.5
    assert village.platform.figures().innocent_held == 1


def test_whoever_is_taken_while_held_is_an_innocent_no_longer(village):
    """Counted from the hold to the end of the batch in which the adversary gets hold of the account, and not beyond."""
    account = village.account("victim_9")
    village.run(village.start)
    village.apply(SubjectKind.ACCOUNT, account, Restriction.NO_POSTING)
    village.run()
    truth = village.platform.truth()
    taken_after = truth.touched_at[truth.touched.index(account)] - village.start
    assert 0 < taken_after < village.end - village.start - MINUTE
    assert village.platform.figures().innocent_account_minutes == pytest.approx(taken_after / MINUTE, abs=11 / 60)
    assert village.platform.figures().innocent_held == 0


def test_a_hold_within_a_hold_ends_nothing_early(village):
    """Two holds that overlap, one lifted, one that begins and ends of itself: held from the first to the last."""
    village.run(village.start)
    account = village.account("OpenHandsAshford")
    lifted = village.apply(SubjectKind.ACCOUNT, account, Restriction.NO_POSTING)
    begins, ends = village.start + 60 * SECOND, village.start + 180 * SECOND
    village.apply(SubjectKind.ACCOUNT, account, Restriction.HIDE_ACCOUNT, starts=begins, until=ends)
    village.run(village.start + 120 * SECOND)
    village.platform.lift(lifted)
    village.run()
    assert village.platform.figures().innocent_account_minutes == 3.0
