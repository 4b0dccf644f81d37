"""What does the record by itself say was asked for, agreed to, placed and ended?

Read from the ledger alone, by other code than wrote it, so that the response's own memory can be held against it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from holdfast.containment import Hold
from holdfast.guard import TABLE
from holdfast.guard import Deed as Asked
from holdfast.ledger import Entry, RecordKind
from holdfast.response import Deed

MINUTE = 60_000  # milliseconds


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One deed on one hold as the record has it: where its intent stands, where its outcome, and what that says."""

    hold: str
    deed: Deed
    number: int
    intended: int
    concluded: int | None = None
    result: str = ""
    detail: str = ""


class Story:
    """The record, sorted: where each thing stands is its index on the ledger."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self.entries: list[Entry] = []
        self.placed: dict[str, Hold] = {}
        self.ended: dict[str, Entry] = {}  # by the first intent to lift them
        self.attempts: dict[tuple[str, Deed, int], Attempt] = {}
        self.faults: list[str] = []  # what the record cannot be right about
        self.allowed: dict[str, int] = {}  # holds that a valid permit, or the standing order of one, wants in force
        self.let_go: dict[str, int] = {}  # holds that such a permit, or what was found out, ends
        self.waves: dict[str, list[tuple[int, frozenset[str]]]] = {}  # by campaign: what was to stand after each move
        self.held_again: dict[str, int] = {}  # accounts whose recovery case has them held
        self.returned: dict[str, int] = {}  # accounts that a valid permit gives back
        self._requests: dict[str, Entry] = {}
        self._approvals: dict[str, list[Entry]] = {}
        self._brief: dict[str, int] = {}  # until when the holds may stand that one person placed alone
        self._denied: set[str] = set()
        self._permits: dict[str, Entry] = {}

    def read(self, entries: Iterable[Entry]) -> None:
        """Read on: `entries` follow those that were read before."""
        for entry in entries:
            self.entries.append(entry)
            self._take(entry)

    def live(self) -> list[Hold]:
        """The holds that were placed and have not been told to end."""
        return [hold for key, hold in self.placed.items() if key not in self.ended]

    def may_stand(self, hold: Hold, size: int) -> bool:
        """Whether the first `size` entries say that somebody had agreed to `hold`, or to what it follows from."""
        if self.allowed.get(hold.id, size) < size:
            return True
        if hold.subject.id in self.held_again and not hold.plan:
            return self.held_again[hold.subject.id] < size
        moved = self.waves.get(hold.campaign, ())
        agreed = {self.placed[key].plan for key in self.allowed if key in self.placed}
        return hold.plan in agreed and any(hold.id in standing for index, standing in moved if index < size)

    def may_end(self, hold: Hold, ended: Entry) -> bool:
        """Whether `hold` was over by itself at the entry `ended`, or somebody had agreed to its end."""
        if hold.until is not None and hold.until <= ended.record.time:
            return True
        if self.let_go.get(hold.id, ended.index) < ended.index:
            return True
        if self.returned.get(hold.subject.id, ended.index) < ended.index:
            return True
        return any(hold.id not in standing for _, standing in self.waves.get(hold.campaign, ()))

    def _take(self, entry: Entry) -> None:
        record = entry.record
        what, *rest = record.key.split("/")
        body: Mapping[str, Any] = record.body
        match record.kind, what:
            case RecordKind.INTENT, "intent":
                self._intend(entry, body)
            case RecordKind.OUTCOME, "outcome":
                self._conclude(entry, body)
            case RecordKind.DECISION, _:
                self._decide(entry, what, rest, body)
            case _:
                pass

    def _decide(self, entry: Entry, what: str, rest: Sequence[str], body: Mapping[str, Any]) -> None:
        match what:
            case "request":
                self._requests[rest[0]] = entry
            case "approval":
                self._approvals.setdefault(body["request"], []).append(entry)
            case "denial":
                self._denied.add(rest[0])
            case "permit":
                self._permit(rest[0], entry, body)
            case "follow-up":
                self._permitted(rest[0], entry, f"follow-up {entry.record.key}")
                _first(self.allowed, body["holds"], entry)
            case "let-go":
                _first(self.let_go, body["lifts"], entry)
            case "waves" if "standing" in body:
                self.waves.setdefault(entry.record.subject, []).append((entry.index, frozenset(body["standing"])))
            case "recovery":
                _first(self.held_again, [entry.record.subject], entry)
            case _:
                pass

    def _intend(self, entry: Entry, body: Mapping[str, Any]) -> None:
        _, hold, deed, number = entry.record.key.split("/")
        attempt = Attempt(hold=hold, deed=Deed(deed), number=int(number), intended=entry.index)
        self.attempts[hold, attempt.deed, attempt.number] = attempt
        if attempt.deed is Deed.APPLY:
            placed = self.placed.setdefault(hold, msgspec.convert(body["hold"], Hold))
            if hold in self._brief and (placed.until is None or placed.until > self._brief[hold]):
                self.faults.append(f"{hold} was placed by one person alone, and does not end soon")
        else:
            self.ended.setdefault(hold, entry)

    def _conclude(self, entry: Entry, body: Mapping[str, Any]) -> None:
        _, hold, deed, number = entry.record.key.split("/")
        key = (hold, Deed(deed), int(number))
        attempt = self.attempts.get(key)
        if attempt is None:
            self.faults.append(f"{entry.record.key} stands on the record without its intent before it")
            return
        self.attempts[key] = msgspec.structs.replace(
            attempt, concluded=entry.index, result=body["result"], detail=body["detail"]
        )

    def _permit(self, request: str, entry: Entry, body: Mapping[str, Any]) -> None:
        self._permits[request] = entry
        self._agreed(request, entry, body)
        _first(self.allowed, body.get("holds", ()), entry)
        _first(self.let_go, body.get("lifts", ()), entry)
        _first(self.returned, body.get("releases", ()), entry)

    def _permitted(self, request: str, entry: Entry, what: str) -> None:
        if request not in self._permits:
            self.faults.append(f"{what} at entry {entry.index} goes by a permit that was never given")

    def _agreed(self, request: str, permit: Entry, body: Mapping[str, Any]) -> None:
        """Whether enough people, none of them the requester, had agreed to this very action not long before.

        Nobody needs to in an emergency, for which what was placed has to end soon.
        """
        filed = self._requests.get(request)
        if filed is None or filed.record.body["action_hash"] != body["action_hash"]:
            self.faults.append(f"the permit for {request} is for something that nobody asked for")
            return
        if request in self._denied:
            self.faults.append(f"{request} was permitted though somebody had said no")
        asked = filed.record.body
        now = permit.record.time
        if body["emergency"]:
            self._brief |= dict.fromkeys(body.get("holds", ()), now + TABLE.times.emergency * MINUTE)
            return
        others = {
            _person(each.record.actor)
            for each in self._approvals.get(request, ())
            if each.record.body["action_hash"] == asked["action_hash"]
            and each.record.time <= now < each.record.time + TABLE.times.approval * MINUTE
        } - {_person(filed.record.actor)}
        deed = Asked(asked["kind"]) if asked["kind"] in set(Asked) else Asked.HOLD
        needed = TABLE.required(accounts=asked["accounts"], one_way=False, deed=deed).approvals
        if len(others) < needed:
            self.faults.append(f"{request} was permitted with {len(others)} of {needed} approvals")


def _first(known: dict[str, int], keys: Iterable[str], entry: Entry) -> None:
    """Note where each of `keys` stands for the first time."""
    for key in keys:
        known.setdefault(key, entry.index)


def _person(name: str) -> str:
    """One spelling for all that look the same."""
    return "".join(each for each in unicodedata.normalize("NFKD", name).casefold() if each.isalnum())
