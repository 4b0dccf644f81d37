"""Every reason there is can come about, says what to do, and goes away when just that is done."""

import re

import pytest

from holdfast.guard import RuleKind
from holdfast.guard.staff import Presence, StaffFacts, StaffHold, StaffReason, Tier, charges
from holdfast.response import shipped_staff_policy

from .desk import (
    HOUR,
    MINUTE,
    NOW,
    Tickets,
    answered,
    ask,
    consent,
    counting_told,
    grant,
    lock,
    state,
    ticket,
    with_person,
    with_session,
)

PRESIDENT = ask("bob", target="president")
WATCHED = (Presence(session="s-bob", by="dan", at=NOW - 1),)
ALL_THERE = {"consents": (consent(PRESIDENT),), "grants": (grant(),), "presences": WATCHED}


def held(kind, subject, **more):
    return {"holds": (StaffHold(id="h", kind=kind, subject=subject, starts=NOW, **more),)}


def spent_writes(person="ann", count=20):
    (tool,) = shipped_staff_policy().catalogue.tool
    function = next(each for each in tool.function if each.id == "account.email.replace")
    (charge,) = charges(person, tool, function, Tier.ORDINARY, shipped_staff_policy().catalogue.tier)
    return {charge.key: tuple(range(NOW - count, NOW))}


STOPPED = {
    StaffReason.NO_SESSION: (ask(session="made-up"), {}, "Sign in at the gate"),
    StaffReason.SESSION_OVER: (ask(), {"sessions": with_session("ann", ended_at=NOW)}, "Sign in at the gate again"),
    StaffReason.PERSON_GONE: (ask(), {"persons": with_person("ann", until=NOW)}, "ask an administrator"),
    StaffReason.OTHER_TOOL: (ask(), {"sessions": with_session("ann", tool="archive_desk")}, "each has a session"),
    StaffReason.STAFF_HELD: (ask(), held(RuleKind.STAFF, "ANN"), "Call the incident desk"),
    StaffReason.TOOL_SESSION_HELD: (ask(), held(RuleKind.TOOL_SESSION, "s-ann"), "Call the incident desk"),
    StaffReason.TOOL_HELD: (ask(), held(RuleKind.TOOL, "support_desk"), "Call the incident desk"),
    StaffReason.UNKNOWN_FUNCTION: (ask(function="account.delete"), {}, "tools.toml"),
    StaffReason.NOT_PERMITTED: (ask("fay"), {}, "with a role.*responder, commander, support, specialist"),
    StaffReason.FORBIDDEN: (
        ask(network="203.0.113.9"),
        {"sessions": with_session("ann", network="198.51.100.1")},
        "a-session-that-moved-writes-nothing.*from where you are now",
    ),
    StaffReason.GRANT_NEEDED: (
        PRESIDENT,
        {**ALL_THERE, "grants": ()},
        "grant of support_desk/account.email.replace on prot",
    ),
    StaffReason.REASON_NEEDED: (ask(reason=" ... "), {}, "Say in words why"),
    StaffReason.TICKET_NEEDED: (ask(ticket=""), {}, "Name the ticket"),
    StaffReason.TICKET_UNKNOWN: (
        ask(),
        {"policy": counting_told(), "tickets": Tickets()},
        "was not told of this ticket",
    ),
    StaffReason.TICKET_UNFIT: (
        ask(),
        {"policy": counting_told(), "tickets": Tickets(ticket(accounts=("other",)))},
        "is about other accounts",
    ),
    StaffReason.STEP_UP_NEEDED: (ask(), {"sessions": with_session("ann", stepped_up={})}, "credentials.*5 minutes"),
    StaffReason.SECOND_PERSON_NEEDED: (
        PRESIDENT,
        {**ALL_THERE, "consents": ()},
        f"exactly {PRESIDENT.action.hash}, signed with a passkey.*approver, specialist",
    ),
    StaffReason.WATCHER_NEEDED: (PRESIDENT, {**ALL_THERE, "presences": ()}, "every 60 seconds.*specialist"),
    StaffReason.BUDGET_SPENT: (ask(), {"spent": spent_writes()}, "Wait until 20:06:40 UTC"),
    StaffReason.LOCKED_DOWN: (ask(), {"locks": (lock(4),)}, "level 4: nobody does anything. It ends at 20:06:40 UTC"),
    StaffReason.STATE_UNSEEN: (ask(), {"unseen": 5_000}, "Try again in some seconds"),
}


