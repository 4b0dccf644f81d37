"""Break-ins that follow a touch speak for it, those that come before it against it; responses come late."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.investigation.cause import Factor, FactorKind
from holdfast.investigation.found import Aspect, Found, Question
from holdfast.investigation.sequence import (
    Life,
    Usual,
    evidence_after,
    evidence_before,
    evidence_opened,
    first_at_home,
    late,
    life,
    usual,
)
from holdfast.investigation.touches import Touches

MINUTE = 60_000
HOUR = 60 * MINUTE
NOW = 1_600_000_000_000
STRANGE = 0.07
QUIET = Usual()


def broken_in(at: int) -> Life:
    """An account that was signed in to from a strange place."""
    return Life(signs=((at, STRANGE),), entries=(at,))


def test_an_entry_minutes_after_each_touch_speaks_for_the_hand() -> None:
    """The sooner break-ins follow each touch, the more; where the touches are all alike, exchange explains as much."""
    touched = {f"a{n}": NOW - n * HOUR for n in range(6)}
    soon = {name: broken_in(at + 2 * MINUTE) for name, at in touched.items()}
    later = {name: broken_in(at + 10 * HOUR) for name, at in touched.items()}
    assert evidence_before(touched, soon, 72 * HOUR) > 4
    assert evidence_before(touched, soon, 72 * HOUR) > evidence_before(touched, later, 72 * HOUR)
    at_once = dict.fromkeys(touched, NOW)
    assert evidence_before(at_once, {name: broken_in(NOW + MINUTE) for name in touched}, 72 * HOUR) == 0


@given(
    st.lists(st.integers(0, 72 * 60), min_size=2, max_size=7), st.lists(st.integers(0, 72 * 60), min_size=7, max_size=7)
)
def test_order_proves_no_more_than_the_number_of_orders(touches: list[int], entries: list[int]) -> None:
    """However well it fits, the evidence is at most the log of how many ways there are to deal the touches out."""
    touched = {f"a{n}": NOW + minute * MINUTE for n, minute in enumerate(touches)}
    lives = {f"a{n}": broken_in(NOW + entries[n] * MINUTE) for n in range(len(touches))}
    assert 0 <= evidence_before(touched, lives, 72 * HOUR) <= math.lgamma(len(touches) + 1) + 1e-9


def test_a_touch_minutes_after_each_break_in_followed_it() -> None:
    """Soon after a sign on every account is evidence; one coincidence, or no sign at all, is none."""
    touched = {f"a{n}": NOW for n in range(5)}
    quiet = Life()
    followed = {name: broken_in(NOW - 3 * MINUTE) for name in touched}
    assert evidence_after(touched, followed, QUIET) > math.log(1_000)
    assert evidence_after(touched, dict.fromkeys(touched, quiet), QUIET) < 0
    assert evidence_after(
        touched, dict.fromkeys(touched, quiet) | {"a0": broken_in(NOW - 3 * MINUTE)}, QUIET
    ) < math.log(10)


def test_signs_are_what_holders_seldom_do(town: Any) -> None:
    """A known place is none; a strange one and a changed credential are, but not what staff changed."""
    town.events = []
    for hours in (90, 80, 70):
        town.sign_in(1, NOW - hours * HOUR, asn="AS1", ip="10.0.0.1")
    town.sign_in(1, NOW - 9 * HOUR, asn="AS2", ip="203.0.113.1")
    town.change(1, NOW - 8 * HOUR, by="holder")
    town.change(1, NOW - 7 * HOUR, by="staff", staff="agent1")
    town.change(1, NOW - 6 * HOUR, by="staff")
    found = life(town.touches().of_accounts(["a1"])["a1"], NOW)
    assert found.entries == (NOW - 9 * HOUR,)
    assert [time for time, _ in found.signs] == [NOW - 90 * HOUR, NOW - 9 * HOUR, NOW - 8 * HOUR]


def test_steps_are_what_opens_an_account(town: Any) -> None:
    """Credentials that anybody changed, and resets; neither a look by staff nor an app."""
    town.events = []
    town.desk(1, NOW - 9 * HOUR)
    town.let_in(1, NOW - 9 * HOUR, "calendar")
    town.change(1, NOW - 8 * HOUR, by="holder")
    town.change(1, NOW - 7 * HOUR, by="staff", staff="agent1")
    town.reset(1, NOW - 6 * HOUR, "sms")
    found = life(town.touches().of_accounts(["a1"])["a1"], NOW)
    assert [time for time, _ in found.steps] == [NOW - 8 * HOUR, NOW - 7 * HOUR, NOW - 6 * HOUR]


def test_an_entry_minutes_after_a_step_came_of_it() -> None:
    """Where every account was opened just before, the entrance followed; where none was, it did not."""
    touched = {f"a{n}": NOW for n in range(4)}
    opened = Life(steps=((NOW - 3 * MINUTE, STRANGE),))
    assert evidence_opened(touched, dict.fromkeys(touched, opened), QUIET) > math.log(1_000)
    assert evidence_opened(touched, dict.fromkeys(touched, Life()), QUIET) < 0


@given(st.integers(0, 300), st.integers(1, 300))
def test_what_everybody_does_is_followed_by_nothing(busy: int, minutes: int) -> None:
    """The more of the others did the same lately, the less a doing before the touch says; half of them: nothing."""
    touched = {f"a{n}": NOW for n in range(4)}
    lives = dict.fromkeys(touched, Life(steps=((NOW - minutes * MINUTE, STRANGE),)))
    others = [Usual(accounts=300, steps=(NOW - minutes * MINUTE,) * some) for some in (0, busy, 300)]
    alone, among, with_all = (evidence_opened(touched, lives, each) for each in others)
    assert alone >= among >= with_all
    if minutes > 60:
        assert with_all < math.log(3) < alone


def test_the_usual_is_read_from_others(town: Any) -> None:
    """Every sign and step of theirs, but for the first sign-in of each, which tells of nothing."""
    town.events = []
    for who in range(3):
        town.sign_in(who, NOW - 9 * HOUR, asn="AS1")
        town.sign_in(who, NOW - 8 * HOUR, asn=f"AS2{who}")
        town.reset(who, NOW - who * HOUR, "email")
    found = usual(town.touches().of_accounts(["a0", "a1", "a2"]).values(), NOW - HOUR)
    assert found == Usual(accounts=3, signs=(NOW - 8 * HOUR,) * 3, steps=(NOW - 2 * HOUR, NOW - HOUR))


@pytest.mark.parametrize(("asn", "at_home"), [("AS1", True), ("AS2", False), ("", None)])
def test_a_new_client_is_begun_at_home_or_elsewhere(town: Any, asn: str, at_home: Any) -> None:
    """It is told from where the account was seen before; not at all when the network was not said."""
    town.events = []
    town.sign_in(1, NOW - 90 * HOUR, asn="AS1")
    town.sign_in(1, NOW - 9 * HOUR, asn=asn, client="v2")
    history = town.touches().of_accounts(["a1"])["a1"]
    assert first_at_home(history, Factor(kind=FactorKind.CLIENT, value="v2")) is at_home


def test_late_is_what_missed_the_first_accounts_and_hit_the_others() -> None:
    """Three first ones missed of ten are late; missed one in the middle, or two first ones, are chance."""
    used = {f"a{n}": NOW + n * MINUTE for n in range(10)}
    assert late({f"a{n}": NOW + 2 * MINUTE + 1 for n in range(3, 10)}, used)
    assert not late({f"a{n}": NOW + MINUTE + 1 for n in range(2, 10)}, used)
    assert not late({f"a{n}": NOW - n for n in range(10) if n != 5}, used)


def test_the_manner_of_a_hand_is_kept_beside_the_hand(town: Any) -> None:
    """Deeds with and without a ticket are two manners; a manner counts when nearly all accounts had it."""
    town.events = []
    for who in range(4):
        town.desk(who, NOW - 2 * HOUR, staff="agent9", ticket="t")
        town.desk(who, NOW - HOUR, staff="agent9", action="change_email")
    town.desk(0, NOW - HOUR, staff="agent9")
    touches = Touches()
    touches.observe(town.events)
    question = Question(
        first_used=dict.fromkeys(("a0", "a1", "a2", "a3"), NOW), population=100, window=72 * HOUR, least_accounts=3
    )
    agent = Factor(kind=FactorKind.STAFF, value="agent9")
    manners = [aspect.manner for aspect in Found(question, touches).aspects(question)[agent]]
    assert manners == ["", "change_email", "view by ticket"]
    assert touches.count(agent) == 4
    assert touches.count(agent, manner="view") == 1
    assert Found(question, touches).touched[Aspect(factor=agent, manner="change_email")]["a1"] == NOW - HOUR
