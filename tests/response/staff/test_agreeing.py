"""Nobody is their own second person, on any path, and a consent is for one thing, for a while, from who can give it."""

import msgspec
import pytest

from holdfast.errors import NotAllowedError, SignatureError, UsageError
from holdfast.guard import Passkey, RefusalCode, Role, Scope, Signature
from holdfast.guard.staff import Lock, StaffReason, Tier
from holdfast.response.staff import Proposal
from holdfast.response.staff.consents import ASKED_MS, MOST_OPEN, MOST_VAIN
from holdfast.response.staff.locks import LIFTED

from .conftest import HOUR, MINUTE

SPELLINGS = ["cora", "Cora", "ＣＯＲＡ", "co\u200bra", "c\u00f3ra"]


def asking(desk, person="sam", **more):
    """A question that takes a second person, and what was asked for it."""
    session = desk.session(person)
    question = desk.asked(session, **{"function": "account.password.reset", **more})
    return question, desk.gate.consents.ask(question.action, person, "the holder called", "T-1", desk.now)


def refused(code, call, *words, **more):
    """It is refused for this reason, with advice."""
    with pytest.raises(NotAllowedError) as error:
        call(*words, **more)
    assert code == error.value.code
    assert error.value.advice


@pytest.mark.parametrize("name", SPELLINGS)
def test_nobody_agrees_with_themselves_in_any_spelling_on_any_path(desk, name):
    """To an action, to a lift, to a lower tier, by a grant, by watching."""
    gate, caller = desk.gate, msgspec.structs.replace(desk.caller("cora"), person=name)
    _, asked = asking(desk, "cora")
    refused(RefusalCode.REQUESTER_APPROVED, gate.consents.agree, asked.id, caller, asked.action_hash, desk.now)
    lock = desk.lock(2)
    lift = gate.locks.propose(Proposal(id="", lock=lock.id, by="cora", why="over", at=0, until=0), desk.now)
    refused(RefusalCode.REQUESTER_APPROVED, gate.locks.agree, lift.id, name, desk.now)
    desk.protect("star")
    lower = gate.locks.propose(Proposal(id="", account="star", by="cora", why="over", at=0, until=0), desk.now)
    refused(RefusalCode.REQUESTER_APPROVED, gate.locks.agree, lower.id, name, desk.now)
    grant = {"hours": 1, "why": "a case", "ticket": "T-1"}
    refused(RefusalCode.OWN_DEED, gate.grants.give, "cora", "support_desk", name, desk.now, **grant)
    assert gate.locks.kept[lock.id].in_force(desk.now)
    assert Tier.PROTECTED is gate.protecting.tier("star")
    assert not gate.consents.kept
    assert not gate.grants.kept


def test_a_program_agrees_to_nothing(desk):
    """A token of no person is nobody's word."""
    _, asked = asking(desk)
    nobody = msgspec.structs.replace(desk.caller("cora"), person="")
    refused(RefusalCode.REQUESTER_APPROVED, desk.gate.consents.agree, asked.id, nobody, asked.action_hash, desk.now)


def test_who_agrees_names_exactly_what_they_saw(desk):
    """Another hash is another thing, and is told so."""
    _, asked = asking(desk)
    wrong = "sha256:" + "0" * 64
    refused(RefusalCode.APPROVED_ANOTHER_PLAN, desk.gate.consents.agree, asked.id, desk.caller("cora"), wrong, desk.now)


def test_a_signature_that_nobody_can_check_makes_no_consent(desk):
    """Nor an unsigned one."""
    _, asked = asking(desk)
    forged = Signature(passkey="key", nonce=bytes(32), authenticator_data=b"", client_data=b"", signature=b"")
    with pytest.raises(SignatureError):
        desk.gate.consents.agree(asked.id, desk.caller("cora"), asked.action_hash, desk.now, signature=forged)
    assert not desk.gate.consents.kept


