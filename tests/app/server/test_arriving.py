"""Bodies that come in slowly, and how much of them is held."""

import asyncio

import pytest

from holdfast.app.server.answers import RefusedError
from holdfast.app.server.arriving import Arriving
from holdfast.app.server.tally import Tally

MOST = 100


class Sender:
    """Sends a body part by part, as a test says."""

    def __init__(self, arriving, *, length=None):
        headers = [] if length is None else [(b"content-length", b"%d" % length)]
        self._parts = asyncio.Queue()
        self.body = asyncio.ensure_future(arriving.whole({"headers": headers}, self._parts.get, MOST))

    async def send(self, part, *, more=True):
        """One part, and time for it to be taken in."""
        self.put(part, more=more)
        await self.settled()

    def put(self, part, *, more=True):
        """One part, and no time."""
        self._parts.put_nowait({"type": "http.request", "body": part, "more_body": more})

    async def leave(self):
        """Go away in the midst of it."""
        self._parts.put_nowait({"type": "http.disconnect"})
        await self.settled()

    async def settled(self):
        """Time for what was sent to be taken in."""
        for _ in range(5):  # turns of the event loop: a part is taken, room is made, whoever gives way hears of it
            await asyncio.sleep(0)

    @property
    def status(self):
        """What was answered; None while nothing was."""
        return int(self.body.exception().status) if self.body.done() and self.body.exception() else None


def run(story):
    """Play it in an event loop of its own, with room for 100 bytes."""
    tally = Tally()

    async def played():
        await story(Arriving(MOST, tally))

    asyncio.run(played())
    return tally


def test_parts_become_the_body():
    """In order, whatever their sizes."""

    async def story(arriving):
        sender = Sender(arriving)
        await sender.send(b"one ")
        await sender.send(b"")
        await sender.send(b"two", more=False)
        assert b"one two" == await sender.body

    assert 0 == run(story).turned_away


def test_whoever_has_been_sending_for_longest_gives_way():
    """429 for the one that began first, though another sent the byte too many; room is free again for the next."""

    async def story(arriving):
        first, second, third = (Sender(arriving) for _ in range(3))
        await first.send(b"x" * 40)
        await second.send(b"x" * 40)
        await third.send(b"x" * 40)
        assert (429, None, None) == (first.status, second.status, third.status)
        await second.send(b"y" * 20)
        assert (None, None) == (second.status, third.status)
        await third.send(b"", more=False)
        assert b"x" * 40 == await third.body
        await second.send(b"", more=False)
        assert b"x" * 40 + b"y" * 20 == await second.body

    assert 1 == run(story).turned_away


def test_what_gave_way_is_never_taken_for_whole():
    """Its last part comes in the same turn of the loop in which it gives way: 429, and not that part alone."""

    async def story(arriving):
        first, second = Sender(arriving), Sender(arriving)
        await first.send(b"x" * 60)
        await second.send(b"y" * 40)
        second.put(b"y")
        first.put(b"the rest", more=False)
        await second.settled()
        assert (429, None) == (first.status, second.status)
        await second.send(b"", more=False)
        assert b"y" * 41 == await second.body

    assert 1 == run(story).turned_away


def test_what_is_over_takes_no_room():
    """Whole, too large, or gone away: each gives its room back."""

    async def story(arriving):
        gone, large, whole = Sender(arriving), Sender(arriving, length=10), Sender(arriving)
        await gone.send(b"x" * 90)
        await gone.leave()
        await large.send(b"x" * 11)
        assert (400, 413) == (gone.status, large.status)
        await whole.send(b"x" * 90)
        await whole.send(b"", more=False)
        last = Sender(arriving)
        await last.send(b"x" * 100)
        await last.send(b"", more=False)
        assert 100 == len(await last.body)

    assert 0 == run(story).turned_away


def test_a_body_that_says_it_is_too_large_is_not_read():
    """413 before the first byte."""

    async def story(arriving):
        with pytest.raises(RefusedError, match="more than 100 bytes"):
            await Sender(arriving, length=MOST + 1).body

    run(story)
