"""How many must agree is a table that a deployment may change, but never so that less is asked where more is at stake."""

import pytest

from holdfast.errors import PolicyError
from holdfast.guard import TABLE, Deed, Table
from holdfast.guard.quorum import read_table
from holdfast.response import shipped_texts

ONE_WAY = '[one_way]\napprovals = 2\nreason = "for good"\n'


def rows(deed, *sizes):
    return "".join(
        f"[[{deed}]]\n"
        + (f"accounts = {accounts}\n" if accounts is not None else "")
        + f'approvals = {approvals}\nreason = "r"\n'
        for accounts, approvals in sizes
    )


def table(hold=((10, 1), (None, 2)), lift=((None, 1),), release=((None, 2),), rest=ONE_WAY):
    return rows("hold", *hold) + rows("lift", *lift) + rows("release", *release) + rest


def test_the_file_that_is_shipped_says_what_the_code_says():
    """Whoever reads the file reads the table that holds where there is none of one's own."""
    assert TABLE == read_table(shipped_texts()["quorum.toml"])


@pytest.mark.parametrize("deed", list(Deed))
def test_more_accounts_never_need_fewer_people(deed):
    """Every number of accounts has a row, and the rows only grow."""
    needed = [TABLE.required(accounts=10**power, one_way=False, deed=deed).approvals for power in range(8)]
    assert needed == sorted(needed)
    assert (needed[-1], True) == (2, all(row.reason for row in TABLE.rows(deed)))


def test_what_can_never_be_undone_takes_the_stricter_row():
    """One way is never the easier way, whatever a deployment asks for so many accounts."""
    strict = read_table(table(hold=((10, 1), (None, 5))))
    assert 2 == strict.required(accounts=1, one_way=True).approvals
    assert 5 == strict.required(accounts=11, one_way=True).approvals


def test_times_may_be_changed_one_by_one():
    """What is not said stays as it was."""
    times = read_table(table(rest=ONE_WAY + "[times]\napproval = 10\n")).times
    assert (10, TABLE.times.permit) == (times.approval, times.permit)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (table(hold=((10, 2), (None, 1))), "fewer people"),
        (table(hold=((10, 1), (5, 1), (None, 1))), "few accounts to many"),
        (table(hold=((10, 1), (10, 1), (None, 1))), "few accounts to many"),
        (table(hold=((10, 1),)), "any number"),
        (table(hold=((None, 1), (None, 1))), "any number"),
        (table(release=((None, 1),)), "takes 2 people"),
        (table(rest=ONE_WAY.replace("2", "1")), "takes 2 people"),
        (table(rest=""), "one_way"),
        (table(hold=((10, -1), (None, 1))), "-1|>= 0"),
        (table(hold=((10, 1), (None, 21))), "<= 20"),
        (table() + "[times]\napproval = 0\n", "approval"),
        (table() + "[times]\naproval = 5\n", "aproval"),
        (table().replace("reason", "raeson", 1), "raeson|reason"),
        ("[[hold]\n", "TOML|Expected|no table"),
        ("hold = 1\n", "no table"),
    ],
)
def test_a_table_that_leaves_something_open_is_none(text, said):
    """Each mistake is refused by name, before anybody relies on it."""
    with pytest.raises(PolicyError, match=said):
        read_table(text)


def test_a_table_made_in_code_is_held_to_the_same():
    """Nobody gets around the file."""
    with pytest.raises(ValueError, match="any number"):
        Table(hold=(), lift=TABLE.lift, release=TABLE.release, one_way=TABLE.one_way)