def test_a_consent_that_was_not_signed_does_not_open_a_protected_account(desk):
    """It is there, and counts for nothing where a signature is asked for."""
    desk.protect("star")
    question, asked = asking(desk, target="star")
    desk.gate.consents.agree(asked.id, desk.caller("cora"), asked.action_hash, desk.now)
    assert StaffReason.SECOND_PERSON_NEEDED in desk.tried(question)[0].reasons


def test_a_second_person_who_is_lost_agrees_no_more(desk, clock):
    """Their consent runs out; and where they lose their role or are taken out, it counts no more at once."""
    desk.lock(2, until=desk.now + 3 * HOUR)
    question, asked = asking(desk)
    consent = desk.gate.consents.agree(asked.id, desk.caller("cora"), asked.action_hash, desk.now)
    copy = desk.copy()
    desk.people.change("cora", "", [Role.AUDITOR], "adam", desk.now)
    assert (StaffReason.SECOND_PERSON_NEEDED,) == desk.tried(question, copy=copy)[0].reasons
    desk.people.change("cora", "", [Role.COMMANDER], "adam", desk.now)
    clock.set(consent.until)
    late = msgspec.structs.replace(question, session=desk.session("sam", number=2), time=desk.now)
    assert (StaffReason.SECOND_PERSON_NEEDED,) == desk.tried(late)[0].reasons


@pytest.mark.parametrize("by", ["passkey", "token"])
def test_what_was_agreed_to_counts_no_more_once_a_credential_is_revoked(desk, by):
    """Whoever had it may have agreed; what others agreed to stands."""
    desk.lock(2)
    questions = [desk.asked(desk.session("sam"), "account.password.reset", target=f"a{each}") for each in range(2)]
    for question, name in zip(questions, ("cora", "carl"), strict=True):
        asking = desk.gate.consents.ask(question.action, "sam", "the holder called", "T-1", desk.now)
        desk.gate.consents.agree(asking.id, desk.caller(name), asking.action_hash, desk.now)
    if by == "passkey":
        desk.signin.add(Passkey(id="key", person="cora", public_key=b"", added_at=desk.now), "cora", desk.now)
        desk.signin.revoke("key", "adam", desk.now, at=desk.now)
    else:
        token = desk.people.make_token(f"sha256:{'0' * 64}", "cora", [Scope.DECIDE], "cora", desk.now, days=1)
        desk.people.revoke_token(token.id, "adam", desk.now)
    assert [(StaffReason.SECOND_PERSON_NEEDED,), ()] == [each.reasons for each in desk.tried(*questions)]
    assert 1 == len([each for each in desk.keys("consent/") if each.endswith("/ended")])


def test_no_beats_yes(desk):
    """Whoever says no after somebody has agreed takes the consent away, and asking anew is another request."""
    desk.lock(2)
    question, asked = asking(desk)
    desk.gate.consents.agree(asked.id, desk.caller("cora"), asked.action_hash, desk.now)
    desk.gate.consents.deny(asked.id, "carl", "I called back: it was not the holder", desk.now)
    assert (StaffReason.SECOND_PERSON_NEEDED,) == desk.tried(question)[0].reasons
    refused(
        RefusalCode.REQUEST_CLOSED,
        desk.gate.consents.agree,
        asked.id,
        desk.caller("carl"),
        asked.action_hash,
        desk.now,
    )
    anew = desk.gate.consents.ask(question.action, "sam", "really", "T-1", desk.now)
    assert anew.id != asked.id


def test_what_was_asked_for_is_over_after_an_hour_and_its_payload_forgotten(desk, clock):
    """The record keeps the hash."""
    _, asked = asking(desk, payload={"to": "a@example.org"})
    clock.advance(ASKED_MS)
    refused(
        RefusalCode.REQUEST_CLOSED,
        desk.gate.consents.agree,
        asked.id,
        desk.caller("cora"),
        asked.action_hash,
        desk.now,
    )
    clock.advance(HOUR)
    asking(desk, target="account-2")
    assert asked.id not in desk.gate.consents.asked
    assert 2 == len(desk.keys("asking/"))


