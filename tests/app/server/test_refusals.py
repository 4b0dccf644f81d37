"""What copies of the guard tell of whom they refused, as the process that answers takes it in."""

import asyncio

import msgspec
import pytest

from holdfast.app.server.answers import RefusedError
from holdfast.app.server.refusals import MOST, refusals
from holdfast.events import format_time

NOW = 1_700_000_000_000


def told(body, method="POST"):
    """What is made of a request."""

    async def receive():
        return {"type": "http.request", "body": body}

    return asyncio.run(refusals({"method": method, "headers": []}, receive, NOW))


def of(*refused):
    """A request that tells of these accounts and times."""
    return msgspec.json.encode({"refused": [{"account": who, "time": when} for who, when in refused]})


def test_each_counts_from_its_own_time_on_and_none_from_later_than_now():
    """A copy whose clock is ahead would have its sign count for ever."""
    then, later = format_time(NOW - 5_000), format_time(NOW + 5_000)
    assert [("a", NOW - 5_000), ("b", NOW)] == told(of(("a", then), ("b", later)))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        of(),
        of(("", format_time(NOW))),
        of(("a", "yesterday")),
        of(("a" * 513, format_time(NOW))),
        of(*[("a", format_time(NOW))] * (MOST + 1)),
    ],
)
def test_what_tells_of_nobody_is_refused_whole(body):
    """422, and nothing of it counts."""
    with pytest.raises(RefusedError) as refused:
        told(body)
    assert 422 == refused.value.status


def test_they_are_posted():
    """405 for anything else."""
    with pytest.raises(RefusedError) as refused:
        told(b"", method="GET")
    assert 405 == refused.value.status
