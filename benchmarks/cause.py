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
    tallies = {"all": report.total, "record whole, cause reached most": report.plain}
    tallies |= {f"{count} carriers": each for count, each in report.by_carriers.items()}
    tallies |= {f"reached {reach}": each for reach, each in report.by_reach.items()}
    return {
        "worlds": report.worlds,
        **{f"right, {name}": _share(each.right) for name, each in tallies.items()},
        "wrong, all": _share(report.total.wrong),
        **{f"right: {way}": _share(each.right) for way, each in report.by_way.items()},
        "next accounts: recall": _share(report.next_accounts.recall),
        "next accounts: precision": _share(report.next_accounts.precision),
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
