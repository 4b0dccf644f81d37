"""Nearly the same picture from unrelated accounts: a campaign when it is their first ever, together, in a burst."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.detection import model
from holdfast.detection.pictures import Pictures

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
GREETINGS = ("good morning", "wow", "so proud of this", "here we go", "finally!", "big day")


def turned(picture: str, bits: int, drawn: random.Random) -> str:
    """A perceptual hash that differs in so many bits."""
    value = int(picture, 16)
    for place in drawn.sample(range(4 * len(picture)), bits):
        value ^= 1 << place
    return f"{value:0{len(picture)}x}"


def fresh(drawn: random.Random, digits: int = 16) -> str:
    """The hash of a picture nobody has seen."""
    return f"{drawn.getrandbits(4 * digits):0{digits}x}"


def show(stream, accounts, gap, picture, *, near=2, **more):
    """Each of the accounts shows the picture, a little different each time, with words that mean nothing."""
    for account in accounts:
        stream.wait(gap * stream.drawn.uniform(0.5, 1.5))
        hashed = turned(picture, stream.drawn.randint(0, near), stream.drawn)
        stream.say(account, stream.drawn.choice(GREETINGS), media=[{"phash": hashed}], **more)


def pictured(stream, days=4.0, posts=600, accounts=25, share=0.5):
    """Everyday life of accounts of which the first ten post pictures, each time another, in so many of their posts."""
    for _ in range(posts):
        stream.wait(days * DAY / posts)
        number = stream.drawn.randrange(accounts)
        media = [{"phash": fresh(stream.drawn)}] if number < 10 and stream.drawn.random() < share else None
        stream.say(f"old{number}", "nothing of interest here today either", media=media)
    return stream


@pytest.fixture
def lively(new_stream):
    """A stream on which ten of 25 accounts post pictures."""
    return pictured(new_stream())


@pytest.mark.parametrize(("digits", "near"), [(16, 3), (64, 15)])
def test_a_first_picture_shown_together_is_a_campaign(stream, digits, near):
    """Established accounts that never posted a picture show nearly the same one: seen by the fourth post, never contained."""
    accounts = [f"old{number}" for number in range(12)]
    show(stream, accounts, 30_000, fresh(stream.drawn, digits), near=near)
    [campaign] = stream.found()
    assert campaign.detected_after_posts <= 4
    assert campaign.tier == "alert"
    assert list(campaign.accounts) == accounts
    assert [(lure.kind, len(lure.value)) for lure in campaign.lures] == [("picture", digits)]
    assert campaign.score == pytest.approx(sum(term.log_likelihood for term in campaign.evidence))


def test_it_is_seen_where_others_post_pictures_all_day(lively):
    """Pictures that are everyday for some do not hide that others never posted one."""
    accounts = [f"old{number}" for number in range(10, 22)]
    show(lively, accounts, 30_000, fresh(lively.drawn))
    [campaign] = lively.found()
    assert campaign.detected_after_posts <= 4
    assert set(accounts) == set(campaign.accounts)


def test_what_was_done_to_the_accounts_makes_it_contain(stream):
    """With precursors in most accounts' histories the accounts may be held."""
    from holdfast.events import CredentialChange

    accounts = [f"old{number}" for number in range(12)]
    for account in accounts:
        stream.happen(
            CredentialChange(account=account, time=stream.now, what="email", change="replaced", by="staff", staff="s")
        )
    show(stream, accounts, 30_000, fresh(stream.drawn))
    [campaign] = stream.found()
    assert campaign.tier == "contain"


def test_a_joke_in_a_burst_is_none(lively):
    """Accounts that post pictures anyway pass one on within minutes."""
    show(lively, [f"old{number}" for number in range(10)], 10_000, fresh(lively.drawn))
    assert lively.found() == ()


