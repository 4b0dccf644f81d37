"""Accounts that are used before a change of staff counts."""

import msgspec
import pyarrow as pa
import pytest

from holdfast.detection.cooled import Cooled, Use, Watched, takeover
from holdfast.detection.homes import From, Home
from holdfast.detection.takeover import WARN
from holdfast.events import CredentialChange, ResetRequested, SignIn

AT = 1_600_000_000_000
MINUTE = 60_000
CHANGE = Watched(id="a-1", account="p", staff="bob", session="s-1", since=AT, began=AT, until=AT + 60 * MINUTE)
HOME = Home().after(SignIn(account="p", time=AT - MINUTE, outcome="ok", device="own", asn="AS1", country="NL"))


@pytest.fixture
def cooled():
    """One change is watched; the account was entered by its own telephone before."""
    made = Cooled()
    made.observe([SignIn(account="p", time=AT - MINUTE, outcome="ok", device="own", asn="AS1", country="NL")])
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
        (signed_in("own", method="recovery"), Use.STRANGER),
        (signed_in(asn="AS1", country="BR"), Use.NEW_DEVICE),
        (signed_in(asn="AS9"), Use.STRANGER),
        (signed_in(country="BR"), Use.STRANGER),
        (signed_in("own", asn="AS9", country="BR"), None),
        (signed_in("", asn="AS9", country="NL"), Use.NEW_DEVICE),
        (signed_in("", country="BR"), Use.NEW_DEVICE),
        (signed_in("", asn="AS1", country="BR"), None),
        (signed_in("", ip="192.0.2.1"), None),
        (CredentialChange(account="p", time=AT + MINUTE, what="phone", by="holder"), Use.CHANGED),
        (CredentialChange(account="p", time=AT + MINUTE, what="mfa", by="staff", staff="eve"), Use.CHANGED),
        (signed_in("own"), None),
        (signed_in(outcome="refused"), None),
        (signed_in(account="q"), None),
        (signed_in(minutes=60), None),
        (ResetRequested(account="p", time=AT), None),
        (CredentialChange(account="p", time=AT + MINUTE, what="mfa", by="staff", staff="bob"), None),
        (CredentialChange(account="p", time=AT + MINUTE, what="mfa", by="staff", staff="Bob"), None),
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


def test_who_was_refused_makes_no_device_known(cooled):
    """Whoever tries in vain before the change is as strange after it."""
    cooled.leave("p", "a-1")
    cooled.observe([signed_in("theirs", minutes=-30, outcome="refused")])
    assert cooled.homes.of("p") == HOME
    cooled.watch(msgspec.structs.replace(CHANGE, home=cooled.homes.of("p")))
    assert [each.use for each in cooled.observe([signed_in("theirs")])] == [Use.NEW_DEVICE]


def test_what_was_before_the_change_and_is_told_late_is_home(cooled):
    """The holder's own telephone was used before, and that is heard of afterwards."""
    cooled.observe([signed_in("second", minutes=-5)])
    assert cooled.observe([signed_in("second")]) == []


def test_what_is_surer_is_told_though_something_was_told_before(cooled):
    """In one batch and in the next; and then no more."""
    both = [signed_in("other", minutes=2), signed_in("other", minutes=3, asn="AS9")]
    assert [each.use for each in cooled.observe(both)] == [Use.STRANGER]
    cooled.watch(msgspec.structs.replace(CHANGE, used=Use.NEW_DEVICE))
    assert [each.use for each in cooled.observe([signed_in(), both[1]])] == [Use.STRANGER]
    assert cooled.observe([signed_in()]) == []
    cooled.watch(msgspec.structs.replace(CHANGE, used=Use.STRANGER))
    assert cooled.observe([ResetRequested(account="p", time=AT + MINUTE), both[1]]) == []


def test_the_account_is_followed_in_any_spelling(cooled):
    """The tool named it otherwise than the platform does; who is told hears the platform's own id."""
    cooled.leave("p", "a-1")
    cooled.watch(msgspec.structs.replace(CHANGE, account=" P"))
    assert [each.account for each in cooled.observe([ResetRequested(account="p", time=AT + MINUTE)])] == ["p"]


def test_homes_are_known_again(cooled):
    """What was kept over a new start is as it was, and what was heard since goes before it."""
    again = Cooled().homes
    again.entered(signed_in("new", account="q"))
    cooled.observe([signed_in("own", account="q", minutes=-1)])
    again.meet(pa.Table.from_batches([cooled.homes.known()]))
    assert again.of("p") == cooled.homes.of("p") == HOME
    assert again.of("q") == Home().after(signed_in("new"))


def test_of_a_crowd_of_devices_those_used_last_are_known():
    """However many come, the one that is used again and again stays, and an account costs no more."""
    home = Home()
    for number in range(100):
        home = home.after(signed_in(f"d{number}")).after(signed_in("own"))
    assert (len(home.devices), home.seen_from(signed_in("own"))) == (16, From.HOME)
    assert home.seen_from(signed_in("d0")) is From.NEW


@pytest.mark.parametrize("use", Use)
def test_the_warning_stands_by_itself(use):
    """It is enough for a warning, and names the hand behind the change; for plans all is that not anybody can do."""
    warning = takeover(CHANGE, use, AT + MINUTE, AT + 2 * MINUTE)
    assert warning.sure == (use not in {Use.NEW_DEVICE, Use.RESET_OF_MANY}) == (warning.score > WARN)
    assert (warning.staff, warning.tool_session) == ("bob", "s-1")


def resets(count, hours=0, first=0):
    """New passwords asked for of so many accounts, in an hour before the change or after it."""
    return [
        ResetRequested(account=f"q{first + number}", time=AT + hours * 60 * MINUTE + number) for number in range(count)
    ]


@pytest.mark.parametrize(
    ("usual", "now", "use"),
    [(10, 40, Use.RESET), (10, 60, Use.RESET_OF_MANY), (100, 400, Use.RESET), (100, 600, Use.RESET_OF_MANY)],
)
def test_who_floods_the_form_for_new_passwords_trips_no_plan(cooled, usual, now, use):
    """A reset is sure, but among five times as many accounts as in the hours before it is a warning."""
    for hours in range(-5, 0):
        cooled.observe(resets(usual, hours))
    cooled.observe(resets(now))
    assert [each.use for each in cooled.observe([ResetRequested(account="p", time=AT + MINUTE)])] == [use]


def test_a_flood_hides_nobody_who_comes_in(cooled):
    """Under it a stranger is as sure as ever; and one account asked for again and again is no flood."""
    cooled.observe(resets(10, -1))
    cooled.observe([msgspec.structs.replace(each, account="q") for each in resets(1_000)])
    assert [each.use for each in cooled.observe([ResetRequested(account="p", time=AT + MINUTE)])] == [Use.RESET]
    cooled.observe(resets(1_000))
    found = cooled.observe([ResetRequested(account="p", time=AT + MINUTE), signed_in(asn="AS9")])
    assert [each.use for each in found] == [Use.STRANGER]


def test_where_no_hour_before_was_heard_of_nothing_is_a_flood(cooled):
    """A large platform that has just begun to tell is not taken for a flooded one."""
    cooled.observe(resets(1_000))
    assert [each.use for each in cooled.observe([ResetRequested(account="p", time=AT + MINUTE)])] == [Use.RESET]
