"""Challenges are for one browser and purpose, are used once, and end."""

import pytest

from holdfast.app.signin.challenges import MOST_BY_ADDRESS, MOST_EACH, Challenges
from holdfast.errors import SignInError
from holdfast.guard import CHALLENGE_STANDS_MS, Purpose

NOW = 1_000_000


def same(nonce):
    """The nonce itself."""
    return nonce


def give(challenges, purpose=Purpose.SIGN_IN, browser="b", about="", now=NOW, stranger=""):
    """A challenge whose value is its nonce."""
    return challenges.give(purpose, browser, about, same, now, stranger=stranger)


def test_a_challenge_is_used_once():
    """The second answer finds nothing."""
    challenges = Challenges()
    given = give(challenges)
    assert given == challenges.take(Purpose.SIGN_IN, "b", "", NOW)
    with pytest.raises(SignInError):
        challenges.take(Purpose.SIGN_IN, "b", "", NOW)


@pytest.mark.parametrize(
    "asked",
    [(Purpose.APPROVE, "b", ""), (Purpose.SIGN_IN, "c", ""), (Purpose.SIGN_IN, "b", "r1")],
    ids=["purpose", "browser", "about"],
)
def test_a_challenge_is_for_one_thing(asked):
    """Another purpose, browser or request gets none."""
    challenges = Challenges()
    give(challenges)
    with pytest.raises(SignInError):
        challenges.take(*asked, NOW)


def test_a_challenge_ends_after_five_minutes():
    """To the millisecond."""
    challenges = Challenges()
    give(challenges)
    with pytest.raises(SignInError):
        challenges.take(Purpose.SIGN_IN, "b", "", NOW + CHALLENGE_STANDS_MS)
    give(challenges)
    assert challenges.take(Purpose.SIGN_IN, "b", "", NOW + CHALLENGE_STANDS_MS - 1)


def test_no_two_are_alike_and_the_newer_takes_the_place():
    """Asked again, the one before counts no more."""
    challenges = Challenges()
    first, second = give(challenges), give(challenges)
    assert first.nonce != second.nonce
    assert second == challenges.take(Purpose.SIGN_IN, "b", "", NOW)


def test_one_browser_cannot_push_out_the_challenges_of_others(monkeypatch):
    """It loses its own oldest ones; when there is no room at all, whoever comes last is refused."""
    from holdfast.app.signin import challenges as module

    challenges = Challenges()
    give(challenges, browser="other")
    for number in range(MOST_EACH + 5):
        give(challenges, Purpose.APPROVE, about=f"r{number}")
    assert challenges.take(Purpose.SIGN_IN, "other", "", NOW)
    with pytest.raises(SignInError):
        challenges.take(Purpose.APPROVE, "b", "r0", NOW)
    assert challenges.take(Purpose.APPROVE, "b", f"r{MOST_EACH + 4}", NOW)
    monkeypatch.setattr(module, "MOST", 8)
    for number in range(8 - len(challenges._given)):
        give(challenges, browser=f"x{number}")
    with pytest.raises(SignInError):
        give(challenges, browser="one too many")
    assert give(challenges, browser="later", now=NOW + CHALLENGE_STANDS_MS)


def test_strangers_of_one_address_push_out_each_other():
    """However many browsers somebody calls himself, those of other addresses can be answered."""
    challenges = Challenges()
    give(challenges, browser="other", stranger="192.0.2.1")
    for number in range(MOST_BY_ADDRESS + 5):
        give(challenges, browser=f"x{number}", stranger="192.0.2.2")
    assert challenges.take(Purpose.SIGN_IN, "other", "", NOW)
    with pytest.raises(SignInError):
        challenges.take(Purpose.SIGN_IN, "x0", "", NOW)
    assert challenges.take(Purpose.SIGN_IN, f"x{MOST_BY_ADDRESS + 4}", "", NOW)


def test_strangers_keep_nobody_out(monkeypatch):
    """When there is no room, the oldest stranger gives way, to another one and to whoever has signed in."""
    from holdfast.app.signin import challenges as module

    monkeypatch.setattr(module, "MOST", 8)
    challenges = Challenges()
    give(challenges, Purpose.APPROVE, browser="in", about="r")
    for number in range(20):
        give(challenges, browser=f"x{number}", stranger=f"192.0.2.{number}")
    assert give(challenges, Purpose.APPROVE, browser="in too", about="r")
    assert challenges.take(Purpose.APPROVE, "in", "r", NOW)
    assert challenges.take(Purpose.SIGN_IN, "x19", "", NOW)
    with pytest.raises(SignInError):
        challenges.take(Purpose.SIGN_IN, "x0", "", NOW)
