"""May this happen just now? The write-time answer, in process, from an immutable snapshot of all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from .answer import KEPT_BACK, Answer, Reason, Verdict
from .question import Action, Question
from .rule import FOREVER, Rule, RuleKind
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


class FoundKey(Protocol):
    """A lure found in a text, by its key."""

    @property
    def key(self) -> int:
        """The same for every dress of the lure."""
        ...


class Said(Protocol):
    """What the guard needs of a `reading.TextReading`."""

    @property
    def lures(self) -> Sequence[FoundKey]:
        """The lures found."""
        ...

    @property
    def signature(self) -> npt.NDArray[np.uint8]:
        """uint8[16]."""
        ...

    @property
    def bands(self) -> Sequence[int]:
        """Keys that much alike texts are likely to share; empty when the text is too short to compare."""
        ...


Reader: TypeAlias = Callable[[str, Sequence[str]], Said]


class Snapshot:
    """All rules, compiled for answering; it never changes, so it is swapped by replacing the reference to it.

    Rules end by the time that each question brings, to the millisecond, whether or not a newer snapshot has come.
    """

    __slots__ = ("_accounts", "_allowed", "_cohorts", "_inside", "_lures", "_read", "_texts", "version")

    def __init__(self, rules: Iterable[Rule], *, version: int, read: Reader) -> None:
        """Compile `rules`; `read` is `reading.read_text`."""
        self.version = version
        self._read = read
        self._accounts: dict[str, list[Rule]] = {}
        self._lures: dict[int, list[Rule]] = {}
        self._inside: dict[tuple[RuleKind, str], list[Rule]] = {}
        cohorts, texts = [], []
        for rule in rules:
            match rule.kind:
                case RuleKind.ACCOUNT:
                    self._accounts.setdefault(rule.id, []).append(rule)
                case RuleKind.COHORT:
                    cohorts.append(rule)
                case RuleKind.LURE:
                    self._lures.setdefault(rule.key, []).append(rule)
                case RuleKind.TEXT:
                    texts.append(rule)
                case RuleKind.STAFF | RuleKind.TOOL_SESSION | RuleKind.TOOL | RuleKind.FUNCTION | RuleKind.APP:
                    self._inside.setdefault((rule.kind, rule.id), []).append(rule)
        self._texts = HeldTexts(texts)
        self._cohorts = {action: tuple(rule for rule in cohorts if action in rule.actions) for action in Action}
        self._allowed = {action: Answer(verdict=Verdict.ALLOW, action=action, version=version) for action in Action}

    def answer(self, question: Question) -> Answer:
        """The answer to one question, by all rules in force at its time; every rule that matches is named in it."""
        now = question.time
        found: _Found = []
        for rule in self._accounts.get(question.account, ()):
            if question.action in rule.actions and rule.starts <= now < rule.until:
                found.append((_ACCOUNT_REASON[question.action], rule))
        for rule in self._cohorts[question.action]:
            if rule.starts <= now < rule.until and rule.members is not None and rule.members(question.account, now):
                found.append((Reason.COHORT_HELD, rule))
        if self._inside and (question.staff or question.tool_session or question.tool or question.app):
            found += self._by_inside(question)
        if (self._lures or self._texts) and (question.text or question.urls) and question.action in _SPEAKING:
            if len(question.text) + sum(map(len, question.urls)) > LONGEST:
                return self._answer(question, [*found, (Reason.UNREADABLE, None)])
            found += self._by_words(question)
        return self._answer(question, found) if found else self._allowed[question.action]

    def may_post(self, accounts: Sequence[str], now: int) -> npt.NDArray[np.bool_]:
        """bool[n]: which of `accounts` may post at all at `now` (milliseconds since 1970 UTC), whatever they post."""
        held = self._accounts
        free = np.ones(len(accounts), dtype=np.bool_)
        for place, account in enumerate(accounts):
            if account in held and any(Action.POST in rule.actions and rule.in_force(now) for rule in held[account]):
                free[place] = False
        for rule in self._cohorts[Action.POST]:
            if rule.members is not None and rule.in_force(now):
                free &= ~rule.members.among(accounts, now)
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
        reading = self._read(question.text, question.urls)
        found: _Found = [
            (Reason.LURE_HELD if rule.members is None else Reason.LURE_HELD_HERE, rule)
            for lure in reading.lures
            for rule in self._lures.get(lure.key, ())
            if _concerns(rule, question)
        ]
        if self._texts and reading.bands:
            found += [
                (Reason.NEAR_DUPLICATE_HELD, rule)
                for rule in self._texts.like(reading.signature, reading.bands)
                if _concerns(rule, question)
            ]
        return found

    def _answer(self, question: Question, found: _Found) -> Answer:
        reasons = tuple(dict.fromkeys(reason for reason, _ in found))
        until = max(FOREVER if rule is None else rule.until for _, rule in found)
        return Answer(
            verdict=Verdict.HOLD if KEPT_BACK.issuperset(reasons) else Verdict.REFUSE,
            action=question.action,
            version=self.version,
            reasons=reasons,
            holds=tuple(dict.fromkeys(rule.hold for _, rule in found if rule is not None)),
            until=None if until >= FOREVER else until,
        )


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
