"""What looks like an attack and is none: nothing of it is ever contained, and only a shared payment address may alert."""

from __future__ import annotations

import itertools

import pytest

CASES = list(itertools.product((3, 12, 60), (5_000, 60_000, 600_000)))


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]} accounts, {case[1] // 1000} s")
def pace(request):
    """How many accounts, and how many ms between them."""
    return request.param


@pytest.fixture(params=["old", "new"])
def accounts(request):
    """Accounts with a past and without."""
    return request.param


def test_a_donation_address_may_alert_and_is_never_contained(stream, wallet, pace, accounts):
    """An appeal that everybody copies looks like a campaign, but copying explains all of it."""
    stream.crowd(*pace, lambda _: f"Help the flooded valley rebuild, every coin counts: {wallet(20)}", accounts)
    assert [campaign.tier for campaign in stream.found()] == ["alert"]


def test_a_petition(stream, pace, accounts):
    """One page passed on by many in the words of its share button."""
    stream.crowd(
        *pace,
        lambda _: "I have just put my name to this, will you? https://petition.example.com/save-the-park",
        accounts,
    )
    assert stream.found() == ()


def test_breaking_news(stream, pace, accounts):
    """One headline and its page."""
    text = "Bridge closed after lorry strikes pillar, traffic diverted north https://herald.example.net/bridge"
    stream.crowd(*pace, lambda _: text, accounts)
    assert stream.found() == ()


def test_talking_points_and_memes(stream, pace, accounts):
    """The same words without any lure say nothing, however many repeat them."""
    stream.crowd(*pace, lambda _: "Nine in ten will never dare to repost this little sentence, will you", accounts)
    assert stream.found() == ()


def test_a_giveaway_that_is_reposted(stream, pace, accounts):
    """Reposts of one post are one voice."""
    first = stream.say("shop", "We give away a bicycle on Friday, follow and repost https://shop.example.com/win")
    stream.crowd(
        *pace,
        lambda _: "We give away a bicycle on Friday, follow and repost https://shop.example.com/win",
        accounts,
        repost_of=first,
    )
    assert stream.found() == ()


@pytest.mark.parametrize(
    "form",
    [
        "I just cycled {n} km with @wheelapp {url}",
        "I am at {place} {url}",
        "My week: {n} mentions, {n} likes via {url}",
    ],
)
def test_an_app_that_shares_by_itself(stream, chatter, pace, accounts, form):
    """A form filled in by an app, each with a page of its own on one fresh site."""

    def filled(index):
        place = chatter(stream.drawn, 1 + index % 4).title()
        return form.format(n=index % 9 + 1, place=place, url=f"https://wheel.example.app/{index * 104729:x}")

    stream.crowd(*pace, filled, accounts)
    assert stream.found() == ()


def test_emergency_information(stream, pace, accounts):
    """A telephone number and a page that people need."""
    text = "If the water reaches you call 0800 111 222 at once, shelters: https://rescue.example.org/shelters"
    stream.crowd(*pace, lambda _: text, accounts)
    assert stream.found() == ()


def test_pages_of_a_known_site(stream, chatter, pace, accounts):
    """A site that has been named for days may be named by many at once, each with another page."""
    stream.crowd(*pace, lambda i: f"{chatter(stream.drawn)} https://gazette.example.org/{i * 7907}", accounts)
    assert stream.found() == ()


def test_help_given_in_a_conversation(stream, chatter):
    """People who answer each other with pages of one site are no campaign."""
    stream.crowd(4, 200_000, lambda i: f"@old{i} {chatter(stream.drawn)} https://manual.example.net/page{i}")
    assert stream.found() == ()


def test_warnings_alone_are_no_campaign(stream, wallet, pace):
    """An address that is only quoted never alerts."""
    stream.crowd(*pace, lambda i: f'People, somebody sent me "pay into {wallet(21)} today" again, number {i}')
    assert stream.found() == ()
