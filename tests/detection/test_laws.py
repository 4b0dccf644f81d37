"""What must hold of every stream: cuts, snapshots, shards, repeats and disorder change nothing, and the terms add up."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.detection import Campaign, DetectionSettings, Detector
from holdfast.events import Batch, CredentialChange, ProfileChange, SignIn

from .conftest import SMALL, Stream, columns, offer, wallet

HOUR = 3_600_000


def mixed_stream(seed: int = 3) -> Stream:
    """Everyday posts, campaigns of all kinds, warnings, an appeal, answers, and security events, all together."""
    stream = Stream(seed).ordinary(days=3, posts=240, lang="en", client="web")
    for index in range(6):
        stream.happen(
            SignIn(account=f"old{index}", time=stream.now - 40 * HOUR, outcome="ok", country="NL", device="a")
        )
        stream.happen(CredentialChange(account=f"old{index}", time=stream.now - HOUR, what="email", by="staff"))
        stream.say(f"old{index}", offer(stream.drawn, wallet(1)))
        stream.wait(20_000)
        stream.say(f"new{index}", f"The appeal of the valley: {wallet(2)}")
        if index > 2:
            stream.say(f"warner{index}", f'beware of "{offer(stream.drawn, wallet(1))}"')
        stream.wait(10_000)
        stream.say(
            f"page{index}",
            offer(stream.drawn, f"https://fund.example.net/{index}z"),
            [f"https://fund.example.net/{index}z"],
        )
        stream.ordinary(days=0.001, posts=4)
    for index in range(5):
        stream.say(f"own{index}", offer(stream.drawn, wallet(10 + index)))
        stream.wait(15_000)
    stream.say("old1", offer(stream.drawn, wallet(3)))
    stream.say("old2", offer(stream.drawn, wallet(3)))
    for index in range(4):
        stream.happen(ProfileChange(account=f"shown{index}", time=stream.now, what="bio", new=f"write to {wallet(6)}"))
        stream.say(f"half{index}", offer(stream.drawn, wallet(7)[:21]))
        stream.wait(9_000).say(f"half{index}", f"and the rest is {wallet(7)[21:]}")
        stream.say(f"asks{index}", f"what is {wallet(7)}", reply_to=stream.posts[-1]["id"])
        stream.wait(9_000)
    return stream


STREAM = mixed_stream()


@pytest.fixture(scope="module")
def whole():
    """What one batch gives."""
    return STREAM.detect().campaigns()


def test_the_stream_is_worth_cutting(whole):
    """The stream these laws are tried on has campaigns of both tiers, and bystanders."""
    assert {campaign.tier for campaign in whole} == {"alert", "contain"}
    assert len(whole) >= 3
    assert any(campaign.bystanders for campaign in whole)


@given(st.sets(st.integers(1, len(STREAM.posts) - 1), max_size=40))
@settings(max_examples=40)
def test_cuts_do_not_matter(whole, cuts):
    """Wherever the stream is cut into batches, the campaigns are the same to the last term."""
    assert STREAM.detect(cuts).campaigns() == whole


def test_one_post_at_a_time(whole):
    """The finest cut of all gives the same answers."""
    assert STREAM.detect(range(len(STREAM.posts))).campaigns() == whole


@given(st.integers(1, len(STREAM.posts) - 1), st.integers(1, len(STREAM.posts) - 1))
@settings(max_examples=15)
def test_a_restored_detector_goes_on_as_if_never_stopped(whole, one, two):
    """Saved and restored anywhere, twice, it says the same."""
    detector = Detector(SMALL)
    for batch in STREAM.batches([one, two]):
        detector = Detector.restore(detector.snapshot())
        detector.observe(batch)
    assert detector.campaigns() == whole


@pytest.mark.parametrize("shards", [2, 4, 8])
def test_shards_do_not_matter(whole, shards):
    """State worked on in several parts gives the same answers."""
    assert STREAM.detect([70, 300], DetectionSettings(memory_mb=4, shards=shards)).campaigns() == whole


@given(st.binary(min_size=16, max_size=16))
@settings(max_examples=10)
def test_the_key_changes_nothing(whole, key):
    """Under whatever key names are hashed, the campaigns are the same, their ids too; a snapshot goes on under its own."""
    detector = Detector(SMALL, key=key)
    for batch in STREAM.batches([100]):
        detector = Detector.restore(detector.snapshot())
        detector.observe(batch)
    assert detector.campaigns() == whole


def test_every_carrier_has_the_time_of_its_first_lure_post(whole):
    """It is that of the account's earliest post in the campaign; in order of them the accounts stand."""
    posts = {post["id"]: post for post in STREAM.posts}
    for campaign in whole:
        assert list(campaign.first_posts) == sorted(campaign.first_posts)
        told = dict(zip(campaign.accounts, campaign.first_posts, strict=True))
        said = [posts[name] for name in campaign.posts if name in posts]  # profiles have no post
        for account in {post["account"] for post in said}:
            assert told[account] == min(post["time"] for post in said if post["account"] == account)


