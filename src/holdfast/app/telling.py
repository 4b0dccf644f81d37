"""An explanation as a person reads it: lure, accounts in order, the sum with bars, and what would have undone it."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from holdfast.detection import ALERT_ONLY, CampaignTier, Carrier, Change, Crossing, Explanation
from holdfast.events import format_time
from holdfast.reading import most_telling

from .terminal import plain, printable

_SHOWN = 12  # accounts, lures, bystanders and changes listed of each
_BAR = 20  # characters of the longest bar
_SAME = 0.005  # nats that rounding hides
_UNNAMED = "(no longer named)"
_UNTIED = "of accounts that share no lure, too few share a trace"
_STYLES = {CampaignTier.ALERT: "bold yellow", CampaignTier.CONTAIN: "bold red"}


def print_explanation(console: Console, told: Explanation) -> None:
    """Print it; `console` should wrap softly."""
    campaign = told.campaign
    console.print(
        Text(campaign.tier.upper(), style=_STYLES[campaign.tier]),
        f"{campaign.id}: {len(campaign.accounts)} accounts, {len(campaign.posts)} posts, {campaign.score:.2f} nats",
    )
    lures = most_telling(campaign.lures)
    for lure in lures[:_SHOWN]:
        console.print(plain(f"  {lure.kind}: {lure.value}{'' if lure.valid else ' (not verifiable)'}"))
    _more(console, len(lures))
    _print_carriers(console, told)
    _print_sum(console, told)
    _print_thresholds(console, told)
    _print_bystanders(console, told)
    for crossing in told.crossings:
        _print_changes(console, told, crossing)


def _title(console: Console, words: str) -> None:
    console.print()
    console.print(Text(words, style="bold"))


def _more(console: Console, count: int) -> None:
    if count > _SHOWN:
        console.print(f"  ... and {count - _SHOWN:,} more", style="dim")


def _print_carriers(console: Console, told: Explanation) -> None:
    _title(console, "Who carried it, in order")
    if any(carrier.total is not None for carrier in told.carriers):
        console.print(f"  {'':>3}  {'after':>8}  {'adds':>7}  {'sum':>7}", style="dim")
    start = next((carrier.time for carrier in told.carriers if carrier.time is not None), None)
    for number, carrier in enumerate(told.carriers[:_SHOWN], 1):
        console.print(_carrier_line(number, carrier, start, told.crossings))
    _more(console, len(told.carriers))
    totals = [carrier.total for carrier in told.carriers if carrier.total is not None]
    if totals and abs(told.campaign.score - totals[-1]) > _SAME:
        since = told.campaign.score - totals[-1]
        console.print(f"  {'':>3}  {'since':>8}  {since:>+7.2f}  {told.campaign.score:>7.2f}  ", end="")
        console.print("what was done to accounts is more, or less, ordinary here by now", style="dim")


def _carrier_line(number: int, carrier: Carrier, start: int | None, crossings: tuple[Crossing, ...]) -> Text:
    line = Text(f"  {number:>3}  ")
    if carrier.total is not None:
        after = "" if carrier.time is None or start is None else _span(carrier.time - start)
        line.append(f"{after:>8}  {carrier.gained or 0:>+7.2f}  {carrier.total:>7.2f}  ")
    line.append(printable(carrier.account or (_UNNAMED if carrier.time is not None else ""), limit=60))
    if carrier.signs:
        line.append(f"  {printable(', '.join(carrier.signs))}", style="dim")
    for crossing in crossings:
        if crossing.account == carrier.account and crossing.total == carrier.total is not None:
            line.append(f"  <- {crossing.tier}", style=_STYLES[crossing.tier])
    return line


def _span(ms: int) -> str:
    """A span of time in its fitting unit."""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000)):
        if ms >= 2 * size:
            return f"{ms / size:.1f} {unit}"
    return f"{ms / 1000:.0f} s"


def _print_sum(console: Console, told: Explanation) -> None:
    _title(console, "What speaks for it, and against it, in nats")
    largest = max((abs(summand.term.log_likelihood) for summand in told.summands), default=1.0)
    for summand in told.summands:
        nats = summand.term.log_likelihood
        length = round(_BAR * abs(nats) / largest) if largest else 0
        line = Text(f"  {nats:>+7.2f}  ")
        line.append(f"{('+' if nats > 0 else '-') * length:<{_BAR}}  ", style="red" if nats > 0 else "green")
        line.append(printable(summand.words))
        note = f"; {summand.term.note}" if summand.term.note else ""
        line.append(f"{printable(note)}; without it {summand.without:.2f}", style="dim")
        console.print(line)
    console.print(f"  {told.campaign.score:>+7.2f}  the score", style="bold")


def _print_thresholds(console: Console, told: Explanation) -> None:
    _title(console, "Against the thresholds")
    for tier in CampaignTier:
        threshold = told.contain if tier is CampaignTier.CONTAIN else told.alert
        crossed = next((crossing for crossing in told.crossings if crossing.tier is tier), None)
        if crossed is None:
            missing = threshold - told.campaign.score
            if tier is CampaignTier.CONTAIN:
                missing += sum(s.term.log_likelihood for s in told.summands if s.term.term == ALERT_ONLY)
            words = f"not reached; {missing:.2f} nats are missing" if missing > 0 else f"not reached; {_UNTIED}"
        else:
            words = f"reached {format_time(crossed.time)}"
            if crossed.total is not None:
                words += f" with account {crossed.carriers}, {crossed.account or _UNNAMED}, at {crossed.total:.2f}"
        console.print(plain(f"  {tier:<8} {threshold:>6.2f}  {words}"))


def _print_bystanders(console: Console, told: Explanation) -> None:
    if not told.bystanders:
        return
    _title(console, "Who stands by")
    for bystander in told.bystanders[:_SHOWN]:
        why = bystander.why or "quotes it, answers, warns of it or owns it"
        console.print(plain(f"  {printable(bystander.account, limit=60)}  {why}"))
    _more(console, len(told.bystanders))


def _print_changes(console: Console, told: Explanation, crossing: Crossing) -> None:
    threshold = told.contain if crossing.tier is CampaignTier.CONTAIN else told.alert
    _title(console, f"What would have kept it below {crossing.tier} ({threshold:.2f})")
    changes = [change for change in told.changes if change.tier is crossing.tier]
    keeping = [change for change in changes if change.outcome.keeps_below]
    if not keeping or keeping[0].size > 1:
        console.print("  no single change that was tried")
    for change in changes[:_SHOWN]:
        console.print(plain(f"  {change.words}: {_outcome(change, crossing)}", limit=600))
    _more(console, len(changes))


def _outcome(change: Change, crossing: Crossing) -> str:
    outcome = change.outcome
    if outcome.keeps_below:
        return "two accounts are no campaign" if outcome.leaves is None else f"{outcome.leaves:.2f} at most"
    late = 0 if outcome.seen_at is None else outcome.seen_at - crossing.time
    return f"only later, by {_span(late)}, with {outcome.seen_by or 'an account no longer named'}"
