"""What other policies may let through is never missed: of the response's here, and of the table of quorums."""

import pytest

from holdfast.guard import Policy, looser
from holdfast.guard.loosening import looser_texts
from holdfast.response import shipped_policy

BASE = {"a.cedar": '@id("p")\npermit (principal, action == Action::"look", resource);\n'}
SUM = "permit (principal, action, resource) when { resource.accounts + 1 > 3 };"
FORBID = "forbid (principal, action, resource) when { resource.accounts > 3 };"


def texts(*policies):
    """Some policies in a file."""
    return {"a.cedar": "\n".join(policies)}


def quorum(old, new):
    """The shipped policies with another table."""
    text = shipped_policy().texts["quorum.toml"]
    assert old in text
    return Policy({**shipped_policy().texts, "quorum.toml": text.replace(old, new, 1)})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (texts(FORBID), texts(FORBID, FORBID.replace("3", "2"))),
        (BASE, texts("")),
        (BASE, texts(BASE["a.cedar"].replace('"p"', '"q"'))),
        (BASE, texts("// a word", BASE["a.cedar"].replace("\n", "  "))),
        (BASE, {"b.cedar": BASE["a.cedar"]}),
        (BASE, texts('@advice("call")', BASE["a.cedar"])),
    ],
)
def test_what_can_only_refuse_more_is_not_told(before, after):
    """A forbid more, a permit less, other names, advice, comments, files."""
    assert [] == [*looser_texts(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (BASE, texts(BASE["a.cedar"], FORBID.replace("forbid", "permit")), "permits more"),
        (
            BASE,
            texts(BASE["a.cedar"].replace(' == Action::"look"', "")),
            "permits more, or something else: p of a.cedar",
        ),
        (texts(FORBID), texts(""), "forbids no longer"),
        (texts(FORBID), texts(FORBID.replace("3", "4")), "forbids no longer, or not the same"),
        (texts(FORBID), texts('@needs("consent")', FORBID), "forbids no longer, or not the same"),
        (texts(SUM, BASE["a.cedar"]), BASE, "is gone, and refused where it could not be worked out"),
    ],
)
def test_whatever_may_let_something_through_is_told(before, after, said):
    """A permit more or another, a forbid less or another, and a permit less that refused by its errors."""
    (told,) = looser_texts(before, after)
    assert said in told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("approvals = 1", "approvals = 0", "hold of 10,000 accounts took 1 besides who asks, and takes 0"),
        ("accounts = 10_000", "accounts = 20_000", "hold of 20,000 accounts took 2 besides who asks, and takes 1"),
        ("signed = true\n", "signed = false\n", "took signed approvals and takes them unsigned"),
        ("approval = 30", "approval = 31", "times.approval was 30 minutes and is 31"),
    ],
)
def test_a_table_that_asks_for_less_is_told_and_the_way_back_is_not(old, new, said):
    """People, sizes, signatures and times."""
    other = quorum(old, new)
    assert any(said in each for each in looser(shipped_policy(), other))
    assert [] == looser(other, shipped_policy())
