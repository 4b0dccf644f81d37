"""Two campaigns at once in one crowd, whose accounts share no lure: when they are two, and when nobody could tell."""

from __future__ import annotations

import pytest

from holdfast.detection import Detector
from holdfast.detection.bursts import Member, burst_among, goes_back, said, shared

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
TONGUES = (
    "karibu watu wote leo nitawapa mara mbili ya kila kitu",
    "tervetuloa kaikki saatte tuplasti takaisin minulta huomiseen asti",
    "vitajte priatelia vraciam dvojnasobok vsetkeho len tento vecer",
    "mindenkinek visszaadom a dupla osszeget csak ma este nalam",
)


@pytest.fixture(name="quiet")
def quiet_platform(new_stream):
    """Two weeks on a platform where hardly anybody posts a payment address."""
    return new_stream().ordinary(days=14, posts=6_000, accounts=120)


def slow(stream, wallet, count, start):
    """Accounts of one campaign in four languages, forty minutes apart."""
    texts = lambda i: f"{TONGUES[(start + i) % 4]} {wallet(900 + start + i)}"  # noqa: E731 - one line says it best
    return stream.crowd(count, 40 * MINUTE, texts, f"slow{start}x")


def fast(stream, wallet, offer, count, first=0):
    """Accounts of one campaign in one language, thirty seconds apart."""
    return stream.crowd(count, 30 * SECOND, lambda i: offer(stream.drawn, wallet(950 + first + i)), f"fast{first}x")


def test_a_burst_inside_a_slow_crowd_is_a_campaign_of_its_own(quiet, wallet, offer):
    """A fast campaign in other words is told apart from its fourth account on; the slow one goes on as it was."""
    first = slow(quiet, wallet, 6, 0)
    burst = fast(quiet, wallet, offer, 12)
    later = slow(quiet.wait(20 * MINUTE), wallet, 4, 6)
    one, two = quiet.found()
    assert [*first, *later] == list(one.accounts)
    assert burst == list(two.accounts)
    assert not set(one.lures) & set(two.lures)
    assert not set(one.posts) & set(two.posts)


def test_two_campaigns_stay_two_wherever_the_stream_was_cut(quiet, wallet, offer):
    """Snapshots inside the burst and behind it change nothing."""
    slow(quiet, wallet, 5, 0)
    fast(quiet, wallet, offer, 6)
    slow(quiet.wait(20 * MINUTE), wallet, 2, 5)
    detector = Detector(quiet.detect().settings)
    for batch in quiet.batches([len(quiet.posts) - back for back in (8, 5, 3, 1)]):
        detector = Detector.restore(detector.snapshot())
        detector.observe(batch)
    assert detector.campaigns() == quiet.found()
    assert len(quiet.found()) == 2


def test_one_attacker_who_posts_by_fits_and_starts_is_one_campaign(quiet, wallet, offer):
    """The same words at another pace are no second campaign."""
    for round_ in range(3):
        quiet.crowd(3, 40 * MINUTE, lambda i, r=round_: offer(quiet.drawn, wallet(980 + 20 * r + i)), f"idle{round_}x")
        quiet.crowd(6, 20 * SECOND, lambda i, r=round_: offer(quiet.drawn, wallet(990 + 20 * r + i)), f"busy{round_}x")
    (campaign,) = quiet.found()
    assert len(campaign.accounts) == 27


def test_one_attacker_in_many_languages_is_one_campaign(quiet, wallet):
    """Other words at the same pace are no second campaign."""
    names = slow(quiet, wallet, 16, 0)
    (campaign,) = quiet.found()
    assert names == list(campaign.accounts)


def member(sequence, time, text):
    """A member by what it said."""
    return Member(sequence=sequence, time=time, words=said(text))


def test_what_makes_a_burst():
    """Four at least, fast, alike and foreign to the others: without any one of these nobody is set apart."""
    before = [said(text) for text in TONGUES]
    words = "send your coins to this one and take two of them home"
    burst = [member(number, 10 * HOUR + number * SECOND, words) for number in range(8)]
    assert burst == burst_among(burst, before, 0, 4)
    assert [] == burst_among(burst[:3], before, 0, 4)
    assert [] == burst_among(burst, [*before, said(words)], 0, 5)
    assert [] == burst_among([member(n, 10 * HOUR + n * HOUR, words) for n in range(8)], before, 0, 4)
    strangers = [
        member(n, 10 * HOUR + n * SECOND, "only " + " ".join(chr(97 + n) * k for k in range(5, 10))) for n in range(8)
    ]
    assert [] == burst_among(strangers, before, 0, 4)
    assert [] == burst_among(burst, before[:2], 0, 2)


def test_a_member_of_the_others_is_told_by_words_and_wait():
    """Who speaks as the burst does is of the burst; who speaks otherwise is not, if late or if they speak as the others."""
    burst, others = [said("send your coins to this one")], [said(TONGUES[0])]
    assert not goes_back(said("send coins to this"), HOUR, SECOND, burst, others)
    assert not goes_back(said(TONGUES[1]), SECOND, SECOND, burst, others)
    assert goes_back(said(TONGUES[1]), HOUR, SECOND, burst, others)
    assert goes_back(said(TONGUES[0]), SECOND, SECOND, burst, others)


def test_a_text_without_words_is_foreign_to_nobody():
    """An address alone tells no hand from another; what holds a digit is no word."""
    assert said("x9 bc1qabc 200% https://a.example/b") == frozenset()
    assert shared(frozenset(), frozenset({"a"})) == 1.0
