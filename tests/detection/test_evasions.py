"""What attackers do so that a lure is not seen: pieces, profiles, threads, deletions, patience, borrowed habits."""

from __future__ import annotations

import pytest

from holdfast.detection import Detector
from holdfast.events import CredentialChange, PostRemoved, ProfileChange
from holdfast.reading import LureKind

from .conftest import SMALL

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


def split(stream, accounts, address, *, cut=20, wait=20 * SECOND, backwards=False):
    """Each account tells the address in two posts."""
    for name in accounts:
        one, two = address[:cut], address[cut:]
        one, two = (two, one) if backwards else (one, two)
        stream.say(name, f"what reaches this one goes home twice as heavy, first half {one}")
        stream.wait(wait).say(name, f"and the rest of it is {two}")
        stream.wait(5 * SECOND)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("cut", [12, 20, 31])
def test_an_address_in_two_posts_is_put_together(stream, wallet, cut, backwards):
    """Whichever half comes first and wherever it is cut, the third account's second half shows the campaign."""
    names = [f"old{index}" for index in range(4)]
    split(stream, names, wallet(800), cut=cut, backwards=backwards)
    (campaign,) = stream.found()
    assert list(campaign.accounts) == names
    assert [(lure.value, lure.valid) for lure in campaign.lures] == [(wallet(800), True)]
    assert campaign.detected_at == stream.posts[-3]["time"]


def test_halves_too_far_apart_or_of_different_accounts_stay_halves(stream, wallet):
    """Nothing is put together across accounts, or across more than an hour."""
    split(stream, ["old1", "old2", "old3"], wallet(801), wait=2 * HOUR)
    for index in range(6):
        half = wallet(801)[:20] if index % 2 else wallet(801)[20:]
        stream.wait(MINUTE).say(f"new{index}", f"the number of my box is {half} she said")
    assert stream.found() == ()


def test_halves_are_put_together_wherever_the_stream_was_cut(stream, wallet):
    """A snapshot between the halves changes nothing."""
    from holdfast.detection import Detector

    split(stream, [f"old{index}" for index in range(4)], wallet(802))
    detector = Detector(stream.detect().settings)
    for batch in stream.batches(range(len(stream.posts))):
        detector = Detector.restore(detector.snapshot())
        detector.observe(batch)
    assert detector.campaigns() == stream.found()


def test_a_lure_in_the_profile(stream, wallet, offer):
    """Accounts that put one address into their profiles carry it, and so does who posts it."""
    for index in range(3):
        text = offer(stream.drawn, wallet(803))
        stream.happen(ProfileChange(account=f"old{index}", time=stream.now, what="bio", old="", new=text))
        stream.wait(MINUTE).say("somebody", "an ordinary word or two in between, nothing more")
    stream.say("old7", offer(stream.drawn, wallet(803)))
    (campaign,) = stream.found()
    assert campaign.detected_after_posts == 3
    assert set(campaign.accounts) == {"old0", "old1", "old2", "old7"}


def test_a_lure_in_a_thread_of_ones_own(stream, wallet, offer):
    """Who answers himself, or a post without a lure, carries what he posts; who answers a carrier remarks on it."""
    for index in range(4):
        first = stream.say(f"old{index}", "some news about our little fund, read on below")
        stream.wait(5 * SECOND).say(f"old{index}", offer(stream.drawn, wallet(804)), reply_to=first)
        last = stream.posts[-1]["id"]
        stream.wait(20 * SECOND)
    stream.say("reader", f"is {wallet(804)} really yours", reply_to=last)
    (campaign,) = stream.found()
    assert set(campaign.accounts) == {f"old{index}" for index in range(4)}
    assert campaign.bystanders == ("reader",)


def test_answers_under_strangers_posts_carry_their_lure(stream, wallet, offer):
    """Hijacked accounts that cast their lure as answers to other people's posts are seen all the same."""
    asked = [stream.say(f"asker{index}", "does anybody here know how this thing works") for index in range(5)]
    names = []
    for index, post in enumerate(asked):
        names.append(f"old{index}")
        stream.wait(20 * SECOND).say(names[-1], offer(stream.drawn, wallet(805)), reply_to=post)
    (campaign,) = stream.found()
    assert list(campaign.accounts) == names


def test_deleting_and_posting_again_hides_nothing(stream, wallet, offer):
    """Lures taken down after a minute and posted anew, by the same accounts, are counted by account."""
    for round_ in range(2):
        for index in range(3):
            post = stream.say(f"old{index}", offer(stream.drawn, wallet(806)))
            stream.wait(MINUTE)
            stream.happen(PostRemoved(id=post, time=stream.now, by="holder"))
        stream.wait((round_ + 1) * 10 * MINUTE)
    (campaign,) = stream.found()
    assert campaign.detected_after_posts == 3
    assert (len(campaign.accounts), len(campaign.posts)) == (3, 6)


