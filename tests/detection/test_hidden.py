"""A remark needs somebody to remark on: whoever carries a lure in the form of a remark is no bystander by that alone."""

from __future__ import annotations

import pytest

from holdfast.detection import DetectionSettings
from holdfast.events import CredentialChange

from .conftest import HOUR, SMALL, Stream, offer, wallet

FORMS = {
    "quotes": lambda said, _: f"> {said}",
    "reposts": lambda said, _: f"RT @x: {said}",
    "names the first": lambda said, _: f"{said} sock0",
}


@pytest.fixture(params=FORMS)
def form(request):
    """How a text is made to look like a remark."""
    return FORMS[request.param]


@pytest.fixture
def busy(new_stream):
    """A day of everyday chatter by many accounts."""
    return new_stream().ordinary(days=1, accounts=150, posts=1_500)


def tamper(stream: Stream, account: str) -> None:
    """Somebody of the staff replaces the account's address."""
    stream.happen(
        CredentialChange(account=account, time=stream.now - HOUR, what="email", change="replaced", by="staff")
    )


def test_too_many_remarks_are_no_remarks(busy, form):
    """Hundreds of accounts that share an address as if they quoted it are a campaign, whatever stands before it."""
    if form is FORMS["names the first"]:
        busy.say("sock0", offer(busy.drawn, wallet(80)))
    busy.crowd(140, 4_000, lambda i: form(offer(busy.drawn, wallet(80)), i), "old")
    (campaign,) = busy.found()
    assert campaign.tier == "alert"
    assert {f"old{index}" for index in range(140)} <= set(campaign.accounts)


def test_answers_to_each_other_are_no_remarks_when_too_many(busy):
    """Each account answers the one before it with the same address; the first alone carried it plainly."""
    last = busy.say("old0", offer(busy.drawn, wallet(80)))
    for index in range(1, 140):
        last = busy.wait(4_000).say(f"old{index}", offer(busy.drawn, wallet(80)), reply_to=last)
    (campaign,) = busy.found()
    assert (campaign.tier, len(campaign.accounts)) == ("alert", 140)


def test_few_remarks_on_one_carrier_stay_remarks(busy, form):
    """Who warns of somebody's post, or jokes about it, is left alone."""
    busy.say("sock0", offer(busy.drawn, wallet(80)))
    busy.crowd(60, 4_000, lambda i: form(offer(busy.drawn, wallet(80)), i), "old")
    assert busy.found() == ()


def test_nobody_remarks_because_of_what_was_done_to_it(busy, form):
    """A few accounts tampered with, all quoting one address: that is proof, and the honest ones among them stand by."""
    for index in range(6):
        tamper(busy, f"old{index}")
    busy.say("sock0", offer(busy.drawn, wallet(80)))
    busy.crowd(6, 20_000, lambda i: form(offer(busy.drawn, wallet(80)), i), "old")
    busy.crowd(3, 20_000, lambda i: form(offer(busy.drawn, wallet(80)), i), "warner")
    (campaign,) = busy.found()
    assert campaign.tier == "contain"
    assert set(campaign.accounts) == {f"old{index}" for index in range(6)}


def test_a_disguised_lure_that_hundreds_quote_holds_nobody(busy):
    """Look-alike letters in what is quoted are the author's, not the quoters'."""
    disguised = "https://fund.ex\N{CYRILLIC SMALL LETTER A}mple.net/"
    lure = f"{wallet(80)} {disguised}"
    busy.say("sock0", offer(busy.drawn, lure))
    busy.crowd(140, 4_000, lambda _: f"> {offer(busy.drawn, lure)}", "old")
    assert {campaign.tier for campaign in busy.found()} <= {"alert"}


def test_socks_that_quote_first_save_no_carrier(busy):
    """Once enough carry the lure plainly the quoters are bystanders again, and the carriers are held."""
    for index in range(6):
        tamper(busy, f"old{index}")
    busy.crowd(100, 4_000, lambda _: f"> {offer(busy.drawn, wallet(80))}", "sock")
    busy.crowd(6, 20_000, lambda _: offer(busy.drawn, wallet(80)), "old")
    (campaign,) = busy.found()
    assert campaign.tier == "contain"
    assert set(campaign.accounts) == {f"old{index}" for index in range(6)}
    assert len(campaign.bystanders) == 100


def test_own_addresses_are_no_remarks(new_stream):
    """Accounts that each quote an address nobody ever posted crowd together as if they posted it."""
    stream = new_stream().ordinary(days=14, posts=6_000, accounts=120)
    stream.crowd(9, 20_000, lambda i: f"> {offer(stream.drawn, wallet(300 + i))}", "old")
    (campaign,) = stream.found()
    assert len(campaign.accounts) >= 8
    assert set(campaign.accounts) <= {f"old{index}" for index in range(9)}


def test_a_hidden_campaign_is_explained_by_its_own_sum(busy):
    """Its trail, weighed again, ends at its score, and says of nobody that it only quotes."""
    busy.crowd(140, 4_000, lambda _: f"> {offer(busy.drawn, wallet(80))}", "old")
    detector = busy.detect(settings=DetectionSettings(memory_mb=SMALL.memory_mb, trails=True))
    (campaign,) = detector.campaigns()
    explanation = detector.explain(campaign.id)
    assert explanation.carriers[-1].total == pytest.approx(campaign.score)
    assert explanation.bystanders == ()
