"""Looks at ordinary accounts may be answered by units taken in advance: none is above the limit, and each is told."""

import asyncio

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.response.staff.conftest import HOUR, MINUTE, SECOND, START, Desk, open_store

from holdfast.app.server.staff.ahead import Ahead
from holdfast.app.server.staff.taken import taken
from holdfast.app.server.staff.taking import Taken, Taking, pack, unpack_batch
from holdfast.errors import StoreError
from holdfast.guard.staff import StaffPolicy, StaffReason, Tier
from holdfast.response import shipped_staff_texts
from holdfast.response.staff import MOST_UNITS, Reservation, Spending, Take
from holdfast.testing import SetClock
from holdfast.testing.faults import Faults, FaultyStore, When

LIMIT, ALICE = 40, "alice|support_desk|read|0"


def policy(first="all_but_ordinary_reads", reads=LIMIT):
    """The shipped policies with so many reads an hour."""
    texts = shipped_staff_texts()
    tools = texts["tools.toml"].replace("reads = 120", f"reads = {reads}")
    return StaffPolicy({**texts, "tools.toml": tools.replace('"all_but_ordinary_reads"\n', f'"{first}"\n')})


class Service:
    """An owner, and processes that answer, on one store; what they send is heard when `pump` is called."""

    def __init__(self, store, clock, rules=None):
        self.store, self.clock, self.rules = store, clock, rules or policy()
        self.desk = Desk(store, clock, self.rules)
        self.session = self.desk.session("alice")
        self.unseen = 0
        self.processes = []

    def process(self):
        """One more process that answers, with a copy as of now."""
        process = Process(self)
        self.processes.append(process)
        return process

    def restart(self):
        """The owner is killed and comes back; whoever answered for it has ended with it."""
        self.processes.clear()
        self.desk = Desk(self.store, self.clock, self.rules)

    @property
    def recorded(self):
        """The attempts that are on record as allowed."""
        bodies = [each.record for each in self.store.entries() if each.record.key.startswith("attempt/")]
        return [each for each in bodies if each.body["outcome"] == "allowed"]

    @property
    def out(self):
        """How many looks a kill could lose now, by the record: units without an end or a use that is told."""
        left = {}
        for record in (each.record for each in self.store.entries()):
            name, number, *rest = record.key.split("/")
            if name == "reservation":
                left[f"a-{number}"] = 0 if rest else record.body["units"]
            elif name == "attempt" and record.body.get("unit"):
                left[record.body["unit"].partition(".")[0]] -= 1
        return sum(left.values())

    @property
    def spent(self):
        """How much of alice's budget counts as spent."""
        with self.desk.book.change(self.desk.now) as page:
            return Spending(page).look(ALICE)


class Process:
    """One process that answers."""

    def __init__(self, service):
        self.service, self.sent = service, []
        taking = Taking(self.sent.append, "later", come_along=0)
        self.ahead = Ahead(taking, self.sent.append, lambda: service.unseen, lambda: self.copy.since)
        self.copy = service.desk.copy()

    async def ask(self, **more):
        """The answer to one question about an account, whoever gives it."""
        asked = asyncio.ensure_future(self.ahead.take(self.take(**more)))
        for _ in range(5):
            await asyncio.sleep(0)
            self.pump()
        return await asked

    async def begin(self):
        """Two questions of one person: how many units are there in hand then."""
        for _ in range(2):
            await self.ask()
        return self.service.out

    async def use(self, count):
        """So many questions that are answered by units in hand."""
        for _ in range(count):
            assert "." in (await self.ahead.take(self.take())).attempt

    def take(self, **more):
        """A question, and what the copy answers."""
        question = self.service.desk.asked(self.service.session, **more)
        return Take(question=question, answer=self.copy.state.answer(question, unseen=self.service.unseen))

    def pump(self):
        """The owner hears all that was sent, and its words come back."""
        while self.sent:
            batch, desk = unpack_batch(self.sent.pop(0)), self.service.desk
            try:
                told = taken(desk.gate, batch, desk.now)
            except StoreError:
                told = Taken(number=batch.number, answers=None)
            self.ahead.heard(pack(told))

    def tell(self):
        """The owner hears what was allowed."""
        self.ahead.flush(self.service.desk.now)
        self.pump()

    async def close(self):
        """An orderly end."""
        closing = asyncio.ensure_future(self.ahead.close(self.service.desk.now))
        while not closing.done():
            await asyncio.sleep(0)
            self.pump()


