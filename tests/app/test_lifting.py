"""The way in at the machine of the store, where nobody gets in any more."""

import json

import pytest

from holdfast.app.cli.main import main
from holdfast.app.founding import Founding, rescue
from holdfast.app.lifting import Lifting, _opened, lift_here
from holdfast.app.live import wall_time
from holdfast.app.server.token import hashed
from holdfast.errors import StoreError
from holdfast.guard.staff import Lock

NOW, HOUR = wall_time(), 3_600_000


@pytest.fixture
def token(tmp_path, monkeypatch, capsys):
    """An administrator's, of a deployment in the folder where one is."""
    monkeypatch.chdir(tmp_path)
    assert 0 == main(["init", "root", "--json"])
    return json.loads(capsys.readouterr().out)["token"]


def test_a_lock_placed_by_a_clock_that_was_ahead_can_be_lifted(token):
    """The service stands still at that time, so the lock is in force there, whatever the machine's clock says now."""
    store = "var/holdfast.db"
    with _opened(store, None) as (_, locks):
        seal = Lock(id="", level=4, starts=0, until=NOW + 2 * HOUR, why="a stolen login", placed_by="mallory")
        placed = locks.place(seal, NOW + HOUR)
    lifted = lift_here(store, None, token, Lifting(lock=placed.id, why="nobody gets in", now=NOW))
    assert not lifted.in_force(NOW + HOUR)


def test_a_wrong_word_makes_no_store(token, tmp_path):
    """Whoever mistypes the store in an emergency is told so, not that their token is nobody's."""
    before = sorted(tmp_path.iterdir())
    with pytest.raises(StoreError, match="no store"):
        lift_here("var/holdfats.db", None, token, Lifting(lock="l-1", why="nobody gets in", now=NOW))
    with pytest.raises(StoreError, match="no store"):
        rescue("var/holdfats.db", None, Founding(id="root", hash=hashed("hf_new"), now=NOW, days=1))
    assert before == sorted(tmp_path.iterdir())
    assert not (tmp_path / "var" / "holdfats.db").exists()
