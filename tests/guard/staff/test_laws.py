"""What must hold of every question and of all that is known: nothing added ever opens what was shut."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from holdfast.guard import Role, RuleKind
from holdfast.guard.staff import (
    STALE_MS,
    WATCH_MS,
    Kind,
    Presence,
    StaffFacts,
    StaffHold,
    Tier,
    ToolSession,
)
from holdfast.response import shipped_staff_policy

from .desk import HOUR, MINUTE, NOW, PEOPLE, TIERS, TOOL, action, answered, ask, consent, grant, lock, state

FUNCTIONS = shipped_staff_policy().functions
WHO = st.sampled_from([each.id for each in PEOPLE])
TARGETS = st.sampled_from(["holder", *TIERS, ""])
NAMES = st.sampled_from([name for _, name in FUNCTIONS])
CLASSES = sorted({function.class_ for _, function in FUNCTIONS.values()})
SPELLINGS = st.sampled_from(["", "\N{ZERO WIDTH SPACE}", "\N{COMBINING ACUTE ACCENT}", " "])


@st.composite
def questions(draw, who=WHO):
    """Anybody's question about any function and account, with or without a reason and a ticket."""
    return ask(
        draw(who),
        draw(NAMES),
        draw(TARGETS),
        reason=draw(st.sampled_from(["because", "because", "because", ""])),
        ticket=draw(st.sampled_from(["T-1", "T-1", "T-1", ""])),
        network=draw(st.sampled_from(["", "vpn", "vpn", "198.51.100.7"])),
    )


@st.composite
def worlds(draw, question, seconds=WHO):
    """Sessions stepped up or not, grants, consents and watchers; often all that it takes."""
    who = question.session.removeprefix("s-")
    session = ToolSession(
        id=question.session,
        person=who,
        revision=1,
        tool=TOOL,
        network=draw(st.sampled_from(["", "vpn"])),
        made_at=NOW - MINUTE,
        stepped_up={each: NOW - 1 for each in CLASSES if draw(st.integers(0, 3))},
    )
    grants = tuple(
        grant(
            who,
            id=f"g{place}",
            tier=draw(st.sampled_from([Tier.PROTECTED, *Tier])),
            granted_by=draw(st.sampled_from(["eve", "eve", who])),
        )
        for place in range(draw(st.integers(0, 2)))
    )
    consents = tuple(
        consent(question, by=by, person=who, signed=draw(st.integers(0, 3)) > 0)
        for by in draw(st.lists(seconds, unique=True))
    )
    presences = tuple(
        Presence(session=question.session, by=by, at=NOW - draw(st.integers(-1, WATCH_MS)))
        for by in draw(st.lists(seconds, unique=True))
    )
    return {"sessions": (session,), "grants": grants, "consents": consents, "presences": presences}


@st.composite
def asked(draw, seconds=WHO):
    """A question and the world it is asked in."""
    question = draw(questions())
    return question, draw(worlds(question, seconds))


def allowed(question, world, **more):
    return answered(question, **{**world, **more}).allowed


@given(
    asked(),
    st.sampled_from(["ann", "support_desk", "support_desk/account.suspend", "s-ann"]),
    st.sampled_from(RuleKind),
)
def test_one_more_hold_never_allows_more(told, subject, kind):
    """On whomever or whatever it is."""
    question, world = told
    hold = StaffHold(id="h", kind=kind, subject=subject, starts=NOW)
    assert allowed(question, world) or not allowed(question, world, holds=(hold,))


@given(asked(), st.integers(0, 4), st.lists(WHO, max_size=3))
def test_one_more_lock_never_allows_more(told, level, named):
    """Whoever it names."""
    question, world = told
    assert allowed(question, world) or not allowed(question, world, locks=(lock(level, named=tuple(named)),))


@given(asked(), st.sampled_from(Tier), st.sampled_from(Tier))
def test_a_higher_tier_never_allows_more(told, one, other):
    """By the shipped policies and catalogue; the account alone differs."""
    question, world = told
    lower, higher = sorted([one, other])
    tight, loose = ({"tiers": {question.action.target or "x": each}} for each in (higher, lower))
    assert allowed(question, world, **loose) or not allowed(question, world, **tight)


@given(asked(), st.sampled_from(["", " ", "\u200b", "\u3164\u0301"]))
def test_leaving_the_account_out_never_allows_more(told, nothing):
    """Whatever the account was, and whether it is left out or named by what nobody sees."""
    question, world = told
    left_out = msgspec.structs.replace(question, action=action(question.action.function, nothing))
    consents = tuple(msgspec.structs.replace(each, action_hash=left_out.action.hash) for each in world["consents"])
    _, function = FUNCTIONS["support_desk", question.action.function]
    if not function.wide:
        assert allowed(question, world) or not allowed(left_out, world, consents=consents)


@given(asked(), st.sampled_from(Tier), st.integers(-HOUR, HOUR))
def test_one_more_grant_never_allows_less(told, tier, until):
    """Whatever it is for; by the shipped policies."""
    question, world = told
    more = grant(question.session.removeprefix("s-"), id="more", tier=tier, until=NOW + until)
    assert not allowed(question, world) or allowed(question, world, grants=(*world["grants"], more))


