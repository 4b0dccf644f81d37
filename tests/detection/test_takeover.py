"""A takeover through a staff tool is seen before any post; honest support work is not."""

from __future__ import annotations

import pytest

from holdfast.detection import Detector
from holdfast.events import Account, Batch, CredentialChange, ResetRequested, SignIn

from .conftest import SMALL, START

MINUTE, HOUR = 60_000, 3_600_000


def life(account, *, country="NL", device="phone"):
    """Some earlier sign-ins of the holder."""
    return [
        SignIn(account=account, time=START - hours * HOUR, outcome="ok", country=country, asn="as1", device=device)
        for hours in (90, 50, 20)
    ]


def deeds(account, *, at=START, session="ts-1", reset_after=3 * MINUTE, country="VN", device="other", value=""):
    """Staff replace the address, somebody resets, somebody signs in."""
    return [
        CredentialChange(
            account=account,
            time=at,
            what="email",
            change="replaced",
            by="staff",
            staff="s1",
            tool_session=session,
            new_hash=value,
        ),
        ResetRequested(account=account, time=at + reset_after),
        SignIn(
            account=account, time=at + reset_after + MINUTE, outcome="ok", country=country, asn="as9", device=device
        ),
    ]


def warnings(*events):
    """What a detector warns of."""
    detector = Detector(SMALL)
    detector.observe(Batch(others=[event for group in events for event in group]))
    return detector.take_warnings()


def test_a_famous_account_taken_through_the_tool():
    """Replaced, reset at once and entered from elsewhere, on an account worth stealing: a warning with its sum."""
    (warning,) = warnings([Account(account="famous", time=START - 1, verified=True)], life("famous"), deeds("famous"))
    assert (warning.account, warning.tool_session) == ("famous", "ts-1")
    assert warning.changed_at < warning.reset_at < warning.signed_in_at == warning.warned_at
    assert warning.score == pytest.approx(sum(term.log_likelihood for term in warning.evidence))


def test_honest_support_is_no_takeover():
    """A holder who lost the mailbox resets hours later and signs in at home with the usual device."""
    assert warnings(life("holder"), deeds("holder", reset_after=5 * HOUR, country="NL", device="phone")) == []


def test_one_ordinary_account_from_a_new_place_is_not_enough():
    """A holder on a journey looks alike; one such case alone warns nobody."""
    assert warnings(life("traveller"), deeds("traveller", reset_after=2 * HOUR)) == []


def test_many_by_one_tool_session_are():
    """The same tool session doing it to one account after another becomes a warning soon."""
    names = [f"victim{index}" for index in range(6)]
    lives = [life(name) for name in names]
    done = [deeds(name, at=START + index * 5 * MINUTE) for index, name in enumerate(names)]
    warned = [warning.account for warning in warnings(*lives, *done)]
    assert warned
    assert set(warned) <= set(names[1:])


def test_one_new_value_for_several_accounts():
    """One mailbox that becomes the recovery address of two accounts is a strong sign."""
    warned = warnings(
        *(life(f"victim{n}") + deeds(f"victim{n}", session=f"ts-{n}", value="h1", at=START + n) for n in range(2))
    )
    assert [warning.account for warning in warned] == ["victim1"] or len(warned) == 2


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_every_deed_is_needed(missing):
    """Without the change, the reset or the sign-in there is no warning."""
    done = deeds("famous")
    del done[missing]
    assert warnings([Account(account="famous", time=START - 1, verified=True)], life("famous"), done) == []


def test_a_warning_is_given_once():
    """Further sign-ins of the same account do not warn again, and taking empties."""
    detector = Detector(SMALL)
    again = SignIn(account="famous", time=START + HOUR, outcome="ok", country="VN")
    events = [Account(account="famous", time=START - 1, verified=True), *life("famous"), *deeds("famous"), again]
    detector.observe(Batch(others=events))
    assert len(detector.take_warnings()) == 1
    assert detector.take_warnings() == []
