"""The help desk tells of its tickets: what is kept of them, when they count, and what is heard of who named them."""

import msgspec
import pytest

from holdfast.errors import UsageError
from holdfast.events import StaffAction
from holdfast.guard.staff import Opener, StaffPolicy, StaffReason, Ticket, TicketSeen
from holdfast.response import shipped_staff_texts
from holdfast.response.staff import Afterwards, Attempts, Chain, Doubted, Take, Tickets, tickets
from holdfast.response.staff.tickets import KEPT_CLOSED_MS, KEPT_OPEN_MS, SILENT_MS

from .conftest import HOUR, MINUTE, START, Desk

DAY = 24 * HOUR


def told_only(**more):
    """The shipped policies where only told tickets count."""
    texts = shipped_staff_texts()
    tools = texts["tools.toml"].replace('tickets = "any"', 'tickets = "told"')
    return StaffPolicy({**texts, "tools.toml": tools, **more})


@pytest.fixture
def strict(store, clock):
    """A gate where only told tickets count."""
    return Desk(store, clock, told_only())


def ticket(id_="T-1", at=START, **more):
    """A ticket of a holder's about the account that is asked about, as of `at`."""
    made = {"accounts": ("account-1",), "opened_at": at, "opened_by": Opener.HOLDER, "as_of": at, "heard_at": at}
    return Ticket(**{"id": id_, **made, **more})


def tell(desk, *told):
    """Have the help desk tell of some now."""
    return desk.gate.tell_tickets(told, "t-desk", desk.now)


def reasons(desk, session, **more):
    """Why not, if not."""
    (answer,) = desk.tried(desk.asked(session, **more))
    return answer.reasons


def test_a_made_up_ticket_opens_nothing(strict):
    """The copy allows it, the owner does not, and what it saw of the ticket is on record."""
    tell(strict, ticket())
    session = strict.session("alice")
    good, made_up = strict.asked(session), strict.asked(session, ticket="T-666")
    copy = strict.copy()
    assert copy.state.answer(made_up, unseen=0).allowed
    answers = strict.tried(good, made_up, copy=copy)
    assert [(), (StaffReason.TICKET_UNKNOWN,)] == [each.reasons for each in answers]
    entries = [each.record for each in strict.store.entries() if each.record.key.startswith("attempt/")]
    assert ["stands", "unknown"] == [each.body["ticket_seen"] for each in entries]


def test_tickets_count_by_the_policies_of_now(desk):
    """Where the catalogue begins to ask for the help desk's tickets while the gate runs, made-up ones end with that."""
    tell(desk, ticket())
    session = desk.session("alice")
    assert () == reasons(desk, session, ticket="T-666")
    for policy, why_not in ((told_only(), (StaffReason.TICKET_UNKNOWN,)), (StaffPolicy(shipped_staff_texts()), ())):
        with desk.book.change(desk.now) as page:
            desk.gate.follow_on(page, policy, "ada")
        assert why_not == reasons(desk, session, ticket="T-666")


def test_what_is_closed_between_look_and_take_is_closed(strict):
    """The last word is spoken by what the help desk said last, not by what a copy saw."""
    tell(strict, ticket())
    session, copy = strict.session("alice"), strict.copy()
    copy = strict.copy()
    question = strict.asked(session)
    taken = Take(question=question, answer=copy.state.answer(question, unseen=0))
    tell(strict, ticket(closed_at=START + 1, as_of=START + 1))
    (answer,) = strict.gate.take([taken], strict.now)
    assert (StaffReason.TICKET_UNFIT,) == answer.reasons
    tell(strict, ticket(as_of=START + 2))
    assert () == reasons(strict, session), "it was opened again"


def test_where_any_ticket_counts_what_was_seen_is_on_record_all_the_same(desk):
    """Nobody is refused for it; before the help desk was ever heard nothing is said of tickets."""
    session = desk.session("alice")
    assert () == reasons(desk, session, ticket="before")
    tell(desk, ticket(), ticket("T-own", opened_by=Opener.STAFF, opener="alice"))
    for named in ("T-1", "T-own", "made-up", ""):
        assert (() if named else (StaffReason.TICKET_NEEDED,)) == reasons(desk, session, ticket=named)
    seen = {each.ticket: each.ticket_seen for each in desk.gate.attempts.find(Chain.PERSON, "alice", limit=9).attempts}
    assert {
        "before": None,
        "T-1": TicketSeen.STANDS,
        "T-own": TicketSeen.OWN,
        "made-up": TicketSeen.UNKNOWN,
        "": None,
    } == seen