def test_asking_again_changes_nothing_and_nobody_asks_without_end(desk):
    """Approval fatigue is an attack."""
    question, asked = asking(desk)
    assert asked == desk.gate.consents.ask(question.action, "sam", "again", "T-2", desk.now)
    for number in range(MOST_OPEN - 1):
        asking(desk, target=f"account-{number}", ticket="T-1", payload={"n": number}) if number < 19 else None
    with pytest.raises(UsageError):
        asking(desk, target="one.more", payload={"n": 99})


def test_a_grant_ends_and_can_be_taken_back(desk, clock):
    """To the millisecond, whatever the copy believes; and whom it is for is told."""
    desk.protect("star", Tier.HIGH_REACH)
    session = desk.session("alice")
    give = lambda hours: desk.gate.grants.give(  # noqa: E731
        "alice", "support_desk", "cora", desk.now, hours=hours, why="a case", ticket="T-1", tier=Tier.HIGH_REACH
    )
    ask = lambda: desk.tried(desk.asked(session, target="star"))[0].reasons  # noqa: E731
    assert (StaffReason.GRANT_NEEDED,) == ask()
    grant = give(0.2)
    assert () == ask()
    clock.set(grant.until - 1)
    assert () == ask()
    clock.set(grant.until)
    assert (StaffReason.GRANT_NEEDED,) == ask()
    grant = give(0.2)
    assert () == ask()
    desk.gate.grants.revoke(grant.id, "cora", desk.now)
    assert (StaffReason.GRANT_NEEDED,) == ask()
    assert any(each.to == ("alice",) and "let alice use" in each.text for each in desk.notices.kept.values())
    for hours, person, ticket, advice in (
        (13, "alice", "T", "give them a role"),
        (1, "nobody", "T", "names everybody"),
        (1, "alice", " ", "at most 512 characters"),
    ):
        with pytest.raises(UsageError) as why:
            desk.gate.grants.give(person, "support_desk", "cora", desk.now, hours=hours, why="w", ticket=ticket)
        assert advice in why.value.advice


def test_a_lockdown_comes_at_once_ends_sessions_and_is_told(desk):
    """One commander is enough, and everybody who leads hears of it."""
    session, mine = desk.session("alice"), desk.session("cora")
    lock = desk.lock(3)
    assert (StaffReason.SESSION_OVER,) == desk.tried(desk.asked(session))[0].reasons
    assert desk.gate.sessions.kept[mine].ended_at is None
    told = [each for each in desk.notices.kept.values() if each.about == lock.id]
    assert [("ada", "adam", "carl", "cora")] == [each.to for each in told]
    assert (StaffReason.SECOND_PERSON_NEEDED,) == desk.tried(desk.asked(mine))[0].reasons


def test_a_lockdown_on_one_tool_or_network_ends_the_sessions_it_shuts_out_and_no_others(desk):
    """A session stays where only one of its tools is locked."""
    here, there = desk.session("alice"), desk.session("bob", network="elsewhere")
    desk.lock(4, tool="support_desk", until=desk.now + MINUTE)
    assert desk.gate.sessions.kept[here].ended_at is None
    desk.lock(4, network="elsewhere", until=desk.now + MINUTE)
    assert desk.gate.sessions.kept[here].ended_at is None
    assert desk.gate.sessions.kept[there].ended_at == desk.now


