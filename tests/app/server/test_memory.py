"""What survives the process, and what happens when it cannot be kept."""

import threading
import time

import pytest
from tests.journeys.stories import attack, lines, takeovers

from holdfast.app.live import LiveWatch, StreamClock, WallClock
from holdfast.app.server.memory import Memory, put_back
from holdfast.app.server.worker import Worker
from holdfast.backends import SqlStore
from holdfast.detection.homes import Home
from holdfast.errors import BrokenLedgerError, StoreError, StoreFullError
from holdfast.events import Batch, Decoder, Dialect, SignIn

PATIENCE = 120  # seconds


class Heard:
    """A log that remembers."""

    def __init__(self):
        """Begin empty."""
        self.told = []

    def __getattr__(self, level):
        """Any level."""
        return lambda event, **more: self.told.append({"event": event, "level": level, **more})


def watch(**more):
    """A response in memory that follows the stream's time."""
    return LiveWatch(**{"approve_after": 0, "store": None, "memory_mb": 16, "clock": StreamClock(), **more})


@pytest.fixture
def working():
    """A worker at work on a response, with the parts that a test gives; it is stopped at the end."""
    begun = []

    def start(run=None, memory=None, **more):
        log = Heard()
        worker = Worker(run or watch(), memory or Memory(None), dialect=Dialect(), log=log, **more)
        worker.start()
        begun.append(worker)
        return worker, log

    yield start
    assert all(worker.stop(PATIENCE) for worker in begun)


def test_a_mirror_made_anew_knows_the_accounts_of_the_one_before(tmp_path):
    """Each account as it was introduced; who has been told of since stays as told."""
    first, second = watch(), watch()
    memory = Memory(tmp_path / "events")
    first.take(Decoder().decode(lines(takeovers())).batch)
    memory.settle(first)
    Memory(tmp_path / "events").recall(second, Heard())
    assert first.platform.known() == second.platform.known()
    assert 300 <= len(second.platform)
    assert second.response.knowledge.directory.verified.sum() == 300


def test_what_stood_on_the_mirror_stands_on_it_again_without_a_deed(tmp_path):
    """The record tells of none, and a clock of the stream does not begin before the record's end."""
    store = str(tmp_path / "s.db")
    first = watch(store=store)
    first.take(Decoder().decode(attack()).batch)
    size, then = first.store.checkpoint().size, first.clock.now()
    stood = {
        held.hold.subject: first.platform.in_force(held.hold.subject) for held in first.response.book.holds.values()
    }
    first.store.close()
    second = watch(store=store)
    put_back(second)
    second.tick()
    assert {subject: second.platform.in_force(subject) for subject in stood} == stood
    fresh = [entry.record.key.partition("/")[0] for entry in second.store.entries() if entry.index >= size]
    assert set(fresh) <= {"waves"}  # that a cohort ended otherwise is noted whenever it is next looked at
    assert abs(second.clock.now() - then) < 60_000
    second.store.close()


def test_a_wall_clock_never_goes_back():
    """Where the machine's clock is set back, time stands still until it is there again."""
    times = iter([10.0, 10.0, 5.0, 11.0])
    clock = WallClock(lambda: next(times))
    clock.reached(1 << 50)
    assert [10_000, 10_000, 11_000] == [clock.now() for _ in range(3)]


def test_a_wall_clock_that_begins_behind_the_record_waits_for_it():
    """What was placed by a clock that was an hour ahead starts now, and not in an hour."""
    times = iter([10.0, 10.0, 3_700.0])
    clock = WallClock(lambda: next(times))
    clock.reached(3_610_000)
    assert [3_610_000, 3_700_000] == [clock.now(), clock.now()]


def test_nothing_is_decided_before_all_is_heard_again(tmp_path):
    """By half of what was seen, a wave would go that the other half forbids."""
    first, second = watch(), watch()
    memory = Memory(tmp_path / "events")
    batch = Decoder().decode(attack()).batch
    memory.take(batch)
    memory.settle(first)
    first.take(batch)
    second.clock.reached(first.clock.now())
    second.response.work = None
    Memory(tmp_path / "events").recall(second, Heard())
    assert 1 == len(second.response.docket.cases)


def test_an_archive_that_fails_keeps_nobody_from_judging(working):
    """The answer says that the events are not kept, the log says it once, and the campaign is found."""

    class Full(Memory):
        def settle(self, run):
            raise StoreFullError("no room")

    worker, log = working(memory=Full(None))
    heard = worker.hear(attack()).result(PATIENCE)
    assert (heard.kept, heard.rejects) == (False, 0)
    assert worker.ask(lambda run: len(run.response.docket.cases)).result(PATIENCE) == 1
    worker.hear(b"").result(PATIENCE)
    assert 2 == worker.totals["archive_failures"]
    assert 1 == sum(line["event"] == "archive_failed" for line in log.told)


