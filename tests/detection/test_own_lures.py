"""Campaigns without a shared string: every account with a lure of its own, in words of its own."""

from __future__ import annotations

import pytest

HOUR, DAY = 3_600_000, 86_400_000
SERVICES = ("bit.ly", "ow.ly", "t.ly", "is.gd")


def short(number: int) -> str:
    """A short link that nobody posted before."""
    return f"https://{SERVICES[number % len(SERVICES)]}/x{number * 7919:x}q"


@pytest.fixture(name="quiet")
def quiet_platform(new_stream):
    """Two weeks on a platform where hardly anybody shortens links."""
    return new_stream().ordinary(days=14, posts=6_000, accounts=120)


@pytest.mark.parametrize("accounts", ["old", "new"])
def test_a_short_link_of_its_own_for_each_account(quiet, offer, accounts):
    """Accounts that each cast their first short link together are seen by the fifth, with a past or without."""
    names = quiet.crowd(10, 30_000, lambda i: offer(quiet.drawn, short(i)), accounts)
    (campaign,) = quiet.found()
    assert campaign.detected_after_posts <= 5
    assert list(campaign.accounts) == names
    assert campaign.tier == "alert"
    assert {"own_short_links", "rare_class"} <= {term.term for term in campaign.evidence}


def test_the_platforms_own_shortener_says_nothing(new_stream, offer, chatter):
    """Where a service shortens every link, its links are everyday, also many first ones within minutes."""
    stream = new_stream()
    for number in range(3_000):
        link = f"https://t.co/a{number}" if number % 8 == 0 else ""
        stream.wait(4 * 60_000).say(f"old{number % 700}", f"{chatter(stream.drawn)} {link}", [link] if link else [])
    stream.crowd(12, 5_000, lambda i: f"{chatter(stream.drawn)} https://t.co/b{i}", "new")
    assert stream.found() == ()


def test_where_short_links_are_common_a_burst_says_nothing(new_stream, chatter):
    """Strangers who post short links all day, in bursts too, are no campaign."""
    stream = new_stream()
    for number in range(4_000):
        said = f"{chatter(stream.drawn)} {short(number)}" if number % 10 == 0 else chatter(stream.drawn)
        stream.wait(2_000 if number % 100 < 40 else 60_000).say(f"p{number}", said)
    assert stream.found() == ()


def test_an_apps_button_that_shortens_links_says_nothing(quiet):
    """One form filled in by many, each with a short link of its own, is an app and no campaign."""
    quiet.crowd(
        12, 20_000, lambda i: f"I just finished run number {i + 3} with the River Runner app, see {short(i)}", "old"
    )
    assert quiet.found() == ()


def test_a_fresh_site_for_each_account(new_stream, offer):
    """Where new sites are rare, accounts with a past and no link in it that each name one are seen together."""
    quiet = new_stream().ordinary(days=14, posts=40_000, accounts=900)
    names = [f"plain{index}" for index in range(8)]
    for _ in range(4):
        for name in names:
            quiet.wait(HOUR).say(name, "nothing to see here but a few plain words")
    quiet.wait(DAY).crowd(8, 20_000, lambda i: offer(quiet.drawn, f"https://gift-{i}x.example-{i}.com/go"), "plain")
    (campaign,) = quiet.found()
    assert campaign.detected_after_posts <= 6
    assert set(campaign.accounts) <= set(names)
    assert campaign.tier == "alert"


def test_a_pause_many_times_its_pace_ends_a_crowd(quiet, offer):
    """Two fast attacks hours apart are two campaigns, although both cast short links."""
    first = quiet.crowd(6, 20_000, lambda i: offer(quiet.drawn, short(i)), "one")
    quiet.wait(3 * HOUR)
    second = quiet.crowd(6, 20_000, lambda i: offer(quiet.drawn, short(50 + i)), "two")
    assert [list(campaign.accounts) for campaign in quiet.found()] == [first, second]


def test_a_slow_crowd_of_addresses(new_stream, wallet, offer):
    """Own addresses an hour apart are seen by the fifth where addresses are rare."""
    stream = new_stream().ordinary(days=20, posts=6_000)
    stream.crowd(8, HOUR, lambda i: offer(stream.drawn, wallet(700 + i)))
    (campaign,) = stream.found()
    assert campaign.detected_after_posts <= 5
    assert len(campaign.accounts) == 8


def test_three_of_a_crowd_are_too_few_to_hold(new_stream, wallet, offer):
    """Accounts that share no lure are not held for a trace that two of three of them happen to show."""
    stream = new_stream().ordinary(days=20, posts=6_000, lang="de", client="phone")
    for index in range(3):
        lang = "en" if index else "de"
        stream.wait(20_000).say(f"old{index}", offer(stream.drawn, wallet(750 + index)), lang=lang, client="phone")
    (campaign,) = stream.found()
    assert campaign.tier == "alert"
    assert len(campaign.accounts) == 3
