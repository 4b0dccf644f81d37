"""After the attack: innocents freed in waves, hijacked accounts given back to who is proven to own them."""

import functools
from itertools import pairwise

import msgspec
import pytest

from holdfast.app.drill import Drill, DrillOptions
from holdfast.containment import Restriction
from holdfast.ledger import RecordKind

from .small_july import NIGHT


def play(path=None):
    with Drill(DrillOptions(scenario=NIGHT, approve_after=60.0, store=path)) as run:
        for _ in run.play():
            pass
        truth = run.platform.truth()
        touched = dict(zip(truth.touched, truth.touched_at, strict=True))
        return run.scoreboard(), list(run.response.returning.recoveries.values()), touched, list(run.store.entries())


@functools.cache
def played():
    return play()


@pytest.fixture
def board():
    """The scoreboard of a night."""
    return played()[0]


def test_every_account_that_was_taken_has_a_case_and_the_attacker_is_out_of_it(board):
    """Within minutes, whoever the owner is and whenever they come."""
    assert board.recovery.opened == board.recovery.attacker_out >= 100


def test_owners_get_their_accounts_back_and_the_intruder_none(board):
    """The intruder asks for each of them with the mailbox that was put on file, and it counts for nothing."""
    recovery = board.recovery
    assert recovery.opened > recovery.released >= 80
    assert recovery.released >= recovery.closed >= 1
    assert 0 == recovery.wrong_hands
    assert recovery.set_aside >= recovery.opened - 10
    assert recovery.put_back >= 1


def test_nothing_from_since_the_attack_counted_for_anybody():
    """Checked against what is true, not against what was believed."""
    _, recoveries, touched, _ = played()
    for each in recoveries:
        for fact in each.case.ownership.counted:
            assert fact.on_file_since < touched[each.case.account]


def test_the_innocent_go_free_in_waves_and_far_sooner_than_their_holds_would_end(board):
    """All of them, in stages that only grow, with sums that are always the whole."""
    waves = board.restoration
    assert (waves.restored, waves.held, waves.pauses) == (waves.accounts, 0, 0)
    assert waves.accounts >= 1
    for cohort in {wave.cohort for wave in waves.waves}:
        stages = [wave for wave in waves.waves if wave.cohort == cohort]
        assert all(one.restored <= two.restored and one.at < two.at for one, two in pairwise(stages))
        assert 0 == stages[-1].held
    assert board.innocent_account_minutes < 15 * board.accounts.innocent_held


def test_no_account_is_released_before_two_people_permitted_it():
    """The record says so: the permit names the account, and comes before any of its holds is lifted for that."""
    *_, entries = played()
    permitted, lifted = set(), 0
    for entry in entries:
        record = entry.record
        if record.kind is RecordKind.DECISION and "releases" in record.body:
            assert 2 == len(record.body["approved_by"])
            permitted |= set(record.body["releases"])
        given_back = record.kind is RecordKind.INTENT and record.body.get("why") == "given back to its owner"
        if given_back and record.body["hold"]["restriction"] == Restriction.NO_SIGN_IN:
            assert record.body["hold"]["subject"]["id"] in permitted
            lifted += 1
    assert lifted >= 80


def test_the_night_is_the_same_byte_for_byte(board):
    """Waves and cases follow from scenario and seed like all else."""
    assert msgspec.json.encode(board) == msgspec.json.encode(play()[0])
