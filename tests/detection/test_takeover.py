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


def deeds(
    account, *, at=START, session="ts-1", reset_after=3 * MINUTE, country="VN", device="other", value="", asn="as9"
):
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
        SignIn(account=account, time=at + reset_after + MINUTE, outcome="ok", country=country, asn=asn, device=device),
    ]


def at_home(account, **how):
    """An honest holder who got help: back at once, at home, with the usual device."""
    return life(account) + deeds(account, country="NL", asn="as1", device="phone", **how)


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
    """What was not enough for the first account is, once further changes of the session led elsewhere, too."""
    names = [f"victim{index}" for index in range(6)]
    lives = [life(name) for name in names]
    done = [deeds(name, at=START + index * 5 * MINUTE) for index, name in enumerate(names)]
    assert warnings(lives[0], done[0]) == []
    found = warnings(*lives, *done)
    assert {warning.account for warning in found} == set(names)
    assert found[0].warned_at == found[1].warned_at


def test_a_busy_desk_is_no_intruder():
    """A session that helps one famous holder after the other, each of whom comes back at once and at home, warns nobody."""
    names = [f"famous{index}" for index in range(40)]
    known = [Account(account=name, time=START - 1, tier="high_reach") for name in names]
    helped = [at_home(name, at=START + index * 5 * MINUTE) for index, name in enumerate(names)]
    assert warnings(known, *helped) == []


def test_a_traveller_is_not_blamed_for_a_busy_desk():
    """That the others went home speaks for the session, so one sign-in from abroad among them stays one."""
    helped = [at_home(f"holder{index}", at=START + index * 5 * MINUTE) for index in range(40)]
    away = life("traveller") + deeds("traveller", at=START + 4 * HOUR)
    assert warnings(*helped, away) == []


def test_one_new_value_for_several_accounts():
    """One mailbox that becomes the recovery address of two accounts is a strong sign."""
    warned = warnings(
        *(life(f"victim{n}") + deeds(f"victim{n}", session=f"ts-{n}", value="h1", at=START + n) for n in range(2))
    )
    assert {warning.account for warning in warned} == {"victim0", "victim1"}


def test_a_second_change_of_the_same_hand_hides_nothing():
    """The second factor removed after the address was replaced: the new address still shows that it serves several."""
    removed = [
        CredentialChange(
            account=f"victim{n}",
            time=START + 15,
            what="mfa",
            change="removed",
            by="staff",
            staff="s1",
            tool_session=f"ts-{n}",
        )
        for n in range(2)
    ]
    taken = [life(f"victim{n}") + deeds(f"victim{n}", session=f"ts-{n}", value="h1", at=START + n) for n in range(2)]
    found = warnings(*taken, removed)
    assert {warning.account for warning in found} == {"victim0", "victim1"}
    assert {warning.changed_at for warning in found} == {START, START + 1}


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
