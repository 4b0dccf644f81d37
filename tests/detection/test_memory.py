"""Memory is a setting: tables stay inside it, let go of what was longest unused, and say how much."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.detection import DetectionSettings, Detector, model
from holdfast.detection.settings import SHARES
from holdfast.detection.tables import EVICTED, FOUND, FRESH, Table, claim, find, mix, part_of, refresh
from holdfast.errors import SettingsError


def same_set(table, count):
    """Keys that fall into one set of the table."""
    ways = 8
    wanted = part_of(mix(1), len(table.tags) // ways)
    found = [key for key in range(1, 40_000) if part_of(mix(key), len(table.tags) // ways) == wanted]
    return found[:count]


def test_shares_add_up():
    """What the tables may take together is the setting, no more."""
    assert sum(SHARES.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("memory_mb", [4, 64])
def test_all_tables_fit_into_the_setting(memory_mb):
    """The arrays of the state stay below the setting."""
    state = Detector(DetectionSettings(memory_mb=memory_mb))._state
    assert sum(array.nbytes for _, array in state.arrays()) <= memory_mb << 20


@pytest.mark.parametrize("wrong", [{"memory_mb": 1}, {"memory_mb": 1 << 30}, {"shards": 3}])
def test_settings_out_of_range_are_refused(wrong):
    """A setting that cannot work is refused with advice."""
    with pytest.raises(SettingsError) as refused:
        DetectionSettings(**wrong)
    assert refused.value.advice


def test_a_claimed_key_is_found_again():
    """The first claim is fresh, the next finds the same slot, and asking leaves no trace."""
    table = Table(16, 2)
    slot, state = claim(table.tags, mix(7), 1)
    assert state == FRESH
    assert claim(table.tags, mix(7), 1) == (slot, FOUND)
    before = table.tags.copy()
    assert (find(table.tags, mix(7)), find(table.tags, mix(8))) == (slot, -1)
    assert np.array_equal(before, table.tags)


def test_the_longest_unused_goes_first():
    """A full set lets go of the key that was stamped longest ago, also across a turn of the stamp."""
    table = Table(16, 2)
    *held, newcomer = same_set(table, 9)
    last = (1 << 20) - 4
    for age, key in enumerate(held):
        claim(table.tags, mix(key), last + age)
    refresh(table.tags, find(table.tags, mix(held[0])), last + 8)
    _, state = claim(table.tags, mix(newcomer), last + 9)
    assert state == EVICTED
    assert find(table.tags, mix(held[1])) == -1
    assert all(find(table.tags, mix(key)) >= 0 for key in (held[0], *held[2:], newcomer))


def test_evictions_are_counted(new_stream):
    """When more accounts post than memory holds, the oldest are forgotten, counted, and nothing else breaks."""
    stream = new_stream()
    for index in range(14_000):
        stream.say(f"account {index}", "a word or two")
    counters = stream.detect().counters
    assert counters["posts"] == 14_000
    assert counters["evicted_accounts"] > 0


def test_a_campaign_among_more_links_than_memory_holds(new_stream, wallet, offer):
    """Addresses have a table of their own, so a flood of links between two posts does not wash them out."""
    stream = new_stream().ordinary(posts=60)
    for index in range(3):
        stream.say(f"acc{index}", offer(stream.drawn, wallet(9)))
        for _ in range(4_000):
            link = f"https://t.co/{stream.drawn.getrandbits(40):x}"
            stream.wait(50).say(f"crowd{stream.drawn.randrange(10**6)}", link, [link])
    detector = stream.detect(range(0, 14_000, 1_000))
    (campaign,) = detector.campaigns()
    assert campaign.accounts == ("acc0", "acc1", "acc2")
    assert detector.counters["evicted_links_first"] > 0


def test_names_let_go_of_are_counted_as_unresolved(new_stream, wallet):
    """Where the log has lost a post, its account still counts as evidence but cannot be named, and that is said."""
    stream = new_stream().ordinary(posts=60)
    stream.say("forgotten", f"All comes back twice tonight, send it here {wallet(11)}")
    for index in range(900):
        stream.wait(1_000).say(
            f"filler{index}", f"{'long words ' * 60}{wallet(1_000 + index % 7)} {index}", reply_to="p0"
        )
    for index in range(900):
        stream.wait(1_000).say(f"more{index}", f"{'long words ' * 60}{wallet(2_000)} {index}")
        if index == 1:
            break
    stream.crowd(3, 10_000, lambda i: f"All comes back twice tonight, send it here {wallet(11)} {i}")
    detector = stream.detect(range(0, 2_000, 100))
    mine = [campaign for campaign in detector.campaigns() if "acc0" in campaign.accounts]
    assert len(mine) == 1
    named = set(mine[0].accounts) | set(mine[0].bystanders)
    assert detector.counters["unresolved"] == (0 if "forgotten" in named else 1)


def test_a_flood_of_one_lure_stops_being_followed(stream, wallet, monkeypatch):
    """A campaign that everybody knows grows no further, and the next one is still found."""
    monkeypatch.setattr(model, "MOST_POSTS", 12)
    stream.crowd(40, 1_000, lambda i: f"Help the flooded valley rebuild, every coin counts: {wallet(12)} {i}")
    stream.crowd(4, 30_000, lambda i: f"All comes back twice tonight, send it here {wallet(13)} {i}", "later")
    detector = stream.detect(range(310, 340, 7))
    first, second = detector.campaigns()
    assert (len(first.posts), len(second.posts)) == (12, 4)
    assert stream.found() == detector.campaigns()
    assert Detector.restore(detector.snapshot()).campaigns() == detector.campaigns()


def test_a_flood_of_own_addresses_is_cut_off(new_stream, wallet, offer, monkeypatch):
    """A crowd grows to its limit and no further, however the flood goes on, and wherever it is cut."""
    monkeypatch.setattr(model, "MOST_IN_CROWD", 10)
    stream = new_stream().ordinary(days=14)
    stream.crowd(30, 10_000, lambda i: offer(stream.drawn, wallet(3_000 + i)))
    (campaign,) = stream.found()
    assert len(campaign.accounts) == 10
    assert stream.detect(range(290, 330)).campaigns() == (campaign,)
