"""Lists, page by page."""

from holdfast.app.live import LiveWatch
from holdfast.app.server.views import timeline
from holdfast.response import HappeningKind, Timeline

NOW = 1_594_840_380_000  # any moment


def test_pages_of_the_time_line_keep_their_numbers_when_the_oldest_are_gone():
    """Whoever begins at 0 gets the oldest that is kept; whoever has read as far as a number goes on from there."""
    run = LiveWatch(approve_after=None, store=None, memory_mb=16)
    run.response.timeline = Timeline(kept=10)
    for time in range(25):
        run.response.timeline.add(NOW + time, HappeningKind.ALARM, f"number {time + 1}")
    first = run.response.timeline.first
    page = timeline(run, 0, 4)
    assert list(range(first + 1, first + 5)) == [each.number for each in page.items]
    assert f"number {first + 1}" == page.items[0].text
    after = int(page.next)
    assert [after + 1] == [each.number for each in timeline(run, after, 1).items]
    assert (24, 25) == tuple(each.number for each in timeline(run, 23, 100).items)
    assert ((), None) == (timeline(run, 25, 10).items, timeline(run, 25, 10).next)
    assert () == timeline(run, 1 << 50, 10).items
    run.store.close()
