"""Where only tickets count that the gate was told of, each stands for just one thing, and for nobody who made it up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.guard.staff import Opener, StaffReason, TicketSeen, asked_for
from holdfast.guard.staff.tickets import see

from .desk import NOW, TOOL, Tickets, answered, ask, counting_told, grant, lock, state, ticket

TOLD = counting_told()
OF_HOLDERS = """
@id("writes-take-a-ticket-of-a-holder")
@needs("ticket")
forbid (principal, action == Action::"write", resource) when { context.ticket_by_staff };
"""
BY_BOB = {"opened_by": Opener.STAFF, "opener": "bob"}
LOOK_UP = "account.look_up"


def told(*tickets, question=None, policy=TOLD, silent_since=None, **more):
    """What is answered where the help desk has told of these."""
    return answered(question or ask(), policy=policy, tickets=Tickets(*tickets, silent_since=silent_since), **more)


def test_a_ticket_that_was_told_for_this_account_counts():
    """In a queue or in the hands of who names it, in any spelling of the ticket, the account and the person."""
    for each in (
        ticket(),
        ticket(workers=("bob", "ANN")),
        ticket("t-1"),
        ticket(accounts=("other", "H\N{LATIN SMALL LETTER O WITH DIAERESIS}lder")),
        ticket(**BY_BOB),
    ):
        answer = told(each)
        assert answer.allowed, answer.needs


@pytest.mark.parametrize(
    ("change", "reason", "words"),
    [
        ({"id_": "T-2"}, StaffReason.TICKET_UNKNOWN, "not told of this ticket. Look at its number"),
        ({"closed_at": NOW + 60_000}, StaffReason.TICKET_UNFIT, "is closed"),
        ({"accounts": ("holder2",)}, StaffReason.TICKET_UNFIT, "about other accounts"),
        ({"accounts": ()}, StaffReason.TICKET_UNFIT, "names no account"),
        ({"workers": ("bob",)}, StaffReason.TICKET_UNFIT, "Others work this ticket"),
        ({"opened_by": Opener.STAFF, "opener": "A\N{ZERO WIDTH JOINER}nn"}, StaffReason.TICKET_UNFIT, "You opened"),
    ],
)
def test_any_other_ticket_does_not(change, reason, words):
    """One reason each, and a sentence that says which of these it is; a time of closing that is to come closes too."""
    answer = told(ticket(**change))
    assert (reason,) == answer.reasons
    assert words in answer.needs[0]
    assert answered(ask(), tickets=Tickets(ticket(**change))).allowed, "any text counts where nothing else is said"


def test_no_ticket_at_all_is_told_as_before():
    """Whoever named none is told to name one, whatever the help desk says."""
    answer = told(ticket(), question=ask(ticket=" - "))
    assert (StaffReason.TICKET_NEEDED,) == answer.reasons


def test_what_is_about_no_account_takes_any_ticket_that_was_told():
    """Many accounts at once are in no one ticket; with an account named it is held against that."""
    wide = "accounts.suspend"
    for accounts in ((), ("other",)):
        answer = told(ticket(accounts=accounts), question=ask("bob", wide, ""))
        assert (StaffReason.SECOND_PERSON_NEEDED,) == answer.reasons
    assert StaffReason.TICKET_UNFIT in told(ticket(accounts=("other",)), question=ask("bob", wide, "holder")).reasons
    assert StaffReason.TICKET_UNFIT in told(ticket(accounts=("other",)), question=ask("bob", target="")).reasons


def test_a_lockdown_that_asks_for_tickets_asks_for_told_ones():
    """Level 1 is no way around it."""
    asked = ask("dan", "account.look_up")
    assert StaffReason.TICKET_UNKNOWN in told(question=asked, locks=(lock(1),)).reasons


def test_while_the_help_desk_is_silent_a_grant_stands_in_for_its_word():
    """Not for reads or writes of who has none, not while it is heard, and for no ticket that is known to be wrong."""
    mine = grant("ann")
    answer = told(silent_since=NOW - 3_600_000)
    assert (StaffReason.TICKET_UNKNOWN,) == answer.reasons
    assert "2020-07-15T18:06:40" in answer.needs[0]
    assert f"grant of {TOOL}/account.email.replace on ordinary accounts" in answer.needs[0]
    assert "since its start" in told(silent_since=0).needs[0]
    assert told(silent_since=NOW - 3_600_000, grants=(mine,)).allowed
    assert told(silent_since=0, grants=(mine,)).allowed
    assert (StaffReason.TICKET_UNKNOWN,) == told(grants=(mine,)).reasons
    closed = told(ticket(closed_at=NOW), silent_since=NOW - 3_600_000, grants=(mine,))
    assert (StaffReason.TICKET_UNFIT,) == closed.reasons
    by_themselves = grant("ann", granted_by="ann")
    assert not told(silent_since=0, grants=(by_themselves,)).allowed


@pytest.mark.parametrize("named", [TOLD, None], ids=["told", "any"])
def test_a_policy_may_ask_who_opened_a_ticket(named):
    """It is a need with a sentence; a copy that sees no tickets allows, and leaves the word to the owner."""
    policy = counting_told(OF_HOLDERS)
    if named is None:
        texts = {**policy.texts, "tools.toml": policy.texts["tools.toml"].replace('"told"', '"any"')}
        policy = type(policy)(texts)
    answer = told(ticket(**BY_BOB), policy=policy)
    assert (StaffReason.TICKET_UNFIT,) == answer.reasons
    assert ["A member of staff opened this ticket. Name one that the holder opened."] == [*answer.needs]
    assert told(ticket(), policy=policy).allowed
    assert answered(ask(), policy=policy).allowed
    closed = told(ticket(closed_at=NOW, **BY_BOB), policy=policy)
    assert (StaffReason.TICKET_UNFIT,) == closed.reasons, "closed or not, staff opened it"


def test_nothing_that_turns_on_a_ticket_is_paid_in_advance():
    """A copy cannot look at it, so where the answer may turn out otherwise the owner is asked first."""
    asked, without = ask("ann", LOOK_UP), ask("ann", LOOK_UP, ticket="")
    assert state().answer(asked, unseen=0).in_advance
    assert not state(TOLD).answer(asked, unseen=0).in_advance
    free = TOLD.texts["tools.toml"].replace('needs = ["ticket"]', "needs = []")
    for text, forbidden in ((free, ""), (free, "when { !context.ticket }"), (free, "when { context.ticket_by_staff }")):
        policies = {**TOLD.texts, "tools.toml": text}
        if forbidden:
            policies["more.cedar"] = f'@id("x") forbid (principal, action == Action::"read", resource) {forbidden};'
        found = state(type(TOLD)(policies))
        assert found.answer(asked, unseen=0).allowed
        assert bool(forbidden) is not found.answer(asked, unseen=0).in_advance
        if "by_staff" in forbidden or not forbidden:
            assert found.answer(without, unseen=0).in_advance, "no ticket was named, so none can be wrong"


@given(
    accounts=st.lists(st.sampled_from(["holder", "HOLDER", "other", "h older"]), max_size=3),
    workers=st.lists(st.sampled_from(["ann", "Ann", "bob"]), max_size=2),
    opener=st.sampled_from(["", "ann", "\N{FULLWIDTH LATIN SMALL LETTER A}nn", "bob"]),
    closed=st.booleans(),
)
def test_a_ticket_stands_for_whom_and_what_it_says(accounts, workers, opener, closed):
    """Open, about the account, with nobody else, and not of their making: all of it, in any spelling, or it is nothing."""
    by = Opener.STAFF if opener else Opener.HOLDER
    found = ticket(
        accounts=tuple(accounts),
        workers=tuple(workers),
        opened_by=by,
        opener=opener,
        closed_at=NOW if closed else None,
    )
    about = any(each != "other" for each in accounts)
    theirs = not workers or any(each != "bob" for each in workers)
    own = opener not in {"", "bob"}
    assert (about and theirs and not own and not closed) is told(found).allowed
    assert (not own and (about or not accounts)) is asked_for(found, "holder", "ann")
    seen = see(found, "holder", "ann", about_one=True)
    assert seen.stands is told(found).allowed
    assert (seen is TicketSeen.BY_STAFF) is (seen.stands and opener == "bob")


def test_an_unknown_ticket_asked_for_nothing():
    """Nobody is known to have asked."""
    assert not asked_for(None, "holder", "ann")
    assert TicketSeen.UNKNOWN is see(None, "holder", "ann", about_one=False)