@pytest.mark.parametrize("reason", list(StaffReason))
def test_each_reason_comes_about_and_says_what_to_do(reason):
    """No reason of the closed list is left out, and each has a sentence of its own."""
    question, world, words = STOPPED[reason]
    answer = answered(question, **world)
    assert not answer.allowed
    if reason is StaffReason.LOCKED_DOWN:  # at such a level all takes two, besides
        assert (StaffReason.SECOND_PERSON_NEEDED, reason) == answer.reasons
    else:
        assert (reason,) == answer.reasons
    assert len(answer.needs) == len(answer.reasons)
    assert re.search(words, " ".join(answer.needs))
    assert not answer.charges
    assert not answer.consents


@pytest.mark.parametrize(("question", "world"), [(ask(), {}), (PRESIDENT, ALL_THERE)])
def test_what_has_all_that_it_takes_is_allowed(question, world):
    """The same questions with nothing in the way: so each reason above came of just the one thing."""
    answer = answered(question, **world)
    assert answer.allowed
    assert not answer.needs
    assert question.action.hash == answer.action_hash


def test_an_answer_that_allows_says_what_taking_it_costs():
    """The budgets of the tool and of each tier up to the account's, and the consent that it uses up."""
    answer = answered(PRESIDENT, **ALL_THERE)
    keys = [f"bob|support_desk|write|{tier}" for tier in range(4)]
    assert list(zip(keys, (20, 5, 3, 2), strict=True)) == [(each.key, each.limit) for each in answer.charges]
    assert ("c-cid",) == answer.consents


LOOK = ask("ann", "account.look_up")


@pytest.mark.parametrize(
    ("question", "world", "in_advance"),
    [
        (LOOK, {}, True),
        (LOOK, {"locks": (lock(0),)}, True),
        (LOOK, {"locks": (lock(1),)}, False),
        (LOOK, {"consents": (consent(LOOK),)}, False),
        (LOOK, held(RuleKind.STAFF, "ann"), False),
        (ask("bob", "account.look_up", "singer"), {}, False),
        (ask(), {}, False),
    ],
)
def test_only_a_look_at_an_ordinary_account_that_uses_up_no_consent_may_be_paid_for_in_advance(
    question, world, in_advance
):
    """Never a write, another tier, a lockdown from level 1 on, or what is refused; the owner uses up consents."""
    assert answered(question, **world).in_advance is in_advance


def test_all_that_stands_in_the_way_is_named_at_once():
    """Nobody has to ask five times to learn five things."""
    answer = answered(
        ask("ann", target="president", reason="", ticket=""), **held(RuleKind.STAFF, "ann"), locks=(lock(3),)
    )
    assert {
        StaffReason.STAFF_HELD,
        StaffReason.NOT_PERMITTED,
        StaffReason.GRANT_NEEDED,
        StaffReason.REASON_NEEDED,
        StaffReason.TICKET_NEEDED,
        StaffReason.SECOND_PERSON_NEEDED,
        StaffReason.WATCHER_NEEDED,
        StaffReason.LOCKED_DOWN,
    } == set(answer.reasons)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"made_at": NOW - 12 * HOUR, "seen_at": NOW - 1}, StaffReason.SESSION_OVER),
        ({"made_at": NOW - 12 * HOUR + 1, "seen_at": NOW - 1}, None),
        ({"made_at": NOW + 1}, StaffReason.SESSION_OVER),
        ({"made_at": NOW - 30 * MINUTE}, StaffReason.SESSION_OVER),
        ({"made_at": NOW - 30 * MINUTE + 1}, None),
        ({"made_at": NOW - HOUR, "seen_at": NOW - 30 * MINUTE}, StaffReason.SESSION_OVER),
        ({"made_at": NOW - HOUR, "seen_at": NOW - 30 * MINUTE + 1}, None),
        ({"ended_at": NOW}, StaffReason.SESSION_OVER),
        ({"ended_at": NOW + 1}, None),
        ({"revision": 2}, StaffReason.PERSON_GONE),
        ({"person": "nobody"}, StaffReason.PERSON_GONE),
        ({"stepped_up": {"credentials": NOW - 5 * MINUTE}}, StaffReason.STEP_UP_NEEDED),
        ({"stepped_up": {"credentials": NOW - 5 * MINUTE + 1}}, None),
        ({"stepped_up": {"credentials": NOW + 1}}, StaffReason.STEP_UP_NEEDED),
        ({"stepped_up": {"private": NOW}}, StaffReason.STEP_UP_NEEDED),
    ],
)
def test_sessions_and_passkeys_count_to_the_millisecond(changes, reason):
    """Too old, idle, ended, changed, dated after now, or used for another class of functions."""
    answer = answered(ask(), sessions=with_session("ann", **changes))
    assert ((reason,) if reason else ()) == answer.reasons