def test_what_was_paid_in_advance_is_looked_at_too(desk):
    """A look that took no word of the owner has on record what its ticket was."""
    tell(desk, ticket())
    session = desk.session("alice")
    question = desk.asked(session, ticket="made-up")
    answer = desk.copy().state.answer(question, unseen=0)
    (first,) = desk.gate.take([Take(question=question, answer=answer, more=8)], desk.now)
    (made,) = desk.gate.reservations.take()
    after = msgspec.structs.replace(answer, attempt=made.unit(1))
    desk.gate.hear([Afterwards(reservation=made.id, number=1, question=question, answer=after)], [], desk.now)
    found = desk.gate.attempts.find(Chain.PERSON, "alice", limit=9).attempts
    assert first.allowed
    assert [TicketSeen.UNKNOWN] * 2 == [each.ticket_seen for each in found]


def test_a_grant_stands_in_while_the_help_desk_is_silent(strict, clock):
    """By somebody else, for an unknown ticket; when the help desk is heard again it ends, and an empty word is enough."""
    tell(strict, ticket())
    strict.gate.grants.give("alice", "support_desk", "cora", strict.now, hours=8, why="an outage", ticket="INC-1")
    assert (StaffReason.TICKET_UNKNOWN,) == reasons(strict, strict.session("alice"), ticket="T-new")
    clock.set(START + SILENT_MS + 1)
    assert () == reasons(strict, strict.session("alice"), ticket="T-new")
    assert (StaffReason.TICKET_UNKNOWN,) == reasons(strict, strict.session("bob"), ticket="T-new")
    tell(strict)
    assert (StaffReason.TICKET_UNKNOWN,) == reasons(strict, strict.session("alice", number=2), ticket="T-new")


def test_word_may_come_in_any_order_and_twice(desk):
    """What is older than what is known is not news; of two words of one moment a closing stands."""
    assert 1 == tell(desk, ticket(as_of=START + 5, accounts=("a",)))
    assert 0 == tell(desk, ticket(as_of=START + 4, accounts=("b",)))
    assert 1 == tell(desk, ticket(" t-1", as_of=START + 5, closed_at=START + 5, accounts=("a",)))
    assert 0 == tell(desk, ticket(as_of=START + 5, accounts=("a",)))
    kept = desk.gate.tickets
    assert 1 == len(kept.kept)
    assert kept.get("T-1").closed_at == START + 5
    assert 2 == tell(desk, *[ticket(f"T-{number % 2}", as_of=START + 9) for number in range(4)])


def test_the_record_has_sums_not_tickets(desk, clock):
    """One entry at the beginning and one an hour, however many were told, with how many and by whom."""
    for _hour in range(3):
        for _ in range(60):
            clock.advance(MINUTE)
            tell(desk, ticket(f"T-{desk.now}", opened_by=Opener.STAFF, opener="bob"), ticket(f"U-{desk.now}"))
    assert ["tickets/begun", "tickets/1", "tickets/2"] == desk.keys("tickets/")
    body = next(each.record.body for each in desk.store.entries() if each.record.key == "tickets/1")
    assert (120, 60, 0, "t-desk") == tuple(body[name] for name in ("told", "opened_by_staff", "closed", "by"))


def test_what_is_over_is_forgotten_little_by_little(desk, clock):
    """Closed ones after three days, others when they were not told of for a quarter; those in use stay."""
    tell(desk, *[ticket(f"closed-{number}", closed_at=START) for number in range(20)], ticket("open"))
    clock.advance(KEPT_CLOSED_MS + 1)
    for number in range(20):
        tell(desk, ticket(f"new-{number}", at=desk.now))
    assert not any(each.startswith("closed-") for each in desk.gate.tickets.kept)
    assert desk.gate.tickets.get("open") is not None
    clock.set(START + KEPT_OPEN_MS + 1)
    for _ in range(10):
        tell(desk, ticket("new-0", at=desk.now))
    assert desk.gate.tickets.get("open") is None
    assert desk.gate.tickets.get("new-0") is not None


def test_a_full_house_is_said_and_takes_no_more(desk, clock, monkeypatch):
    """What is over makes room first; what is known can still be closed."""
    monkeypatch.setattr(tickets, "MOST", 3)
    tell(desk, ticket("a", closed_at=START), ticket("b"), ticket("c"))
    with pytest.raises(UsageError, match="open"):
        tell(desk, ticket("d"))
    tell(desk, ticket("b", as_of=START + 1, closed_at=START + 1))
    clock.advance(KEPT_CLOSED_MS + 2)
    assert 2 == tell(desk, ticket("d", at=desk.now), ticket("e", at=desk.now))
    assert {"c", "d", "e"} == set(desk.gate.tickets.kept)


