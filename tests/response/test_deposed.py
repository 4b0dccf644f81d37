"""Two processes and one store in a file: whoever was deposed does nothing more and writes nothing more."""

from pathlib import Path

import pytest

from holdfast.backends import SqlStore
from holdfast.errors import DeposedError
from holdfast.ledger import seeded_signer
from holdfast.testing.store_contract import record

from .acting_process import holds
from .deposing import asleep_while_another_takes_over, check_record, killed_between_two_deeds


def outcomes():
    """Each hold was applied once, and the second lifted."""
    names = [hold.id for hold in holds()]
    return [*(f"outcome/{name}/apply/1" for name in names), f"outcome/{names[1]}/lift/1"]


def test_after_a_kill_the_next_owner_goes_on_and_nothing_counts_twice(tmp_path):
    """Each attempt has one outcome, and the platform is as the holds say."""
    store = tmp_path / "store.db"
    killed_between_two_deeds(store, tmp_path / "deeds", lambda: None)
    check_record(store, outcomes())


def test_who_slept_while_another_took_over_neither_acts_nor_writes(tmp_path):
    """Somebody took the lock's file away: the one deed that was on its way arrives, and it is the last."""
    store = tmp_path / "store.db"
    asleep_while_another_takes_over(store, tmp_path / "deeds", Path(f"{store}.lock").unlink)
    check_record(store, outcomes())


def test_each_owner_has_a_higher_number_and_the_one_before_notices_at_once(tmp_path):
    """Before the new owner has written anything of its own, the old one can neither write nor pass the check."""
    path, signer = tmp_path / "store.db", seeded_signer(1)
    with SqlStore(path, signer=signer, owned=True) as old:
        assert old.turn == 1
        old.check()
        Path(f"{path}.lock").unlink()
        with SqlStore(path, signer=signer, owned=True) as new:
            assert new.turn == 2
            new.check()
            with pytest.raises(DeposedError):
                old.check()
            with pytest.raises(DeposedError), old.begin() as transaction:
                transaction.record(record("late"))
            with new.begin() as transaction:
                transaction.record(record("mine"))
            new.check()
    with SqlStore(path, signer=signer) as reader:
        assert reader.turn == 0
        reader.check()