def test_a_round_that_fails_is_told_and_the_next_one_goes_on(working):
    """Whoever asked gets the error; the state is seen again with the next look at the store."""
    run = watch()
    worker, log = working(run)
    before = worker.ask(lambda run: run.store.checkpoint().size).result(PATIENCE)

    def refuse(_):
        raise StoreError("gone")

    with pytest.raises(StoreError):
        worker.ask(refuse).result(PATIENCE)
    with pytest.raises(ZeroDivisionError):
        worker.ask(lambda _: 1 // 0).result(PATIENCE)
    assert worker.ask(lambda run: run.store.checkpoint().size).result(PATIENCE) == before
    assert ["round_failed", "fault"] == [
        line["event"] for line in log.told if line["event"] in {"round_failed", "fault"}
    ]
    assert worker.totals["errors"] == 2


def looked(worker, **wanted):
    """The worker's next status that is so."""
    until = time.monotonic() + PATIENCE
    while not all(getattr(worker.status, name) == value for name, value in wanted.items()):
        assert time.monotonic() < until, worker.status
        worker.ask(lambda run: run.clock.now()).result(PATIENCE)
    return worker.status


def test_a_full_disk_shows_before_anything_is_to_be_written(working):
    """Requests had better go elsewhere: the trouble is named and logged, the state is seen; once there is room it is over."""
    full = [True]
    worker, log = working(short=lambda: full[0])
    looked(worker, trouble="StoreFullError")
    assert worker.seen(PATIENCE)
    assert "ready" not in [line["event"] for line in log.told]
    full[0] = False
    looked(worker, trouble="")
    assert ["disk_full", "ready"] == [line["event"] for line in log.told if line["event"] != "heard_again"]


def test_a_store_that_is_read_and_not_written_is_no_good(working):
    """Once something could not be kept the trouble lasts until something is kept again, though all can be read."""

    class Stuck(SqlStore):
        stuck = False

        def begin(self):
            if self.stuck:
                raise StoreFullError("no room")
            return super().begin()

    run = watch()
    run.store.__class__ = Stuck
    worker, _ = working(run)
    looked(worker, trouble="", phase="at work")
    before = run.store.checkpoint().size
    run.store.stuck = True
    with pytest.raises(StoreFullError):
        worker.ask(lambda run: run.store.begin()).result(PATIENCE)
    looks = worker.totals["errors"]
    while worker.totals["errors"] < looks + 2:  # it has been tried, and tried again
        assert "StoreFullError" == worker.status.trouble
        assert before == worker.ask(lambda run: run.store.checkpoint().size).result(PATIENCE)
    run.store.stuck = False
    looked(worker, trouble="")


def test_a_record_that_is_broken_stops_the_worker_and_answers_everybody(working):
    """Nothing more may be done; whoever asks is told at once, and the state counts as unseen."""
    worker, log = working()

    def broken(_):
        raise BrokenLedgerError("changed")

    with pytest.raises(BrokenLedgerError):
        worker.ask(broken).result(PATIENCE)
    with pytest.raises(BrokenLedgerError):
        worker.hear(attack()).result(PATIENCE)
    assert "broken" == worker.status.phase
    assert not worker.seen(PATIENCE)
    assert "record_broken" in [line["event"] for line in log.told]


def test_what_waits_when_the_worker_is_stopped_is_dealt_with_first():
    """Questions and bodies that came before are answered; then the thread ends."""
    worker = Worker(watch(), Memory(None), dialect=Dialect(), log=Heard())
    waiting = [worker.hear(attack()), worker.ask(lambda run: run.clock.now()), worker.hear(b"nonsense")]
    worker.start()
    assert worker.stop(PATIENCE)
    assert all(each.done() for each in waiting)
    assert 1 == waiting[2].result().rejects
    assert "stopped" == worker.status.phase


def test_questions_go_before_bodies_that_wait(working):
    """Whoever looks does not wait for all events that were told before."""
    worker, _ = working()
    begun, go_on = threading.Event(), threading.Event()

    def hold_up(_):
        begun.set()
        go_on.wait(PATIENCE)

    worker.ask(hold_up)
    begun.wait(PATIENCE)
    body = worker.hear(attack())
    asked = worker.ask(lambda run: len(run.response.docket.cases))
    go_on.set()
    assert 0 == asked.result(PATIENCE)
    assert body.result(PATIENCE).posts


def test_what_somebody_gave_up_waiting_for_is_not_done_later(working):
    """Whoever was told that the worker is busy has approved of nothing that is carried out afterwards."""
    worker, _ = working()
    begun, go_on, done = threading.Event(), threading.Event(), []

    def hold_up(_):
        begun.set()
        go_on.wait(PATIENCE)

    worker.ask(hold_up)
    begun.wait(PATIENCE)
    assert worker.ask(lambda _: done.append("late")).cancel()
    last = worker.ask(lambda _: done.append("last"))
    go_on.set()
    last.result(PATIENCE)
    assert ["last"] == done


def test_from_where_accounts_are_entered_is_known_however_long_ago_it_was_heard(tmp_path):
    """An account that is entered once a month is known after a new start, though its events are not heard again."""
    first, second = watch(), watch(clock=WallClock())
    memory = Memory(tmp_path / "events")
    entered = SignIn(account="a", time=1_600_000_000_000, outcome="ok", device="own", asn="AS1", country="NL")
    first.take(Batch(others=(entered,)))
    memory.settle(first)
    Memory(tmp_path / "events").recall(second, Heard())
    assert second.response.staff.changing.homes.of("a") == first.response.staff.changing.homes.of("a") != Home()
