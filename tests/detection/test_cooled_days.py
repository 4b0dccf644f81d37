"""How honest sign-ins look on synthetic days, in small: the figures are those of `benchmarks/cooled.py`."""

from benchmarks.cooled import measure


def test_honest_sign_ins_seldom_look_strange_and_a_thiefs_do():
    """The holder's own device never, a new one at a new place one time in fifty at most; a thief's nine times in ten."""
    figures = measure(accounts=500, days=120, seed=11)
    share = {name: float(value.removesuffix(" %")) for name, value in figures.items() if isinstance(value, str)}
    assert share["honest, by a device used before, raise it"] == 0
    assert share["honest, a new device at a new place: sure"] < 2
    assert share["honest, no device told, raise it by network or country"] < 12
    assert share["a thief's on a new device raises it"] > 98
    assert share["a thief's on a new device at a new place: sure"] > 88
