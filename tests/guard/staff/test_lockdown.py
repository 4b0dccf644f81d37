"""Levels tighten step by step, locks join, stages lower them, and nobody is ever locked out of ending them."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import UsageError
from holdfast.guard import RuleKind
from holdfast.guard.staff import LEVELS, SEALED, StaffFacts, StaffHold, StaffReason, checked, joined, lowered, may_lift

from .desk import HOUR, NOW, PEOPLE, answered, ask, consent, lock, state, with_session

ELSEWHERE = [
    {"tool": "other"},
    {"function": "account.suspend"},
    {"role": "specialist"},
    {"person": "bob"},
    {"network": "198.51.100.0/24"},
    # Found by one part, and not fitting in another.
    {"person": "ann", "tool": "other"},
    {"person": "ann", "function": "account.suspend"},
    {"person": "ann", "role": "specialist"},
    {"person": "ann", "network": "198.51.100.0/24"},
    {"function": "account.email.replace", "tool": "other"},
    {"tool": "support_desk", "role": "specialist"},
]
HERE = [
    {},
    {"tool": "support_desk"},
    {"function": "account.email.replace"},
    {"tool": "support_desk", "function": "account.email.replace"},
    {"role": "support"},
    {"person": "ann"},
    {"person": "ANN", "role": "support", "tool": "support_desk"},
    {"network": "vpn"},
    {"network": "198.51.100.0/24"},
    {"network": "2001:db8::/32"},
]
NAMES = st.sampled_from([each.id for each in PEOPLE])
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "tool": st.sampled_from(["support_desk", "other"]),
        "function": st.sampled_from(["account.email.replace", "account.suspend"]),
        "role": st.sampled_from(["support", "specialist", "responder"]),
        "person": NAMES,
        "network": st.sampled_from(["vpn", "198.51.100.0/24"]),
    },
)
LOCKS = st.lists(
    st.builds(
        lambda level, named, parts, ends: (level, named, parts, ends),
        st.integers(0, SEALED),
        st.lists(NAMES, max_size=4),
        PARTS,
        st.integers(1, HOUR),
    ),
    max_size=5,
).map(
    lambda told: tuple(
        lock(level, f"l{place}", named=tuple(named), until=NOW + ends, **parts)
        for place, (level, named, parts, ends) in enumerate(told)
    )
)
TOGETHER = {"consents": (consent(ask()),)}


def asked_from_three(**more):
    """Ann's question, whose session was opened in one place of the three that the answers know."""
    return answered(ask(), sessions=with_session("ann", network="vpn"), **more)


@pytest.mark.parametrize(
    ("level", "who", "bare", "justified", "together"),
    [
        (0, "ann", True, True, True),
        (1, "ann", False, True, True),
        (2, "ann", False, False, True),
        (3, "ann", False, False, False),
        (3, "dan", False, False, True),
        (4, "dan", False, False, False),
    ],
)
def test_each_level_leaves_less_than_the_one_below(level, who, bare, justified, together):
    """Bare, with reason and ticket, and with somebody else besides; what is read too."""
    locks = (lock(level, named=("dan", "eve")),)
    plain = ask(who, "account.look_up", reason="")
    told = ask(who, "account.look_up")
    assert answered(plain, locks=locks).allowed is bare
    assert answered(told, locks=locks).allowed is justified
    assert answered(told, locks=locks, consents=(consent(told, by="eve"),)).allowed is together


def test_at_level_3_only_those_named_can_agree():
    """A specialist who may agree on any other day does not count."""
    question = ask("dan")
    locks = (lock(3, named=("dan", "eve")),)
    assert answered(question, locks=locks, consents=(consent(question, by="eve"),)).allowed
    on_responders = (lock(3, role="responder", named=("dan", "eve")),)  # which is no lock on a specialist
    for there in (locks, on_responders):
        refused = answered(question, locks=there, consents=(consent(question, by="cid"),))
        assert (StaffReason.SECOND_PERSON_NEEDED,) == refused.reasons
        assert 3 == refused.level


