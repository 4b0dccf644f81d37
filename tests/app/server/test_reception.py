"""What the process that answers makes of what it is told, without the other one."""

import asyncio
import time

import msgspec
from tests.client.test_following import packed

from holdfast.app.server.link import Beat
from holdfast.app.server.logs import make_log
from holdfast.app.server.reception import MOST_REFUSED, Reception
from holdfast.app.server.relay import Relay
from holdfast.app.server.settings import Settings
from holdfast.app.server.settings import Time as EventTime
from holdfast.containment import pack, unpack

NOW = 1_000_000_000  # milliseconds
HOUR = 3_600_000


def verdict(reception, account):
    """What it answers to a post of this account."""
    told = []

    async def receive():
        return {"type": "http.request", "body": msgspec.json.encode({"account": account, "text": "hello"})}

    async def send(message):
        told.append(message)

    scope = {"method": "POST", "path": "/v1/guard/posts", "headers": []}
    asyncio.run(reception.guard(scope, receive, send))
    return msgspec.json.decode(told[1]["body"])["verdict"]


def test_a_clock_that_is_set_back_puts_no_hold_out_of_force():
    """Neither while it answers, nor where it begins after that: the owner of the state tells what time it was."""
    (frame,) = unpack(packed("a"))
    begun = pack(msgspec.structs.replace(frame, add=(msgspec.structs.replace(frame.add[0], starts=NOW),)))
    settings = Settings()
    assert EventTime.WALL is settings.events.time
    clock = [NOW / 1_000]

    for told in (0, NOW):
        reception = Reception(settings, Relay("nowhere"), make_log(), wall=lambda: clock[0])
        reception.take(begun)
        reception.beat(Beat(seen_at=time.monotonic(), at=time.monotonic(), now=told))
        clock[0] = NOW / 1_000 if not told else (NOW - HOUR) / 1_000
        assert "allow" != verdict(reception, "a")
        clock[0] = (NOW - HOUR) / 1_000
        assert "allow" != verdict(reception, "a")


def test_a_flood_of_refusals_costs_no_memory_while_nobody_hears_of_it():
    """The owner of the state may stand still: the latest are kept for it."""
    reception = Reception(Settings(), Relay("nowhere"), make_log())
    for number in range(MOST_REFUSED + 5):
        reception.refused.append((f"a{number}", NOW))
    assert (MOST_REFUSED, "a5") == (len(reception.refused), reception.refused[0][0])
