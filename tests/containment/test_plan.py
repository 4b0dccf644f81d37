"""A preview binds what is done: when reality has moved too far, nothing is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.containment import BlastRadius, Tolerance, drift

PREVIEW = BlastRadius(
    accounts=1_000, carriers=50, next=50, innocent=900, refused_per_hour=400.0, officials=3, emergency=0, app_accounts=0
)
COUNTS = ["accounts", "innocent", "refused_per_hour", "app_accounts"]


def radius(**changed: float) -> BlastRadius:
    """The preview with some figures changed."""
    figures = {name: getattr(PREVIEW, name) for name in BlastRadius.__struct_fields__}
    return BlastRadius(**(figures | changed))


@pytest.mark.parametrize(
    ("figure", "now", "moved"),
    [
        ("accounts", 1_050, False),
        ("accounts", 1_051, True),
        ("accounts", 0, False),
        ("innocent", 946, True),
        ("refused_per_hour", 420.0, False),
        ("refused_per_hour", 421.0, True),
        ("app_accounts", 10, False),
        ("app_accounts", 11, True),
        ("officials", 3, False),
        ("officials", 4, True),
        ("officials", 2, False),
        ("emergency", 1, True),
        ("already_restricted", 1, True),
    ],
)
def test_growth_beyond_the_tolerance_is_named(figure: str, now: float, *, moved: bool) -> None:
    """Counts may grow a twentieth or by ten; no official, emergency service or foreign hold may come in unseen."""
    found = drift(PREVIEW, radius(**{figure: now}))
    assert [each.figure for each in found] == ([figure] if moved else [])
    assert all(each.now == now > each.allowed >= each.before for each in found)


@given(st.sampled_from(COUNTS), st.floats(0, 1e6), st.floats(0, 1), st.integers(0, 100))
def test_what_shrinks_never_needs_new_consent(figure: str, less: float, share: float, few: int) -> None:
    """Less harm than was agreed to is within any tolerance."""
    smaller = max(0.0, getattr(PREVIEW, figure) - less)
    assert drift(PREVIEW, radius(**{figure: smaller}), Tolerance(share=share, few=few)) == ()


def test_nothing_moved_is_no_drift() -> None:
    """The same preview is within a tolerance of nothing."""
    assert drift(PREVIEW, PREVIEW, Tolerance(share=0.0, few=0)) == ()
