"""Mistakes that somebody could make in the response, for the laws to find: each is a patch and the law that it breaks."""

import msgspec

from holdfast.containment import place
from holdfast.guard import Permit
from holdfast.guard.rule import Rule
from holdfast.response import Report, RequestState, desk, gate
from holdfast.response.book import Book, Page
from holdfast.response.conduct import Intend
from holdfast.response.executor import Executor
from holdfast.response.outbox import Outbox
from holdfast.response.reconcile import Reconciler
from holdfast.response.requests import Requests
from holdfast.testing import SmallPlatform


def no_intent(patch):
    """Deeds are queued, and nothing says so beforehand."""
    carry_out = Page._carry_out
    patch(Page, "_carry_out", lambda page, hold, it: None if isinstance(it, Intend) else carry_out(page, hold, it))


def lifts_what_others_placed(patch):
    """The reconciler takes away what stands there for no hold of ours."""
    settle = Reconciler._settle

    def lifting(self, page, subject, differs, report, *, dead):
        for standing in differs.foreign:
            self._platform.lift(place(subject, standing.restriction, starts=0, why="not ours"))
        return settle(self, page, subject, differs, report, dead=dead)

    patch(Reconciler, "_settle", lifting)


def connector_clears_all(patch):
    """The connector lifts by clearing the flag, whoever else wants it there."""
    lift = SmallPlatform.lift

    def clearing(self, hold):
        lift(self, hold)
        self._rivals.discard((hold.subject, hold.restriction))

    patch(SmallPlatform, "lift", clearing)


def nobody_sweeps(patch):
    """What has expired is never lifted from the platform."""
    patch(Reconciler, "sweep", lambda self, now: 0)


def guard_knows_no_end(patch):
    """The guard goes on refusing until it is told of the end."""
    patch(Rule, "in_force", lambda self, now: self.starts <= now)


def guard_is_late(patch):
    """The guard is told of new holds only when the process starts."""
    patch(gate.Gate, "refresh", lambda self, moved, now: None)


def applies_twice(patch):
    """Each deed is done once more, to be on the safe side."""
    do = Executor._do

    def twice(self, deed, hold, now):
        do(self, deed, hold, now)
        return do(self, deed, hold, now)

    patch(Executor, "_do", twice)


def asks_nobody(patch):
    """Every request is permitted at once."""

    def permit(request, approvals, now, *_):
        agreed = tuple(each.by for each in approvals)
        return Permit(
            request=request.id,
            action_hash=request.action_hash,
            by=request.by,
            approved_by=agreed,
            at=now,
            until=now + 1,
        )

    patch(desk, "decide", permit)


def deaf_to_no(patch):
    """A no is written down, and the request goes on."""
    deny = Requests.deny

    def go_on(self, request, by, why, now):
        filed = msgspec.structs.replace(deny(self, request, by, why, now), state=RequestState.OPEN, denials=())
        with self._book.change(now) as page:
            self.kept.put(page, request, filed)
        return filed

    patch(Requests, "deny", go_on)


def as_long_alone_as_together(patch):
    """What one person places in an emergency stands as long as if others had agreed."""
    patch(desk, "shortened", lambda holds, *_: tuple(holds))


def loses_errands(patch):
    """An errand whose outcome could not be kept is not queued again."""
    patch(Executor, "_some", _some_without_putting_back)


def believes_the_answer(patch):
    """The platform is never looked at: what it said is taken for what is."""
    patch(Reconciler, "once", lambda self, now: Report())


def forgets_what_it_cannot_hear(patch):
    """A commit whose answer was lost is taken for one that failed."""

    def settle(self):
        self._unsure = None
        return False

    patch(Book, "settle", settle)


def _some_without_putting_back(self, now):
    put = Outbox.put
    Outbox.put = lambda *_: None
    try:
        return _SOME(self, now)
    finally:
        Outbox.put = put


_SOME = Executor._some

MUTANTS = {
    no_intent: "every deed was intended before",
    lifts_what_others_placed: "nothing is done without a permit",
    connector_clears_all: "nothing foreign is lifted",
    nobody_sweeps: "the platform stands as the holds say",
    guard_knows_no_end: "holds end to the millisecond",
    guard_is_late: "the guard answers by the holds",
    applies_twice: "nothing is applied twice",
    asks_nobody: "the record is consistent",
    deaf_to_no: "the record is consistent",
    as_long_alone_as_together: "the record is consistent",
    loses_errands: "every intent has its outcome",
    believes_the_answer: "the platform stands as the holds say",
    forgets_what_it_cannot_hear: "no hold is lost",
}
