"""What did each control save, and what did it cost honest work? One picture for whoever decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from .charting import BLUE, GREY, ORANGE, PINK, VERMILION, drawing
from .controls import ControlTable, Outcome, Row
from .controls_report import terms

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Figure: TypeAlias = Callable[[Outcome], float]

_SIZE = (9.5, 5.4)  # inches
_MILLION = 1_000_000
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "no gate": "no gate at all",
        "roles": "roles and grants",
        "reasons": "a reason and a ticket",
        "passkeys": "a fresh passkey",
        "two-person-email": "two people: e-mails only",
        "two-person": "two people: e-mail, phone, second factor",
        "second-person": "two people: officials, one-way, wide",
        "watch": "a watcher where messages are read",
        "budgets": "budgets by the hour",
        "lockdown-2": "lockdown 2: everything takes two",
        "lockdown-3": "lockdown 3: named responders only",
        "two-person, passkeys": "two people, and passkeys",
        "budgets, roles": "budgets, and roles",
        "as shipped": "as shipped",
        "all": "all but lockdown 3",
    }
)


def draw_saved(table: ControlTable, path: Path) -> None:
    """Draw three bars for each way, of the worst seed of each; the same table gives the same bytes.

    Raises:
        StoreError: the file cannot be written.

    """
    with drawing(path, _SIZE, title_size="medium") as figure:
        taken, reach, work = figure.subplots(1, 3, sharey=True, width_ratios=(3, 2, 2))
        _bars(taken, table, {"of those meant": (VERMILION, _meant), "others in their place": (ORANGE, _others)})
        _bars(reach, table, {"": (PINK, _followers)})
        _bars(work, table, {"not done": (GREY, _refused), "took a colleague": (BLUE, _helped)})
        taken.set_title("accounts taken")
        reach.set_title("followers reached, millions")
        work.set_title("honest work, %")
        work.set_xlim(0, 100)
        taken.set_yticks(range(len(table.rows)), [WORDS.get(row.name, row.name) for row in table.rows])
        taken.invert_yaxis()
        for each in (taken, work):
            each.legend(loc="upper center", bbox_to_anchor=(0.5, -0.07), frameon=False, fontsize=8, ncols=2)
        figure.suptitle(f"{table.scenario}: what each control alone leaves, {terms(table)}", weight="bold")


def _bars(axes: Axes, table: ControlTable, kinds: Mapping[str, tuple[str, _Figure]]) -> None:
    """Bars behind each other, for each way those of the seed in which together they were the longest."""
    before = [0.0] * len(table.rows)
    for label, (colour, figure) in kinds.items():
        whole = [figure(_worst(row, [each for _, each in kinds.values()])) for row in table.rows]
        axes.barh(range(len(whole)), whole, left=before, color=colour, label=label)
        before = [far + more for far, more in zip(before, whole, strict=True)]
    for place, far in enumerate(before):
        axes.text(far, place, f" {far:.0f}", va="center", fontsize=8)
    axes.margins(x=0.15)
    axes.spines[["top", "right"]].set_visible(False)


def _worst(row: Row, figures: list[_Figure]) -> Outcome:
    return max(row.outcomes, key=lambda outcome: sum(figure(outcome) for figure in figures))


def _meant(outcome: Outcome) -> float:
    return outcome.meant


def _others(outcome: Outcome) -> float:
    return outcome.taken - outcome.meant


def _followers(outcome: Outcome) -> float:
    return outcome.followers / _MILLION


def _refused(outcome: Outcome) -> float:
    return 100 * outcome.refused / max(outcome.deeds, 1)


def _helped(outcome: Outcome) -> float:
    return 100 * outcome.helped / max(outcome.deeds, 1)