def test_a_joke_over_hours_is_none(lively):
    """A picture that goes round for a day, with one in five of its accounts showing their first."""
    accounts = ["old0", "old1", "old12", "old3", "old4", "old5", "old15", "old7", "old8", "old9"]
    show(lively, accounts, HOUR, fresh(lively.drawn))
    assert lively.found() == ()


def test_reposts_are_none(stream):
    """Who reposts shows nobody's own picture."""
    stream.say("old0", "look at this", id="source", media=[{"phash": "8f63c1553fc2f705"}])
    show(stream, [f"old{number}" for number in range(1, 15)], 20_000, "8f63c1553fc2f705", repost_of="source")
    assert stream.found() == ()


def test_accounts_without_a_past_are_none(stream):
    """Of accounts never seen before nothing is known, and a picture by itself raises no alarm."""
    show(stream, [f"new{number}" for number in range(30)], 10_000, fresh(stream.drawn))
    assert stream.found() == ()


def test_where_every_picture_is_a_first_it_says_nothing(new_stream):
    """A platform whose pictures are told from today on: everybody's is the first, and jokes are still jokes."""
    stream = new_stream().ordinary(days=10, accounts=400, posts=8_000)
    for number in range(150):
        stream.wait(MINUTE).say(f"old{number}", "a picture of my day", media=[{"phash": fresh(stream.drawn)}])
    for first in range(200, 300, 25):
        stream.wait(HOUR)
        show(stream, [f"old{number}" for number in range(first, first + 6)], 3 * MINUTE, fresh(stream.drawn))
    assert stream.found() == ()


def test_other_pictures_are_other_keys(stream):
    """Twelve accounts that each show their first picture, all different, share nothing."""
    for number in range(12):
        stream.wait(30_000).say(f"old{number}", "good morning", media=[{"phash": fresh(stream.drawn)}])
    assert stream.found() == ()


@pytest.mark.parametrize("odd", ["", "12", "zz" * 8, "0" * 16, "f" * 64, "8f63c1553fc2f705" * 3, "8f63c1553fc2f70G"])
def test_what_is_no_hash_says_nothing(stream, odd):
    """Hashes of plain surfaces, of other lengths, and what is none at all are passed over."""
    for number in range(12):
        stream.wait(30_000).say(f"old{number}", "good morning", media=[{"phash": odd}])
    assert stream.found() == ()


def test_a_code_on_a_picture_is_read_like_a_link(stream, wallet):
    """An address in QR codes is seen at the third post, by its name."""
    for number in range(5):
        said = f"bitcoin:{wallet(1)}?amount=0.{number}"
        stream.wait(30_000).say(
            f"new{number}", "wow", ["https://example.org/"], media=[{"codes": [said]}, {"alt": "a cat"}]
        )
    [campaign] = stream.found()
    assert campaign.detected_after_posts == 3
    assert [lure.value for lure in campaign.lures] == [wallet(1)]


def test_a_picture_and_a_code_make_one_campaign(stream, wallet):
    """The same picture with the same address is found once."""
    picture = fresh(stream.drawn, 64)
    for number in range(12):
        media = [{"phash": turned(picture, 5, stream.drawn), "codes": [wallet(2)]}]
        stream.wait(30_000).say(f"old{number}", "finally!", media=media)
    [campaign] = stream.found()
    assert {"address", "picture"} >= {lure.kind for lure in campaign.lures} >= {"address"}
    assert len(campaign.accounts) == 12


def test_the_answer_does_not_depend_on_batches_or_on_stopping(lively):
    """Cut anywhere, saved and restored anywhere, the campaigns are the same."""
    from holdfast.detection import Detector

    from .conftest import SMALL

    show(lively, [f"old{number}" for number in range(10, 22)], 30_000, fresh(lively.drawn))
    whole = lively.found()
    assert len(whole) == 1
    cuts = [*sorted(lively.drawn.sample(range(len(lively.posts)), 12)), len(lively.posts) - 9, len(lively.posts) - 4]
    assert lively.detect(cuts).campaigns() == whole
    split = Detector(SMALL, readers=3)
    for batch in lively.batches(cuts[3:6]):
        split.observe(batch)
    assert split.campaigns() == whole
    detector = Detector(SMALL)
    for batch in lively.batches(cuts):
        detector = Detector.restore(detector.snapshot())
        detector.observe(batch)
    assert detector.campaigns() == whole


