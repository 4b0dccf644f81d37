"""Explanations are true: the sums grow to the score, and each change named would have done what it says."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.detection import CampaignTier, DetectionSettings, Detector, explain_last_state, model
from holdfast.detection.evidence import CONTENT, COPY_PROOF
from holdfast.detection.explain import PLAIN_WORDS
from holdfast.detection.otherwise import facts_of
from holdfast.detection.reweigh import weigh_again
from holdfast.detection.whatif import outcome_of
from holdfast.events import CredentialChange

from .conftest import Stream, offer
from .conftest import wallet as address
from .test_laws import STREAM

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
KEPT = DetectionSettings(memory_mb=4, trails=True)


def explained(stream: Stream, cuts=()):
    """The explanations of all campaigns in a stream."""
    detector = stream.detect(cuts, KEPT)
    return tuple(detector.explain(campaign.id) for campaign in detector.campaigns())


def without(stream: Stream, account: str, since: int) -> Stream:
    """The same stream, had an account posted nothing from the time `since` on."""
    other = Stream()
    other.posts = [post for post in stream.posts if post["account"] != account or post["time"] < since]
    other.events = stream.events
    return other


@pytest.fixture(scope="module")
def whole():
    """The stream of the laws, explained."""
    return explained(STREAM)


def test_keeping_trails_changes_no_answer(whole):
    """A campaign that can be explained is the campaign it would have been."""
    assert tuple(explanation.campaign for explanation in whole) == STREAM.found()


def test_what_was_told_adds_up_to_the_score():
    """A trail weighed again, by the code that weighed it first, ends at the very score."""
    detector = STREAM.detect(settings=KEPT)
    for case in detector._grower.growth.cases.values():
        *_, last = weigh_again(case.trail)
        assert last.total == case.campaign().score
        assert math.isclose(last.total, math.fsum(w.gained for w in weigh_again(case.trail)), abs_tol=1e-9)


@given(st.sets(st.integers(1, len(STREAM.posts) - 1), max_size=3))
@settings(max_examples=10)
def test_a_resumed_detector_explains_the_same(whole, cuts):
    """Saved and restored wherever, it knows the whole story."""
    detector = Detector(KEPT)
    for batch in STREAM.batches(cuts):
        detector = Detector.restore(detector.snapshot(), KEPT)
        detector.observe(batch)
    assert tuple(detector.explain(explanation.campaign.id) for explanation in whole) == whole


def test_without_trails_there_is_no_explanation(stream, wallet, offer):
    """A detector that was not told to keep them, or a name it does not know."""
    stream.crowd(4, 30_000, lambda _: offer(stream.drawn, wallet(80)))
    detector = stream.detect()
    assert detector.explain(detector.campaigns()[0].id) is None
    assert stream.detect(settings=KEPT).explain("c-0") is None


def test_the_accounts_stand_in_order_with_what_each_added(stream, wallet, offer):
    """First lure, second, third: the third takes the sum over the first threshold."""
    accounts = stream.crowd(5, 30_000, lambda _: offer(stream.drawn, wallet(81)), "old")
    (explanation,) = explained(stream)
    assert [carrier.account for carrier in explanation.carriers] == accounts
    assert [carrier.post for carrier in explanation.carriers] == [post["id"] for post in stream.posts[-5:]]
    assert all(carrier.signs[0].startswith("first address after") for carrier in explanation.carriers)
    (crossing,) = explanation.crossings
    assert (crossing.tier, crossing.account, crossing.carriers) == ("alert", "old2", 3)
    assert crossing.time == explanation.campaign.detected_at
    assert explanation.carriers[1].total < explanation.alert <= explanation.carriers[2].total == crossing.total


@pytest.mark.parametrize("gone", ["old0", "old1", "old2"])
def test_one_of_three_less_would_have_been_none(stream, wallet, offer, gone):
    """Any one of three accounts not posting keeps it below, and so says a detector that never saw that account's post."""
    start = stream.now
    stream.crowd(3, 30_000, lambda _: offer(stream.drawn, wallet(82)), "old")
    (explanation,) = explained(stream)
    smallest = explanation.changes[0]
    assert (smallest.what, smallest.size, smallest.any_one) == ("absent", 1, True)
    assert set(smallest.accounts) == {"old0", "old1", "old2"}
    assert smallest.outcome.keeps_below
    assert smallest.outcome.leaves is None
    assert without(stream, gone, start).found() == ()