@pytest.fixture
def service(store, clock):
    """A service."""
    return Service(store, clock)


@pytest.fixture
def store():
    """A store in memory."""
    with open_store() as opened:
        yield opened


@pytest.fixture
def clock():
    """A clock that stands still."""
    return SetClock(START)


def test_who_looks_at_one_after_the_other_does_not_wait(service):
    """The third answer comes without a word from the owner, and the owner hears of it afterwards, once."""

    async def run():
        process = service.process()
        first, second = await process.ask(), await process.ask()
        third = await process.ahead.take(process.take(target="account-3"))
        assert [True] * 3 == [each.allowed for each in (first, second, third)]
        assert ("a-1", "a-2", "a-2.1") == (first.attempt, second.attempt, third.attempt)
        assert 2 == len(service.recorded)
        process.tell()
        told = service.recorded[-1]
        assert ("alice", "account:account-3", "a-2.1") == (told.actor, told.subject, told.body["unit"])
        process.tell()
        assert 3 == len(service.recorded)
        assert ["reservation/2"] == service.desk.keys("reservation/")

    asyncio.run(run())


def test_who_looks_once_takes_nothing_in_advance(service):
    """Nor does whoever comes back later."""

    async def run():
        process = service.process()
        await process.ask()
        service.clock.advance(MINUTE)
        await process.ask()
        assert 2 == service.spent
        assert [] == service.desk.keys("reservation/")

    asyncio.run(run())


def test_what_is_left_comes_back(service):
    """When its time is over, and at an orderly end: only what was done is spent."""

    async def run():
        process = service.process()
        for _ in range(3):
            await process.ask()
        assert service.spent > 3
        service.clock.advance(11 * SECOND)
        process.tell()
        assert 3 == service.spent
        for _ in range(2):
            await process.ask()
        assert service.spent > 5
        await process.close()
        assert 5 == service.spent == len(service.recorded)

    asyncio.run(run())


def test_a_unit_counts_from_when_it_may_be_used_last(service):
    """Used at the end of its time, it is not there again an hour after it was taken."""

    async def run():
        process, allowed = service.process(), []
        for step in (0, 9 * SECOND, HOUR - 9 * SECOND, 9 * SECOND, 2 * SECOND):
            service.clock.advance(step)
            if step > MINUTE:
                service.session = service.desk.session("alice", number=2)
                process.copy = service.desk.copy()
            for _ in range(LIMIT if step else 3):
                allowed += [service.desk.now] * (await process.ask()).allowed
            for end in allowed:
                assert sum(end - HOUR < time <= end for time in allowed) <= LIMIT
        await process.close()
        assert len(allowed) == len(service.recorded) > LIMIT

    asyncio.run(run())


def test_what_a_killed_process_had_stays_spent(service):
    """The record says how much that may be: nobody can do it a second time."""

    async def run():
        process = service.process()
        for _ in range(4):
            await process.ask()
        (entry,) = (each.record for each in service.store.entries() if each.record.key == "reservation/2")
        service.restart()
        assert 2 + entry.body["units"] == service.spent
        assert 2 == len(service.recorded)

    asyncio.run(run())


