"""Was this account reached or tried? Whoever asks sees what was refused first, however much was tried."""

import pytest

from holdfast.errors import UsageError
from holdfast.guard.staff import StaffReason, Tier
from holdfast.response.staff import Attempts, Chain

from .conftest import HOUR

APART = 11_000  # milliseconds: the same is refused after a minute again, which is a row of its own


def ids(found):
    return [each.id for each in found.attempts]


def tried(desk, count=7):
    """On two accounts by two people, some seconds apart; each third time without a ticket, which is refused."""
    sessions = [desk.session("sam"), desk.session("alice")]
    for number in range(count):
        ticket = "" if number % 3 == 0 else "T-1"
        desk.clock.advance(APART)
        desk.tried(desk.asked(sessions[number % 2], target=f"account-{number % 2}", ticket=ticket))


def test_what_was_refused_comes_first_and_the_newest_of_each_kind(desk):
    """By target, by person, and of all."""
    tried(desk)
    find = desk.gate.attempts.find
    assert ["a-7", "a-4", "a-1", "a-6", "a-5", "a-3", "a-2"] == ids(find(Chain.ALL, "", limit=10))
    assert ["a-7", "a-1", "a-5", "a-3"] == ids(find(Chain.TARGET, "account-0", limit=10))
    assert ["a-4", "a-6", "a-2"] == ids(find(Chain.PERSON, "alice", limit=10))
    found = find(Chain.TARGET, "account-0", limit=10)
    assert (2, 2, "") == (found.refusals, found.allowances, found.next)
    assert [] == ids(find(Chain.TARGET, "nobody.tried.this", limit=10))


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_follow_on_each_other_and_leave_nothing_out(desk, limit):
    """Whatever their size, over the border between the refused and the allowed."""
    tried(desk)
    whole, found, after = ids(desk.gate.attempts.find(Chain.ALL, "", limit=10)), [], ""
    while True:
        page = desk.gate.attempts.find(Chain.ALL, "", after=after, limit=limit)
        found += ids(page)
        after = page.next
        if not after:
            break
    assert whole == found


def test_a_page_of_another_chain_is_no_place_to_go_on_from(desk):
    """Nor is what is no attempt at all."""
    tried(desk)
    for after in ("a-2", "a-999", "a-", "a-x", "7"):
        with pytest.raises(UsageError):
            desk.gate.attempts.find(Chain.TARGET, "account-0", after=after, limit=10)


def test_an_attempt_is_found_by_a_process_made_anew(desk, clock, make_desk):
    """Nothing of it is in memory, and numbers go on."""
    tried(desk)
    again = make_desk(desk.store, clock)
    (answer,) = again.tried(again.asked(again.session("sam", number=2), target="account-0"))
    assert "a-8" == answer.attempt
    assert ["a-7", "a-1", "a-8", "a-5", "a-3"] == ids(Attempts(again.book).find(Chain.TARGET, "account-0", limit=10))
    assert (StaffReason.TICKET_NEEDED,) == again.gate.attempts.get("a-1").reasons


def test_detection_hears_of_each_attempt_once(desk):
    """As an action of staff, with what was answered."""
    session = desk.session("alice")
    desk.tried(desk.asked(session), desk.asked(session, ticket=""))
    heard = [each for each in desk.gate.tidings.take() if hasattr(each, "target")]
    assert [("alice", "support_desk", "account.look_up", "account-1")] * 2 == [
        (each.staff, each.tool, each.action, each.target) for each in heard
    ]
    assert ["allowed", "refused"] == [each.outcome for each in heard]
    assert () == desk.gate.tidings.take()


def test_an_account_is_asked_about_in_every_spelling_at_once(desk):
    """A tool may take any of them for it: whoever tries another one does not stay out of sight."""
    session = desk.session("alice")
    spelt = ("President", "PRESIDENT", "pre\u200bsident")
    desk.tried(*(desk.asked(session, target=each, ticket="") for each in spelt))
    found = desk.gate.attempts.find(Chain.TARGET, "president", limit=10)
    assert ["pre\u200bsident", "PRESIDENT", "President"] == [each.target for each in found.attempts]


