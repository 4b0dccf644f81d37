"""What holds of changes that wait, whatever is done in whatever order: the holder's link brings all of it back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.containment import Restriction, Subject, SubjectKind, place
from holdfast.guard.staff import Stage
from holdfast.testing import SetClock

from .conftest import HOUR, MINUTE, START, Desk, open_store
from .test_changes import ask

OFF = {Stage.REVERSED, Stage.ENDED}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(["account-1", "Account-1", "ACCOUNT-1 ", "account-2"])),
        st.tuples(st.just("wait"), st.sampled_from([1, MINUTE, 30 * MINUTE, HOUR, 25 * HOUR, 6 * 24 * HOUR])),
        st.tuples(st.just("tell"), st.booleans()),
        st.tuples(st.just("undo"), st.integers(0, 20)),
        st.tuples(st.just("hold"), st.sampled_from(["account-1", "Account-1"])),
        st.tuples(st.just("restart"), st.booleans()),
    ),
    min_size=3,
    max_size=14,
)


class Town:
    """A gate to which anything happens, and the links that went out."""

    def __init__(self, store):
        """Nothing has happened."""
        self.store, self.clock, self.links, self.number = store, SetClock(START), [], 0
        self.desk = Desk(store, self.clock)
        self.desk.accounts = ["account-1"]

    @property
    def changing(self):
        """The changes."""
        return self.desk.gate.changing

    def do(self, what, how):
        """One step."""
        match what:
            case "ask":
                self.number += 1
                self.clock.set(self.clock.now() + HOUR)  # the budget is of an hour
                ask(self.desk, target=how, number=self.number)
            case "wait":
                self.clock.set(self.clock.now() + how)
                self.changing.settle(self.clock.now())
            case "tell":
                for notice in self.changing.due(self.clock.now()):
                    self.links += [notice] * bool(notice.link and how)
                    (self.changing.told if how else self.changing.not_told)(notice.id, self.clock.now())
            case "undo" if self.links:
                link = self.links[how % len(self.links)].link
                if self.changing.by_link(link.removeprefix("/changes/")) is not None:
                    self.changing.reverse(link.removeprefix("/changes/"), self.clock.now())
            case "hold":
                subject = Subject(kind=SubjectKind.ACCOUNT, id=how)
                hold = place(
                    subject, Restriction.NO_SIGN_IN, starts=self.clock.now(), why="stolen", occasion=str(self.number)
                )
                with self.desk.book.change(self.clock.now()) as page:
                    page.place(hold)
            case "restart":
                self.desk = Desk(self.store, self.clock)
                self.desk.accounts = ["account-1"]


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_the_link_of_who_was_there_before_brings_all_of_the_chain_back(steps):
    """As long as the last change of a chain could still count, whoever used which link, and whatever ended meanwhile."""
    with open_store() as store:
        town = Town(store)
        for step in steps:
            town.do(*step)
        now, changing = town.clock.now(), town.changing
        for notice in town.links:
            change = changing.kept.get(notice.change)
            if change is None or notice.as_of + MINUTE != change.since or now >= change.links_until:
                continue
            changing.reverse(notice.link.removeprefix("/changes/"), now)
            chain = [each for each in changing.of(change.account) if each.asked_at >= change.since]
            assert change.id in {each.id for each in chain}
            assert {changing.stage(each, now) for each in chain} <= OFF


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_nothing_counts_that_was_not_told_and_did_not_wait(steps):
    """Whatever else is done; and what is off stays off over each step and each new start."""
    with open_store() as store:
        town, off = Town(store), {}
        for step in steps:
            town.do(*step)
            now = town.clock.now()
            for id_, change in town.changing.kept.items():
                stage = town.changing.stage(change, now)
                if stage is Stage.IN_FORCE:
                    assert change.told_at is not None
                    assert now - change.told_at >= change.cools
                assert off.setdefault(id_, stage) is stage if off.get(id_) in OFF else True
                off[id_] = stage