@given(asked(seconds=st.just("nobody")), st.lists(SPELLINGS, min_size=1), st.booleans())
def test_self_consent_never_counts_in_any_spelling(told, spellings, registered):
    """Nor as a watcher; not even if whoever registers people took one for two."""
    question, world = told
    who = question.session.removeprefix("s-")
    twins = [f"{who.upper()}{spelling}" for spelling in spellings]
    twin_people = [msgspec.structs.replace(each, id=twin) for each in PEOPLE if each.id == who for twin in twins]
    people = (*PEOPLE, *twin_people) if registered else PEOPLE
    more = {
        "persons": people,
        "consents": tuple(consent(question, by=by, id=by) for by in [who, *twins]),
        "presences": tuple(Presence(session=question.session, by=by, at=NOW) for by in [who, *twins]),
    }
    alone = {**world, "consents": (), "presences": ()}
    assert allowed(question, alone) or not allowed(question, alone, **more)


@given(asked(), st.data())
def test_a_consent_to_something_else_never_counts(told, data):
    """For another action, another person, used, of another time, or by somebody who is gone."""
    question, world = told
    wrong = data.draw(
        st.sampled_from(
            [
                {"action_hash": action(question.action.function, "somebody-else").hash},
                {"action_hash": action(question.action.function, question.action.target, email="x").hash},
                {"person": "somebody"},
                {"person": question.session.removeprefix("s-").upper()},
                {"used_at": NOW - 1},
                {"used_at": NOW + 1},
                {"until": NOW},
                {"at": NOW + 1},
                {"at": NOW - 30 * MINUTE},
                {"by": "nobody"},
            ]
        )
    )
    none = {**world, "consents": ()}
    spoilt = tuple(msgspec.structs.replace(each, **wrong) for each in world["consents"])
    assert allowed(question, none) or not allowed(question, none, consents=spoilt)


@given(asked(), st.integers(STALE_MS, 10 * STALE_MS) | st.integers(-STALE_MS, -1))
def test_a_stale_state_never_allows_a_write(told, unseen):
    """Nor does one whose age makes no sense; to read is allowed as by a fresh one."""
    question, world = told
    answer = state(**world).answer(question, unseen=unseen)
    _, function = FUNCTIONS["support_desk", question.action.function]
    assert answer.allowed is (function.kind is Kind.READ and allowed(question, world))
    assert state(**world).answer(question, unseen=STALE_MS - 1).allowed is allowed(question, world)


@given(asked(), st.sampled_from(["", "x", "s-bob "]))
def test_nothing_is_allowed_without_a_session_of_the_gates_own(told, session):
    """Whatever else is there."""
    question, world = told
    if session not in {each.id for each in world["sessions"]}:
        assert not allowed(msgspec.structs.replace(question, session=session), world)


@given(asked())
def test_nobody_touches_a_protected_account_alone(told):
    """Not with every role, every grant, a fresh passkey and any lock lifted: two names stand behind what is allowed."""
    question, world = told
    people = tuple(msgspec.structs.replace(each, roles=tuple(Role)) for each in PEOPLE)
    tiers = {question.action.target: Tier.PROTECTED}
    answer = answered(question, **{**world, "persons": people, "tiers": tiers})
    if answer.allowed and question.action.target:
        (used,) = (each for each in world["consents"] if (each.id,) == answer.consents)
        assert used.by != answer.person
        assert used.signed


@given(asked(), st.integers(-HOUR, HOUR))
def test_forgetting_what_has_ended_changes_no_answer(told, later):
    """A swept state answers every question of then or later as the whole one does."""
    question, world = told
    question = msgspec.structs.replace(question, time=NOW + max(0, later))
    (session,) = world["sessions"]
    world["sessions"] = (msgspec.structs.replace(session, seen_at=question.time),)
    locks = (lock(2, until=NOW + MINUTE), lock(4, "m", until=NOW + HOUR, lifted_at=NOW + 1))
    hold = StaffHold(id="h", kind=RuleKind.STAFF, subject=session.person, starts=NOW, until=NOW + 1)
    extra = {"locks": locks, "holds": (hold,)}
    whole = state(**world, **extra)
    swept = whole.swept(question.time)
    assert whole.answer(question, unseen=0).allowed is swept.answer(question, unseen=0).allowed


@given(asked())
def test_facts_told_in_parts_come_to_the_same_as_facts_told_at_once(told):
    """A copy that got them one by one answers as the owner."""
    question, world = told
    whole = state(**world)
    there = state(sessions=(), tiers={})
    parts = {**world, "tiers": TIERS}
    for name, facts in parts.items():
        for each in [facts] if name == "tiers" else [(each,) for each in facts]:
            there = there.changed(StaffFacts(**{"version": 1, name: each}))
    assert whole.answer(question, unseen=0) == there.answer(question, unseen=0)


@given(asked())
def test_an_answer_names_a_sentence_for_each_reason_and_allows_only_without_any(told):
    """And says whose session it was, and what an approval would have to name."""
    question, world = told
    answer = answered(question, **world)
    assert answer.allowed is not bool(answer.reasons)
    assert len(answer.reasons) == len(answer.needs) == len(set(answer.reasons))
    assert question.action.hash == answer.action_hash
    assert bool(answer.charges) is answer.allowed
