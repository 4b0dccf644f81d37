"""What does an intruder make of a no of the staff gate: what would get past it, with what was stolen?

* a second person is needed, or somebody present: another stolen credential agrees or watches; what only a passkey can
  sign it cannot (bribed staff can);
* a budget is spent: the other credential's, then as slowly as the budget allows;
* locked down: looks again in half an hour;
* anything else: another function that comes to the same (a phone instead of an e-mail, an archive instead of the
  messages), then another account.
"""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.guard.staff import StaffAnswer, StaffReason

from .foothold import Foothold
from .frontgate import FrontGate
from .scenario import MINUTE, SECOND
from .tool import AccountDesk, Function, Seat

COMES_TO_THE_SAME = {Function.REPLACE_EMAIL: Function.REPLACE_PHONE, Function.VIEW_MESSAGES: Function.HAND_OUT}
LOOKS_AGAIN = 30 * MINUTE
AGREES_AGAIN = 25 * MINUTE  # what was agreed to may have lapsed while a budget was waited for
_AT_ONCE = 30 * SECOND  # to have the other credential agree, or to take the other seat
_HELPABLE = frozenset({StaffReason.SECOND_PERSON_NEEDED, StaffReason.WATCHER_NEEDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What to try next, and when: `function` from `seat`."""

    at: int
    function: Function
    seat: Seat


class Wiles:
    """The intruder's wits before one gate."""

    def __init__(self, desk: AccountDesk, gate: FrontGate, foothold: Foothold) -> None:
        """Nothing has been tried."""
        self._desk, self._gate, self._foothold = desk, gate, foothold
        self._agreed: dict[tuple[str, str], int] = {}  # when who was helped to which action, by its hash
        self._spent: dict[tuple[str, Function, int], int] = {}  # until when whose budget is known to be spent

    def move(  # noqa: PLR0913, PLR0917 - a deed that was refused, and how
        self, seat: Seat, function: Function, row: int, value: str, answer: StaffAnswer, time: int
    ) -> Move | None:
        """The next thing to try after `answer`; None when nothing is left for this account."""
        reasons = set(answer.reasons)
        if StaffReason.LOCKED_DOWN in reasons:
            return Move(at=time + LOOKS_AGAIN, function=function, seat=seat)
        if reasons == {StaffReason.BUDGET_SPENT}:
            return self._slower(seat, function, row, answer, time)
        if reasons <= _HELPABLE | {StaffReason.BUDGET_SPENT}:
            helped = self._help(seat, function, row, value, time)
            if helped is not None:
                return helped
        other = COMES_TO_THE_SAME.get(function)
        return None if other is None else Move(at=time + _AT_ONCE, function=other, seat=seat)

    def _slower(self, seat: Seat, function: Function, row: int, answer: StaffAnswer, time: int) -> Move | None:
        if answer.until is None:
            return None
        tier = self._desk.tier(row)
        self._spent[seat.staff, function, tier] = answer.until
        seats = self._foothold.seats(time) or [seat]
        free = [each for each in seats if self._spent.get((each.staff, function, tier), 0) <= time]
        if free:
            return Move(at=time + _AT_ONCE, function=function, seat=free[0])
        soonest = min(seats, key=lambda each: self._spent[each.staff, function, tier])
        return Move(at=self._spent[soonest.staff, function, tier] + SECOND, function=function, seat=soonest)

    def _help(self, seat: Seat, function: Function, row: int, value: str, time: int) -> Move | None:
        action = self._desk.action(function, row, value)
        if time - self._agreed.get((seat.staff, action.hash), -AGREES_AGAIN) < AGREES_AGAIN:
            return None  # they agreed, and it did not count
        for other in self._foothold.seats(time):
            if other.staff != seat.staff:
                self._agreed[seat.staff, action.hash] = time
                self._gate.agree(other.staff, seat.asking, action, time, signed=other.passkey)
                self._gate.watch(other.staff, seat.asking, time)
                return Move(at=time + _AT_ONCE, function=function, seat=seat)
        theft = self._foothold.next_theft(time)
        return None if theft is None else Move(at=theft + _AT_ONCE, function=function, seat=seat)