# ---- the memory of pictures


def keys_of(pictures: Pictures, hashes: list[str]) -> list[int]:
    """The key of each hash, each by a post of its own."""
    data = np.frombuffer("".join(hashes).encode() or b"\0", np.uint8)
    offsets = np.cumsum([0, *map(len, hashes)])
    return pictures.keys_of(data, offsets, np.arange(len(hashes)))[0].tolist()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), digits=st.sampled_from([16, 64]), others=st.integers(0, 300))
def test_near_pictures_are_found_and_others_are_not(seed, digits, others):
    """Up to 31 bits in 256, wherever they lie, are found without exception; far more are another picture."""
    drawn = random.Random(seed)
    most = 4 * digits * 31 // 256
    pictures = Pictures(200_000)
    one, *rest = (fresh(drawn, digits) for _ in range(others + 1))
    away = drawn.randint(0, most)
    near, far = turned(one, away, drawn), turned(one, (60 if digits == 64 else most) + 1, drawn)
    found = keys_of(pictures, [one, *rest, near])
    assert found[-1] == found[0]
    assert keys_of(pictures, [far]) != found[:1]


def test_among_the_latest_pictures_more_may_differ():
    """A caption changes forty bits: it is the same picture for a while, and another one a thousand pictures later."""
    drawn = random.Random(2)
    pictures = Pictures(1_000_000)
    one = fresh(drawn, 64)
    [key] = keys_of(pictures, [one])
    captioned = [turned(one, 40, drawn) for _ in range(40)]
    assert keys_of(pictures, captioned).count(key) == 40
    keys_of(pictures, [fresh(drawn, 64) for _ in range(1_000)])
    assert keys_of(pictures, captioned).count(key) == 0
    assert keys_of(pictures, [turned(one, 31, drawn)]) == [key]


def test_each_post_has_a_picture_once():
    """The same picture twice in one post is one key, and so is one that is near."""
    pictures = Pictures(100_000)
    hashes = ["8f63c1553fc2f705"] * 2 + ["8f63c1553fc2f704"]
    data, offsets = np.frombuffer("".join(hashes).encode(), np.uint8), np.arange(4) * 16
    keys, new = pictures.keys_of(data, offsets, np.zeros(3, np.int64))
    assert (keys != 0).tolist() == [True, False, False]
    assert new.tolist() == [1, 0, 0]


def test_versions_of_versions_are_one_picture():
    """Of two captions on one picture neither need be near the other, if both are near a third."""
    drawn = random.Random(1)
    pictures = Pictures(1_000_000)
    one = fresh(drawn, 64)
    two = turned(one, 31, drawn)
    three = turned(two, 31, drawn)
    assert (int(one, 16) ^ int(three, 16)).bit_count() > 31
    later = [fresh(drawn, 64) for _ in range(1_100)]
    assert len({keys_of(pictures, hashes)[0] for hashes in ([one], [two], [three, *later], [three], [two])}) == 1
    assert pictures.hash_of(keys_of(pictures, [three])[0]) == one


