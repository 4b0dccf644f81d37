"""Campaigns live: they keep their name as they grow, follow a lure that changes, and two stay two."""

from __future__ import annotations

import pytest

MINUTE, HOUR = 60_000, 3_600_000


def test_the_name_survives_growth_and_revisions_count_up(stream, wallet, offer):
    """Each batch's answer is the same campaign, larger and with a higher revision."""
    stream.crowd(9, 30_000, lambda _: offer(stream.drawn, wallet(60)))
    detector, revisions = None, []
    from holdfast.detection import Detector

    detector = Detector(stream.detect().settings)
    for batch in stream.batches(range(1, len(stream.posts))):
        revisions += detector.observe(batch)
    assert len({campaign.id for campaign in revisions}) == 1
    assert [campaign.revision for campaign in revisions] == list(range(1, 8))
    assert [len(campaign.accounts) for campaign in revisions] == list(range(3, 10))
    assert len({(campaign.detected_at, campaign.detected_after_posts) for campaign in revisions}) == 1


def test_the_next_lure_of_the_same_accounts_is_followed(stream, wallet, offer):
    """Two carriers with a new address bring it in; who posts it then is a carrier at once."""
    stream.crowd(6, 30_000, lambda i: offer(stream.drawn, f"https://fund.example.net/{i}x"), "acc")
    stream.wait(58 * MINUTE)
    stream.crowd(2, 30_000, lambda _: offer(stream.drawn, wallet(61)), "acc")
    stream.say("famous", offer(stream.drawn, wallet(61)))
    (campaign,) = stream.found()
    assert "famous" in campaign.accounts
    assert {lure.kind for lure in campaign.lures} == {"domain", "address"}


def test_a_carriers_everyday_links_are_not_followed(stream, wallet, offer, chatter):
    """A hijacked account's own links, or a popular site, never become the campaign's lures."""
    stream.crowd(6, 30_000, lambda _: offer(stream.drawn, wallet(62)), "old")
    for index in range(3):
        stream.say(
            f"old{index}",
            f"{chatter(stream.drawn)} https://gazette.example.org/{index}",
            [f"https://gazette.example.org/{index}"],
        )
    stream.say(
        "old4",
        f"{chatter(stream.drawn)} https://my-own-diary.example.com/today",
        ["https://my-own-diary.example.com/today"],
    )
    (campaign,) = stream.found()
    assert [lure.value for lure in campaign.lures] == [wallet(62)]


def test_two_campaigns_at_once_stay_two(stream, wallet):
    """Interleaved campaigns with different lures and words are two, even when one account fell to both."""
    for index in range(8):
        stream.say(f"red{index}", f"The vault stands open for friends only tonight {wallet(63)}")
        stream.wait(15_000)
        stream.say(f"blue{index}", f"Doctors hate how simple this little investment turned out {wallet(64)}")
        stream.wait(15_000)
    stream.say("red0", f"Doctors hate how simple this little investment turned out {wallet(64)}")
    found = stream.found()
    assert sorted(len(campaign.accounts) for campaign in found) == [8, 9]
    assert all(len(campaign.lures) == 1 for campaign in found)


def test_a_post_with_both_lures_and_shared_carriers_merges_two(stream, wallet):
    """When the same accounts carry both lures the two campaigns turn out to be one, under the older name."""
    stream.crowd(4, 30_000, lambda _: f"The vault stands open for friends only tonight {wallet(65)}", "acc")
    stream.crowd(
        4, 30_000, lambda _: f"Doctors hate how simple this little investment turned out {wallet(66)}", "other"
    )
    assert len(stream.found()) == 2
    older = stream.found()[0].id
    for index in range(3):
        stream.say(f"acc{index}", f"Doctors hate this: {wallet(66)} or else {wallet(65)} my friends")
        stream.wait(30_000)
    (campaign,) = stream.found()
    assert campaign.id == older
    assert len(campaign.merged) == 1
    assert len(campaign.accounts) == 8


def test_reposting_after_removal_adds_posts_not_accounts(stream, wallet, offer):
    """The same account posting the lure again is one carrier with two posts."""
    stream.crowd(4, 30_000, lambda _: offer(stream.drawn, wallet(67)))
    stream.crowd(4, 30_000, lambda _: offer(stream.drawn, wallet(67)))
    (campaign,) = stream.found()
    assert (len(campaign.accounts), len(campaign.posts)) == (4, 8)


@pytest.mark.parametrize("twice", [True, False])
def test_a_repeated_post_counts_once(stream, wallet, offer, twice):
    """A post that arrives again under the same id changes nothing."""
    stream.crowd(4, 30_000, lambda _: offer(stream.drawn, wallet(68)))
    if twice:
        stream.posts += stream.posts[-3:]
    (campaign,) = stream.found()
    assert (len(campaign.accounts), len(campaign.posts), campaign.revision) == (4, 4, 2)


def test_what_a_campaign_found_by_its_words_carries_is_named(stream):
    """The site and the address beside the repeated words are the campaign's lures, each once, and the words come last."""
    from holdfast.events import CredentialChange

    words = "We give back to all of you tonight, see more at"
    for index in range(5):
        when = stream.now - HOUR
        stream.happen(CredentialChange(account=f"old{index}", time=when, what="email", change="replaced", by="staff"))
        stream.say(f"old{index}", f"{words} https://back-to-you.example.net", ["https://back-to-you.example.net"])
        stream.wait(20_000)
    (campaign,) = stream.found()
    assert next((lure.kind, lure.value) for lure in campaign.lures) == ("domain", "example.net")
    assert sum(lure.kind == "text" for lure in campaign.lures) <= 1
    assert len({(lure.kind, lure.value) for lure in campaign.lures}) == len(campaign.lures)
