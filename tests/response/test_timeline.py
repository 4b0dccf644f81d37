"""What happened, for people who watch, and how much of it is kept."""

import pytest

from holdfast.response import HappeningKind, Timeline


def told(timeline):
    """The times that are kept."""
    return [each.time for each in timeline]


def test_the_oldest_are_let_go_of_and_the_places_stay():
    """However much happens, memory is bounded, and who has read as far as a place goes on from there."""
    timeline = Timeline(kept=10)
    for time in range(25):
        timeline.add(time, HappeningKind.ALARM, "a")
    assert 25 == len(timeline)
    assert told(timeline) == list(range(timeline.first, 25))
    assert 10 <= 25 - timeline.first < 20
    assert [23, 24] == told(timeline[23:])
    assert told(timeline) == told(timeline[0:100])
    assert [] == timeline[0:3]
    assert (24, 20) == (timeline[-1].time, timeline[20].time)
    for place in (0, 25):
        with pytest.raises(IndexError):
            timeline[place]
