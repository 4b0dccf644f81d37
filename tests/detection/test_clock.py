"""Event times are told by strangers: a wrong one changes nothing, and a stream that leaps is followed."""

from __future__ import annotations

import itertools

import pytest

from holdfast.detection import StreamTime
from holdfast.events import Batch, CredentialChange

from .conftest import START, Stream, columns

SECOND, MINUTE, HOUR, DAY, YEAR = 1_000, 60_000, 3_600_000, 86_400_000, 31_557_600_000
FUTURE, PAST = 4_102_444_800_000, 640_000_000_000
_number = itertools.count()


def posts(*times: int) -> Batch:
    """Posts that say nothing, at these times."""
    rows = [{"id": f"c{next(_number)}", "time": time, "account": "somebody", "text": "nothing"} for time in times]
    return Batch(posts=columns(rows))


def every(step: int, count: int, start: int = START) -> list[int]:
    """`count` times, `step` ms apart."""
    return [start + index * step for index in range(count)]


def settled(time: StreamTime, batch: Batch) -> list[int]:
    """The times of a batch once they are set right."""
    return [each for stretch in time.settle(batch) for each in stretch.batch.posts.column("time").to_pylist()]


@pytest.mark.parametrize("wrong", [FUTURE, PAST])
@pytest.mark.parametrize("place", ["first", "middle"])
def test_a_wrong_time_hides_no_crowd(wrong, place, wallet, offer):
    """One post dated 2100 or 1990, at the beginning or just before, and a crowd of new addresses is found as ever."""
    found = []
    for lies in (False, True):
        stream = Stream().ordinary(days=10, posts=3_000, accounts=60)
        stream.crowd(9, 20_000, lambda i, told=stream: offer(told.drawn, wallet(300 + i)), "old")
        at = 0 if place == "first" else len(stream.posts) - 9
        if lies:
            text = f"nothing to see here but {wallet(299)}"
            stream.posts.insert(at, {"id": "lie", "time": wrong, "account": "liar", "text": text, "urls": []})
        found.append(stream.detect([at, at + 1]))
    (honest,), told = found[0].campaigns(), found[1].campaigns()
    assert [(each.tier, set(each.accounts) - {"liar"}) for each in told] == [(honest.tier, set(honest.accounts))]
    assert told[0].detected_at <= honest.detected_at
    assert found[1].counters["misdated"] == (0 if place == "first" else 1)
    assert found[1].counters["posts"] == found[0].counters["posts"] + 1


def test_a_site_gets_no_past_by_a_date(stream, offer):
    """Posts that claim to be weeks old do not make a fresh site one that has been named for long."""
    for index in range(9):
        stream.posts.append(
            {
                "id": f"old post {index}",
                "time": stream.now - 20 * DAY + index * HOUR,
                "account": f"forger{index}",
                "text": "as I said then see https://evil-site.com/p/old",
                "urls": ["https://evil-site.com/p/old"],
            }
        )
    cuts = [len(stream.posts) - 9, len(stream.posts)]
    stream.wait(3 * HOUR).ordinary(days=0.2, posts=80)
    stream.crowd(12, 5_000, lambda i: offer(stream.drawn, f"https://evil-site.com/p/{i}"), "old")
    assert [campaign.lures[0].value for campaign in stream.detect(cuts).campaigns()] == ["evil-site.com"]


def test_one_event_moves_nothing():
    """A time far from the stream's is taken as now, counted, and does not become the stream's."""
    time = StreamTime()
    time.settle(posts(*every(SECOND, 100)))
    assert settled(time, posts(FUTURE)) == [START + 99 * SECOND]
    assert settled(time, posts(PAST)) == [START + 99 * SECOND]
    assert (time.now, time.set_right) == (START + 99 * SECOND, 2)


def test_a_late_event_keeps_its_time():
    """What is late by hours is as old as it says."""
    time = StreamTime()
    time.settle(posts(*every(SECOND, 100)))
    assert settled(time, posts(START - 5 * HOUR)) == [START - 5 * HOUR]
    assert time.set_right == 0


@pytest.mark.parametrize("cut", [1, 15, 16, 40])
def test_a_gap_of_years_is_followed(cut):
    """Many posts with a new time are right, though the first few may be taken for wrong; the gap was not watched."""
    time = StreamTime()
    time.settle(posts(*every(SECOND, 400)))
    later = every(SECOND, 40, START + 3 * YEAR)
    stretches = [stretch for part in (later[:cut], later[cut:]) for stretch in time.settle(posts(*part))]
    assert time.now == later[-1]
    assert time.set_right == (cut if cut < 16 else 0)
    assert sum(stretch.leap for stretch in stretches) == later[cut if cut < 16 else 0] - (START + 399 * SECOND)


def test_a_short_file_that_ends_days_after_it_began_is_told_as_it_is():
    """Nine days of three posts, then the attack a day and two hours later: three events are enough to be believed."""
    quiet = [START + day * DAY + minute * MINUTE for day in range(9) for minute in range(3)]
    attack = every(MINUTE, 3, quiet[-1] + 26 * HOUR)
    time = StreamTime()
    assert settled(time, posts(*quiet, *attack)) == [*quiet, *attack]
    assert time.set_right == 0


@pytest.mark.parametrize("wrong", [FUTURE, PAST])
def test_a_stream_that_begins_with_a_wrong_time_finds_its_own(wrong):
    """Alone at the beginning a time proves nothing: as many others as there were before outweigh it."""
    time = StreamTime()
    for one in (wrong, *every(SECOND, 3)):
        time.settle(posts(one))
    assert time.now == START + 2 * SECOND


def test_a_quiet_stream_moves_in_leaps():
    """Where posts are days apart, days are no leap, and nothing is set right."""
    times = every(2 * DAY, 60)
    time = StreamTime()
    assert settled(time, posts(*times[:30])) == times[:30]
    assert [each for one in times[30:] for each in settled(time, posts(one))] == times[30:]
    assert time.set_right == 0


def test_a_stream_that_was_misled_comes_back():
    """Enough lies of one kind move the stream; as many true posts move it back, and a leap back is told as such."""
    time = StreamTime()
    time.settle(posts(*every(SECOND, 100)))
    time.settle(posts(*every(SECOND, 20, FUTURE)))
    back = time.settle(posts(*every(SECOND, 20, START + 100 * SECOND)))
    assert time.now == START + 119 * SECOND
    assert sum(stretch.leap for stretch in back) == START + 100 * SECOND - (FUTURE + 19 * SECOND)


def test_security_events_of_the_future_are_set_right_and_old_ones_are_not():
    """The platform writes late events with their own times; one from the future cannot be."""
    time = StreamTime()
    time.settle(posts(*every(SECOND, 100)))
    events = [CredentialChange(account="a", time=when, what="email", by="staff") for when in (FUTURE, START - 9 * DAY)]
    (stretch,) = time.settle(Batch(posts=posts(START + 100 * SECOND).posts, others=events))
    assert sorted(event.time for event in stretch.batch.others) == [START - 9 * DAY, START + 100 * SECOND]