def test_where_nothing_alone_would_have_helped_it_says_by_how_much_it_is_late(stream, wallet, offer):
    """Of twenty accounts one more or less only delays; a detector that never saw it agrees to the post."""
    start = stream.now
    stream.crowd(20, 30_000, lambda _: offer(stream.drawn, wallet(83)))
    (explanation,) = explained(stream)
    assert not [change for change in explanation.changes if change.size == 1 and change.outcome.keeps_below]
    late = explanation.changes[-1]
    assert late.size == 1
    if late.what == "absent":
        (campaign,) = without(stream, late.accounts[0], start).found()
        assert campaign.detected_at == late.outcome.seen_at
        assert campaign.accounts[2] == late.outcome.seen_by


@given(st.integers(3, 9), st.integers(1, 400), st.booleans(), st.integers(0, 8))
@settings(max_examples=40)
def test_an_account_that_had_not_posted(count, seconds, by_address, gone):
    """For any account, how the sum would have gone without it is how it goes in a stream without it."""
    stream = Stream().ordinary(posts=100)
    start = stream.now
    for number in range(count):
        link = address(86) if by_address else f"https://fund.example.net/{number}x"
        stream.say(f"old{number}", offer(stream.drawn, link), () if by_address else [link])
        stream.wait(seconds * 1000)
    account = f"old{gone % count}"
    for case in stream.detect(settings=KEPT)._grower.growth.cases.values():
        absent, *_ = facts_of([])
        posted = [sighting for sighting in case.trail.sightings() if sighting.account == account]
        told = outcome_of(absent.undone(case.trail, posted), CampaignTier.ALERT)
        really = without(stream, account, start).found()
        assert [campaign.detected_at for campaign in really] == ([] if told.keeps_below else [told.seen_at])


def pages(stream, count=3, gap=20_000, day_before=0):
    """Accounts that each link a page of their own on one site."""
    for index in range(day_before):
        stream.say(
            f"fan{index}",
            f"Nice words {index} https://fund.example.net/old{index}",
            [f"https://fund.example.net/old{index}"],
        )
        stream.wait(DAY / 8)
    stream.crowd(count, gap, lambda index: offer(stream.drawn, f"https://fund.example.net/{index}x"), "old")
    return stream


def test_a_site_known_for_a_day_would_have_been_nothing(new_stream):
    """Pages of one fresh site are a campaign; what would have kept it below is true of a stream in which it was so."""
    (explanation,) = explained(pages(new_stream().ordinary()))
    (known,) = (change for change in explanation.changes if change.what == "site_known")
    assert known.outcome.keeps_below
    assert pages(new_stream().ordinary(), day_before=9).found() == ()


def test_slower_accounts_would_have_been_nothing(new_stream):
    """The least factor by which a burst must be stretched is told; stretched so far, it is not seen."""
    (explanation,) = explained(pages(new_stream().ordinary(), gap=20_000))
    (slower,) = (change for change in explanation.changes if change.what == "slower")
    factor = int(slower.words.split()[4])
    assert factor > 1
    assert pages(new_stream().ordinary(), gap=20_000 * factor).found() == ()


def test_accounts_that_posted_such_links_before(new_stream, chatter):
    """The smallest number of accounts whose link would have had to be no news is named, and one less is not enough."""

    def town(linked=()):
        stream = new_stream()
        for number in range(600):
            stream.wait(2 * DAY / 600).say(f"old{number % 25}", chatter(stream.drawn))
        for account in linked:
            stream.say(account, "look https://gazette.example.org/7", ["https://gazette.example.org/7"])
        for number in range(3):
            link = f"https://fund.example.net/{number}x"
            stream.wait(115_000).say(f"old{number}", f"{chatter(stream.drawn)} {link}", [link])
        return stream

    (explanation,) = explained(town())
    (change,) = (change for change in explanation.changes if change.what == "posted_before")
    assert change.outcome.keeps_below
    assert "a link before" in change.words
    assert town(change.accounts).found() == ()
    assert len(town(change.accounts[1:]).found()) == 1


def test_what_kept_accounts_from_being_held(stream, wallet, offer):
    """Of what was done to the accounts beforehand, so much would have had to be missing; then it is an alert, no more."""
    for index in range(4):
        name = f"old{index}"
        stream.happen(CredentialChange(account=name, time=stream.now - HOUR, what="email", by="staff"))
        stream.say(name, offer(stream.drawn, wallet(84)))
        stream.wait(30_000)
    (explanation,) = explained(stream)
    assert [crossing.tier for crossing in explanation.crossings] == ["alert", "contain"]
    (change,) = (c for c in explanation.changes if c.tier == "contain" and c.what == "untouched")
    assert change.outcome.keeps_below
    stream.events = [event for event in stream.events if event.account not in change.accounts]
    assert [campaign.tier for campaign in stream.found()] == ["alert"]
    traces = next(summand for summand in explanation.summands if summand.term.term == "precursors")
    assert model.ALERT < traces.without < model.CONTAIN