def test_the_terms_add_up_to_the_score(whole):
    """A campaign's score is the sum of the evidence it prints."""
    for campaign in whole:
        assert math.isclose(campaign.score, math.fsum(term.log_likelihood for term in campaign.evidence), abs_tol=1e-9)


@given(st.randoms(use_true_random=False), st.sets(st.integers(1, len(STREAM.posts) - 1), max_size=4))
@settings(max_examples=25)
def test_a_batch_is_a_set(whole, chance, cuts):
    """However posts and events lie within their batches, the campaigns are the same to the last term."""
    assert _seen(_shuffled(batch, chance) for batch in STREAM.batches(cuts)) == whole


@given(st.randoms(use_true_random=False), st.sets(st.integers(1, len(STREAM.posts) - 1), max_size=4))
@settings(max_examples=15)
def test_posts_of_one_second_are_a_set_too(chance, cuts):
    """Where many posts share a time, ids decide, not arrival; between batches the order of the batches does."""
    batches = [_by_the_second(batch) for batch in STREAM.batches(cuts)]
    assert _seen(_shuffled(batch, chance) for batch in batches) == _seen(batches)


def _seen(batches: Iterable[Batch]) -> tuple[Campaign, ...]:
    detector = Detector(SMALL)
    for batch in batches:
        detector.observe(batch)
    return detector.campaigns()


def _shuffled(batch: Batch, chance: random.Random) -> Batch:
    rows = list(range(batch.posts.num_rows))
    others = list(batch.others)
    chance.shuffle(rows)
    chance.shuffle(others)
    return Batch(posts=batch.posts.take(pa.array(rows, pa.int64())), others=others)


def _by_the_second(batch: Batch) -> Batch:
    times = [time // 1000 * 1000 for time in batch.posts.column("time").to_pylist()]
    place = batch.posts.schema.get_field_index("time")
    columns = [*batch.posts.columns]
    columns[place] = pa.array(times, pa.int64())
    return Batch(posts=pa.RecordBatch.from_arrays(columns, schema=batch.posts.schema), others=batch.others)


@given(st.data())
@settings(max_examples=25)
def test_repeated_posts_add_nothing(data):
    """Posts that arrive once more, right after themselves or later, do not make any campaign larger or surer."""
    stream = Stream(5).ordinary(days=2, posts=60)
    first = len(stream.posts)
    stream.crowd(5, 30_000, lambda _: offer(stream.drawn, wallet(4)))
    before = stream.found()
    for index in data.draw(st.lists(st.integers(first, first + 4), max_size=6)):
        stream.posts.insert(data.draw(st.integers(index + 1, len(stream.posts))), stream.posts[index])
    after = stream.found()
    assert [(c.accounts, set(c.posts), c.tier, round(c.score, 9)) for c in after] == [
        (c.accounts, set(c.posts), c.tier, round(c.score, 9)) for c in before
    ]


@given(st.permutations(range(8)))
@settings(max_examples=25)
def test_the_order_of_simultaneous_posts_does_not_change_tiers(order):
    """Posts with equal times in one batch may be read in any order: same tiers, same accounts, same count at detection."""
    stream = Stream(6).ordinary(days=2, posts=60)
    texts = [offer(stream.drawn, wallet(5)) for _ in range(8)]
    for index in order:
        stream.say(f"acc{index}", texts[index])
    (campaign,) = stream.found()
    assert (campaign.tier, set(campaign.accounts), campaign.detected_after_posts) == (
        "alert",
        {f"acc{index}" for index in range(8)},
        3,
    )


@given(st.lists(st.text(max_size=40), min_size=1, max_size=20), st.lists(st.integers(-(1 << 62), 1 << 62), min_size=1))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_and_any_clock_are_taken(texts, times):
    """Hostile text, absurd times and empty names never stop the detector."""
    posts = [
        {"id": str(index), "time": times[index % len(times)], "account": text[:3], "text": text, "urls": [text, ""]}
        for index, text in enumerate(texts)
    ]
    detector = Detector(SMALL)
    for post in posts:
        detector.observe(Batch(posts=columns([post])))
    assert detector.counters["posts"] == len(texts)
