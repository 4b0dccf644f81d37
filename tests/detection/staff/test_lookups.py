"""Look-ups that nobody asked for: chosen ones tell, days that went wrong do not."""

import pytest

from holdfast.detection.staff import StaffTier, figures
from holdfast.events import Account

from .agent import DAY, FAMOUS, HOUR, MINUTE, Agents


@pytest.fixture
def desk():
    """Six agents with eight days behind them."""
    return Agents()


def tiers(alarms):
    """How surely each was told of."""
    return [alarm.tier for alarm in alarms]


def shift(desk, number, day, unasked):
    """A day's work with these (account, minute of the shift) in it that nobody asked for, in order of time."""
    at = day * DAY + 9 * HOUR
    desk.enter(number, at)
    asked = [desk.looks(number, at + each * 12 * MINUTE, f"a{number}-{day}-{each}", "T") for each in range(1, 40)]
    more = [desk.looks(number, at + minute * MINUTE, account) for account, minute in unasked]
    desk.tell(*asked, *more)


def spread(count=15, famous=5):
    """So many accounts over a day's shift, some of high reach."""
    every = 420 // count
    return [
        (FAMOUS[each] if each < famous * 3 and each % 3 == 0 else f"u{each}", 20 + each * every)
        for each in range(count)
    ]


def test_who_chooses_the_famous_among_tickets_is_to_be_watched(desk):
    """Twelve accounts over the day, four of them famous, hidden among forty tickets: neither quiet nor a hold."""
    shift(desk, 0, desk.day, spread(count=12, famous=4))
    assert StaffTier.WATCH is tiers(desk.alarms)[-1]


def test_a_day_without_tickets_is_a_bad_day(desk):
    """All of a day's accounts lack one, and nothing about them was chosen."""
    shift(desk, 0, desk.day, [(f"u{each}", 10 + each * 10) for each in range(40)])
    assert [] == desk.alarms


def test_more_without_tickets_than_days_have_accounts_is_to_be_watched(desk):
    """No outage of tickets makes three days' work of one."""
    desk.tell(*(desk.looks(0, desk.now + each * MINUTE, f"u{each}") for each in range(200)))
    assert StaffTier.WATCH is tiers(desk.alarms)[-1]


def test_whom_one_caller_names_is_one_call(desk):
    """The press asks about four of the famous within minutes: at most a question."""
    shift(desk, 0, desk.day, [(FAMOUS[each], 100 + each * 2) for each in range(4)])
    assert StaffTier.HOLD not in (told := tiers(desk.alarms))
    assert StaffTier.WATCH not in told


def test_a_ticket_that_is_written_down_later_takes_it_back(desk):
    """Looked first, ticket after: nothing is left of it."""
    accounts = [FAMOUS[each] for each in range(3)]
    at = desk.day * DAY + 10 * HOUR
    for number, account in enumerate(accounts):
        desk.tell(desk.looks(0, at + number * HOUR, account), desk.looks(0, at + number * HOUR + MINUTE, account, "T"))
    assert [] == desk.alarms
    desk.enter(0, at + 4 * HOUR, "relay", "visitor")
    assert {"looked_without_ticket"} & {term.term for alarm in desk.alarms for term in alarm.evidence} == set()


def test_an_account_in_the_news_is_everybodys():
    """Forty people look at one of the famous, and at those around it: nobody is asked about beyond the first few."""
    desk = Agents(count=40)
    for each in range(6):
        at = desk.now + each * 10 * MINUTE
        desk.tell(*(desk.looks(number, at + number * 1_000, FAMOUS[each]) for number in range(40)))
    assert {alarm.staff for alarm in desk.alarms} <= {"s0", "s1", "s2"}


def test_a_migration_is_one_day(desk):
    """Two thousand changes for one ticket, and ordinary days after it: two accounts without a ticket are as usual as before."""
    at = desk.day * DAY + 9 * HOUR
    desk.tell(*(desk.looks(0, at + each * 10_000, f"m{each}", "MIGRATION") for each in range(2_000)))
    for day in range(desk.day + 1, desk.day + 8):
        shift(desk, 0, day, [(f"u{day}", 100), (f"v{day}", 200)])
    assert [] == desk.alarms


def test_a_trainee_looks_on_without_tickets(desk):
    """On the first days six of ten accounts are a colleague's."""
    for day in range(desk.day, desk.day + 5):
        at = day * DAY + 9 * HOUR
        desk.enter(50, at)
        looks = (desk.looks(50, at + n * 12 * MINUTE, f"t{day}-{n}", "T" if n % 5 < 2 else "") for n in range(40))
        desk.tell(*looks)
    assert [] == desk.alarms


def test_a_shift_is_not_over_at_midnight():
    """Half of it before and half after: told of as one."""
    desk = Agents()
    at = desk.day * DAY + 21 * HOUR + 30 * MINUTE
    looks = [desk.looks(0, at + minute * MINUTE, account) for account, minute in spread(count=14, famous=5)] + [
        desk.looks(0, at + each * 12 * MINUTE, f"n{each}", "T") for each in range(1, 40)
    ]
    desk.tell(*looks)
    told = desk.alarms
    assert StaffTier.WATCH is tiers(told)[-1]
    assert told[-1].at > (desk.day + 1) * DAY


def test_a_new_team_that_looks_after_the_famous_is_a_new_job(desk):
    """Forty a day, each with a ticket: not even a question."""
    for day in range(desk.day, desk.day + 4):
        at = day * DAY + 9 * HOUR
        desk.tell(*(desk.looks(0, at + each * 10 * MINUTE, FAMOUS[each], "T") for each in range(40)))
    assert [] == desk.alarms


