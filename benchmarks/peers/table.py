"""How is a contest told on a page? Figures side by side, the same as ratios, and campaigns variant by variant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from .contest import Result
from .judge import Score, Truth, scored

MILLION = 1_000_000


def page(truths: Mapping[str, Truth], results: Sequence[Result]) -> str:
    """The three tables; the first result is the one that the others are compared with."""
    attacked, teased = truths["attacked"], truths["teased"]
    carriers = sum(map(len, attacked.campaigns.values()))
    return "\n\n".join([
        (f"{attacked.background:,} real posts, once with {len(attacked.campaigns)} campaigns injected ({carriers:,} posts), and once more with "
        f"benign look-alikes ({teased.lookalikes:,} posts) besides."),
        _rows(["", *COLUMNS], ([one.name, *_figures(one, truths)] for one in results)),
        f"How many times the figure of {results[0].name}:",
        _rows(["", *RATIOS], ([one.name, *_ratios(one, results[0])] for one in results[1:])),
        "Campaigns found of each variant, accounts recalled, and posts until found (median):",
        _rows(["", *(one.name for one in results)], _variants(attacked, results)),
    ])  # fmt: skip


COLUMNS = (
    "campaigns found",
    "accounts recalled",
    "posts until found, median",
    "false alarms per million posts",
    "innocent accounts named",
    "false alarms per million look-alikes",
    "innocent look-alikes named",
    "wall s",
    "CPU s",
    "peak MiB",
)


def _figures(one: Result, truths: Mapping[str, Truth]) -> Iterable[str]:
    score = scored(one.attacked.found.values())
    yield f"{score.found} of {score.campaigns}"
    yield f"{score.recalled:.3f}"
    yield _posts(score)
    yield f"{one.attacked.false_groups / truths['attacked'].background * MILLION:,.1f}"
    yield f"{one.attacked.innocent:,}"
    yield f"{one.more_alarms / truths['teased'].lookalikes * MILLION:,.0f}"
    yield f"{one.more_innocent:,}"
    yield f"{one.spent.wall:,.1f}"
    yield f"{one.spent.cpu:,.1f}"
    yield f"{one.spent.peak:,.0f}"


RATIOS: Mapping[str, Callable[[Result], float | None]] = {
    "campaigns found": lambda one: scored(one.attacked.found.values()).found,
    "accounts recalled": lambda one: scored(one.attacked.found.values()).recalled,
    "posts until found": lambda one: scored(one.attacked.found.values()).posts_until,
    "false alarms": lambda one: one.attacked.false_groups,
    "innocent accounts named": lambda one: one.attacked.innocent,
    "false alarms, look-alikes": lambda one: one.more_alarms,
    "innocent look-alikes named": lambda one: one.more_innocent,
    "wall time": lambda one: one.spent.wall,
    "CPU time": lambda one: one.spent.cpu,
    "peak memory": lambda one: one.spent.peak,
}


def _ratios(one: Result, ours: Result) -> Iterable[str]:
    for figure in RATIOS.values():
        yield ratio(figure(one), figure(ours))


def ratio(theirs: float | None, ours: float | None) -> str:
    """How many times ours theirs is; where ours is nothing, both figures, since no ratio says it."""
    if theirs is None or ours is None:
        return "-"
    if not ours:
        return f"{theirs:,.0f} : 0"
    times = theirs / ours
    return f"{times:,.0f}" if times >= 10 else f"{times:.2g}"


def _variants(truth: Truth, results: Sequence[Result]) -> Iterable[list[str]]:
    names: dict[str, list[str]] = {}
    for name, variant in truth.variants.items():
        names.setdefault(variant, []).append(name)
    for variant, campaigns in names.items():
        yield [variant, *(_told(scored(one.attacked.found[name] for name in campaigns)) for one in results)]


def _told(score: Score) -> str:
    return f"{score.found}/{score.campaigns}, {score.recalled:.2f}, {_posts(score)}" if score.found else "-"


def _posts(score: Score) -> str:
    return "-" if score.posts_until is None else f"{score.posts_until:g}"


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = "|---|" + "---:|" * (len(head) - 1)
    return "\n".join([_row(head), rule, *map(_row, rows)])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
