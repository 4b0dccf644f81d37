"""The scoreboard as a person reads it: now beside then."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from .scoreboard import Scoreboard, Warnings
from .terminal import plain


def print_scoreboard(console: Console, board: Scoreboard, seconds: float) -> None:
    """Print `board`, with a column for the real attack where its figures are known; the run took `seconds`."""
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("", no_wrap=True)
    table.add_column("this drill", justify="right", style="bold", no_wrap=True)
    if board.history:
        table.add_column("in 2020", justify="right", style="dim", no_wrap=True)
    for name, value, past in _rows(board):
        row = [plain(name), plain(_shown(value), limit=60)]
        table.add_row(*row, *([plain(_shown(past), limit=60)] if board.history else []))
    console.print(Panel(table, title=plain(f"{board.scenario}, seed {board.seed}"), title_align="left", expand=False))
    cause = board.cause
    verdict = Text("right", style="bold green") if cause.right else Text("not named", style="yellow")
    if not cause.right and cause.named != "unknown":
        verdict = Text("wrong", style="bold red")
    console.print(Text.assemble("cause    ", plain(cause.named, style="bold"), " (", verdict, ")"))
    state = Text("every byte verified", style="green") if board.ledger.verified else Text("BROKEN", style="bold red")
    console.print(Text.assemble(f"ledger   {board.ledger.size:,} entries, ", state, f", root {board.ledger.root[:16]}"))
    print_pace(console, board, seconds)


def print_pace(console: Console, board: Scoreboard, seconds: float) -> None:
    """Print how much was read in how many `seconds`, which a scoreboard that is the same each time cannot say."""
    console.print(
        f"run      {board.posts_seen:,} posts and {board.events_seen:,} security events in {seconds:.1f} s",
        highlight=False,
    )


def _rows(board: Scoreboard) -> list[tuple[str, Any, Any]]:
    past = board.history

    def then(*path: str) -> Any:  # noqa: ANN401 - history has whatever is known
        found: Any = past
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    accounts, lures = board.accounts, board.lure_posts
    waves, cases = board.restoration, board.recovery
    return [
        ("first warning, before any lure", _clock(board.warned_at), _clock(then("warned_at"))),
        ("  answered", None if board.warned_at is None else _ANSWERED[board.warnings], None),
        ("first lure post", _clock(board.first_lure_at), _clock(then("first_lure_at"))),
        ("campaign seen", _clock(board.detected_at), _clock(then("detected_at"))),
        ("  at lure post number", board.detected_after_lure_posts, then("detected_after_lure_posts")),
        ("cause named", _clock(board.cause.at), _clock(then("cause", "at"))),
        ("last lure live", _clock(board.last_lure_live_at), _clock(then("last_lure_live_at"))),
        ("accounts targeted", accounts.targeted, then("accounts", "targeted")),
        ("accounts that posted a lure", accounts.posted, then("accounts", "posted")),
        ("accounts held before use", accounts.held_unused, then("accounts", "held_unused")),
        ("innocent accounts held", accounts.innocent_held, then("accounts", "innocent_held")),
        ("innocent account-minutes", board.innocent_account_minutes, then("innocent_account_minutes")),
        ("lure posts made", lures.made, then("lure_posts", "made")),
        ("  refused when written", lures.refused_at_write, then("lure_posts", "refused_at_write")),
        ("  taken away", lures.removed, then("lure_posts", "removed")),
        ("inboxes read", board.exposure.inboxes_read, then("exposure", "inboxes_read")),
        ("archives exported", board.exposure.exports, then("exposure", "exports")),
        ("innocents given back in waves", waves.restored, None),
        ("  the last of them", _clock(waves.waves[-1].at if waves.waves else None), None),
        ("  waves taken back", waves.pauses, None),
        ("recovery cases", cases.opened, None),
        ("  given back to proven owners", cases.released, None),
        ("  probation passed", cases.closed, None),
        ("  held again", cases.reopened, None),
    ]


_ANSWERED = {
    Warnings.ANSWERED: "like all else",
    Warnings.WAITED: "after the campaign",
    Warnings.UNANSWERED: "never",
}


def _clock(time: str | None) -> str | None:
    return None if not isinstance(time, str) else time[:10] + " " + time[11:19]


def _shown(value: Any) -> str:  # noqa: ANN401 - figures, times, or nothing
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
