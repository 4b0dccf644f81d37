"""Was the cause that was named the true one?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from holdfast.connectors.simulated import Truth
from holdfast.events import format_time
from holdfast.response import Named

from .scoreboard import CauseScore

UNKNOWN = "unknown"  # the answer when nothing stands out
NONE = "none"  # the truth when the hijacked accounts have nothing in common


def judged(causes: Sequence[Named], others: Iterable[Named], truth: Truth) -> CauseScore:
    """The score of everything that was named: right only where nothing wrong was among it.

    `causes` are the causes of contained campaigns as they stand, `others` all else that was named at any time. A wrong
    factor is told before a right one, the cause of a campaign before an accusation, the earlier before the later.
    """
    said = [*sorted(causes, key=_when), *sorted(others, key=_when)]
    wrong = [named for named in said if not truth.right(named.factor)]
    first = next(iter([*wrong, *said]), None)
    told = first.factor if first else None
    return CauseScore(
        named=told or UNKNOWN,
        truth=truth.cause[0] if truth.cause else NONE,
        right=truth.right(told) and not wrong,
        at=None if first is None else format_time(first.at),
        also=tuple(dict.fromkeys(named.factor for named in said if named.factor != told)),
    )


def _when(named: Named) -> tuple[int, str]:
    return (named.at, named.factor)