def test_a_lockdown_is_lifted_in_stages_by_two(desk, clock):
    """Each stage takes a proposal and somebody else; no stage lasts longer than the lock it came from."""
    lock = desk.lock(4)
    propose = lambda lock, level: desk.gate.locks.propose(  # noqa: E731
        Proposal(id="", lock=lock.id, level=level, by="cora", why="calmer", at=0, until=0), desk.now
    )
    first = propose(lock, 2)
    assert first == propose(lock, 2)
    clock.advance(MINUTE)
    desk.gate.locks.agree(first.id, "carl", desk.now)
    (standing,) = desk.gate.locks.standing(desk.now)
    assert (2, lock.until) == (standing.level, standing.until)
    refused(RefusalCode.REQUEST_CLOSED, desk.gate.locks.agree, first.id, "adam", desk.now)
    last = propose(standing, LIFTED)
    desk.gate.locks.agree(last.id, "carl", desk.now)
    assert [] == desk.gate.locks.standing(desk.now)
    for lock_id, level in ((standing.id, LIFTED), ("l-none", 1)):
        with pytest.raises(UsageError):
            propose(msgspec.structs.replace(standing, id=lock_id), level)


def test_a_proposal_goes_stale(desk, clock):
    """Nobody agrees to what was asked for an hour ago."""
    lock = desk.lock(3, until=desk.now + 5 * HOUR)
    found = desk.gate.locks.propose(Proposal(id="", lock=lock.id, by="cora", why="over", at=0, until=0), desk.now)
    clock.set(found.until)
    refused(RefusalCode.REQUEST_CLOSED, desk.gate.locks.agree, found.id, "carl", desk.now)


def test_an_administrator_at_the_store_lifts_alone_and_everybody_hears(desk):
    """So that nobody is locked out; nobody else can, and not without a reason."""
    lock = desk.lock(4)
    person = desk.people.person
    refused(RefusalCode.ROLE_MISSING, desk.gate.locks.lift_at_store, lock.id, person("cora"), "why", desk.now)
    refused(RefusalCode.REASON_MISSING, desk.gate.locks.lift_at_store, lock.id, person("adam"), " ", desk.now)
    desk.gate.locks.lift_at_store(lock.id, person("adam"), "nobody else is there", desk.now)
    assert [] == desk.gate.locks.standing(desk.now)
    assert any("alone" in each.text and "cora" in each.to for each in desk.notices.kept.values())


def test_a_lock_that_cannot_be_is_refused_whole(desk):
    """Without an end, with too late a one, or naming too few."""
    for wrong in (
        {"level": 9},
        {"level": 4, "until": None},
        {"level": 4, "until": desk.now + 5 * HOUR},
        {"level": 3, "named": ("cora",)},
        {"level": 1, "why": " "},
        {"level": 1, "network": "198.51.100.0/99"},
    ):
        usual = {"until": desk.now + HOUR, "why": "w", "named": ("cora", "carl"), "placed_by": "cora"}
        with pytest.raises(UsageError):
            desk.gate.locks.place(Lock(id="", starts=desk.now, **{**usual, **wrong}), desk.now)
    assert not desk.gate.locks.kept


def test_guarding_more_takes_one_and_guarding_less_takes_two(desk):
    """At once the one way; the other way somebody else has to agree."""
    protect = desk.gate.protecting.protect
    protect("star", Tier.OFFICIAL, "cora", "agency", desk.now)
    protect("star", Tier.PROTECTED, "cora", "head of state", desk.now)
    refused(RefusalCode.APPROVALS_MISSING, protect, "star", Tier.OFFICIAL, "cora", "less", desk.now)
    for account, tier in (("", Tier.OFFICIAL), ("star", Tier.ORDINARY), ("x" * 600, Tier.OFFICIAL)):
        with pytest.raises(UsageError):
            protect(account, tier, "cora", "why", desk.now)
    wanted = Proposal(id="", account="star", by="cora", why="left office", at=0, until=0)
    found = desk.gate.locks.propose(wanted, desk.now)
    assert Tier.PROTECTED is desk.gate.protecting.tier("star")
    desk.gate.locks.agree(found.id, "carl", desk.now)
    assert Tier.ORDINARY is desk.gate.protecting.tier("star")
    with pytest.raises(UsageError):
        desk.gate.locks.propose(wanted, desk.now)


