"""Who among those who post a lure is in the attackers' hands where nothing rare was done to anybody: stolen sessions."""

from __future__ import annotations

import pytest

from holdfast.detection.features import Features
from holdfast.detection.hands import Mark, WayIn, tied
from holdfast.detection.model import PRECURSOR_KINDS
from holdfast.events import SignIn

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
NETWORK, DEVICE, APP = (1 << PRECURSOR_KINDS.index(kind) for kind in ("new_network", "new_device", "app"))


def sign_in(stream, account, minutes, home="home", device="own"):
    """A sign-in so many minutes ago."""
    place = {"country": "NL", "asn": home, "device": device}
    stream.happen(SignIn(account=account, time=stream.now - minutes * MINUTE, outcome="ok", **place))


@pytest.fixture
def platform(new_stream):
    """Two days of chatter by accounts whose sign-ins are known; one in six has a new device within the week."""
    stream = new_stream()
    for index in range(60):
        stream.now += MINUTE
        sign_in(stream, f"old{index}", 1)
        if index % 6 == 0:
            stream.now += MINUTE
            sign_in(stream, f"old{index}", 0, device="new")
    return stream.ordinary(accounts=60, posts=600)


def steal(stream, account):
    """Its session is used from elsewhere, ten minutes before."""
    sign_in(stream, account, 10, home=f"line of {account}", device=f"box of {account}")


@pytest.mark.parametrize("order", ["hjhh", "hhjhjh", "jhjhhh", "hhhjjj", "hjhjhjhh"])
def test_with_stolen_sessions_a_copycat_is_never_held(platform, wallet, offer, chatter, order):
    """Where sessions were stolen, whoever only copies the lure stands by; it is contained when three were used."""
    for index, who in enumerate(order):
        name = f"old{index * 6 + 1}"
        if who == "h":
            steal(platform, name)
        said = offer(platform.drawn, wallet(820)) if who == "h" else f"{chatter(platform.drawn)} {wallet(820)}"
        platform.say(name, said)
        platform.wait(40 * SECOND)
    (campaign,) = platform.found()
    assert campaign.tier == "contain"
    assert {f"old{index * 6 + 1}" for index, who in enumerate(order) if who == "h"} == set(campaign.accounts)


def test_two_used_accounts_and_a_copycat_hold_nobody(platform, wallet, offer):
    """A third account that shows no trace is no third witness: a person is called, nobody held."""
    for index in (1, 7, 13):
        if index != 13:
            steal(platform, f"old{index}")
        platform.say(f"old{index}", offer(platform.drawn, wallet(821)))
        platform.wait(40 * SECOND)
    (campaign,) = platform.found()
    assert campaign.tier == "alert"


def test_a_copycat_with_a_new_device_of_its_own_is_not_held(platform, wallet, offer):
    """What was done to a copycat the day before ties it to no campaign whose accounts were entered minutes before."""
    sign_in(platform, "old20", 30 * 60, device="birthday present")
    for index in (1, 7, 13, 20, 25):
        if index != 20:
            steal(platform, f"old{index}")
        platform.say(f"old{index}", offer(platform.drawn, wallet(822)))
        platform.wait(40 * SECOND)
    (campaign,) = platform.found()
    assert campaign.tier == "contain"
    assert "old20" in campaign.bystanders
    assert {"old1", "old7", "old13", "old25"} == set(campaign.accounts)


def test_a_way_in_is_what_was_done_to_half_and_as_freshly():
    """Another kind of mark, a stale one and none do not lead to a campaign; a further kind beside its own does no harm."""
    marks = [Mark(kinds=NETWORK | DEVICE, freshness=1.0), Mark(kinds=DEVICE, freshness=0.98)]
    way = WayIn.of([*marks, Mark(kinds=APP, freshness=0.5)])
    assert way == WayIn(kinds=DEVICE, freshness=0.98)
    assert way.leads_to(Mark(kinds=DEVICE | APP, freshness=0.95))
    assert WayIn(kinds=APP, freshness=0.85).leads_to(Mark(kinds=APP, freshness=0.5))
    assert not way.leads_to(Mark(kinds=APP, freshness=1.0))
    assert not way.leads_to(Mark(kinds=DEVICE, freshness=0.8))
    assert not way.leads_to(None)


def test_only_those_who_share_the_way_in_are_tied():
    """Accounts are named by what was done to them; where nothing was done to anybody, nobody is."""
    device = Mark(kinds=DEVICE, freshness=1.0)
    assert {"a", "b"} == tied({"a": device, "b": device, "c": Mark(kinds=APP, freshness=1.0)})
    assert frozenset() == tied({})


def test_an_account_to_which_nothing_was_done_bears_no_mark():
    """A mark is read off the features of a post."""
    assert Mark.of(Features.of(0)) is None
    assert Mark.of(Features.of(DEVICE << 16 | 255 << 24)) == Mark(kinds=DEVICE, freshness=1.0)
