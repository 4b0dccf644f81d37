"""Who is next: touched as the carriers were, not used yet, the most at risk first."""

from __future__ import annotations

from typing import Any

from holdfast.events import AppRevoked
from holdfast.investigation import Cause, NextAccount, NextSettings, next_accounts

HOUR = 3_600_000
NOW = 1_600_000_000_000
Used = dict[int, int]


def following(town: Any, used: Used, **said: Any) -> tuple[NextAccount, ...]:
    """The next accounts of the cause of the used ones."""
    first_used = {f"a{who}": at for who, at in used.items()}
    cause = town.cause(first_used)
    assert cause.named is not None
    return next_accounts(cause, town.touches(), first_used, NOW, **said)


def test_accounts_touched_like_the_carriers_are_next(town: Any, used: Used) -> None:
    """All that the stolen session swapped and nobody used yet, and nobody else, is likely next; carriers are left out."""
    for who, at in used.items():
        town.swap_by_staff(who, at - HOUR)
    for who in range(1, 30, 2):
        town.swap_by_staff(who, NOW - HOUR)
    found = following(town, used)
    assert {each.account for each in found if each.likely} == {f"a{who}" for who in range(1, 30, 2)}
    assert not {each.account for each in found} & {f"a{who}" for who in used}
    assert all("tool_session:stolen" in each.reasons[0] for each in found)


def test_work_that_tickets_asked_for_is_not_likely(town: Any, used: Used) -> None:
    """What the staff member did by ticket in the same session is listed below, and said to be another way."""
    for who, at in used.items():
        town.swap_by_staff(who, at - HOUR)
    town.swap_by_staff(5, NOW - HOUR)
    town.desk(7, NOW - HOUR, staff="agent3", tool_session="stolen", ticket="t9")
    first, second = following(town, used)
    assert (first.account, first.likely) == ("a5", True)
    assert (second.account, second.likely) == ("a7", False)
    assert "another way" in second.reasons[0]


def test_risk_follows_what_has_begun_recency_and_reach(town: Any, used: Used) -> None:
    """Signed in goes before reset, reset before swapped, later before earlier, followed before unknown."""
    for who, at in used.items():
        town.swap_by_staff(who, at - HOUR)
    for who, hours in ((1, 2), (3, 2), (5, 2), (7, 9), (9, 2)):
        town.desk(who, NOW - hours * HOUR, staff="agent3", tool_session="stolen")
        town.change(who, NOW - hours * HOUR, by="staff", staff="agent3", tool_session="stolen")
    town.sign_in(1, NOW - HOUR, asn="AS666", ip="203.0.113.8")
    town.reset(3, NOW - HOUR, "email")
    found = following(town, used, reach=lambda name: 5_000_000 * (name == "a9"))
    assert [each.account for each in found] == ["a1", "a3", "a9", "a5", "a7"]
    assert any("signed in since from AS666" in reason for reason in found[0].reasons)
    assert any("reset" in reason for reason in found[1].reasons)
    assert found[2].reach == 5_000_000


def test_holders_at_home_in_a_network_are_not_next(town: Any, used: Used) -> None:
    """When the cause is a network, those who always came from it are not touched by the attack."""
    town.sign_in(3, NOW - 220 * HOUR, asn="AS666", ip="198.0.0.1")
    town.sign_in(3, NOW - HOUR, asn="AS666", ip="198.0.0.1")
    town.sign_in(5, NOW - HOUR, asn="AS666", ip="198.0.0.1")
    for who, at in used.items():
        town.sign_in(who, at - HOUR, asn="AS666", ip=f"203.{who % 250}.0.1")
    assert [each.account for each in following(town, used)] == ["a5"]


def test_all_parts_of_a_split_cause_are_followed(town: Any, used: Used) -> None:
    """The next accounts of two staff members are those of both."""
    items = list(used.items())
    for who, at in items[:7]:
        town.swap_by_staff(who, at - HOUR, "one", "agent3")
    for who, at in items[7:]:
        town.swap_by_staff(who, at - HOUR, "two", "agent4")
    town.swap_by_staff(1, NOW - HOUR, "one", "agent3")
    town.swap_by_staff(3, NOW - HOUR, "two", "agent4")
    assert {each.account: each.factor.value for each in following(town, used)} == {"a1": "one", "a3": "two"}


def test_an_app_reaches_all_that_let_it_in_and_none_that_shut_it_out(town: Any, used: Used) -> None:
    """Grants of any age stand until they are revoked; at most as many as asked for are named."""
    for who in [*used, *range(1, 40, 2)]:
        town.let_in(who, NOW - 230 * HOUR, "calendar")
    town.events.append(AppRevoked(account="a1", time=NOW - 2 * HOUR, app="calendar"))
    assert {each.account for each in following(town, used)} == {f"a{who}" for who in range(3, 40, 2)}
    assert len(following(town, used, settings=NextSettings(limit=4))) == 4


def test_an_unknown_cause_has_no_next_accounts(town: Any) -> None:
    """Nothing is guessed."""
    assert next_accounts(Cause(campaign="", at=NOW, named=None), town.touches(), (), NOW) == ()
