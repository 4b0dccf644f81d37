"""What does the program itself say of a world: from lines of events through detection to the desk's inquiry?

Every event is written as a line and read again, heard once, and judged in its turn; each carrier posts the same lure at
its time. The cause is asked for as the desk does it: when the campaign comes to light, while nothing is known, and when
it has doubled.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pyarrow as pa

from holdfast.app.wiring import make_engine
from holdfast.detection import Campaign
from holdfast.errors import InputError
from holdfast.events import ACCOUNTS, AnyEvent, Batch, Decoder, Post, encode_line
from holdfast.investigation import Cause, Touches
from holdfast.response.case import Case
from holdfast.response.inquiry import due, investigated
from holdfast.response.knowledge import Knowledge
from holdfast.response.watch import CampaignSeen, Watch

from .terrain import NOW
from .worlds import World

LURE = "I double every payment sent to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT in the next half hour."
_MEMORY_MB = 64


def through_the_program(world: World) -> tuple[Cause, Touches]:
    """The cause that stands in the end, and the record of touches it was read from.

    Raises:
        InputError: a line that was written could not be read.

    """
    knowledge = Knowledge(_accounts(world), Touches())
    watch = Watch(make_engine(memory_mb=_MEMORY_MB), knowledge, key=bytes(16))
    case: Case | None = None
    for batch, now in _batches(world):
        for news in watch.take(batch, now):
            if isinstance(news, CampaignSeen):
                case = _seen(case, news.campaign)
        if case is not None and due(case):
            case = investigated(case, knowledge, now)
    if case is None or case.cause is None:
        return Cause(campaign="", at=NOW, named=None, why="Unknown: no campaign came to light."), knowledge.touches
    return case.cause, knowledge.touches


def _seen(case: Case | None, campaign: Campaign) -> Case:
    """The case with the campaign as it stands now."""
    used = dict(zip(campaign.accounts, campaign.first_posts, strict=True))
    if case is None:
        return Case(campaign=campaign, first_used=used)
    return msgspec.structs.replace(case, campaign=campaign, first_used=used)


def _batches(world: World) -> Iterator[tuple[Batch, int]]:
    """The events up to each lure post and the post, read from lines, and the time by then."""
    decoder = Decoder()
    events = sorted(world.events, key=lambda event: event.time)
    at = 0
    for number, (account, time) in enumerate(sorted(world.first_used.items(), key=lambda each: each[1])):
        heard: list[AnyEvent] = []
        while at < len(events) and events[at].time <= time:
            heard.append(events[at])
            at += 1
        heard.append(Post(id=f"p{number}", time=time, account=account, text=LURE))
        decoded = decoder.decode(b"\n".join(map(encode_line, heard)))
        if decoded.rejects:
            raise InputError(f"an event that was written cannot be read: {decoded.rejects[0].reason}")
        yield decoded.batch, time


def _accounts(world: World) -> pa.RecordBatch:
    """Everybody, in the columns of the directory."""
    nobody = {"handle": None, "verified": False, "reach": 0, "tier": "ordinary", "org": None, "emergency": False}
    rows = [{"account": f"a{who}", **nobody, "created": None, "posts_per_hour": 0.0} for who in range(world.people)]
    return pa.RecordBatch.from_pylist(rows, schema=ACCOUNTS)