def test_a_new_start_knows_what_was_told(strict, clock, make_desk):
    """The tickets, when the help desk was heard, and the counts of the hour."""
    tell(strict, ticket(), ticket("T-2", closed_at=START))
    clock.advance(MINUTE)
    again = make_desk(strict.store, clock, told_only())
    assert strict.gate.tickets.feed == again.gate.tickets.feed
    session = again.session("alice")
    assert () == reasons(again, session)
    assert (StaffReason.TICKET_UNFIT,) == reasons(again, session, ticket="T-2")
    assert 2 == len(Attempts(again.book).find(Chain.ALL, "", limit=9).attempts)


def look(ticket_="T-1", staff="alice", target="account-1", at=START + 2 * DAY, **more):
    """Somebody looked at an account."""
    made = {"id": f"gate-a-{at}", "tool": "support_desk", "action": "account.look_up", "ticket": ticket_}
    return StaffAction(**{**made, "time": at, "staff": staff, "target": target, **more})


@pytest.fixture
def heard(desk, clock):
    """What is heard of staff, at a desk whose help desk has been telling for two days."""
    tell(desk, ticket("T-0"))
    clock.set(START + 2 * DAY)
    tell(desk, ticket(), ticket("T-own", opened_by=Opener.STAFF, opener="Alice"), ticket("T-none", accounts=()))
    return desk


@pytest.mark.parametrize(
    ("event", "asked"),
    [
        (look(), True),
        (look("t-1", target="ACCOUNT-1"), True),
        (look("made-up"), False),
        (look(target="account-2"), False),
        (look("T-own"), False),
        (look("T-own", staff="bob"), True),
        (look("T-none", target="account-9"), True),
        (look("made-up", at=START + DAY - 1), True),
        (look("made-up", at=START + 2 * DAY + SILENT_MS + 1), True),
        (look("T-own", at=START + 2 * DAY + SILENT_MS + 1), False),
    ],
    ids=["told", "spelt", "made up", "others", "own", "colleague's", "none", "first day", "silent", "own, silent"],
)
def test_what_no_ticket_asked_for_is_heard_without_one(heard, event, asked):
    """Made-up tickets count as none, but not while they may only not have been told yet; the event is else the same."""
    (found,) = heard.gate.doubted.heard([event])
    assert msgspec.structs.replace(event, ticket=event.ticket if asked else "") == found


def test_what_is_told_later_was_asked_for(heard):
    """Detection hears of it then, once; a ticket that turns out to be their own, or about others, changes nothing."""
    doubted = heard.gate.doubted
    doubted.heard([look("late"), look("late", target="account-7", at=START + 2 * DAY + 1)])
    assert 1 == tell(heard, ticket("LATE", opened_by=Opener.STAFF, opener="alice"))
    assert not len(heard.gate.tidings)
    tell(heard, ticket("late", as_of=START + 1))
    (found,) = heard.gate.tidings.take()
    assert look("late", id=f"{look().id}/told") == found
    tell(heard, ticket("late", as_of=START + 2, accounts=("account-7",)))
    assert ["account-7"] == [each.target for each in heard.gate.tidings.take()]
    tell(heard, ticket("late", as_of=START + 3))
    assert not len(heard.gate.tidings)


def test_without_a_help_desk_any_ticket_asks_as_before(desk):
    """Nothing is in doubt where nobody tells of tickets."""
    doubted = Doubted(Tickets(desk.book))
    assert [look("made-up")] == [*doubted.heard([look("made-up")])]


def test_a_full_house_is_not_looked_through_for_each_word(desk, clock, monkeypatch):
    """Once a minute: a help desk that goes on telling does not keep whoever asks the gate waiting."""
    monkeypatch.setattr(tickets, "MOST", 30)
    monkeypatch.setattr(tickets, "_SWEPT", 0)
    tell(desk, *(ticket(f"T-{number}", closed_at=START) for number in range(30)))
    over = KEPT_CLOSED_MS + 1
    clock.advance(MINUTE)
    with pytest.raises(UsageError):
        tell(desk, ticket("T-more"))
    clock.advance(over - MINUTE - 1)
    with pytest.raises(UsageError):
        tell(desk, ticket("T-more"))
    clock.advance(MINUTE - 1)
    with pytest.raises(UsageError):
        tell(desk, ticket("T-more"))
    clock.advance(1)
    assert 1 == tell(desk, ticket("T-more"))
