"""May this happen just now? The write-time answer, in process, from an immutable snapshot of all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias, TypeVar, assert_never

import numpy as np
import numpy.typing as npt

from holdfast.reading import TextReading

from .answer import KEPT_BACK, Answer, Reason, Verdict
from .question import Action, Question
from .rule import FOREVER, Members, Rule, RuleKind
from .texts import HeldTexts

LONGEST = 65_536  # characters; what is longer is kept back unread, so that nobody can buy time with a long text

_ACCOUNT_REASON = {
    Action.POST: Reason.ACCOUNT_HELD,
    Action.MESSAGE: Reason.ACCOUNT_HELD,
    Action.SIGN_IN: Reason.SIGN_IN_HELD,
    Action.CREDENTIAL_CHANGE: Reason.CREDENTIALS_HELD,
    Action.EXPORT: Reason.EXPORT_HELD,
    Action.TOOL: Reason.ACCOUNT_HELD,
}
_SPEAKING = frozenset({Action.POST, Action.MESSAGE})

_Found: TypeAlias = list[tuple[Reason, Rule | None]]
_Cohort: TypeAlias = tuple[Rule, Members, Answer]
_Key = TypeVar("_Key", str, int, tuple[RuleKind, str])
_Index: TypeAlias = dict[_Key, tuple[Rule, ...]]
Reader: TypeAlias = Callable[[str, Sequence[str]], TextReading]


class Snapshot:
    """All rules, compiled for answering; it never changes, so it is swapped by replacing the reference to it.

    Rules end by the time that each question brings, to the millisecond, whether or not a newer snapshot has come.
    """

    __slots__ = (
        "_accounts",
        "_by_action",
        "_few",
        "_inside",
        "_lures",
        "_read",
        "_reads",
        "_rules",
        "_texts",
        "version",
    )

    def __init__(self, rules: Iterable[Rule], *, version: int, read: Reader) -> None:
        """Compile `rules`, one to a hold; `read` is `reading.read_text`."""
        self._read = read
        self._rules: dict[str, Rule] = {}
        self._accounts: _Index[str] = {}
        self._lures: _Index[int] = {}
        self._inside: _Index[tuple[RuleKind, str]] = {}
        self._few: dict[str, Rule] = {}  # cohorts and texts: they are looked through, not looked up
        self._settle(rules, (), version)

    def changed(self, *, version: int, add: Iterable[Rule] = (), drop: Iterable[str] = ()) -> Snapshot:
        """The snapshot that follows this one: without the rules of the holds in `drop`, and with `add`.

        A rule of a hold that has one already takes its place. Indexes are copied whole, not made anew, so this takes
        milliseconds where compiling half a million rules takes most of a second.
        """
        after: Snapshot = object.__new__(Snapshot)
        after._read = self._read
        after._rules, after._few = self._rules.copy(), self._few.copy()
        after._accounts, after._lures, after._inside = self._accounts.copy(), self._lures.copy(), self._inside.copy()
        after._settle(add, drop, version)
        return after

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules by the id of their hold; they are the snapshot's own."""
        return self._rules

    def _settle(self, add: Iterable[Rule], drop: Iterable[str], version: int) -> None:
        for hold in drop:
            self._leave_out(hold)
        for rule in add:
            if rule.hold in self._rules:
                self._leave_out(rule.hold)
            self._take_in(rule)
        self._texts = HeldTexts(rule for rule in self._few.values() if rule.kind is RuleKind.TEXT)
        self.version = version
        self._by_action = {action: self._prepared(action) for action in Action}
        self._reads = bool(self._lures or self._texts)

    def _prepared(self, action: Action) -> tuple[tuple[_Cohort, ...], Answer]:
        """The cohorts to ask about every account, each with the answer if it alone matches; the answer if none does."""
        cohorts = tuple(
            (rule, rule.members, self._answer(action, [(Reason.COHORT_HELD, rule)]))
            for rule in self._few.values()
            if rule.members is not None and action in rule.actions
        )
        return cohorts, Answer(verdict=Verdict.ALLOW, action=action, version=self.version)

    def _take_in(self, rule: Rule) -> None:
        self._rules[rule.hold] = rule
        match rule.kind:
            case RuleKind.LURE:
                self._lures[rule.key] = (*self._lures.get(rule.key, ()), rule)
            case RuleKind.ACCOUNT:
                self._accounts[rule.id] = (*self._accounts.get(rule.id, ()), rule)
            case RuleKind.COHORT | RuleKind.TEXT:
                self._few[rule.hold] = rule
            case RuleKind.STAFF | RuleKind.TOOL_SESSION | RuleKind.TOOL | RuleKind.FUNCTION | RuleKind.APP:
                named = (rule.kind, rule.id)
                self._inside[named] = (*self._inside.get(named, ()), rule)
            case _:
                assert_never(rule.kind)

    def _leave_out(self, hold: str) -> None:
        rule = self._rules.pop(hold, None)
        if rule is None:
            return
        match rule.kind:
            case RuleKind.LURE:
                _take_from(self._lures, rule.key, rule)
            case RuleKind.ACCOUNT:
                _take_from(self._accounts, rule.id, rule)
            case RuleKind.COHORT | RuleKind.TEXT:
                del self._few[hold]
            case RuleKind.STAFF | RuleKind.TOOL_SESSION | RuleKind.TOOL | RuleKind.FUNCTION | RuleKind.APP:
                _take_from(self._inside, (rule.kind, rule.id), rule)
            case _:
                assert_never(rule.kind)

    def answer(self, question: Question) -> Answer:
        """The answer to one question, by all rules in force at its time; every rule that matches is named in it."""
        account, action, now = question.account, question.action, question.time
        cohorts, answer = self._by_action[action]
        held = self._accounts.get(account)
        found: _Found = [] if held is None else _by_name(held, action, now)
        for rule, members, told in cohorts:
            if rule.starts <= now < rule.until and members(account, now):
                found.append((Reason.COHORT_HELD, rule))
                answer = told
        if self._inside and (question.staff or question.tool_session or question.tool or question.app):
            found += self._by_inside(question)
        if self._reads and (question.text or question.urls) and action in _SPEAKING:
            found += self._by_words(question)
        # A brake refuses most of what it is asked; that answer lies ready.
        if len(found) > 1 or (found and found[0][0] is not Reason.COHORT_HELD):
            return self._answer(action, found)
        return answer

    def may_post(self, accounts: Sequence[str], now: int) -> npt.NDArray[np.bool_]:
        """bool[n]: which of `accounts` may post at all at `now` (milliseconds since 1970 UTC), whatever they post."""
        held = self._accounts
        free = np.ones(len(accounts), dtype=np.bool_)
        for place, account in enumerate(accounts):
            if account in held and any(Action.POST in rule.actions and rule.in_force(now) for rule in held[account]):
                free[place] = False
        for rule, members, _ in self._by_action[Action.POST][0]:
            if rule.in_force(now):
                free &= ~members.among(accounts, now)
        return free

    def _by_inside(self, question: Question) -> _Found:
        asked = (
            (Reason.STAFF_HELD, RuleKind.STAFF, question.staff),
            (Reason.TOOL_SESSION_HELD, RuleKind.TOOL_SESSION, question.tool_session),
            (Reason.TOOL_HELD, RuleKind.TOOL, question.tool),
            (Reason.TOOL_HELD, RuleKind.FUNCTION, f"{question.tool}/{question.function}"),
            (Reason.APP_HELD, RuleKind.APP, question.app),
        )
        return [
            (reason, rule)
            for reason, kind, named in asked
            if named
            for rule in self._inside.get((kind, named), ())
            if rule.in_force(question.time)
        ]

    def _by_words(self, question: Question) -> _Found:
        if len(question.text) + sum(map(len, question.urls)) > LONGEST:
            return [(Reason.UNREADABLE, None)]
        reading = self._read(question.text, question.urls)
        found: _Found = [
            (Reason.LURE_HELD if rule.members is None else Reason.LURE_HELD_HERE, rule)
            for lure in reading.lures
            for rule in self._lures.get(lure.key, ())
            if _concerns(rule, question)
        ]
        if self._texts:
            found += [
                (Reason.NEAR_DUPLICATE_HELD, rule)
                for rule in self._texts.like(reading.signature, reading.bands)
                if _concerns(rule, question)
            ]
        return found

    def _answer(self, action: Action, found: _Found) -> Answer:
        reasons = tuple(dict.fromkeys([reason for reason, _ in found]))
        rules = [rule for _, rule in found if rule is not None]
        until = max([rule.until for rule in rules]) if len(rules) == len(found) else FOREVER
        return Answer(
            verdict=Verdict.HOLD if KEPT_BACK.issuperset(reasons) else Verdict.REFUSE,
            action=action,
            version=self.version,
            reasons=reasons,
            holds=tuple(dict.fromkeys([rule.hold for rule in rules])),
            until=None if until >= FOREVER else until,
        )


