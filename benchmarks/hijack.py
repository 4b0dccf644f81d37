"""How well are takeover campaigns found among real posts? Replays HijackBench: `holdfast bench hijack --data DIR`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from holdfast.app.bench.hijack.attacks import short
from holdfast.app.bench.hijack.figures import Row, Spread
from holdfast.app.bench.hijack.measure import Options, measure
from holdfast.app.bench.hijack.report import History, Report, Told


def report(directory: Path) -> str:
    """The figures as the page shows them: per variant, per family of look-alikes, and on the background alone."""
    figures = measure(Options(data=directory, histories=tuple(History)), _silently)
    parts = [_background(figures), *(_variants(name, told) for name, told in figures.histories.items())]
    return "\n\n".join([*parts, _look_alikes(figures), _promises(figures)])


def _silently(_name: str, _posts: int) -> Callable[[int], None]:
    return lambda _fed: None


def _background(figures: Report) -> str:
    alert, contain, speed = figures.background.alert, figures.background.contain, figures.speed
    return (
        f"{figures.about.posts:,} real posts, {speed.posts_per_second_core:,.0f} posts/s/core; a batch of {speed.batch_posts:,}: "
        f"p99 {speed.batch_p99_ms:.0f} ms over {speed.batches} batches. On the background alone, warm-up left out: "
        f"{alert.campaigns} false campaigns (at most {alert.at_most:.1f} per million posts, 95 %), {contain.campaigns} of them contained."
    )


def _variants(history: str, told: Told) -> str:
    head = (
        f"Campaigns by {history} accounts; posts and seconds are median / most:\n\n"
        "| variant | campaigns | missed | joined | by 5th post | posts until seen | past the third account's | seconds past it | "
        "contained | accounts recalled | purity |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
    )
    rows = {short(name): row for name, row in told.variants.items()} | {"all": told.total}
    return head + "\n".join(_variant(name, row) for name, row in rows.items())


def _variant(name: str, row: Row) -> str:
    return (
        f"| {name} | {row.campaigns} | {row.missed} | {row.joined} | {_share(row.by_fifth)} | {_spread(row.posts)} | "
        f"{_spread(row.posts_beyond)} | {_spread(row.seconds_beyond)} | {row.contained} | {_share(row.recalled)} | {_share(row.purity)} |"
    )


def _look_alikes(figures: Report) -> str:
    if figures.look_alikes is None:
        return "No look-alikes in this data."
    rows = [f"| {n} | {f.runs} | {f.alert} | {f.contain} |" for n, f in figures.look_alikes.families.items()]
    warners = figures.look_alikes.warners
    told = f"{warners.warnings:,} warnings, of which {warners.in_campaigns} were taken for lure posts and {warners.contained} held."
    return "\n".join(["| look-alike | runs | alerts | contained |", "|---|---:|---:|---:|", *rows, "", told])


def _promises(figures: Report) -> str:
    return "\n".join(
        f"- {'kept' if each.kept else '**broken**'}: {each.promise} ({each.found})" for each in figures.promises
    )


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"


def _spread(spread: Spread | None) -> str:
    return "-" if spread is None else f"{spread.median:,.0f} / {spread.most:,.0f}"
