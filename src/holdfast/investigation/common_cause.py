"""What do these accounts have in common that others have not, and is it sure enough to be named?

1. Every factor on record that touched at least three of the accounts is weighed (`enrichment.py`).
2. A factor with an objection against it cannot be named: chance, the choice of targets, habit or an open door would
   explain as much, or it follows from a takeover (`objections.py`).
3. Of the rest, alone or together, the earliest that explains enough of the accounts is the answer (`answer.py`).
4. No answer, or one that may follow from something earlier? Then the same is asked of a longer time before the accounts
   were used; the nearer answer stands unless the longer time shows an earlier stage. No answer at all: unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from holdfast.detection import Campaign
from holdfast.errors import SettingsError

from .answer import WHERE_FROM, Demand, Parts, answer, came_first, explained, stage
from .cause import Cause, Factor, FactorKind, Hypothesis
from .enrichment import weigh
from .found import ENTRANCES, Question
from .objections import IN_DOUBT, LEAST_LIFT_OF_SOLE, PORTED, objection, stands_out
from .touches import Touches

HOUR = 3_600_000  # milliseconds
DAY = 24 * HOUR


class CauseSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to name a cause.

    `window` is how long before its first use an account may have been touched (milliseconds); when that tells of
    nothing inside the platform, `long_window` is tried. What changed credentials of `least_coverage` of the accounts
    can be named, or what merely met `least_merely_met` of them; what explains `least_part` only if it stands out
    five times as much. `exempt` are factors that are known to touch these accounts rightly, such as the responders at
    work on this very incident.
    """

    window: int = 3 * DAY
    long_window: int = 14 * DAY
    least_accounts: int = 3
    least_coverage: float = 0.6
    least_merely_met: float = 0.7
    least_part: float = 0.4
    most_parts: int = 4
    most_p: float = 1e-3
    also: int = 12
    exempt: frozenset[Factor] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what would name a cause on no evidence.

        Raises:
            SettingsError: a setting is out of range.

        """
        if not (self.window > 0 and self.least_accounts >= 2 and self.most_parts >= 1 and self.also >= 0):
            raise SettingsError("a cause needs a window of some length and at least two accounts to explain")
        if not (
            0 < self.least_part <= self.least_coverage <= 1 and 0 < self.least_merely_met <= 1 and 0 < self.most_p < 1
        ):
            raise SettingsError("coverages and probabilities lie between 0 and 1, a part below the whole")


DEFAULT = CauseSettings()


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

    `population` counts all accounts of the platform. `first_used` says when each carrier posted its first lure; what it
    does not say the campaign may. Of carriers of which neither does, `at` is taken, which lets in what was done since.
    """
    known = dict(zip(campaign.accounts, campaign.first_posts, strict=False)) | dict(first_used or {})
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
    shared = touches.shared()
    tried = {kind: count * len(shared) for kind, count in shared.items()}
    causes: list[Cause] = []
    for window in windows:
        question = Question(
            first_used=first_used,
            population=population,
            window=window,
            least_accounts=settings.least_accounts,
            exempt=settings.exempt,
        )
        causes.append(_cause(question, touches, tried, settings))
        if stage(causes[-1].named) == 0:
            break
    cause = _unless_earlier(min(causes, key=lambda each: stage(each.named)), causes, settings)
    return msgspec.structs.replace(cause, campaign=campaign, at=at)


def _unless_earlier(cause: Cause, causes: Sequence[Cause], settings: CauseSettings) -> Cause:
    """The cause, or unknown if it is only from where accounts were entered and something earlier may have opened most.

    What may have done so need not be sure enough to be named itself. Numbers that were ported opened the accounts
    wherever that was.
    """
    named = cause.named
    if named is None or stage(named) < WHERE_FROM:
        return cause
    for each in (each for weighed in causes for each in weighed.also):
        timely = each.objection in {"", PORTED} and not (each.symptom or each.late or each.asked)
        most = stage(each) < WHERE_FROM and each.coverage >= settings.least_coverage
        if timely and most and (each.objection == PORTED or stands_out([each], IN_DOUBT)):
            why = (
                f"Unknown: {named.factor.key} is from where {named.touched} of {named.of} accounts were entered, "
                f"but {each.factor.key} touched {each.touched} before and may be why."
            )
            return msgspec.structs.replace(cause, named=None, parts=(), also=(named, *cause.also), why=why)
    return cause


