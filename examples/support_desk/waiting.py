"""Which value counts by now, the old one or one that was kept beside it? The gate is asked each time.

Without its yes the old value stays: while the holder can still object, once they have, and when the gate says nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from holdfast.client import Gate
from holdfast.errors import GuardUnreachableError
from holdfast.guard.staff import Stage

from .records import Account, Records

FOR_GOOD = 12 * 86_400
"""Seconds after the last change of an account when no link undoes one of them any more: another within seven days would
have gone on with the chain, and it is told within a day and cools for three, as the catalogue says. The gate remembers
for fourteen after the last one."""


class Shown(NamedTuple):
    """A value that does not count, as the page of its account says it."""

    what: str
    value: str | bool
    says: str


class Counting(NamedTuple):
    """An account with what counts of it, and what waits."""

    account: Account
    waiting: list[Shown]


def counting(gate: Gate, records: Records, id_: str) -> Counting | None:
    """What counts of an account just now: the newest value that the gate says yes to, else the old one."""
    account, waiting = records.account(id_), []
    if account is None:
        return None
    for each in records.kept_beside(id_):
        try:
            change = gate.change(each.decision)
        except GuardUnreachableError:
            waiting.append(Shown(each.what, each.value, "waits: the gate does not say until when"))
            continue
        if change.counts:
            account = account._replace(**{each.what: each.value})
        elif change.stage in {Stage.ASKED, Stage.COOLING}:
            until = change.until or "the old value was told, and its time to object is over"
            waiting.append(Shown(each.what, each.value, f"waits until {until}"))
    return Counting(account, waiting)


def settle(gate: Gate, records: Records, now: float) -> None:
    """Put what counts for good in the place of the old value, and forget what is off; `now` is in seconds."""
    waiting = records.kept_beside()
    last = {each.account: each.asked_at for each in waiting}  # the oldest come first
    for each in waiting:
        if now - last[each.account] < FOR_GOOD:
            continue
        try:
            stage = gate.change(each.decision).stage
        except GuardUnreachableError:
            continue  # it is asked about again
        if stage is Stage.IN_FORCE:
            records.put(each.decision)
        elif stage in {Stage.REVERSED, Stage.ENDED}:
            records.drop(each.decision)