def test_further_units_come_only_for_uses_that_are_on_record(service):
    """However quick somebody is: a kill can lose no more looks than may be out for a person and a tool."""

    async def run():
        process = service.process()
        units = await process.begin()
        await process.use(units)
        asked = asyncio.ensure_future(process.ahead.take(process.take()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        told, taken_next = (unpack_batch(each) for each in process.sent)
        assert (1, [0]) == (sum(each.more > 0 for each in told.told), [each.more for each in taken_next.takes])
        assert units == service.out
        process.pump()
        assert (await asked).allowed
        assert 0 < service.out <= units

    asyncio.run(run())


def test_whoever_goes_on_never_waits(clock, store):
    """Further units are there before the last is gone, and never more are out than a kill may lose."""

    async def run():
        service = Service(store, clock, policy(reads=2_000))
        process = service.process()
        await process.begin()
        for number in range(300):
            await process.use(1)
            service.clock.advance(10)
            if number % 3 == 0:
                process.tell()
            assert service.out <= MOST_UNITS
        for _ in range(30):
            service.clock.advance(SECOND - 100)
            process.tell()
            await process.use(1)
            assert service.out <= MOST_UNITS
        await process.close()
        assert 332 == service.spent == len(service.recorded)

    asyncio.run(run())


def test_in_a_burst_further_units_come_before_the_time_to_tell(clock, store):
    """Where few are left they are asked for at once, once."""

    async def run():
        service = Service(store, clock, policy(reads=2_000))
        process = service.process()
        await process.begin()
        await process.use(MOST_UNITS - 5)
        (sent,) = map(unpack_batch, process.sent)
        assert 1 == sum(each.more > 0 for each in sent.told)
        process.pump()
        assert MOST_UNITS == service.out
        await process.use(MOST_UNITS)

    asyncio.run(run())


def test_the_owner_counts_what_is_out_whatever_is_asked_for(clock, store):
    """Uses that all ask for further units, and an end that was told, bring no more than may be out."""

    async def run():
        service = Service(store, clock, policy(reads=2_000))
        process = service.process()
        await process.begin()
        for _ in range(20):
            await process.use(1)
            told = [msgspec.structs.replace(process.ahead._told.pop(), more=MOST_UNITS)]
            service.desk.gate.hear(told, (), service.desk.now)
            assert MOST_UNITS == service.out
        service.desk.gate.hear((), ["a-2"], service.desk.now)
        assert 20 == service.out

    asyncio.run(run())


def test_no_further_units_come_where_they_would_not_be_given_now(service):
    """A lockdown came meanwhile: the uses that ask for them are on record, and no more."""

    async def run():
        process = service.process()
        units = await process.begin()
        await process.use(units)
        service.desk.lock(1)
        process.pump()
        process.tell()
        assert (2 + units, 0) == (len(service.recorded), service.out)

    asyncio.run(run())


def test_units_that_come_while_it_ends_are_given_back(service):
    """They were asked for before, and nobody will use them."""

    async def run():
        process = service.process()
        await process.use(await process.begin() - 1)
        assert process.sent
        await process.close()
        assert service.spent == len(service.recorded)
        assert 0 == service.out

    asyncio.run(run())


def test_uses_that_wait_behind_those_of_others_are_not_on_record_either(service):
    """While they wait nobody is let have further units; once they are told, they are."""

    async def run():
        process = service.process()
        alice, sam = service.session, service.desk.session("sam")
        process.copy = service.desk.copy()
        for service.session in (alice, alice, sam, sam):
            await process.ask()
        await process.ahead.take(process.take())
        process.ahead.flush(service.desk.now)
        service.session = alice
        (entry,) = (each.record for each in service.store.entries() if each.record.key == "reservation/2")
        for _ in range(entry.body["units"]):
            assert "." in (await process.ahead.take(process.take())).attempt
        for _ in range(2):  # behind what sam did, and when that is on record
            asked = asyncio.ensure_future(process.ahead.take(process.take()))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            sent = [unpack_batch(each) for each in process.sent]
            assert [0] == [each.more for batch in sent for each in batch.takes]
            assert not [each for batch in sent for each in batch.told if "alice" in each.answer.person]
            process.pump()
            assert (await asked).allowed
        assert 2 == len(service.desk.keys("reservation/"))
        process.tell()
        await process.ask()
        assert 3 == len([each for each in service.desk.keys("reservation/") if "ended" not in each])

    asyncio.run(run())


def test_many_ends_are_told_some_at_a_time(service):
    """So that whoever asks the owner meanwhile does not wait for all of them; and all of them come back."""

    async def run():
        process = service.process()
        made = [Reservation(id=f"a-{each}", budget=f"b{each}", units=1, until=START) for each in range(250)]
        process.ahead.heard(pack(Taken(number=0, answers=(), made=tuple(made))))
        told = []
        while len(told) < len(made):
            process.ahead.flush(START)
            while process.sent:
                batch = unpack_batch(process.sent.pop(0))
                assert len(batch.ended) <= 100
                told += batch.ended
                process.ahead.heard(pack(Taken(number=batch.number, answers=())))
        assert [each.id for each in made] == told

    asyncio.run(run())


@pytest.mark.parametrize(
    "change",
    [
        lambda service: service.desk.protect("account-1", Tier.HIGH_REACH),
        lambda service: service.desk.lock(1),
        lambda service: setattr(service, "unseen", 1_000),
    ],
    ids=["a protected account", "a lockdown", "a state unseen for a second"],
)
def test_what_weighs_more_is_on_record_first(service, change):
    """With units in hand, too: no answer comes before the owner's."""

    async def run():
        process = service.process()
        for _ in range(3):
            await process.ask()
        change(service)
        process.copy = service.desk.copy()
        answer = await process.ask()
        assert "." not in answer.attempt
        changing = process.take(function="account.password.reset").answer
        assert not changing.in_advance

    asyncio.run(run())


def test_a_lockdown_that_the_copy_has_heard_of_stops_units_in_hand(service):
    """They were taken before it, and let nobody through."""

    async def run():
        process = service.process()
        for _ in range(3):
            await process.ask()
        service.desk.lock(4)
        process.copy = service.desk.copy()
        answer = await process.ask()
        assert not answer.allowed
        assert {StaffReason.LOCKED_DOWN, StaffReason.SESSION_OVER} & set(answer.reasons)

    asyncio.run(run())


def test_a_deployment_can_have_everything_on_record_first(store, clock):
    """With `gate.record_first = "all"` nothing is taken in advance."""

    async def run():
        service = Service(store, clock, policy("all"))
        process = service.process()
        for _ in range(4):
            await process.ask()
        assert 4 == len(service.recorded) == service.spent

    asyncio.run(run())


@pytest.mark.parametrize("when", When)
def test_what_could_not_be_kept_is_told_again(clock, when):
    """And is on record once, whether the store had kept it or not."""

    async def run():
        faults = Faults()
        with open_store() as inner:
            service = Service(FaultyStore(inner, faults), clock)
            process = service.process()
            for _ in range(5):
                await process.ask()
            faults.arm(faults.calls + 8, when, lambda: StoreError("the disk is gone"))
            for _ in range(4):
                process.tell()
            assert faults.struck
            await process.close()
            assert 5 == len(service.recorded) == service.spent

    asyncio.run(run())


def test_units_of_a_batch_that_failed_halfway_come_with_the_next_answer(service):
    """They are on record and spent by then: were they dropped, nobody could use them, nor give them back, for an hour."""

    async def run():
        process = service.process()
        attempt = (await process.ask()).attempt
        until, version = service.desk.now + 10 * SECOND, service.desk.gate.state.version
        late = Reservation(id=attempt, budget=ALICE, units=8, until=until, version=version)
        process.ahead.heard(pack(Taken(number=-1, answers=(), made=(late,))))
        assert f"{attempt}.1" == (await process.ask()).attempt

    asyncio.run(run())


def test_where_nobody_hears_what_was_allowed_nothing_more_is(service):
    """After a second the owner's word is waited for again."""

    async def run():
        process = service.process()
        for _ in range(3):
            await process.ask()
        service.clock.advance(1_500)
        answer = await process.ask()
        assert answer.attempt == "a-3"
        process.tell()
        assert "." in (await process.ask()).attempt

    asyncio.run(run())


def test_whoever_is_on_the_way_when_the_rest_comes_here_is_answered_by_it(service):
    """A rush uses the budget up to its end: units in hand are not left while somebody is refused."""

    async def run():
        process = service.process()
        asked = [asyncio.ensure_future(process.ask()) for _ in range(3 * LIMIT)]
        answers = await asyncio.gather(*asked)
        await process.close()
        assert LIMIT == sum(each.allowed for each in answers) == service.spent == len(service.recorded)

    asyncio.run(run())


def test_an_owner_that_knows_nothing_of_a_reservation_counts_its_uses(service):
    """They were allowed by the owner before it, so they are on record and spent."""

    async def run():
        process = service.process()
        for _ in range(4):
            await process.ask()
        service.restart()
        before = service.spent
        process.tell()
        assert (4, before + 2) == (len(service.recorded), service.spent)

    asyncio.run(run())


steps = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "ask", "tell", "kill", "restart", "wait", "moment"]),
        st.integers(0, 2),
        st.integers(1, 12),
    ),
    min_size=5,
    max_size=25,
)