@pytest.mark.parametrize("subject", ["ann", "ANN", "a\N{ZERO WIDTH JOINER}nn"])
def test_a_hold_on_somebody_holds_them_in_any_spelling(subject):
    """Whoever places one copies the name from where they saw it; `until` says when it ends."""
    answer = answered(ask(), **held(RuleKind.STAFF, subject, until=NOW + 5))
    assert (StaffReason.STAFF_HELD,) == answer.reasons
    assert ("h",) == answer.holds
    assert NOW + 5 == answer.until


@pytest.mark.parametrize(("function", "allowed"), [("account.email.replace", False), ("account.suspend", True)])
def test_a_function_can_be_held_alone(function, allowed):
    """The other functions of the tool go on."""
    held_one = held(RuleKind.FUNCTION, "support_desk/account.email.replace")
    assert answered(ask(function=function), **held_one).allowed is allowed


@pytest.mark.parametrize(
    ("by", "changes", "counts"),
    [
        ("eve", {}, True),
        ("eve", {"persons": with_person("eve", until=NOW)}, False),
        ("eve", {"persons": with_person("eve", on_word_of="root")}, False),
        ("eve", {"persons": with_person("eve", back=NOW)}, False),
        ("eve", {"persons": with_person("eve", back=NOW - 2 * HOUR)}, True),
        ("eve", held(RuleKind.STAFF, "EVE"), False),
        ("bob", {}, False),
        ("BOB", {}, False),
        ("nobody", {}, False),
    ],
)
def test_a_grant_counts_while_whoever_gave_it_does(by, changes, counts):
    """Somebody else, who is there and not held: what a stolen account gave falls with it."""
    given = {**ALL_THERE, "grants": (grant(granted_by=by),), **changes}
    assert answered(PRESIDENT, **given).allowed is counts


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"starts": NOW}, True),
        ({"starts": NOW + 1}, False),
        ({"until": NOW + 1}, True),
        ({"until": NOW}, False),
        ({"revoked_at": NOW + 1}, True),
        ({"revoked_at": NOW}, False),
        ({"function": "account.email.replace"}, True),
        ({"function": "account.phone.replace"}, False),
        ({"tool": "other"}, False),
        ({"tier": Tier.OFFICIAL}, False),
        ({"person": "cid"}, False),
        ({"person": "BOB"}, False),
        ({"reason": " "}, False),
        ({"ticket": "-"}, False),
    ],
)
def test_a_grant_is_for_what_it_says_and_no_longer(changes, counts):
    """To the millisecond; for that person, tool, function and tier, with a reason and a ticket."""
    assert answered(PRESIDENT, **{**ALL_THERE, "grants": (grant(**changes),)}).allowed is counts


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"consents": (consent(PRESIDENT, signed=False),)}, StaffReason.SECOND_PERSON_NEEDED),
        ({"consents": (consent(PRESIDENT, by="ann"),)}, StaffReason.SECOND_PERSON_NEEDED),
        ({"consents": (consent(PRESIDENT, by="fay"),)}, StaffReason.SECOND_PERSON_NEEDED),
        ({"persons": with_person("cid", until=NOW)}, StaffReason.SECOND_PERSON_NEEDED),
        ({"persons": with_person("cid", on_word_of="root")}, StaffReason.SECOND_PERSON_NEEDED),
        ({"persons": with_person("cid", back=NOW - 1)}, StaffReason.SECOND_PERSON_NEEDED),
        ({"persons": with_person("dan", on_word_of="root")}, StaffReason.WATCHER_NEEDED),
        ({"persons": with_person("bob", on_word_of="root")}, StaffReason.PERSON_GONE),
        (held(RuleKind.STAFF, "cid"), StaffReason.SECOND_PERSON_NEEDED),
        ({"locks": (lock(4, person="cid"),)}, StaffReason.SECOND_PERSON_NEEDED),
        ({"persons": with_person("dan", until=NOW)}, StaffReason.WATCHER_NEEDED),
        (held(RuleKind.STAFF, "dan"), StaffReason.WATCHER_NEEDED),
        ({"locks": (lock(3, role="responder", named=("eve", "cid")),)}, StaffReason.WATCHER_NEEDED),
        ({"presences": (Presence(session="s-cid", by="dan", at=NOW),)}, StaffReason.WATCHER_NEEDED),
        ({"presences": (Presence(session="s-bob", by="dan", at=NOW - MINUTE),)}, StaffReason.WATCHER_NEEDED),
        ({"presences": (Presence(session="s-bob", by="dan", at=NOW + 1),)}, StaffReason.WATCHER_NEEDED),
        ({"presences": (Presence(session="s-bob", by="bob", at=NOW),)}, StaffReason.WATCHER_NEEDED),
        ({"presences": (Presence(session="s-bob", by="ann", at=NOW),)}, StaffReason.WATCHER_NEEDED),
    ],
)
def test_whoever_agrees_or_watches_must_count_just_now(changes, reason):
    """Signed where it must be, by one who may, who is there, not held and not shut out; for this session, this minute."""
    assert (reason,) == answered(PRESIDENT, **{**ALL_THERE, **changes}).reasons


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"at": NOW}, True),
        ({"at": NOW + 1}, False),
        ({"until": NOW + 1}, True),
        ({"until": NOW}, False),
        ({"at": NOW - 30 * MINUTE + 1, "until": NOW + HOUR}, True),
        ({"at": NOW - 30 * MINUTE, "until": NOW + HOUR}, False),
        ({"used_at": NOW - 1}, False),
        ({"used_at": NOW + 1}, False),
        ({"person": "ann"}, False),
        ({"person": "BOB"}, False),
        ({"by": "bob"}, False),
        ({"action_hash": ask("bob", target="agency").action.hash}, False),
    ],
)
def test_a_consent_counts_once_in_time_and_for_one_person(changes, counts):
    """To the millisecond, and never for longer than the catalogue lets it, whatever it says of itself."""
    assert answered(PRESIDENT, **{**ALL_THERE, "consents": (consent(PRESIDENT, **changes),)}).allowed is counts


