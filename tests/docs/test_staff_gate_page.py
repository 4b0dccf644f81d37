"""The page of the staff gate and the code say the same of tiers, levels, reasons and times."""

import re
from pathlib import Path

import pytest

from holdfast.guard import SessionLimits
from holdfast.guard.staff import CHAIN, LEVELS, TELL_WITHIN, Cooling, StaffReason, Tier, Tiers

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "staff-gate.md").read_text(encoding="utf-8")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000  # milliseconds
LIMITS, COOLING = SessionLimits(), Cooling()


def row(start):
    """The cells of the one row of a table that begins so."""
    (line,) = re.findall(rf"^\| {re.escape(start)} \|(.*)\|$", PAGE, re.MULTILINE)
    return [cell.strip() for cell in line.split("|")]


@pytest.mark.parametrize("tier", list(Tier)[1:])
def test_each_tier_has_the_budgets_that_its_row_says(tier):
    """Reads and writes an hour, as they are shipped."""
    rule = Tiers().up_to(tier)[-1]
    assert f"{rule.reads}, {rule.writes}" == row(tier.phrase)[-1]


@pytest.mark.parametrize("level", LEVELS)
def test_each_lockdown_level_lasts_as_long_as_its_row_says(level):
    """Name, whether sessions end, and the longest time."""
    name, _, ends, longest = row(str(level.level))
    number, unit = longest.split()
    assert (level.name, level.longest) == (name, int(number) * {"days": DAY, "hours": HOUR}[unit])
    assert level.ends_sessions is (ends != "no")


@pytest.mark.parametrize("reason", list(StaffReason))
def test_each_reason_stands_in_the_table_of_what_helps(reason):
    """The list is closed, and nobody is left with a reason that no page explains."""
    assert re.search(rf"^\|[^|]*`{reason}`[^|]*\| \S", PAGE, re.MULTILINE)


@pytest.mark.parametrize(
    ("says", "figures"),
    [
        (r"`ended` after (\d+) hours without", (TELL_WITHIN // HOUR,)),
        (r"account with less than (seven) days between", ("seven" if CHAIN == 7 * DAY else CHAIN,)),
        (
            r"a session ends after (\d+) hours, after (\d+) minutes without use",
            (LIMITS.longest // HOUR, LIMITS.idle // MINUTE),
        ),
        (
            r"`ordinary` (\S+), `high_reach` (\S+) \(a day\), `official` and `protected` (\S+) \(three",
            (COOLING.ordinary, f"{COOLING.high_reach:,}", f"{COOLING.official:,}"),
        ),
    ],
)
def test_the_times_on_the_page_are_those_of_the_code(says, figures):
    """Whoever plans by them is not surprised."""
    assert tuple(map(str, figures)) == re.search(says, PAGE).groups()
    assert COOLING.official == COOLING.protected