def test_an_agreement_to_guard_less_is_for_the_account_as_it_was(desk):
    """Whoever guarded it more meanwhile, because of an incident, is not undone by an old proposal."""
    desk.protect("star", Tier.OFFICIAL)
    wanted = Proposal(id="", account="star", by="cora", why="left office", at=0, until=0)
    found = desk.gate.locks.propose(wanted, desk.now)
    desk.protect("star")
    refused(RefusalCode.APPROVED_ANOTHER_PLAN, desk.gate.locks.agree, found.id, "carl", desk.now)
    assert Tier.PROTECTED is desk.gate.protecting.tier("star")


@pytest.mark.parametrize(
    "slip",
    [
        {"level": 4, "tool": "suport_desk"},
        {"level": 4, "tool": "support_desk", "function": "acount.look_up"},
        {"level": 4, "person": "smam"},
        {"level": 3, "named": ("cora", "karl")},
    ],
    ids=lambda slip: list(slip)[-1],
)
def test_a_lock_on_what_there_is_not_is_refused(desk, slip):
    """It would be in force on nothing, or leave nobody in, and whoever placed it would believe otherwise."""
    with pytest.raises(UsageError, match="would not do what it says") as why:
        desk.lock(**slip, until=desk.now + MINUTE)
    assert "tools.toml" in why.value.advice
    assert not desk.gate.locks.kept
    desk.lock(4, function="account.look_up", person="S\u00c1M", until=desk.now + MINUTE)


@pytest.mark.parametrize(("why", "ticket"), [("...", "T-1"), ("a case", "-")])
def test_a_grant_whose_reason_or_ticket_says_nothing_is_refused(desk, why, ticket):
    """The gate would not let it count, and whoever gave it would not know why."""
    with pytest.raises(UsageError, match="says nothing"):
        desk.gate.grants.give("alice", "support_desk", "cora", desk.now, hours=1, why=why, ticket=ticket)
    assert not desk.gate.grants.kept


@pytest.mark.parametrize(("tool", "function"), [("suport_desk", "*"), ("support_desk", "acount.look_up")])
def test_a_grant_for_what_there_is_not_is_refused(desk, tool, function):
    """Whoever was told of it would believe that they may do something."""
    with pytest.raises(UsageError, match="would let alice do nothing"):
        desk.gate.grants.give("alice", tool, "cora", desk.now, hours=1, why="a case", ticket="T-1", function=function)
    assert not desk.gate.grants.kept
    assert not desk.notices.kept


def test_to_ask_and_withdraw_without_end_comes_to_an_end(desk, clock):
    """What is withdrawn is kept for an hour too, so there are so many; then it goes on."""
    session = desk.session("sam")
    numbers = iter(range(10 * MOST_VAIN))

    def ask_and_withdraw():
        action = desk.asked(session, "account.password.reset", target=f"account-{next(numbers)}").action
        asked = desk.gate.consents.ask(action, "sam", "the holder called", "T-1", desk.now)
        desk.gate.consents.deny(asked.id, "sam", "not needed", desk.now)

    for _ in range(MOST_VAIN):
        ask_and_withdraw()
    with pytest.raises(UsageError):
        ask_and_withdraw()
    clock.advance(3 * HOUR)
    ask_and_withdraw()


def test_a_grant_ends_with_the_roles_of_whoever_gave_it(desk):
    """Whoever commands no more has let nobody in."""
    desk.protect("star", Tier.HIGH_REACH)
    session, ask = desk.session("alice"), {"target": "star"}
    desk.gate.grants.give(
        "alice", "support_desk", "cora", desk.now, hours=1, why="a case", ticket="T-1", tier=Tier.HIGH_REACH
    )
    assert () == desk.tried(desk.asked(session, **ask))[0].reasons
    desk.people.change("cora", None, [Role.AUDITOR], "root", desk.now, vouched=True)
    assert (StaffReason.GRANT_NEEDED,) == desk.tried(desk.asked(session, **ask))[0].reasons
