"""Accounts that are used before a change of staff counts."""

import msgspec
import pytest

from holdfast.detection.cooled import Cooled, Use, Watched, takeover
from holdfast.detection.takeover import WARN
from holdfast.events import CredentialChange, ResetRequested, SignIn

AT = 1_600_000_000_000
MINUTE = 60_000
CHANGE = Watched(id="a-1", account="p", staff="bob", session="s-1", since=AT, began=AT, until=AT + 60 * MINUTE)


@pytest.fixture
def cooled():
    """One change is watched; the account was entered by its own telephone before."""
    made = Cooled()
    made.observe([SignIn(account="p", time=AT - MINUTE, outcome="ok", device="own")])
    made.watch(msgspec.structs.replace(CHANGE, home=made.homes.of("p")))
    return made


def signed_in(device="other", minutes=5, **more):
    """A sign-in after the change."""
    return SignIn(**{"account": "p", "time": AT + minutes * MINUTE, "outcome": "ok", "device": device, **more})


@pytest.mark.parametrize(
    ("event", "use"),
    [
        (ResetRequested(account="p", time=AT + MINUTE), Use.RESET),
        (signed_in(), Use.NEW_DEVICE),
        (signed_in("own", method="recovery"), Use.NEW_DEVICE),
        (CredentialChange(account="p", time=AT + MINUTE, what="phone", by="holder"), Use.CHANGED),
        (CredentialChange(account="p", time=AT + MINUTE, what="mfa", by="staff", staff="eve"), Use.CHANGED),
        (signed_in("own"), None),
        (signed_in(outcome="refused"), None),
        (signed_in(account="q"), None),
        (signed_in(minutes=60), None),
        (ResetRequested(account="p", time=AT), None),
        (CredentialChange(account="p", time=AT + MINUTE, what="mfa", by="staff", staff="bob"), None),
        (CredentialChange(account="p", time=AT + MINUTE, what="mfa", by="staff", tool_session="s-1"), None),
        (
            CredentialChange(account="p", time=AT + MINUTE, what="mfa", by="staff", staff="bob", tool_session="s-2"),
            None,
        ),
        (CredentialChange(account="p", time=AT + MINUTE, what="mfa", by="staff"), Use.CHANGED),
        (CredentialChange(account="p", time=AT + MINUTE, what="email", by="system"), None),
    ],
)
def test_what_comes_too_early_is_seen(cooled, event, use):
    """A reset, a strange device and another hand are signs; the holder at home and the same request are none."""
    assert [each.use for each in cooled.observe([event])] == ([] if use is None else [use])


def test_it_is_seen_though_it_is_told_late(cooled):
    """What counts is when it happened, not when it was heard of."""
    cooled.observe([signed_in("own", minutes=300)])
    assert [each.at for each in cooled.observe([signed_in()])] == [AT + 5 * MINUTE]


def test_a_strange_device_does_not_become_known_by_coming_twice(cooled):
    """Who came in while it cooled is as strange the second time."""
    assert len(cooled.observe([signed_in()])) == len(cooled.observe([signed_in(minutes=6)])) == 1


def test_what_is_left_is_watched_no_more(cooled):
    """Once it was reversed nothing is too early."""
    cooled.leave("p", "a-1")
    assert cooled.observe([signed_in()]) == []


def test_an_account_never_seen_is_no_stranger_to_itself():
    """Where no device is known, none is new."""
    cooled = Cooled()
    cooled.watch(CHANGE)
    assert cooled.observe([signed_in()]) == []


@pytest.mark.parametrize("use", Use)
def test_the_warning_stands_by_itself(use):
    """It is enough for a warning, and names the hand behind the change."""
    warning = takeover(CHANGE, use, AT + MINUTE, AT + 2 * MINUTE)
    assert warning.sure
    assert warning.score > WARN
    assert (warning.staff, warning.tool_session) == ("bob", "s-1")