def test_benign_posts_first_buy_nothing(stream, wallet, offer, chatter):
    """Posting like oneself for a while between the takeover and the lure does not help."""
    for index in range(4):
        for _ in range(5):
            stream.wait(MINUTE).say(f"old{index}", chatter(stream.drawn))
        stream.wait(MINUTE).say(f"old{index}", offer(stream.drawn, wallet(807)))
    (campaign,) = stream.found()
    assert campaign.detected_after_posts == 3


def test_three_accounts_a_week_apart(new_stream, wallet, offer):
    """A slow burn with a week between two accounts is seen at the third."""
    stream = new_stream().ordinary(days=7)
    for index in range(4):
        stream.say(f"old{index}", offer(stream.drawn, wallet(808)))
        stream.ordinary(days=7, posts=600)
    (campaign,) = stream.found()
    assert campaign.detected_after_posts == 3
    assert len(campaign.accounts) == 4


def test_a_bystander_whose_words_were_taken_is_not_held(stream, wallet):
    """Attackers who post a bystander's words beside their own lure do not drag the bystander in."""
    words = "Our kitchen feeds two hundred people every single day of the year"
    stream.say("kitchen", f"{words}, come and see")
    stream.ordinary(days=1)
    stream.crowd(6, 20_000, lambda _: f"{words}, give here {wallet(809)}", "acc")
    stream.say("kitchen", f"{words}, come and see")
    (campaign,) = stream.found()
    assert "kitchen" not in campaign.accounts


def test_seeding_a_popular_site_brings_no_campaign(stream, chatter):
    """Accounts that all link pages of a site everybody links cannot have its readers held."""
    for index in range(12):
        link = f"https://gazette.example.org/seeded{index}"
        stream.wait(5 * SECOND).say(f"acc{index}", f"{chatter(stream.drawn)} {link}", [link])
    assert stream.found() == ()


def test_seeding_a_popular_site_brings_the_links_into_the_campaign_and_not_the_site(stream, offer, chatter):
    """Tampered accounts link pages of a site that everybody links: their links are the lures, its readers no carriers."""
    readers = set()
    for index in range(8):
        stream.happen(CredentialChange(account=f"old{index}", time=stream.now - HOUR, what="email", change="replaced"))
        link = f"https://gazette.example.org/seeded{index}"
        stream.say(f"old{index}", offer(stream.drawn, link), [link])
        stream.wait(5 * SECOND)
        link = f"https://gazette.example.org/{stream.drawn.randrange(10**6)}"
        stream.say(f"reader{index}", f"{chatter(stream.drawn)} {link}", [link])
        readers.add(f"reader{index}")
        stream.wait(5 * SECOND)
    found = stream.found()
    assert found
    for campaign in found:
        assert not readers & set(campaign.accounts)
        sites = {lure.value for lure in campaign.lures if lure.kind is LureKind.DOMAIN}
        assert not sites
        assert all("seeded" in lure.value for lure in campaign.lures if lure.kind is LureKind.LINK)


@pytest.mark.parametrize("ahead", [20 * SECOND, 2 * MINUTE, 30 * MINUTE])
@pytest.mark.parametrize("sharers", [0, 1])
def test_whoever_posted_before_those_tampered_with_is_never_held(stream, wallet, offer, ahead, sharers):
    """However soon an appeal is copied, and from the first moment on: its owner stands by, and its address is borrowed."""
    appeal = f"Our kitchen feeds two hundred people every day, support it: {wallet(811)}"
    owners = [f"old{20 + index}" for index in range(1 + sharers)]
    for owner in owners:
        stream.say(owner, appeal)
        stream.wait(5 * SECOND)
    stream.wait(ahead)
    for index in range(6):
        when = stream.now - HOUR
        stream.happen(CredentialChange(account=f"old{index}", time=when, what="email", change="replaced", by="staff"))
        stream.say(f"old{index}", offer(stream.drawn, wallet(811)))
        stream.wait(7 * SECOND)
    detector, told = Detector(SMALL), []
    for batch in stream.batches(range(len(stream.posts))):
        told += [campaign for campaign in detector.observe(batch) if campaign.tier == "contain"]
    assert told
    assert not [campaign for campaign in told if set(owners) & set(campaign.accounts)]
    assert (wallet(811), True) in [(lure.value, lure.valid) for lure in told[-1].borrowed]
    assert {f"old{index}" for index in range(6)} == set(told[-1].accounts)


