"""What was seen lately of single accounts."""

from holdfast.events import Report
from holdfast.response import signs as module
from holdfast.response.signs import Sign, Signs


def test_signs_count_by_when_they_happened_and_whom_they_concern():
    """What was before does not count again, whenever it is heard."""
    signs = Signs()
    for account, at in (("a", 5), ("a", 15), ("b", 20)):
        signs.note(Sign.LURE, account, at)
    assert 2 == signs.since(lambda _: 10)[Sign.LURE]
    assert 1 == signs.since({"b": 10}.get)[Sign.LURE]
    assert 1 == signs.of("a", 10)[Sign.LURE]


def test_signs_told_out_of_order_are_found_all_the_same():
    """Late news of an older sign does not hide a newer one."""
    signs = Signs()
    signs.note(Sign.LURE, "a", 20)
    signs.note(Sign.LURE, "a", 5)
    assert 1 == signs.since(lambda _: 10)[Sign.LURE]


def test_many_complaints_about_one_account_are_one():
    """Nobody stops the waves by filing a thousand."""
    signs = Signs()
    signs.reports([Report(account="a", time=10 + number) for number in range(1_000)])
    signs.reports([Report(account="b", time=10), Report(post="p", time=10)])
    assert 2 == signs.since(lambda _: 0)[Sign.COMPLAINT]


def test_a_flood_costs_no_memory(monkeypatch):
    """Who was seen first is forgotten first."""
    monkeypatch.setattr(module, "MOST", 100)
    signs = Signs()
    for number in range(1_000):
        signs.note(Sign.REFUSAL, f"a{number}", number)
        signs.note(Sign.COMPLAINT, f"a{number}", number)
    assert 100 == signs.since(lambda _: 0)[Sign.REFUSAL] == signs.since(lambda _: 0)[Sign.COMPLAINT]
    assert 0 == signs.of("a0", 0)[Sign.REFUSAL]


def test_complaints_make_no_other_sign_forgotten(monkeypatch):
    """Filing them by the thousand hides no lure."""
    monkeypatch.setattr(module, "MOST", 100)
    signs = Signs()
    signs.note(Sign.LURE, "a", 5)
    signs.reports([Report(account=f"b{number}", time=6) for number in range(1_000)])
    assert 1 == signs.since(lambda _: 0)[Sign.LURE]
