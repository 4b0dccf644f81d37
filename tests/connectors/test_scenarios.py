"""The drills: exact counts where history has them, one way in each, and names that can be found."""

from __future__ import annotations

from functools import cache

import pytest

from holdfast.connectors.simulated import SCENARIOS, SimulatedPlatform, scenario
from holdfast.connectors.simulated.scenario import Deed, moment
from holdfast.containment import Hold, Restriction, Subject, SubjectKind
from holdfast.errors import RateLimitedError, UsageError
from holdfast.events import CredentialChange, DataExport, DataRead, StaffAction

MINUTE = 60_000


@cache
def drill(name):
    """The run without any response, and its records; the same for every test that looks at it."""
    platform = SimulatedPlatform(scenario(name), seed=1, tick=600_000)
    records = [record for batch in platform.events() for record in batch.others]
    return platform, records


@pytest.fixture
def july():
    """15 July 2020 without any response."""
    return drill("twitter-2020-07-15")


def test_every_scenario_can_be_had_by_its_name():
    """The name it is listed under is its own."""
    assert {name: scenario(name).name for name in SCENARIOS} == {name: name for name in SCENARIOS}
    assert "ordinary-day" in SCENARIOS


@pytest.mark.parametrize(("wrong", "near"), [("simswap", "sim-swap"), ("Twitter-2020", "twitter-2020-07-15")])
def test_a_wrong_name_is_answered_with_the_nearest(wrong, near):
    """And with all of them as advice."""
    with pytest.raises(UsageError, match=near) as caught:
        scenario(wrong)
    assert "ordinary-day" in caught.value.advice


def test_july_2020_has_its_true_counts(july):
    """130 targeted, 45 posting, 36 inboxes, 7 archives, 360,000 verified accounts, a million others."""
    platform, _ = july
    figures = platform.figures()
    assert (figures.targeted, figures.posted, figures.inboxes_read, figures.exports) == (130, 45, 36, 7)
    verified = platform.accounts().column("verified").to_numpy(zero_copy_only=False)
    assert int(verified.sum()) == 360_000
    assert int((~verified).sum()) >= 1_000_000


def test_july_2020_keeps_its_hours(july):
    """First lure at 19:13, bare addresses from 20:11, the first celebrity at 20:17, the last new lure before 22:11."""
    platform, _ = july
    truth = platform.truth()
    assert truth.first_lure_at is not None
    assert 0 <= truth.first_lure_at - moment("2020-07-15T19:13:00Z") < MINUTE
    links = [post.made_at for post in truth.lure_posts if post.lure == "link"]
    others = [post.made_at for post in truth.lure_posts if post.lure != "link"]
    assert max(links) < moment("2020-07-15T20:10:00Z") < moment("2020-07-15T20:11:00Z") <= min(others)
    musk = next(post.made_at for post in truth.lure_posts if post.lure == "musk")
    assert 0 <= musk - moment("2020-07-15T20:17:00Z") < MINUTE
    assert max(others) < moment("2020-07-15T22:11:00Z")


def test_july_2020_archives_are_of_unverified_accounts(july):
    """A freeze of verified accounts would have missed the worst loss."""
    platform, records = july
    accounts = platform.accounts()
    verified = dict(zip(accounts.column("account").to_pylist(), accounts.column("verified").to_pylist(), strict=True))
    taken = {record.account for record in records if isinstance(record, DataExport) and record.stage == "downloaded"}
    assert taken == set(platform.truth().exports)
    assert not any(verified[account] for account in taken)


def test_july_2020_leaves_something_to_hold_unused(july):
    """At least a hundred accounts were in hand before the first lure, in seven batches that share an e-mail each."""
    platform, records = july
    truth = platform.truth()
    assert sum(at < truth.first_lure_at for at in truth.touched_at) == 109
    session = truth.cause[0].removeprefix("tool_session:")
    swaps = [r for r in records if isinstance(r, CredentialChange) and r.what == "email" and r.tool_session == session]
    assert {swap.account for swap in swaps} == set(truth.touched)
    assert len({swap.new_hash for swap in swaps}) == 7


def test_july_2020_names_the_tool_session_as_its_cause(july):
    """One session changed all of them, and the same staff member served others in another."""
    platform, records = july
    session = platform.truth().cause[0].removeprefix("tool_session:")
    swaps = [
        r for r in records if isinstance(r, StaffAction) and r.action == "replace_email" and r.tool_session == session
    ]
    assert len({record.target for record in swaps}) == 129
    staff = swaps[0].staff
    honest = {
        r.target for r in records if isinstance(r, StaffAction) and r.staff == staff and r.tool_session != session
    }
    assert len(honest) > 10