def test_the_tier_by_which_it_was_judged_is_kept_though_it_is_another_today(desk):
    """Of whoever had no session, too; what the catalogue does not have is of none."""
    session = desk.session("alice")
    desk.protect("president", Tier.OFFICIAL)
    desk.tried(desk.asked(session, target="President"), desk.asked("", target="PRESIDENT"))
    desk.tried(desk.asked(session, "no.such.function", target="president"))
    desk.protect("president")
    desk.tried(desk.asked(session, target="president"))
    tiers = {each.id: each.tier for each in desk.gate.attempts.find(Chain.TARGET, "president", limit=10).attempts}
    assert {"a-1": Tier.OFFICIAL, "a-2": Tier.OFFICIAL, "a-3": None, "a-4": Tier.PROTECTED} == tiers
    bodies = [each.record.body for each in desk.store.entries() if each.record.key.startswith("attempt/")]
    assert ["official", "official", None, "protected"] == [body.get("tier") for body in bodies]


def test_those_of_long_before_are_not_looked_through(desk, clock):
    """Each kind ends there; what was heard of late is not missed."""
    tried(desk, 4)
    clock.advance(3 * HOUR)
    tried(desk, 2)
    find = desk.gate.attempts.find
    assert ["a-5", "a-6"] == ids(find(Chain.ALL, "", limit=10, since=desk.now))
    assert 6 == len(ids(find(Chain.ALL, "", limit=10, since=desk.now - 2 * HOUR)))


def test_attempts_are_found_however_many_were_kept_at_a_time(desk):
    """Alone in a row, sharing one, and over the border between two."""

    def spelt(number):
        return f"account-{number % 3}" + "\u200b" * (number // 3)  # else what is refused would be one and the same

    session, asked = desk.session("sam"), 0
    for count in (1, 2, 40, 1, 31, 33, 64):
        desk.tried(*(desk.asked(session, target=spelt(asked + each)) for each in range(count)))
        asked += count
    attempts = desk.gate.attempts
    assert [f"a-{number}" for number in range(asked, 0, -1)] == ids(attempts.find(Chain.ALL, "", limit=asked))
    for account in range(3):
        found = attempts.find(Chain.TARGET, f"account-{account}", limit=asked).attempts
        assert [number for number in range(asked, 0, -1) if (number - 1) % 3 == account] == [
            each.number for each in found
        ]
    assert [attempts.get(f"a-{number}").number for number in range(1, asked + 1)] == list(range(1, asked + 1))
    assert attempts.get(f"a-{asked + 1}") is None
    assert 120 == attempts.last_allowed("sam").number  # which was her budget
    with desk.book.reading() as transaction:
        rows = [key for key, _ in transaction.all("gate_attempts", object)]
    assert len(rows) < asked / 8


def test_attempts_that_an_earlier_version_kept_are_found_among_those_of_now(desk):
    """Each lay in a row of its own, with every field written out, and no tier; numbers go on in the midst of a block."""
    later = {"tier", "times", "last_at"}
    tried(desk)
    earlier = [desk.gate.attempts.get(f"a-{number}") for number in range(1, 8)]
    with desk.book.change(desk.now) as page:
        for each in earlier:
            row = {name: getattr(each, name) for name in each.__struct_fields__ if name not in later}
            page.transaction.put("gate_attempts", f"{each.number:012d}", row)
    desk.tried(*[desk.asked(desk.session("sam"), target="account-0") for _ in range(40)])
    found = desk.gate.attempts.find(Chain.ALL, "", limit=100)
    assert 47 == len({each.number for each in found.attempts}) == found.refusals + found.allowances
    assert [None] * 7 == [desk.gate.attempts.get(each.id).tier for each in earlier]