def _cause(question: Question, touches: Touches, tried: Mapping[FactorKind, int], settings: CauseSettings) -> Cause:
    """The cause as far as it shows in one window before the accounts were used."""
    weighed = [msgspec.structs.replace(each, objection=objection(each)) for each in weigh(question, touches, tried)]
    weighed = [
        msgspec.structs.replace(each, objection=each.objection or _entered_before(each, weighed)) for each in weighed
    ]
    eligible = [each for each in weighed if not each.objection]
    eligible = [msgspec.structs.replace(each, sole=_sole(each, eligible, settings)) for each in eligible]
    demand = Demand(
        first_used=question.first_used,
        tried=tried,
        eligible=len(eligible),
        most_p=settings.most_p,
        most_parts=settings.most_parts,
        least_accounts=settings.least_accounts,
        least_coverage=settings.least_coverage,
        least_merely_met=max(settings.least_merely_met, settings.least_coverage),
        least_part=settings.least_part,
    )
    parts = answer(eligible, demand)
    ranked = sorted((each for each in weighed if each not in parts[:1]), key=lambda each: _rank(each, parts))
    return Cause(
        campaign="",
        at=question.end,
        named=parts[0] if parts else None,
        also=tuple(ranked[: settings.also]),
        tried=sum(tried.values()) // max(1, len(tried)),
        parts=tuple(part.factor for part in parts) if len(parts) > 1 else (),
        why=_why(parts, weighed, question),
        window=question.window,
    )


def _sole(each: Hypothesis, eligible: Sequence[Hypothesis], settings: CauseSettings) -> bool:
    """Whether it is a rare app, nothing opened its accounts, and nothing else that may be named touched most of all."""
    if each.factor.kind is not FactorKind.APP or each.coverage < settings.least_merely_met or each.after >= 0.0:
        return False
    rivals = [other for other in eligible if other is not each and other.coverage >= settings.least_coverage]
    return each.lift >= LEAST_LIFT_OF_SOLE and not rivals


def _entered_before(each: Hypothesis, weighed: Sequence[Hypothesis]) -> str:
    """What speaks against an entrance by which most accounts were entered only after they had been by another."""
    if each.factor.kind not in ENTRANCES:
        return ""
    before = [
        other for other in weighed if other.factor.kind in ENTRANCES and not other.objection and came_first(other, each)
    ]
    return f"most of the accounts had been entered by {before[0].factor.key} before" if before else ""


def _rank(each: Hypothesis, parts: Parts) -> tuple[bool, bool, float, Factor]:
    """Smaller is better: the other parts of the answer, then what could be named, then by chance."""
    return (each not in parts, bool(each.objection), each.log_p, each.factor)


def _why(parts: Parts, weighed: Sequence[Hypothesis], question: Question) -> str:
    """The answer in one sentence."""
    of = len(question.first_used)
    if len(parts) > 1:
        shares = ", ".join(f"{part.factor.key} {part.touched}" for part in parts)
        return f"{len(explained(parts))} of {of} accounts are shared out: {shares}."
    if parts:
        [named] = parts
        manner = f" ({named.manner})" if named.manner else ""
        return (
            f"{named.factor.key} touched {named.touched} of {of} accounts{manner} before they were used, "
            f"and {named.base_touched - named.touched} of {named.base_of - named.tested} others."
        )
    if of < question.least_accounts:
        return f"Unknown: {of} accounts are too few to tell a cause from chance."
    causes = [each for each in weighed if not each.symptom] or weighed
    if not causes:
        return f"Unknown: nothing on record touched {question.least_accounts} of the {of} accounts."
    best = min(causes, key=lambda each: (bool(each.objection), each.log_p, each.factor))
    return f"Unknown: {best.factor.key} touched {best.touched} of {of} accounts, but {best.objection or _DOUBT}."


_DOUBT = "that is too little of them, or too little to be told from chance or from a choice of targets"
