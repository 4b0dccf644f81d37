"""What do these accounts have in common that others have not, and is it sure enough to be named?

1. Every factor on record that touched at least three of the accounts is weighed (`enrichment.py`).
2. A factor with an objection against it cannot be named: it is a symptom, chance might bring it about (exact test,
   corrected by Holm for every factor that could have come out, not only those that did), or it touches so many others
   that the choice of targets alone might explain it.
3. The rest are asked in causal order: inside the platform, let in by the holder, at the carrier, what was set, from
   where. Factors of one stage may share the accounts out between them. The first stage that explains about as
   much as any other does is the answer: what comes later in the chain follows from what came before.
4. Within a stage the more specific kind goes first (a tool session before its staff member) if it explains about the
   same accounts, then the larger likelihood.
5. If what is left explains too few of the accounts, the cause is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from holdfast.detection import Campaign
from holdfast.errors import SettingsError

from .cause import Cause, Factor, FactorKind, Hypothesis
from .enrichment import Question, weigh
from .objections import CHOSEN_IN_PART, log_p_together, objection, stands_out
from .touches import Touches

HOUR = 3_600_000  # milliseconds
DAY = 24 * HOUR

# From the root of a takeover to its outcome. Within a stage the more specific kind stands first.
STAGES: Final = (
    (FactorKind.TOOL_SESSION, FactorKind.STAFF),
    (FactorKind.APP,),
    (FactorKind.CARRIER,),
    (FactorKind.RECOVERY_VALUE,),
    (FactorKind.NETWORK, FactorKind.CLIENT),
)
_SPECIFIC_FIRST: Final = {kind: rank for rank, kind in enumerate(kind for stage in STAGES for kind in stage)}


class CauseSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to name a cause.

    `window` is how long before its first use an account may have been touched (milliseconds); when that tells nothing,
    `long_window` is tried. `least_coverage` applies to a single cause, `least_split_coverage` to several that share the accounts out; `exempt` are factors that are
    known to touch these accounts rightly, such as the responders at work on this very incident.
    """

    window: int = 3 * DAY
    long_window: int = 14 * DAY
    least_accounts: int = 3
    least_coverage: float = 0.6
    most_parts: int = 4
    most_p: float = 1e-4
    also: int = 12
    exempt: frozenset[Factor] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what would name a cause on no evidence.

        Raises:
            SettingsError: a setting is out of range.

        """
        if not (self.window > 0 and self.least_accounts >= 2 and self.most_parts >= 1 and self.also >= 0):
            raise SettingsError("a cause needs a window of some length and at least two accounts to explain")
        if not (0 < self.least_coverage <= 1 and 0 < self.most_p < 1):
            raise SettingsError("coverages and probabilities lie between 0 and 1")


DEFAULT = CauseSettings()
LEAST_PART = 0.35
_ABOUT_AS_MUCH = 0.9  # of the accounts: one or two in twenty may have been touched off the record


def common_cause(  # noqa: PLR0913  (the question has these parts)
    campaign: Campaign,
    touches: Touches,
    population: int,
    at: int,
    settings: CauseSettings = DEFAULT,
    *,
    first_used: Mapping[str, int] | None = None,
) -> Cause:
    """The common cause of a campaign's carriers as far as is known at `at` (milliseconds since 1970 UTC).

    `population` counts all accounts of the platform. `first_used` says when each carrier posted its first lure; of
    carriers that it does not name, `at` is taken, which lets in what was done to them since.
    """
    known = first_used or {}
    used = {account: min(known.get(account, at), at) for account in campaign.accounts}
    return common_cause_of(used, touches, population, at, settings, campaign=campaign.id)


def common_cause_of(  # noqa: PLR0913  (the question has these parts)
    first_used: Mapping[str, int],
    touches: Touches,
    population: int,
    at: int,
    settings: CauseSettings = DEFAULT,
    *,
    campaign: str = "",
) -> Cause:
    """The common cause of any accounts, given when each was first seen in the wrong hands (ms since 1970 UTC)."""
    if not first_used:
        return Cause(campaign=campaign, at=at, named=None, why="Unknown: there are no accounts to explain.")
    windows = sorted({settings.window, max(settings.window, settings.long_window)})
    tried = touches.shared() * len(windows)
    answers = []
    for window in windows:
        answers.append(_within(window, first_used, touches, population, at, settings, campaign, tried))
        if answers[-1].named is not None:
            return answers[-1]
    return answers[0]


def _within(window, first_used, touches, population, at, settings, campaign, tried):
    question = Question(
        first_used=first_used,
        population=population,
        window=window,
        least_accounts=settings.least_accounts,
        exempt=settings.exempt,
    )
    weighed = [
        msgspec.structs.replace(each, objection=objection(each))
        for each in weigh(question, touches, tried)
    ]
    parts = _answer([each for each in weighed if not each.objection], len(first_used), tried, settings)
    named = max(parts, key=lambda part: part.touched) if parts else None
    ranked = sorted((each for each in weighed if each is not named), key=lambda each: _rank(each, parts))
    return Cause(
        campaign=campaign,
        at=at,
        named=named,
        also=tuple(ranked[: settings.also]),
        tried=tried,
        parts=tuple(part.factor for part in parts) if len(parts) > 1 else (),
        why=_why(parts, weighed, len(first_used), settings),
        window=window,
    )


def _answer(eligible: list[Hypothesis], of: int, tried: int, settings: CauseSettings) -> list[Hypothesis]:
    """The factors that explain enough, those of the earliest stage that explains about as much as any; or none."""
    stages = [[each for each in eligible if each.factor.kind in stage] for stage in STAGES]
    covers = [_cover(stage, of, settings) for stage in (*stages, eligible)]
    enough = [parts for parts in covers if parts and _suffices(parts, of, tried, settings)]
    if not enough:
        return []
    most = max(len(_explained(parts)) for parts in enough)
    return next(parts for parts in enough if len(_explained(parts)) >= _ABOUT_AS_MUCH * most)


def _suffices(parts: list[Hypothesis], of: int, tried: int, settings: CauseSettings) -> bool:
    """Whether the parts explain enough of the accounts: the less they explain, the more they must stand out."""
    share = len(_explained(parts)) / of
    return (
        share >= LEAST_PART
        and log_p_together(parts, tried) <= math.log(settings.most_p)
        and stands_out(parts, 1.0 if share >= settings.least_coverage else CHOSEN_IN_PART)
    )


def _cover(eligible: list[Hypothesis], of: int, settings: CauseSettings) -> list[Hypothesis]:
    """Factors that share the accounts out between them, the largest first; each adds accounts of its own."""
    parts: list[Hypothesis] = []
    left = [each for each in eligible if not each.late]
    while left and len(parts) < settings.most_parts and len(_explained(parts)) < of:
        most = min(left, key=lambda each: (each.log_p, each.factor)).touched
        best = min((each for each in left if each.touched >= _ABOUT_AS_MUCH * most), key=_preference)
        parts.append(best)
        seen = _explained(parts)
        left = [
            each
            for each in eligible
            if each not in parts
            and (own := len(frozenset(each.explained) - seen)) >= settings.least_accounts
            and own >= _ABOUT_AS_MUCH * each.touched
        ]
    return parts


def _explained(parts: Iterable[Hypothesis]) -> frozenset[str]:
    """The accounts that the parts explain together."""
    return frozenset().union(*(part.explained for part in parts))


def _preference(each: Hypothesis) -> tuple[int, float, int, str]:
    """Smaller is better: more specific kind, larger likelihood, autonomous system before prefix, name."""
    return (_SPECIFIC_FIRST[each.factor.kind], -each.log_likelihood, each.factor.value.count("/"), each.factor.value)


def _rank(each: Hypothesis, parts: list[Hypothesis]) -> tuple[bool, bool, float, Factor]:
    """Smaller is better: the other parts of the answer, then what could be named, then by chance."""
    return (each not in parts, bool(each.objection), each.log_p, each.factor)


def _why(parts: list[Hypothesis], weighed: list[Hypothesis], of: int, settings: CauseSettings) -> str:
    """The answer in one sentence."""
    if len(parts) > 1:
        shares = ", ".join(f"{part.factor.key} {part.touched}" for part in parts)
        return f"{len(_explained(parts))} of {of} accounts are shared out: {shares}."
    if parts:
        [named] = parts
        return (
            f"{named.factor.key} touched {named.touched} of {of} accounts before they were used, "
            f"and {named.base_touched - named.touched} of {named.base_of - named.tested} others."
        )
    if of < settings.least_accounts:
        return f"Unknown: {of} accounts are too few to tell a cause from chance."
    if not weighed:
        return f"Unknown: nothing on record touched {settings.least_accounts} of the {of} accounts."
    best = min(weighed, key=lambda each: (-each.touched, each.log_p, each.factor))
    reason = best.objection or f"that is less than {settings.least_coverage:.0%} of the accounts"
    return f"Unknown: {best.factor.key} touched {best.touched} of {of} accounts, but {reason}."