def test_memory_is_a_ring():
    """Old pictures are forgotten, new ones found, and one that is shown on and on is kept; the arrays never grow."""
    drawn = random.Random(1)
    pictures = Pictures(60_000)
    size = sum(getattr(pictures, name).nbytes for name in Pictures.__slots__)
    assert size <= 60_000
    often, once = fresh(drawn, 64), fresh(drawn, 64)
    [kept], [lost] = keys_of(pictures, [often]), keys_of(pictures, [once])
    for _ in range(40):
        keys_of(pictures, [fresh(drawn, 64) for _ in range(50)])
        assert keys_of(pictures, [turned(often, 9, drawn)]) == [kept]
    assert keys_of(pictures, [turned(once, 9, drawn)]) != [lost]
    latest = fresh(drawn, 64)
    assert keys_of(pictures, [latest, turned(latest, 31, drawn)])[0] == keys_of(pictures, [latest])[0]
    assert keys_of(pictures, [pictures.hash_of(kept)]) == [kept]
    assert pictures.hash_of(lost) == ""


# ---- without any past


@pytest.fixture(scope="module")
def wordy():
    """A platform on which thirty thousand posts carried no picture."""
    from .conftest import Stream

    return Stream().ordinary(days=20, accounts=400, posts=30_000)


def beginning_like(stream):
    """Another stream that begins as this one did."""
    from .conftest import Stream

    other = Stream(seed=2)
    other.now, other.posts = stream.now, list(stream.posts)
    return other


def test_strangers_who_show_one_picture_are_an_alert_where_pictures_are_rare(wordy):
    """Accounts never seen before: seen by the fourth post, never contained."""
    stream = beginning_like(wordy)
    strangers = [f"new{number}" for number in range(12)]
    show(stream, strangers, 30_000, fresh(stream.drawn))
    [campaign] = stream.found()
    assert campaign.detected_after_posts == 4
    assert campaign.tier == "alert"
    assert list(campaign.accounts) == strangers


def test_one_campaign_does_not_make_the_next_ordinary(wordy):
    """Six campaigns of strangers, a day apart: the last is seen as the first was."""
    stream = beginning_like(wordy)
    for attack in range(6):
        stream.wait(DAY)
        show(stream, [f"new{attack}.{number}" for number in range(20)], 30_000, fresh(stream.drawn))
    found = stream.found()
    assert [campaign.detected_after_posts for campaign in found] == [4] * 6
    assert {campaign.tier for campaign in found} == {"alert"}


def test_a_picture_that_strangers_show_over_a_day_is_none(wordy):
    """However rare pictures are, one that goes round at its leisure goes round."""
    stream = beginning_like(wordy)
    show(stream, [f"new{number}" for number in range(30)], 2 * HOUR, fresh(stream.drawn))
    assert stream.found() == ()


@pytest.mark.parametrize(("pace", "alerts"), [(20_000, 0), (2 * HOUR, 1)])
def test_where_pictures_have_gone_round_so_quickly_they_may_again(wordy, pace, alerts):
    """Two jokes that four residents showed within minutes, and strangers' next one says nothing; had they taken hours, it would."""
    stream = beginning_like(wordy)
    residents = [f"old{number}" for number in range(4)]
    for account in residents:
        stream.wait(MINUTE).say(account, "a picture of my day", media=[{"phash": fresh(stream.drawn)}])
    for _ in range(2):
        show(stream, residents, pace, fresh(stream.drawn))
        stream.wait(HOUR)
    assert stream.found() == ()
    show(stream, [f"new{number}" for number in range(6)], 30_000, fresh(stream.drawn))
    assert len(stream.found()) == alerts


@pytest.mark.parametrize("pace", [20_000, 5 * MINUTE, 2 * HOUR])
def test_the_share_of_quick_pictures_is_learnt(pace):
    """What is counted takes the place of what was judged, and nothing is ever impossible."""
    judged = model.picture_quick(pace)
    assert model.picture_quick(pace, 10_000, 0) < judged / 10
    assert model.picture_quick(pace, 10_000, 500) > 0.4
    assert model.picture_quick(pace, 10**9, 0) > 0
    assert model.picture_spreads(pace, 0.0, 1.0, (0, *[0] * model.PICTURE_SCALES)) == model.picture_spreads(
        pace, 0.0, 1.0
    )
