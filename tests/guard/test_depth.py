"""Policies that are nested too deeply are refused with their line, and do not take the process along."""

import pytest

from holdfast.errors import PolicyError
from holdfast.guard.depth import DEEPEST, MOST_JOINED, check_depth
from holdfast.guard.staff import StaffPolicy, staff_looser, unmet
from holdfast.response import shipped_staff_policy, shipped_staff_texts, shipped_texts

TEXTS = shipped_staff_texts()
HEAD = '\nforbid (principal, action == Action::"read", resource) when { '
DEEP = {
    "brackets": "(" * 400_000 + "context.reason" + ")" * 400_000,
    "noes": "!(" * 150_000 + "context.reason" + ")" * 150_000,
    "a chain": " && ".join(["context.reason"] * 50_000),
    "ifs": "if context.reason then context.reason else " * 20_000 + "context.reason",
    "attributes": "context" + ".reason" * 100_000,
    "less than nothing": "-" * 500_000 + "1 == 1",
}


def policy(condition, **files):
    """The shipped policies, and one that forbids reading under this condition."""
    return StaffPolicy({**TEXTS, "staff.cedar": TEXTS["staff.cedar"] + HEAD + condition + " };", **files})


@pytest.mark.parametrize("condition", DEEP.values(), ids=DEEP)
def test_what_would_take_the_process_along_is_refused(condition):
    """By its line, however it is nested: the parser has no bound of its own."""
    line = TEXTS["staff.cedar"].count("\n") + 2
    with pytest.raises(PolicyError, match=f"staff.cedar does not hold: line {line}: this is nested too deeply"):
        policy(condition)


@pytest.mark.parametrize(
    "condition",
    [
        "(" * (DEEPEST - 1) + "context.reason" + ")" * (DEEPEST - 1),
        " && ".join(["context.reason"] * (MOST_JOINED // 2)),
        "context.reason } when { " * 2_000 + "context.reason",
    ],
)
def test_what_is_just_not_too_deep_is_read_and_compared(condition):
    """As much as is let through has an answer, also from where it is compared."""
    assert [] == staff_looser(shipped_staff_policy(), policy(condition))


def test_brackets_in_words_and_comments_nest_nothing():
    """Nor do operators there."""
    check_depth(
        "own.cedar", f'@advice("{"(" * 900}\\"{"!" * 900}") // {"([{" * 900}\npermit (principal, action, resource);'
    )
    for name, text in {**TEXTS, **shipped_texts()}.items():
        check_depth(name, text)


@pytest.mark.parametrize("name", ["tools.toml", "expectations.toml"])
def test_a_table_that_is_nested_too_deeply_is_refused(name):
    """With the words of any other slip, and no traceback."""
    deep = "a = " + "[" * 100_000 + "]" * 100_000
    with pytest.raises(PolicyError, match=name.partition(".")[0]):
        policy("context.reason", **{name: deep}) if name == "tools.toml" else unmet(shipped_staff_policy(), deep)