@pytest.mark.parametrize("parts", HERE)
def test_a_lock_fits_what_it_names_in_all_its_parts(parts):
    """Tool, function, role, person in any spelling, network by name or block; nothing named is everything."""
    places = {"vpn": "vpn", "198.51.100.0/24": "198.51.100.7", "2001:db8::/32": "2001:db8::7"}
    question = ask(network=places.get(parts.get("network"), "vpn"))
    answer = answered(question, locks=(lock(4, **parts),))
    assert 4 == answer.level
    assert NOW + HOUR == answer.until or StaffReason.SECOND_PERSON_NEEDED in answer.reasons


@pytest.mark.parametrize("parts", ELSEWHERE)
def test_a_lock_on_something_else_does_nothing(parts):
    """One part that does not fit is enough."""
    answer = answered(ask(network="203.0.113.1"), locks=(lock(4, **parts),))
    assert answer.allowed
    assert 0 == answer.level


def test_the_network_that_a_session_was_opened_from_counts_too():
    """Whoever moves on stays locked."""
    answer = answered(
        ask(network="vpn"), sessions=with_session("ann", network="cafe"), locks=(lock(4, network="cafe"),)
    )
    assert 4 == answer.level


@pytest.mark.parametrize(
    ("changes", "time", "level"),
    [
        ({}, NOW - 1, 0),
        ({}, NOW, 4),
        ({}, NOW + HOUR - 1, 4),
        ({}, NOW + HOUR, 0),
        ({"lifted_at": NOW + 5}, NOW + 4, 4),
        ({"lifted_at": NOW + 5}, NOW + 5, 0),
    ],
)
def test_a_lock_stands_to_the_millisecond(changes, time, level):
    """From its start until it ends by itself or is lifted."""
    awake = with_session("ann", seen_at=time)
    assert level == answered(ask(time=time), sessions=awake, locks=(lock(4, **changes),)).level


@given(LOCKS, st.randoms(use_true_random=False))
def test_in_whatever_order_locks_come_they_come_to_the_same(locks, chance):
    """What each is allowed does not hang on who pressed first."""
    mixed = list(locks)
    chance.shuffle(mixed)
    assert joined(locks) == joined(mixed)
    assert asked_from_three(locks=locks) == asked_from_three(locks=tuple(mixed))


@pytest.mark.parametrize("one", range(SEALED + 1))
@pytest.mark.parametrize("other", range(SEALED + 1))
def test_of_two_locks_the_stricter_counts(one, other):
    """Its level; until the later of the two has ended; and whom both name, where both name some."""
    both = joined([lock(one, named=("dan", "eve")), lock(other, "m", named=("eve", "bob"), until=NOW + 2 * HOUR)])
    assert max(one, other) == both.level
    naming = [named for level, named in ((one, {"dan", "eve"}), (other, {"eve", "bob"})) if level >= 3]
    assert (set.intersection(*naming) if naming else None) == both.named
    assert (NOW + 2 * HOUR if other else NOW + HOUR if one else None) == both.until


def test_what_one_of_two_locks_stops_for_ever_has_no_end():
    """A time at which only the other one ends would be told in vain."""
    assert joined([lock(2), lock(1, "m", until=None)]).until is None


@given(LOCKS, LOCKS)
def test_one_more_lock_never_allows_more(some, more):
    """Nobody can open a door by locking another."""
    renamed = tuple(msgspec.structs.replace(each, id=f"m{place}") for place, each in enumerate(more))
    for world in ({}, TOGETHER):
        if asked_from_three(locks=(*some, *renamed), **world).allowed:
            assert asked_from_three(locks=some, **world).allowed


@given(LOCKS, st.integers(0, 2 * HOUR))
def test_whatever_is_locked_an_administrator_at_the_store_ends_it(locks, later):
    """No lock, level or hold is asked, so there is always a way in; afterwards all is as without locks."""
    people = {each.id: each for each in PEOPLE}
    holds = (StaffHold(id="h", kind=RuleKind.STAFF, subject="root", starts=NOW),)
    assert may_lift(people["root"], at_store=True)
    there = state(sessions=with_session("ann", seen_at=NOW + later), locks=locks, holds=holds)
    for place, each in enumerate(locks):
        there = there.changed(
            StaffFacts(version=2 + place, locks=(msgspec.structs.replace(each, lifted_at=NOW + later),))
        )
    answer = there.answer(ask(time=NOW + later), unseen=0)
    assert 0 == answer.level
    assert {StaffReason.STEP_UP_NEEDED}.issuperset(answer.reasons)