def _by_name(held: tuple[Rule, ...], action: Action, now: int) -> _Found:
    reason = _ACCOUNT_REASON[action]
    return [(reason, rule) for rule in held if action in rule.actions and rule.in_force(now)]


def _take_from(index: _Index[_Key], key: _Key, rule: Rule) -> None:
    left = tuple(each for each in index[key] if each is not rule)
    if left:
        index[key] = left
    else:
        del index[key]


def _concerns(rule: Rule, question: Question) -> bool:
    return rule.in_force(question.time) and (rule.members is None or rule.members(question.account, question.time))


class Guard:
    """The snapshot in force; answering never waits for a swap, and a swap is one assignment."""

    __slots__ = ("_snapshot",)

    def __init__(self, snapshot: Snapshot) -> None:
        """Start with `snapshot`."""
        self._snapshot = snapshot

    @property
    def version(self) -> int:
        """The version in force."""
        return self._snapshot.version

    def swap(self, snapshot: Snapshot) -> bool:
        """Put `snapshot` in force, unless a newer one is already; returns whether it was put."""
        if snapshot.version < self._snapshot.version:
            return False
        self._snapshot = snapshot
        return True

    def answer(self, question: Question) -> Answer:
        """The answer of the snapshot in force."""
        return self._snapshot.answer(question)
