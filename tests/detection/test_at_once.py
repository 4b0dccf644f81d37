"""Two campaigns at once stay two, also where one writes as the other does, and whichever of them comes first."""

from __future__ import annotations

import pytest

from holdfast.detection import Detector
from holdfast.detection.belonging import gives_way
from holdfast.detection.case import Case
from holdfast.detection.evidence import Evidence

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
WORDS = (
    "We give back to all who follow us tonight, whatever you send comes home twice",
    "My accountant hates it, but for one hour every sum is matched coin for coin by me",
)


@pytest.fixture(name="quiet")
def quiet_platform(new_stream):
    """Two weeks on a platform where hardly anybody posts a payment address."""
    return new_stream().ordinary(days=14, posts=6_000, accounts=120)


def crowd(stream, wallet, count, first=0, gap=30 * SECOND):
    """Accounts that each cast an address of their own, in one of two texts."""
    return stream.crowd(count, gap, lambda i: f"{WORDS[i % 2]} {wallet(600 + first + i)}", f"own{first}x")


def shared(stream, wallet, count, lure=500, gap=30 * SECOND):
    """Accounts that share one address, in the very same texts."""
    return stream.crowd(count, gap, lambda i: f"{WORDS[i % 2]} {wallet(lure)}", f"one{lure}x")


def by_size(campaigns):
    """The accounts of each campaign, fewest first."""
    return sorted((list(campaign.accounts) for campaign in campaigns), key=len)


def test_three_who_share_an_address_leave_the_crowd_that_they_came_into(quiet, wallet):
    """They write as the crowd does and come while it runs: still they are a campaign of their own at their third post."""
    early = crowd(quiet, wallet, 6)
    three = shared(quiet, wallet, 3)
    late = crowd(quiet, wallet, 6, first=6)
    found = quiet.found()
    assert by_size(found) == [three, [*early, *late]]
    assert [lure.value for lure in min(found, key=lambda each: len(each.accounts)).lures] == [wallet(500)]
    assert min(found, key=lambda each: len(each.accounts)).detected_after_posts == 3
    assert not set(found[0].posts) & set(found[1].posts)
    assert not set(found[0].lures) & set(found[1].lures)


def test_a_crowd_that_comes_later_in_the_same_words_is_a_campaign_of_its_own(quiet, wallet):
    """Who shares an address first does not take the crowd's members in one by one for writing alike."""
    three = shared(quiet, wallet, 3)
    names = crowd(quiet, wallet, 10)
    assert by_size(quiet.found()) == [three, names]


def test_a_crowd_and_a_shared_address_that_come_by_turns_are_two(quiet, wallet):
    """One after the other all along, each account is told of once, by the campaign that it is of."""
    own, one = [], []
    for index in range(8):
        own += crowd(quiet, wallet, 1, first=index)
        one += shared(quiet, wallet, 1) if index == 0 else []
        if index:
            one.append(f"turn{index}")
            quiet.say(one[-1], f"{WORDS[index % 2]} {wallet(500)}")
            quiet.wait(30 * SECOND)
    assert sorted(by_size(quiet.found())) == sorted([own, one])


@pytest.mark.parametrize("shared_first", [True, False])
def test_wherever_the_stream_was_cut_they_are_two(quiet, wallet, shared_first):
    """One post at a time, with a snapshot after each, the campaigns are the same to the last term."""
    start = len(quiet.posts)
    for part in (shared, crowd) if shared_first else (crowd, shared):
        part(quiet, wallet, 6)
    detector = Detector(quiet.detect().settings)
    for batch in quiet.batches(range(start, len(quiet.posts))):
        detector = Detector.restore(detector.snapshot())
        detector.observe(batch)
    assert detector.campaigns() == quiet.found()
    assert len(quiet.found()) == 2


def test_two_shared_addresses_at_once_in_the_same_words_are_two(stream, wallet):
    """While further accounts go on casting the first address, those who share the second are another campaign."""
    red, blue = shared(stream, wallet, 4, lure=501), []
    for index in range(8):
        for name, lure, told in (("red", 501, red), ("blue", 502, blue)):
            told.append(f"{name}{index}")
            stream.say(told[-1], f"{WORDS[index % 2]} {wallet(lure)}")
            stream.wait(15 * SECOND)
    assert by_size(stream.found()) == [blue, red]


def test_an_address_that_follows_upon_another_in_the_same_words_is_the_next_lure(stream, wallet):
    """Where nobody casts the first any more the attackers changed it: one campaign, as ever."""
    names = shared(stream, wallet, 6, lure=501) + shared(stream.wait(20 * MINUTE), wallet, 6, lure=502)
    (campaign,) = stream.found()
    assert list(campaign.accounts) == names
    assert {lure.value for lure in campaign.lures} == {wallet(501), wallet(502)}


def test_a_straggler_with_the_old_address_does_not_part_a_campaign(stream, wallet):
    """One further account, or who posts the old lure again, shows no second campaign."""
    names = shared(stream, wallet, 6, lure=501)
    stream.wait(20 * MINUTE)
    for index in range(9):
        stream.say(f"next{index}", f"{WORDS[index % 2]} {wallet(502)}")
        stream.wait(30 * SECOND)
        stream.say(names[index % 6], f"{WORDS[index % 2]} {wallet(501)}")
        stream.wait(30 * SECOND)
    stream.say("late", f"{WORDS[0]} {wallet(501)}")
    (campaign,) = stream.found()
    assert len(campaign.accounts) == 16


def test_what_is_left_of_a_crowd_is_let_go_until_more_come(quiet, wallet, offer):
    """Two who are left when the third's address proves to be shared are no campaign; with the next one they are."""
    quiet.say("first", offer(quiet.drawn, wallet(500)))
    two = quiet.wait(20 * SECOND).crowd(2, 20 * SECOND, lambda i: f"{WORDS[i]} {wallet(600 + i)}", "own")
    (before,) = quiet.found()
    assert list(before.accounts) == ["first", *two]
    more = quiet.crowd(2, 20 * SECOND, lambda _: offer(quiet.drawn, wallet(500)), "one")
    (taken,) = quiet.found()
    assert list(taken.accounts) == ["first", *more]
    assert taken.merged == (before.id,)
    later = quiet.crowd(3, 20 * SECOND, lambda i: f"{WORDS[i % 2]} {wallet(610 + i)}", "more")
    one, other = quiet.found()
    assert [list(one.accounts), list(other.accounts)] == [["first", *more], [*two, *later]]
    assert before.id != other.id


def case(name, accounts, *, start=0, contained=None, is_crowd=False):
    """A campaign whose accounts came a second apart."""
    made = Case(id=name, evidence=Evidence(), is_crowd=is_crowd, contained_at=contained, first_post_at=start)
    made.carriers.update({account: start + SECOND * place for place, account in enumerate(accounts)})
    return made


def test_what_holds_accounts_does_not_give_them_up_to_what_holds_nobody():
    """A contained campaign leaves a lure only to one that is contained too."""
    own = case("own", "xyz", start=2 * SECOND)
    assert gives_way(case("one", "abcdef"), own)
    assert not gives_way(case("one", "abcdef", contained=1), own)
    assert gives_way(case("one", "abcdef", contained=1), case("own", "xyz", start=2 * SECOND, contained=1))


def test_a_crowd_gives_way_whenever_its_members_came():
    """It shares no lure that could have been changed for another."""
    later = case("own", "xyz", start=HOUR)
    assert not gives_way(case("one", "abcdef"), later)
    assert gives_way(case("one", "abcdef", is_crowd=True), later)
