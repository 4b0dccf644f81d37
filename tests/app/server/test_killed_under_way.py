"""`kill -9` of the service in the middle of an attack, and a new start on the same store."""

import pytest

from .killing import PARTS, check, killed_under_way


@pytest.mark.parametrize("after", [PARTS // 2, PARTS - 1])
def test_killed_while_it_answers_it_ends_as_it_must(served, tmp_path, after):
    """Whatever was under way, told again it comes to the same holds; nothing is lost, doubled or left half done."""
    store = tmp_path / "var" / "holdfast.db"
    check(killed_under_way(lambda: served("--auto", "0"), store, after), store)