def tamper(stream, account):
    """Staff replaced its e-mail an hour ago."""
    when = stream.now - HOUR
    stream.happen(CredentialChange(account=account, time=when, what="email", change="replaced", by="staff"))


@pytest.mark.parametrize("order", ["hjhjhh", "hjhhjh", "jhhjhh"])
def test_copycats_among_the_first_bring_no_later_copycat_in(stream, wallet, offer, chatter, order):
    """Half of the carriers tampered with are enough to tell the others apart, so that a crowd of jokers is not held."""
    for index, who in enumerate(order):
        if who == "h":
            tamper(stream, f"old{index}")
            stream.say(f"old{index}", offer(stream.drawn, wallet(814)))
        else:
            stream.say(f"joker{index}", f"{chatter(stream.drawn)} {wallet(814)}")
        stream.wait(8 * SECOND)
    stream.crowd(60, 3_000, lambda _: f"{chatter(stream.drawn)} {wallet(814)}", "joker9")
    (campaign,) = stream.found()
    assert campaign.tier == "contain"
    assert {f"old{index}" for index, who in enumerate(order) if who == "h"} == set(campaign.accounts)


def test_an_account_that_was_tampered_with_is_never_the_owner_of_a_lure(stream, wallet, offer):
    """Whoever hijacks accounts cannot free one of them, and keep the lure free, by letting it post an hour early."""
    tamper(stream, "old20")
    stream.say("old20", f"keep this number {wallet(815)}")
    stream.wait(70 * MINUTE)
    for index in range(6):
        tamper(stream, f"old{index}")
        stream.say(f"old{index}", offer(stream.drawn, wallet(815)))
        stream.wait(15 * SECOND)
    (campaign,) = stream.found()
    assert "old20" in campaign.accounts
    assert () == campaign.borrowed


def test_whoever_was_tampered_with_and_quotes_the_lure_carries_it(stream, wallet, offer):
    """The form of a remark hides nobody to whom was done what was done to the others; a mere quoter stands by."""
    for index in range(9):
        if index < 8:
            tamper(stream, f"old{index}")
        said = offer(stream.drawn, wallet(816))
        stream.say(f"old{index}", f"> {said}" if index >= 4 else said)
        stream.wait(15 * SECOND)
    (campaign,) = stream.found()
    assert {f"old{index}" for index in range(8)} == set(campaign.accounts)
    assert "old8" in campaign.bystanders


def test_what_few_of_the_carriers_show_holds_none_of_them(stream, wallet):
    """Two of nine who share an address write with hidden letters, as people now and then do: a person looks, nobody is held."""
    words = [
        "please give to the shelter",
        "our shelter needs you",
        "for the animals",
        "every bit helps them",
        "the cats say thanks",
    ]
    for index in range(9):
        hidden = "\u200b" if index in {3, 6} else ""
        stream.say(f"old{index}", f"{words[index % 5]} num{hidden}ber {index}: {wallet(813)}")
        stream.wait(40 * MINUTE)
    (campaign,) = stream.found()
    assert campaign.tier == "alert"


def test_what_a_fresh_account_posts_first_is_not_borrowed(stream, wallet, offer):
    """An attacker's own fresh account cannot make the lure somebody's, so that it would be refused to nearly nobody."""
    stream.say("sock", f"the number to write down today is {wallet(812)}")
    stream.wait(2 * MINUTE)
    for index in range(6):
        when = stream.now - HOUR
        stream.happen(CredentialChange(account=f"old{index}", time=when, what="email", change="replaced", by="staff"))
        stream.say(f"old{index}", offer(stream.drawn, wallet(812)))
        stream.wait(7 * SECOND)
    (campaign,) = stream.found()
    assert "sock" not in campaign.accounts
    assert () == campaign.borrowed


def test_a_bystander_whose_address_is_copied_minutes_later_is_not_held(stream, wallet, offer):
    """An address posted by its owner just before tampered accounts copy it gets the owner listed as a bystander, not held."""
    appeal = stream.say("charity", f"Our kitchen feeds two hundred people every day, support it: {wallet(810)}")
    stream.wait(5 * MINUTE)
    for index in range(5):
        when = stream.now - HOUR
        stream.happen(CredentialChange(account=f"old{index}", time=when, what="email", change="replaced", by="staff"))
        stream.say(f"old{index}", offer(stream.drawn, wallet(810)))
        stream.wait(20 * SECOND)
    (campaign,) = stream.found()
    assert campaign.tier == "contain"
    assert set(campaign.accounts) == {f"old{index}" for index in range(5)}
    assert campaign.bystanders == ("charity",)
    assert appeal in campaign.bystander_posts
    assert appeal not in campaign.posts
