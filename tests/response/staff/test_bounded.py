"""What is over is let go of after a while, and questions about the past are answered all the same."""

import pyarrow as pa
import pytest

from holdfast.detection.staff import Person, ReportWave, StaffAlarm, StaffTier
from holdfast.events import ACCOUNTS
from holdfast.investigation import Touches
from holdfast.response.knowledge import Knowledge
from holdfast.response.offers import Offers
from holdfast.response.staff import StaffSignals
from holdfast.response.staff import signals as bounds
from holdfast.response.staff.access import Wanted
from holdfast.response.staff.locks import KEPT_MS as LOCKS_KEPT
from holdfast.response.staff.signals import GONE_DAYS
from holdfast.response.staff.signals import KEPT_MS as ALARMS_KEPT

from .conftest import HOUR, MINUTE

DAY = 24 * HOUR


def test_locks_that_are_long_over_are_kept_for_past_dates_only(desk):
    """Those lifted and those run out; what is in force, or was a moment ago, is shown."""
    desk.gate.begin(desk.now)
    first = desk.lock(3)
    at = desk.now + 1
    desk.clock.advance(2 * HOUR)
    lifted = desk.lock(1, until=desk.now + LOCKS_KEPT)
    desk.clock.advance(MINUTE)
    desk.gate.locks.lift_at_store(lifted.id, desk.people.person("adam"), "calm", desk.now)
    desk.clock.advance(LOCKS_KEPT - MINUTE)
    last = desk.lock(1)
    assert {lifted.id, last.id} == set(desk.gate.locks.kept)
    desk.clock.advance(2 * MINUTE)
    again = desk.lock(2)
    assert {last.id, again.id} == set(desk.gate.locks.kept) == set(desk.book.read("gate_locks", type(last)))
    wanted = Wanted(function="account.email.replace")
    date, found = desk.access(at, wanted)
    assert [first.id] == [each.id for each in date.facts.locks]
    assert {"cora", "carl"} == {each.person for each in found}


@pytest.fixture
def signals(desk):
    """What is kept of staff whose access looks abused."""
    knowledge = Knowledge(pa.RecordBatch.from_pylist([], schema=ACCOUNTS), Touches())
    return StaffSignals(desk.book, Offers(desk.book), knowledge, desk.people, desk.notices)


def alarm(staff, at, tier=StaffTier.ASK):
    """An alarm."""
    return StaffAlarm(
        staff=staff, tool_session="", tier=tier, since=at, at=at, score=9.0, actions=1, accounts=(), evidence=()
    )


def test_alarms_and_waves_that_are_long_over_are_on_record_only(desk, signals):
    """Of each person the newest that holds them stays: plans are made of it."""
    for offset in range(3):
        signals.alarmed(alarm("alice", desk.now + offset), desk.now)
        signals.alarmed(alarm("carl", desk.now + offset, StaffTier.HOLD), desk.now)
    wave = ReportWave(at=desk.now, since=desk.now, people=3, level=3, staff=("alice", "bob", "sam"), evidence=())
    signals.targeted(wave, desk.now)
    desk.clock.advance(ALARMS_KEPT)
    signals.alarmed(alarm("bob", desk.now), desk.now)
    assert (7, 1) == (len(signals.alarms), len(signals.waves))
    desk.clock.advance(3)
    signals.alarmed(alarm("sam", desk.now), desk.now)
    assert (["bob", "carl", "sam"], 0) == (sorted(each.staff for each in signals.alarms.values()), len(signals.waves))
    assert 8 == len(desk.keys("access/"))


class Learnt:
    """What a watch has learnt of these people."""

    def __init__(self, people):
        self.people = people

    def learnt(self):
        """All of it."""
        return self.people

    def kept(self, staff):
        """Nothing is left to be kept."""
        self.people = {}


def test_whoever_was_not_seen_for_long_is_forgotten(desk, signals):
    """A year and more; who was there since stays, and comes back as they were."""
    today = desk.now // DAY
    for staff, ago in (("gone", GONE_DAYS + 1), ("away", GONE_DAYS - 1)):
        signals.keep(Learnt({staff: Person(day=today - ago)}), desk.now)
        desk.clock.advance(MINUTE)
    signals.keep(Learnt({"alice": Person(day=today)}), desk.now + HOUR)
    assert {"away", "alice"} == set(signals.known) == set(desk.book.read("staff_known", Person))


def test_people_whom_events_make_up_have_bounded_room(desk, signals, monkeypatch):
    """Those go first who were unseen for longest."""
    monkeypatch.setattr(bounds, "MOST_KNOWN", 10)
    signals.keep(Learnt({f"p{number}": Person(day=number) for number in range(18_400, 18_430)}), desk.now)
    desk.clock.advance(HOUR)
    signals.keep(Learnt({"alice": Person(day=18_518)}), desk.now)
    assert 11 == len(signals.known)
    assert {f"p{number}" for number in range(18_420, 18_430)} < set(signals.known)
