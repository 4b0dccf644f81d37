"""Which promises are tried, and when they are broken."""

import pytest

from holdfast.app.bench.hijack.figures import Row, Spread, false_alarms
from holdfast.app.bench.hijack.promises import promises
from holdfast.app.bench.hijack.tempted import Family, Tempted, Warners
from holdfast.app.bench.hijack.truth import Parts

PARTS = Parts(start=0, end=8)


def row(*, missed=0, beyond=0.0):
    """The figures of a variant that was missed so often, or seen so late."""
    late = Spread(median=0.0, p90=0.0, most=beyond)
    figures = dict.fromkeys(Row.__struct_fields__) | {"campaigns": 3, "missed": missed, "posts_beyond": late}
    return Row(**figures)


def tempted(alert=0, contain=0, warned=0, family="B2"):
    """One family, taken for so many campaigns."""
    return Tempted(
        families={family: Family(runs=9, alert=alert, contain=contain)},
        warners=Warners(warnings=9, in_campaigns=warned, contained=warned),
    )


def kept(alarms=(), variants=None, look_alikes=None):
    """Which of the promises that could be tried were kept."""
    made = promises(false_alarms(alarms, PARTS, 9), variants or {}, look_alikes)
    return [promise.kept for promise in made]


def test_only_what_was_replayed_is_tried():
    """Without look-alikes and without a variant of a shared lure only the background is."""
    assert [True] == kept()
    assert [True] == kept(variants={"warm": {"V5_own": row(missed=3), "V77_other": row(missed=3)}})
    assert [True, True, True] == kept(look_alikes=tempted())
    assert [True, True, True] == kept(variants={"warm": {"V0_a": row()}, "cold": {"V0_a": row()}})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"variants": {"warm": {"V10_a": row(missed=1)}}}, [True, False]),
        ({"variants": {"cold": {"V9_a": row(beyond=1.0)}}}, [True, False]),
        ({"look_alikes": tempted(alert=1)}, [True, False, True]),
        ({"look_alikes": tempted(alert=1, family="B1")}, [True, True, True]),
        ({"look_alikes": tempted(contain=1, family="B1")}, [True, False, True]),
        ({"look_alikes": tempted(warned=1)}, [True, True, False]),
    ],
)
def test_a_promise_is_broken_by_what_it_excludes(given, expected):
    """Late or missed, taken for a campaign, held for a warning; a shared appeal may call a person."""
    assert expected == kept(**given)


def test_one_false_campaign_breaks_the_first(campaign):
    """Of either tier."""
    assert [False] == kept(alarms=[campaign("x", "x", detected_at=5)])
