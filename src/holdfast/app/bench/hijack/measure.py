"""The benchmark as a whole: which replays are run, in which order, and what do they give?

1. the background alone: false campaigns, speed, memory
2. the background with the campaigns in it, once for each history asked for
3. the background with benign look-alikes, and with the campaigns that some of them talk about
4. for the chart only, the background alone once more, with a low threshold
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfast.app.wiring import make_engine
from holdfast.detection import CampaignTier
from holdfast.detection.model import ALERT, CONTAIN
from holdfast.errors import UsageError
from holdfast.events import format_time
from holdfast.reading import PUBLIC

from .attacks import short
from .benign import LookAlikes
from .data import Data, read_data
from .figures import false_alarms, parts_of, row_of, rows_of, seen_by
from .outcomes import outcomes
from .promises import promises
from .replay import BATCH, Replay, Stream, replay
from .report import About, History, Report, Speed, Told
from .tempted import Tempted, judge
from .thresholds import LEAST, AtThreshold, at_thresholds
from .truth import Part, Parts, Truth

Stage: TypeAlias = Callable[[str, int], Callable[[int], None]]
"""Hears of a replay: its name and how many posts it has; what it answers hears how many more were fed."""

NUMBERED_POSTS = 20
"""Lure posts for which the share of attacks seen is told."""

_BEYOND = 3.0  # nats beyond the contain tier's threshold to which false alarms are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to replay. `variants` are names, whole or short; none means all."""

    data: Path
    variants: Sequence[str] = ()
    histories: Sequence[History] = (History.WARM,)
    memory_mb: int = 256
    seed: int = 1
    thresholds: bool = False


def measure(options: Options, stage: Stage) -> Report:
    """Read the data, run the replays.

    Raises:
        InputError: the data cannot be read.
        SettingsError: the memory is out of range.
        UsageError: there is no such variant.

    """
    return Bench(options, read_data(options.data), stage).report()


class Bench:
    """One benchmark, read and ready to be replayed."""

    def __init__(self, options: Options, data: Data, stage: Stage) -> None:
        """Choose the campaigns."""
        self._options, self._data, self._stage = options, data, stage
        injected = data.injected
        self._injected = injected.only(chosen(options.variants, injected.variants)) if options.variants else injected
        times = data.background.column("time").to_numpy()
        self._parts = Parts(start=int(times[0]), end=int(times[-1]) + 1)
        counts = np.diff([0, *np.searchsorted(times, self._parts.edges), len(times)])
        self._posts_in = dict(zip(Part, counts.tolist(), strict=True))
        self._judged = len(times) - self._posts_in[Part.WARM_UP]

    def report(self) -> Report:
        """Run everything."""
        data, options = self._data, self._options
        clean = self._replay("background", Stream.of(data.background, data.events))
        speed = _speed(clean)
        background = false_alarms(clean.campaigns, self._parts, self._judged)
        histories = {str(history): self._attacked(history) for history in options.histories}
        tempted = self._tempted() if data.families else None
        kept = promises(background, {name: told.variants for name, told in histories.items()}, tempted)
        return Report(
            about=self._about(),
            background=background,
            histories=histories,
            look_alikes=tempted,
            speed=speed,
            nats={CampaignTier.ALERT: ALERT, CampaignTier.CONTAIN: CONTAIN},
            thresholds=self._thresholds() if options.thresholds else (),
            promises=kept,
            as_promised=all(promise.kept for promise in kept),
        )

    def _replay(self, name: str, stream: Stream, *, alert: float | None = None) -> Replay:
        engine = make_engine(memory_mb=self._options.memory_mb, key=PUBLIC, alert=alert)
        return replay(stream, engine, self._stage(name, stream.posts.num_rows))

    def _attacked(self, history: History) -> Told:
        injected = self._injected.cold() if history is History.COLD else self._injected
        data = self._data
        stream = Stream.of(data.background, [*data.events, *injected.events], injected.posts)
        run = self._replay(f"campaigns, {history} accounts", stream)
        ids = injected.posts.column("id").to_pylist()
        truth = Truth(injected.attacks, ids)
        found = outcomes(run, truth, dict(zip(ids, stream.alone.tolist(), strict=True)), self._parts)
        false = [campaign for campaign in run.campaigns if truth.is_false(campaign)]
        alarms = false_alarms(false, self._parts, self._judged + len(ids))
        rows = rows_of(found)
        return Told(
            variants=rows,
            total=row_of(found, more_held=alarms.held),
            parts=parts_of(found),
            false=alarms,
            seen_by={name: seen_by([each for each in found if each.variant == name], NUMBERED_POSTS) for name in rows},
            campaigns=found,
        )

    def _tempted(self) -> Tempted:
        data, attacks = self._data, self._injected.attacks
        drawn = LookAlikes(data, attacks, self._parts, self._options.seed)
        posts = pa.concat_tables([drawn.draw(), self._injected.posts])
        stream = Stream.of(data.background, [*data.events, *self._injected.events], posts)
        return judge(drawn, self._replay("benign look-alikes", stream).campaigns)

    def _thresholds(self) -> tuple[AtThreshold, ...]:
        data = self._data
        run = self._replay("background, low threshold", Stream.of(data.background, data.events), alert=LEAST)
        return at_thresholds(run.told, self._parts, self._judged, CONTAIN + _BEYOND)

    def _about(self) -> About:
        data = self._data
        return About(
            directory=str(self._options.data),
            start=format_time(self._parts.start),
            end=format_time(self._parts.end),
            posts=data.background.num_rows,
            accounts=len(pc.unique(data.background.column("account"))),
            events=len(data.events),
            parts={str(part): count for part, count in self._posts_in.items()},
            campaigns=len(self._injected.attacks),
            variants=self._injected.variants,
            rejects=data.rejects,
            first_reject=data.first_reject,
            repeated=data.repeated,
            memory_mb=self._options.memory_mb,
            seed=self._options.seed,
        )


def chosen(wanted: Sequence[str], variants: Collection[str]) -> frozenset[str]:
    """The variants that are meant by `wanted`, given whole or short, in either case.

    Raises:
        UsageError: nothing is meant by one of them.

    """
    found: set[str] = set()
    for word in wanted:
        meant = {name for name in variants if word.casefold() in {name.casefold(), short(name).casefold()}}
        if not meant:
            raise UsageError(f"there is no variant {word!r} here", advice=f"There are: {', '.join(variants)}.")
        found |= meant
    return frozenset(found)


def _speed(run: Replay) -> Speed:
    """Rates of a replay; its first batch touches fresh memory and is left out where there are others."""
    took, sizes = (run.took[1:], run.sizes[1:]) if len(run.took) > 1 else (run.took, run.sizes)
    full = took[sizes == BATCH] if (sizes == BATCH).any() else took
    return Speed(
        posts_per_second_core=float(sizes.sum() / max(took.sum(), 1e-9)),
        batch_posts=int(sizes.max()),
        batches=len(full),
        batch_median_ms=float(np.median(full)) * 1e3,
        batch_p99_ms=float(np.quantile(full, 0.99)) * 1e3,
        peak_rss_mb=_peak_rss_mb(),
    )


def _peak_rss_mb() -> float:
    """The most memory this process ever held, MiB; the kernel counts it in KiB, that of macOS in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)
