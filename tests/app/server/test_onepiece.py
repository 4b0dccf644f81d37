"""An answer is one packet: its head goes with the first part of its body, and never stays behind."""

import asyncio

import pytest
import uvicorn
from uvicorn.server import ServerState

from holdfast.app.server.wire import BoundedProtocol

HEAD = b"HTTP/1.1 200 OK\r\n"


class Line(asyncio.Transport):
    """A connection that keeps what is written to it."""

    def __init__(self):
        super().__init__()
        self.written, self.closed = [], False

    def write(self, data):
        """It goes out by itself."""
        self.written += [bytes(data)] if data else []

    def close(self):
        """Nothing more comes."""
        self.closed = True

    def is_closing(self):
        """Whether it was closed."""
        return self.closed

    def pause_reading(self):
        """All has been read."""

    def resume_reading(self):
        """There is no more."""

    def get_extra_info(self, name, default=None):
        """Nothing is known of it."""
        return default


def answer(request, *parts):
    """What is written for `request` by an application that sends these parts of a body, the last one marked as such."""

    async def application(scope, receive, send):
        if scope["method"] == "POST":
            await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for place, part in enumerate(parts, 1):
            await send({"type": "http.response.body", "body": part, "more_body": place < len(parts)})

    async def run():
        config = uvicorn.Config(application, ws="none", lifespan="off", log_config=None, access_log=False)
        config.load()
        line, protocol = Line(), BoundedProtocol(config, ServerState(), {}, silent={})
        protocol.connection_made(line)
        for part in request:
            protocol.data_received(part)
            for _ in range(5):
                await asyncio.sleep(0)
        return line

    return asyncio.run(run())


@pytest.mark.parametrize("body", [b"so it is", b""])
def test_an_answer_is_written_at_once(body):
    """Though it may have no body."""
    (written,) = answer([b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"], body).written
    assert written.startswith(HEAD)
    assert body in written


def test_two_requests_on_one_line_are_two_answers():
    """Each whole, in their order."""
    request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"
    line = answer([request + request], b"so it is")
    assert [True, True] == [each.startswith(HEAD) and b"so it is" in each for each in line.written]


def test_parts_that_come_later_are_written_when_they_come():
    """The head with the first of them, or with nothing where that is empty."""
    first, *rest = answer([b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"], b"one", b"two").written
    assert first.startswith(HEAD)
    assert b"one" in first
    assert b"two" in b"".join(rest)
    first, *rest = answer([b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"], b"", b"two").written
    assert first.startswith(HEAD)
    assert b"two" not in first
    assert b"two" in b"".join(rest)


def test_the_answer_to_head_is_its_head():
    """No body follows that it could wait for."""
    (written,) = answer([b"HEAD / HTTP/1.1\r\nhost: a\r\n\r\n"], b"so it is").written
    assert written.startswith(HEAD)
    assert b"so it is" not in written


def test_whoever_asks_whether_to_go_on_is_told_so_before_the_answer():
    """They send the body only then."""
    head = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n"
    go_on, written = answer([head, b"{}"], b"so it is").written
    assert b"HTTP/1.1 100 Continue\r\n\r\n" == go_on
    assert written.startswith(HEAD)


def test_an_answer_that_breaks_off_is_cut_behind_its_head():
    """As it would be if the head had gone by itself."""
    line = answer([b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"])
    (written,) = line.written
    assert written.startswith(HEAD)
    assert line.closed