def test_of_several_consents_the_one_that_ends_first_is_used_up():
    """So that the other one still serves."""
    both = (consent(PRESIDENT), consent(PRESIDENT, by="eve", until=NOW + 1))
    assert ("c-eve",) == answered(PRESIDENT, **{**ALL_THERE, "consents": both}).consents


def test_a_state_forgets_what_has_ended():
    """Sessions, grants, consents, watchers, locks and holds: what is kept is what can still count."""
    ended = {
        "sessions": with_session("ann", ended_at=NOW),
        "grants": (grant(until=NOW), grant("ann", revoked_at=NOW)),
        "consents": (consent(ask(), used_at=NOW), consent(PRESIDENT, until=NOW)),
        "presences": (Presence(session="s-ann", by="dan", at=NOW),),
        "locks": (lock(2, until=NOW), lock(2, "m", lifted_at=NOW)),
        **held(RuleKind.STAFF, "ann", until=NOW),
    }
    known = state(**ended).swept(NOW)._known
    assert "s-ann" not in known.sessions
    assert not any((known.grants, known.consents, known.presences, known.lock_list, known.holds, known.held))


def test_a_hold_begins_and_ends_by_itself_and_by_being_lifted():
    """To the millisecond, and as soon as it is told."""
    begins = {"holds": (StaffHold(id="h", kind=RuleKind.TOOL, subject="support_desk", starts=NOW + 1),)}
    assert state(**begins).answer(ask(), unseen=0).allowed
    there = state(**held(RuleKind.TOOL, "support_desk", until=NOW + 5))
    assert there.answer(ask(time=NOW + 4), unseen=0).reasons
    assert there.answer(ask(time=NOW + 5), unseen=0).allowed
    lifted = there.changed(StaffFacts(version=2, lifted=("h",)))
    assert lifted.answer(ask(), unseen=0).allowed
    assert 2 == lifted.version