@given(LOCKS)
def test_two_responders_whom_every_lock_names_keep_their_way_in(locks):
    """Short of a seal: together, with a reason and a ticket, they still use the tools."""
    there = tuple(
        msgspec.structs.replace(each, level=min(each.level, 3), named=(*each.named, "DAN", "eve")) for each in locks
    )
    question = ask("dan")
    assert answered(question, locks=there, consents=(consent(question, by="eve"),)).allowed


def test_nobody_else_ends_a_lock_alone():
    """Not an administrator from elsewhere, not one who is gone, and no other role even there."""
    people = {each.id: each for each in PEOPLE}
    assert not may_lift(people["root"], at_store=False)
    assert not may_lift(msgspec.structs.replace(people["root"], until=NOW), at_store=True)
    assert not may_lift(msgspec.structs.replace(people["root"], on_word_of="eve"), at_store=True)
    assert not any(may_lift(each, at_store=True) for each in PEOPLE if each.id != "root")


@given(st.integers(1, SEALED), st.data())
def test_a_stage_of_lifting_leaves_no_gap_and_is_never_longer(level, data):
    """At every millisecond one of the two is in force, until the first would have ended."""
    first = lock(level, named=("dan", "eve"))
    now = data.draw(st.integers(NOW, NOW + HOUR - 1))
    lower = data.draw(st.integers(0, level - 1))
    ended, after = lowered(first, lower, now, id_="l2", by="eve")
    assert first.until == after.until
    for time in (NOW, now - 1, now, first.until - 1):
        if NOW <= time:
            assert (level if time < now else lower) == joined(
                [each for each in (ended, after) if each.in_force(time)]
            ).level
    assert not after.in_force(first.until)


@pytest.mark.parametrize(("level", "now"), [(4, NOW), (3, NOW), (2, NOW - 1), (2, NOW + HOUR), (-1, NOW)])
def test_a_stage_goes_down_only_and_only_while_it_stands(level, now):
    """Raising is placing another lock."""
    with pytest.raises(UsageError, match="cannot go down"):
        lowered(lock(3, named=("dan", "eve")), level, now, id_="l2", by="eve")


def test_what_is_sealed_goes_down_to_named_responders_only_where_some_are_named():
    """With nobody named it would stay shut to all, and say otherwise; two levels down is open to it."""
    with pytest.raises(UsageError, match="names too few"):
        lowered(lock(4), 3, NOW, id_="l2", by="eve")
    assert lowered(lock(4), 2, NOW, id_="l2", by="eve")[1].level == 2


@pytest.mark.parametrize(
    ("given_lock", "said"),
    [
        (lock(5), "no lockdown level"),
        (lock(-1), "no lockdown level"),
        (lock(2, until=None), "ends"),
        (lock(2, until=NOW), "ends"),
        (lock(4, until=NOW + 4 * HOUR + 1), "after 4 hours at most"),
        (lock(3), "named responders"),
        (lock(3, named=("dan", "DAN")), "named responders"),
        (lock(2, why=" "), "why"),
    ],
)
def test_a_lock_that_cannot_be_placed_is_refused(given_lock, said):
    """It has a level that there is, an end, a reason, and two people where it names any."""
    with pytest.raises(UsageError, match=said):
        checked(given_lock)


@pytest.mark.parametrize("level", range(SEALED + 1))
def test_each_level_can_be_placed_for_as_long_as_it_says(level):
    """And no longer: the tighter, the shorter."""
    longest = LEVELS[level].longest
    placed = lock(level, named=("dan", "eve"), until=NOW + longest)
    assert placed == checked(placed)
    assert [each.longest for each in LEVELS] == sorted((each.longest for each in LEVELS), reverse=True)
    assert all(lower.needs <= higher.needs for lower, higher in pairwise(LEVELS))
