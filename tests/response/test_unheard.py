"""A commit whose answer is lost was kept, or was not; before anything else is written, that is found out."""

from contextlib import contextmanager

import pytest

from holdfast.containment import Restriction, Subject, SubjectKind, place
from holdfast.errors import StoreError
from holdfast.response.conduct import HoldState
from holdfast.testing import SmallResponse
from holdfast.testing.simulation.failing import FailingStore
from holdfast.testing.simulation.steps import Trouble

START = 1_000_000


def hold(name="a"):
    """A hold on an account."""
    return place(Subject(kind=SubjectKind.ACCOUNT, id=name), Restriction.NO_POSTING, starts=START, why="test")


class Torn(FailingStore):
    """A store that is gone as soon as a commit was asked for; `keeps` says whether that was kept."""

    keeps = True
    torn = False

    @contextmanager
    def begin(self):
        """As the store, up to the commit."""
        self.call()
        try:
            with self.inner.begin() as transaction:
                yield transaction
                if self.torn and not self.keeps:
                    raise StoreError("gone before it was kept")
        finally:
            self.gone = self.torn
        if self.torn:
            raise StoreError("gone after it was kept")


def test_what_was_kept_though_nobody_said_so_is_known_at_once(store, platform, clock):
    """The store answers the next question: the book is as if the answer had come, and the caller goes on."""
    failing = FailingStore(store)
    small = SmallResponse(failing, platform, clock)
    failing.arm(1, Trouble.UNHEARD)

    small.put(hold())

    assert HoldState.WANTED is small.state(hold().id)
    assert SmallResponse(store, platform, clock).book.holds == small.book.holds


@pytest.mark.parametrize("keeps", [True, False])
def test_nothing_is_written_before_it_is_known(store, platform, clock, keeps):
    """While the store is gone each change is refused; then the book knows what became of the last one.

    What was kept is news to whoever asks next, so that one change is refused as well, having been thought of without it.
    """
    torn = Torn(store)
    small = SmallResponse(torn, platform, clock)
    small.put(hold("b"))
    torn.torn, torn.keeps = True, keeps
    with pytest.raises(StoreError, match="out of reach"):
        small.put(hold())
    assert hold().id not in small.book.holds
    torn.torn = torn.gone = False

    if keeps:
        with pytest.raises(StoreError, match="had been kept after all"):
            small.put(hold())
        assert hold().id in small.book.holds
    small.put(hold())
    small.settle()

    assert {HoldState.IN_FORCE} == {held.state for held in small.book.holds.values()}
    assert 2 == len(small.keys("intent/")) == len(small.keys("outcome/"))


def test_a_desk_that_was_not_answered_asks_nothing_twice(store, platform, clock, make_town):
    """A request whose keeping was not answered is on the desk, filed once, and can be agreed to."""
    failing = FailingStore(store)
    town = make_town(failing, platform, clock)
    town.attack()
    failing.arm(1, Trouble.UNHEARD)
    town.desk.request(town.offer.recommended, "responder", clock.now())

    clock.advance(1_000)
    town.desk.request(town.offer.recommended, "other", clock.now())

    (filed,) = town.desk.requests.values()
    assert "responder" == filed.request.by
    assert 1 == len(town.keys("request/"))
