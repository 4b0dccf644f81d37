"""How often is the common cause named rightly, wrongly, or called unknown? Seeded worlds: `holdfast bench cause`."""

from __future__ import annotations

import time

import numpy as np

from holdfast.app.bench.cause.figures import Share
from holdfast.app.bench.cause.measure import measure as over_worlds
from holdfast.app.bench.cause.terrain import NOW
from holdfast.events import SecurityEvent, SignIn
from holdfast.investigation import Touches


def measure(worlds: int = 450, seed: int = 1, *, quick: bool = False) -> dict[str, object]:
    """The command's main figures, and the rate of a long record."""
    report = over_worlds(60 if quick else worlds, seed)
    figures: dict[str, object] = {"worlds of each sort": report.worlds}
    for sort, stratum in {"usual": report.usual, "hard": report.hard}.items():
        figures |= {
            f"{sort}: right": _share(stratum.total.right),
            f"{sort}: wrong": _share(stratum.total.wrong),
            f"{sort}: drainer kits given one cause": _share(stratum.by_way["drainer kit"].wrong),
            **{f"{sort}: right, {count} carriers": _share(each.right) for count, each in stratum.by_carriers.items()},
            **{f"{sort}: right, {way}": _share(each.right) for way, each in stratum.by_way.items()},
            f"{sort}: next accounts, recall": _share(stratum.next_accounts.recall),
            f"{sort}: next accounts, precision": _share(stratum.next_accounts.precision),
        }
    return {
        **figures,
        "hard: right, record whole, cause reached most": _share(report.plain.right),
        "asking for the cause, ms, median": report.speed.question_ms_median,
        "events/s, a record begun from nothing": report.speed.events_per_second,
        **long_record(100_000 if quick else 1_000_000),
    }


def _share(share: Share) -> str:
    return f"{share.rate:.1%} of {share.of:,} ({share.at_least:.1%} to {share.at_most:.1%})"


def long_record(count: int) -> dict[str, object]:
    """The rate at which a record takes events of accounts and networks it knows."""
    random = np.random.default_rng(0)
    who = random.integers(count // 10, size=count).tolist()
    events: list[SecurityEvent] = [
        SignIn(account=f"a{a}", time=NOW + n, outcome="ok", asn=f"AS{a % 300}", ip=f"10.{a % 250}.1.1", client="web")
        for n, a in enumerate(who)
    ]
    touches = Touches()
    touches.observe(events[: count // 2])
    began = time.process_time()
    touches.observe(events[count // 2 :])
    return {"events/s, a long record": (count - count // 2) / (time.process_time() - began)}