class Watch:
    """A plain responder: knows only events, acts a minute after the third lure, and goes on watching the tool."""

    def __init__(self, platform):
        """Nothing seen yet."""
        self.platform, self.swapped, self.staff, self.done = platform, {}, {}, set()

    def see(self, batch):
        """Which tool sessions replaced whose e-mail without a ticket."""
        for record in batch.others:
            if isinstance(record, StaffAction) and record.action == "replace_email" and not record.ticket:
                self.swapped.setdefault(record.tool_session, set()).add(record.target)
                self.staff[record.tool_session] = record.staff

    def act(self, lures):
        """Hold the staff member and all that the session touched, hide the lures; as many as the platform takes now."""
        wanted = [(SubjectKind.POST, post.id, Restriction.HIDE_POST) for post in lures]
        for session, accounts in self.swapped.items():
            wanted.append((SubjectKind.STAFF, self.staff[session], Restriction.NO_TOOL))
            wanted += [(SubjectKind.ACCOUNT, account, Restriction.NO_POSTING) for account in sorted(accounts)]
        for kind, subject, restriction in wanted:
            if (subject, restriction) in self.done:
                continue
            what = Subject(kind=kind, id=subject)
            hold = Hold(id=subject, subject=what, restriction=restriction, starts=self.platform.now, why="third lure")
            try:
                self.platform.apply(hold)
            except RateLimitedError as error:
                self.platform.wake_at(error.retry_at)
                return
            self.done.add((subject, restriction))


def test_a_minute_after_the_third_lure_is_early_enough():
    """At least 85 of the 130 stay unused, no lure lives ten minutes on, and stolen credentials to spare do not help."""
    platform = SimulatedPlatform(scenario("twitter-2020-07-15"), seed=1, tick=20_000)
    watch, due = Watch(platform), None
    for batch in platform.events():
        watch.see(batch)
        lures = (
            [post for post in platform.truth().lure_posts if not post.refused] if due or batch.posts.num_rows else []
        )
        if due is None and len(lures) >= 3:
            due = lures[2].made_at + MINUTE
            platform.wake_at(due)
        if due is not None and platform.now >= due:
            watch.act(lures)
    figures = platform.figures()
    assert figures.held_unused >= 85
    assert figures.window_seconds <= 600
    assert figures.lures_refused > 0
    assert figures.innocent_held == 0


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("third-party-app", (32, 32, 32, 0)),
        ("sim-swap", (24, 24, 24, 6)),
        ("session-theft", (26, 26, 26, 0)),
        ("bribed-reader", (60, 60, 0, 60)),
        ("ordinary-day", (0, 0, 0, 0)),
    ],
)
def test_the_other_scenarios_have_their_counts(name, counts):
    """Targeted, touched, posting, inboxes read."""
    figures = drill(name)[0].figures()
    assert (figures.targeted, figures.touched, figures.posted, figures.inboxes_read) == counts


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("third-party-app", "app:"), ("sim-swap", "carrier:"), ("bribed-reader", "tool_session:")],
)
def test_a_common_cause_is_told_by_its_factor(name, prefix):
    """Saying "unknown" is not right then; saying something else is wrong."""
    truth = drill(name)[0].truth()
    assert truth.cause[0].startswith(prefix)
    assert truth.right(truth.cause[0])
    assert not truth.right(None)
    assert not truth.right("network:AS1")


@pytest.mark.parametrize("name", ["session-theft", "ordinary-day"])
def test_where_nothing_is_common_unknown_is_right(name):
    """Whatever is named instead is wrong."""
    truth = drill(name)[0].truth()
    assert truth.right(None)
    assert not truth.right("network:AS64501")


def test_the_bribed_reader_has_no_tickets_while_colleagues_have():
    """What tells the reader from support staff who read messages for a reason."""
    platform, records = drill("bribed-reader")
    session = platform.truth().cause[0].removeprefix("tool_session:")
    reads = [record for record in records if isinstance(record, StaffAction) and record.action == "view_messages"]
    assert {record.ticket for record in reads if record.tool_session == session} == {""}
    assert all(record.ticket for record in reads if record.tool_session != session)
    assert sum(isinstance(record, DataRead) for record in records) > 60


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_plans_are_possible(name):
    """Whoever posts, reads or exports has got in before; every lure that is named exists; nobody is planned for twice."""
    attack = scenario(name).attack
    targets = attack.targets if attack else ()
    assert len({target.handle for target in targets}) == len(targets)
    ways_in = {Deed.SIGN_IN, Deed.USE_APP, Deed.USE_STOLEN_SESSION}
    for target in targets:
        entered = min((step.at for step in target.steps if step.deed in ways_in), default=None)
        for step in target.steps:
            if step.deed in {Deed.POST, Deed.READ_INBOX, Deed.EXPORT, Deed.MESSAGE, Deed.PIN}:
                assert entered is not None
                assert entered < step.at
            if step.deed in {Deed.POST, Deed.MESSAGE}:
                assert step.what in attack.lures