class Story:
    """What three processes allowed one person, and whether anything was killed."""

    def __init__(self, store, clock):
        self.service, self.clock = Service(store, clock), clock
        self.allowed, self.killed = [], False

    async def step(self, what, which, count):
        """One step of a plan."""
        service = self.service
        while len(service.processes) < 3:
            service.process()
        process = service.processes[which]
        match what:
            case "ask":
                answers = [await process.ask(target=f"a{number}") for number in range(count)]
                self.allowed += [service.desk.now for each in answers if each.allowed]
            case "tell":
                process.tell()
            case "kill":
                self.killed, service.processes[which] = True, Process(service)
            case "restart":
                self.killed = True
                service.restart()
            case "wait":
                self.clock.advance(count * 3 * MINUTE)
            case "moment":
                self.clock.advance(count * SECOND)


@given(steps)
def test_no_hour_has_more_in_it_than_the_limit(plan):
    """Three processes that answer one person, killed at will with what they have not told, and owners that are, too.

    Where nothing was killed, all that was allowed is on record, and nothing else is spent.
    """

    async def run():
        with open_store() as store:
            story = Story(store, SetClock(START))
            for step in plan:
                await story.step(*step)
            allowed, service = story.allowed, story.service
            for end in allowed:
                assert sum(end - HOUR < time <= end for time in allowed) <= LIMIT
            if not story.killed:
                for process in service.processes:
                    await process.close()
                assert sorted(allowed) == sorted(each.time for each in service.recorded)
                assert service.spent == sum(service.desk.now - HOUR < time for time in allowed)

    asyncio.run(run())