def test_who_is_of_high_reach_is_known_from_the_platform_too():
    """What no event told of is asked of whoever knows all accounts."""
    desk = Agents(famous=False, body_of=lambda account: ("", account in FAMOUS))
    shift(desk, 0, desk.day, spread())
    assert StaffTier.HOLD is tiers(desk.alarms)[-1]
    unknown = Agents(famous=False)
    shift(unknown, 0, unknown.day, spread())
    assert [] == unknown.alarms


def sold(desk, accounts, after=DAY):
    """These are taken over after a day; what was told of it."""
    before = desk.alarms
    for account in accounts:
        desk.watch.taken_over(account, desk.day * DAY + 17 * HOUR + after)
    return before, desk.alarms


def test_what_is_taken_over_afterwards_is_held_against_who_looked(desk):
    """Two of fifteen, days later: with how they were looked at it is enough to propose a hold."""
    shift(desk, 0, desk.day, spread(count=12, famous=4))
    _, (alarm,) = sold(desk, [FAMOUS[0], "u4"], 3 * DAY)
    assert (StaffTier.HOLD, "s0") == (alarm.tier, alarm.staff)
    assert {"taken_over_afterwards", "looked_without_ticket", "unrelated_high_reach"} == {
        term.term for term in alarm.evidence
    }
    assert any("2 of the accounts that they looked at unasked were taken over" in term.note for term in alarm.evidence)


@pytest.mark.parametrize(
    ("accounts", "after"),
    [([FAMOUS[0]], DAY), ([FAMOUS[0]] * 3, DAY), ([FAMOUS[0], "u4"], 11 * DAY), (["a0-8-3", "a0-8-4"], DAY)],
    ids=["one", "one thrice", "too late", "asked for"],
)
def test_bad_luck_and_tickets_are_not(desk, accounts, after):
    """One account, one told again, one that was taken weeks later, or accounts that tickets asked for."""
    shift(desk, 0, desk.day, spread())
    assert [] == sold(desk, accounts, after)[1]


def test_a_time_that_somebody_made_up_ends_nobodys_day(desk):
    """Accounts that were taken over in the next century, by what a post says, silence nobody who had looked at them."""
    shift(desk, 0, desk.day, spread(count=12, famous=4))
    before = desk.alarms
    for account in [FAMOUS[0], "u4"]:
        desk.watch.taken_over(account, desk.now + 36_500 * DAY)
    desk.tell(*(desk.looks(0, (desk.day + 1) * DAY + each * HOUR, FAMOUS[20 + each]) for each in range(8)))
    assert StaffTier.HOLD not in tiers(before)
    assert StaffTier.HOLD is tiers(desk.alarms)[-1]


def test_nobody_hides_behind_themselves_at_a_small_desk():
    """At night, alone, whatever they do is what everybody does; it is held against them all the same."""
    desk = Agents(count=1)
    desk.tell(*(desk.looks(0, desk.now + each * MINUTE, f"u{each}") for each in range(40)))
    told = sold(desk, ["u3", "u9", "u20"])[1]
    assert "taken_over_afterwards" in {term.term for alarm in told for term in alarm.evidence}
    assert {"u3", "u9"} <= set(told[-1].accounts)


def test_whoever_answers_an_attack_looks_while_it_goes_on(desk):
    """Accounts that were taken over within the hour of the look, or at which several looked, are nobody's sale."""
    shift(desk, 0, desk.day, [(f"u{each}", 20 + each * 25) for each in range(6)])
    for number in range(1, 5):
        shift(desk, number, desk.day, [(f"u{each}", 30 + each * 25) for each in range(6)])
    assert [] == sold(desk, [f"u{each}" for each in range(6)])[1]
    desk = Agents()
    at = desk.day * DAY + 9 * HOUR
    desk.tell(*(desk.looks(0, at + each * MINUTE, f"u{each}") for each in range(6)))
    for each in range(6):
        desk.watch.taken_over(f"u{each}", at + 50 * MINUTE)
    assert [] == desk.alarms


def test_what_tickets_asked_of_their_own_hands_is_no_takeover(desk):
    """Where nobody else is at their keyboard, of their changes only those are warned of that nobody asked for."""
    at = desk.day * DAY + 9 * HOUR
    desk.enter(0, at)
    desk.tell(desk.looks(0, at + MINUTE, "asked", "T"))
    desk.changes(0, at + MINUTE + 1, "asked", "v")
    desk.tell(*(desk.looks(0, at + each * 31 * MINUTE, FAMOUS[each]) for each in range(1, 12)))
    desk.changes(0, at + 6 * HOUR, FAMOUS[3], "w")
    assert StaffTier.HOLD is tiers(desk.alarms)[-1]
    assert [FAMOUS[3]] == [each.account for each in desk.watch.take_precursors()]


def test_memory_is_bounded_by_people_and_accounts():
    """More accounts on one day than are remembered, and more people: what is kept stays small."""
    desk = Agents(count=1, days=1)
    at = desk.now
    desk.tell(*(desk.looks(0, at + each, f"m{each}") for each in range(2_000)))
    (person,) = desk.watch.learnt().values()
    assert 256 == len(person.accounts) == len(person.uncalled)
    assert 2_000 == person.touched


def test_an_account_that_lost_its_reach_is_an_ordinary_one(desk):
    """What an event tells of an account counts from then on."""
    desk.tell(*(Account(account=name, time=desk.now, reach=10) for name in FAMOUS))
    shift(desk, 0, desk.day, spread())
    assert [] == desk.alarms


def test_figures_keep_their_order():
    """No family of signs reaches a hold by itself, and each step takes more than the one before."""
    most = [getattr(figures, name) for name in dir(figures) if name.startswith("MOST_BY_")]
    assert max(most) < figures.HOLD
    assert figures.ASK < figures.WATCH < figures.HOLD
