"""Who could do what on a date is worked out beside the worker: how?

Among a thousand people it takes seconds, and the gate must go on meanwhile.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from holdfast.app.server.asking import answered
from holdfast.guard.staff import StaffPolicy
from holdfast.response.past import Date
from holdfast.response.staff.access import Right, Wanted, rights, unknown

PATIENCE = 60.0  # seconds: two questions about everybody before it, and itself
_ONE = ThreadPoolExecutor(1, "rights")  # of all who ask: whoever loads a page again and again takes no more than that
_POLICIES_KEPT = 4  # the dates that are compared, and two others


async def judged(date: Date, at: int, wanted: Wanted) -> list[Right]:
    """The rights that are `wanted` on this date, `at` milliseconds since 1970 UTC, by its own policies.

    Raises:
        RefusedError: it takes too long just now, or the policies of then cannot be read any more.

    """
    return await answered(asyncio.wrap_future(_ONE.submit(_judge, date, at, wanted)), PATIENCE)


async def unknown_of(date: Date, wanted: Wanted) -> tuple[str, ...]:
    """What is `wanted` and was not there on this date, in words; errors as `judged`."""
    return await answered(asyncio.wrap_future(_ONE.submit(_unknown, date, wanted)), PATIENCE)


def _unknown(date: Date, wanted: Wanted) -> tuple[str, ...]:
    return tuple(unknown(date, _policy(tuple(sorted(date.texts.items()))), wanted))


def _judge(date: Date, at: int, wanted: Wanted) -> list[Right]:
    return list(rights(date, _policy(tuple(sorted(date.texts.items()))), at, wanted))


@lru_cache(_POLICIES_KEPT)
def _policy(texts: tuple[tuple[str, str], ...]) -> StaffPolicy:
    """The policies of these texts: an own copy, for that of the gate is the worker's alone."""
    return StaffPolicy(dict(texts))