def other(reads):
    """The policies with another limit."""
    return StaffPolicy({**policy().texts, "tools.toml": policy().texts["tools.toml"].replace("= 40", f"= {reads}")})


def follow(service, rules):
    """Have these policies in force."""
    with service.desk.book.change(service.desk.now) as page:
        service.desk.gate.follow_on(page, rules, "ada")


def caught_up(process):
    """The process, after all that was published."""
    process.service.desk.bulletin.publish()
    for packet in process.service.desk.bulletin.packets.since(f"{process.copy.run}-{process.copy.seq}"):
        process.copy.take(packet.data)


def test_units_taken_by_other_policies_pay_for_nothing_and_go_back(service):
    """After a change each look waits for the owner again, by the limit of now; units in hand are spent until given back."""

    async def run():
        process = service.process()
        for _ in range(3):
            await process.ask()
        assert service.spent > 3
        follow(service, other(4))
        caught_up(process)
        assert (StaffReason.BUDGET_SPENT,) == (await process.ask()).reasons
        process.tell()
        assert "." not in (await process.ask()).attempt
        assert 4 == len(service.recorded) == service.spent
        assert (StaffReason.BUDGET_SPENT,) == (await process.ask()).reasons

    asyncio.run(run())


def test_units_of_before_that_come_after_the_change_pay_for_nothing(service):
    """They were on the way when the policies came."""

    async def run():
        process = service.process()
        attempt = (await process.ask()).attempt
        until, version = service.desk.now + 10 * SECOND, service.desk.gate.state.version
        late = Reservation(id=attempt, budget=ALICE, units=8, until=until, version=version)
        follow(service, other(30))
        caught_up(process)
        process.ahead.heard(pack(Taken(number=-1, answers=(), made=(late,))))
        assert "." not in (await process.ask()).attempt

    asyncio.run(run())
