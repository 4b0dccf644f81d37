"""How much was given back, in which stages, and to whom?"""

from __future__ import annotations

from statistics import median

from holdfast.connectors.simulated import SimulatedPlatform
from holdfast.containment import Cohort, cohort_key
from holdfast.events import format_time
from holdfast.recovery import Stage
from holdfast.response import Restoring, Returning, Told

from .scoreboard import RecoveryScore, RestorationScore, WaveScore

_MINUTE = 60_000  # milliseconds
_STAGES = tuple(Stage)


def restoration(restoring: Restoring, now: int) -> RestorationScore:
    """What was given back in waves by `now` (milliseconds since 1970 UTC)."""
    figures = restoring.figures(now)
    moves = [
        (
            told.at,
            WaveScore(at=format_time(told.at), cohort=cohort_key(run.cohort), restored=told.restored, held=told.held),
        )
        for run in restoring.runs.values()
        for told in run.told
        if told.restored + told.held
    ]
    return RestorationScore(
        cohorts=len(restoring.runs),
        accounts=figures.all,
        restored=figures.restored,
        held=figures.held,
        pauses=sum(run.waves.pauses for run in restoring.runs.values()),
        waves=tuple(wave for _, wave in sorted(moves, key=lambda move: move[0])),
    )


def _wave(cohort: Cohort, told: Told) -> WaveScore:
    return WaveScore(at=format_time(told.at), cohort=cohort_key(cohort), restored=told.restored, held=told.held)


def recovery(returning: Returning, platform: SimulatedPlatform) -> RecoveryScore:
    """How far the cases have come, and whether those who were proven are the owners."""
    cases = [each.case for each in returning.recoveries.values()]

    def reached(stage: Stage) -> int:
        return sum(_STAGES.index(case.stage) >= _STAGES.index(stage) for case in cases if not case.dismissed)

    waits = [case.released_at - case.opened_at for case in cases if case.released_at is not None]
    return RecoveryScore(
        opened=len(cases),
        attacker_out=reached(Stage.ATTACKER_OUT),
        owner_proven=reached(Stage.OWNER_PROVEN),
        released=reached(Stage.RELEASED),
        closed=reached(Stage.CLOSED),
        reopened=sum(case.reopened for case in cases),
        set_aside=sum(len(case.ownership.set_aside) for case in cases),
        put_back=sum(len(case.back) for case in cases),
        lost=sum(len(case.lost) for case in cases),
        wrong_hands=platform.in_wrong_hands(case.account for case in cases if case.released_at is not None),
        median_minutes=round(median(waits) / _MINUTE, 1) if waits else None,
    )