def test_why_each_bystander_stands_by(stream, wallet, offer):
    """Quoting, answering, defanging, naming; being no such account as it is known by, before and after; owning it."""
    stream.say("charity", f"Our kitchen feeds two hundred people every day, support it: {wallet(85)}")
    stream.wait(3 * HOUR)
    for index in range(9):
        stream.happen(CredentialChange(account=f"old{index}", time=stream.now - HOUR, what="email", by="staff"))
        stream.say(f"old{index}", offer(stream.drawn, wallet(85)))
        stream.wait(30_000)
        if index == 0:
            stream.say("early", offer(stream.drawn, wallet(85)))
    stream.say("answerer", f"are you sure about {wallet(85)} though", reply_to=stream.posts[-1]["id"])
    stream.say("quoter", f'seen this? "{offer(stream.drawn, wallet(85))}"')
    stream.say("namer", f"old2 is in strange hands, leave {wallet(85)} alone")
    stream.say("defanger", f"do not go to hxxps://evil[.]example.com or {wallet(85)}")
    stream.say("joker", offer(stream.drawn, wallet(85)))
    (explanation,) = explained(stream)
    why = {bystander.account: bystander.why for bystander in explanation.bystanders}
    assert why["quoter"] == "quotes the lure"
    assert why["answerer"].startswith("answers")
    assert why["namer"].startswith("names")
    assert "unclickable" in why["defanger"]
    assert "traces" in why["joker"]
    assert "owner" in why["charity"]
    assert "nothing done to it" in why["early"]


def test_campaigns_that_turned_out_to_be_one_are_explained_together(stream, wallet):
    """The accounts of both are listed, where the two were joined is told, and the sum is right."""
    stream.crowd(4, 30_000, lambda _: f"The vault stands open for friends only tonight {wallet(65)}", "acc")
    stream.crowd(
        4, 30_000, lambda _: f"Doctors hate how simple this little investment turned out {wallet(66)}", "other"
    )
    for index in range(3):
        stream.say(f"acc{index}", f"Doctors hate this: {wallet(66)} or else {wallet(65)} my friends")
        stream.wait(30_000)
    (explanation,) = explained(stream)
    accounts = [carrier.account for carrier in explanation.carriers]
    assert set(accounts) == {*explanation.campaign.accounts, ""}
    assert explanation.carriers[-1].total == pytest.approx(explanation.campaign.score)
    assert explanation.campaign.merged[0] in explanation.carriers[accounts.index("")].signs[0]


def test_without_the_posts_whole_terms_are_tried(whole):
    """From a campaign's last state alone: what remains without each term, the same as with the whole story."""
    for explanation in whole:
        last = explain_last_state(explanation.campaign)
        assert last.summands == explanation.summands
        assert {change.tier for change in last.changes} <= {"alert", "contain"}
        for change in last.changes:
            assert change.outcome.leaves < (model.CONTAIN if change.tier == CampaignTier.CONTAIN else model.ALERT)


@given(st.floats(0.1, 60), st.sampled_from(sorted(model.SPREADS.values())), st.floats(0.1, 0.9))
def test_what_is_left_without_a_term_follows_from_how_content_saturates(content, share, part):
    """Taking a part of the content away leaves what weighing the rest afresh gives."""
    from holdfast.detection import Campaign, Term
    from holdfast.detection.explain import summands

    copying = model.spread(content, share) - content
    terms = [("burst", content * part), ("own_page", content * (1 - part)), ("copying", copying)]
    evidence = tuple(Term(term=name, log_likelihood=nats) for name, nats in terms)
    campaign = Campaign(
        id="c", tier=CampaignTier.ALERT, first_post_at=0, detected_at=0, detected_after_posts=3, accounts=(), posts=(),
        lures=(), score=content + copying, evidence=evidence,
    )  # fmt: skip
    burst = next(summand for summand in summands(campaign) if summand.term.term == "burst")
    assert burst.without == pytest.approx(model.spread(content * (1 - part), share), abs=1e-3)


def test_every_term_has_plain_words():
    """Whoever adds a term says it for people too."""
    assert {*CONTENT, *COPY_PROOF, "remarks", "copying", "precursors", "reach", "rare_class"} <= PLAIN_WORDS.keys()
