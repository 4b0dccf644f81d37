"""How do holds become the rules that the guard answers by?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import assert_never

import msgspec
import numpy as np
import numpy.typing as npt

from holdfast.guard import FOREVER, Action, Reader, Rule, RuleKind
from holdfast.reading import Lure, LureKind, lure_key

from .asking import Asks, Leaf, asks
from .cohort import Cohort, CredentialChangedWithin, ReachAbove, TouchedBy, Verified
from .directory import Directory
from .hold import Hold, Restriction, SubjectKind
from .membership import changed_within

STOPS: dict[Restriction, frozenset[Action]] = {
    Restriction.NO_POSTING: frozenset({Action.POST}),
    Restriction.NO_MESSAGING: frozenset({Action.MESSAGE}),
    Restriction.NO_SIGN_IN: frozenset({Action.SIGN_IN}),
    Restriction.NO_CREDENTIAL_CHANGE: frozenset({Action.CREDENTIAL_CHANGE}),
    Restriction.NO_EXPORT: frozenset({Action.EXPORT}),
}


class Within:
    """Who is in a cohort just now: the guard's `Members`, over a directory that goes on changing."""

    __slots__ = ("_asks", "_directory", "cohort")

    def __init__(self, cohort: Cohort, directory: Directory) -> None:
        """Prepare `cohort` for single questions."""
        self._asks = asks(cohort, _fact(directory))
        self.cohort = cohort
        self._directory = directory

    def __call__(self, account: str, now: int, /) -> bool:
        """Whether `account` is in the cohort at `now`."""
        return self._asks(account, now)

    def among(self, accounts: Sequence[str], now: int, /) -> npt.NDArray[np.bool_]:
        """bool[n]: which of `accounts` are in the cohort at `now`."""
        if len(accounts) * FEW < len(self._directory):
            return np.fromiter((self._asks(account, now) for account in accounts), dtype=np.bool_, count=len(accounts))
        find = self._directory.row
        rows = np.fromiter((-1 if (row := find(a)) is None else row for a in accounts), np.int64, len(accounts))
        found = self._directory.mask(self.cohort, now)[rows]
        for place in np.flatnonzero(rows < 0).tolist():
            found[place] = self._asks(accounts[place], now)
        return found


FEW = 16  # asking one account costs about as much as passing over so many rows of a mask


def compile_rules(holds: Iterable[Hold], directory: Directory, read: Reader, now: int) -> tuple[Rule, ...]:
    """The guard's rules for those of `holds` that have not ended at `now` and that a platform may ask about.

    `read` is `reading.read_text`. A hidden post or account is pushed, never asked about, so it makes no rule.
    """
    rules = []
    for hold in holds:
        if hold.lifted_at is not None and hold.lifted_at <= now:
            continue
        if hold.until is not None and hold.until <= now:
            continue
        rule = compile_rule(hold, directory, read)
        if rule is not None:
            rules.append(rule)
    return tuple(rules)


def rule_kind(hold: Hold) -> RuleKind | None:
    """What a rule for this hold looks at, or None when a platform never asks about its kind."""
    return _KINDS.get((hold.subject.kind, hold.restriction))


def compile_rule(hold: Hold, directory: Directory, read: Reader) -> Rule | None:
    """The guard's rule for one hold, or None when a platform never asks about its kind."""
    kind = rule_kind(hold)
    if kind is None:
        return None
    members = None if hold.cohort is None else Within(hold.cohort, directory)
    rule = Rule(
        hold=hold.id,
        kind=kind,
        id=hold.subject.id,
        actions=STOPS.get(hold.restriction, frozenset()),
        starts=hold.starts,
        until=min(FOREVER if end is None else end for end in (hold.until, hold.lifted_at)),
        members=members,
    )
    return rule if kind is not RuleKind.LURE else _lure_rule(rule, hold, read)


_KINDS: dict[tuple[SubjectKind, Restriction], RuleKind] = {
    **{(SubjectKind.ACCOUNT, restriction): RuleKind.ACCOUNT for restriction in STOPS},
    **{(SubjectKind.COHORT, restriction): RuleKind.COHORT for restriction in STOPS},
    # Ending a session is over in a moment, but a tool's session that was ended must not be taken for a living one.
    (SubjectKind.TOOL_SESSION, Restriction.END_SESSIONS): RuleKind.TOOL_SESSION,
    (SubjectKind.TOOL_SESSION, Restriction.NO_TOOL): RuleKind.TOOL_SESSION,
    (SubjectKind.STAFF, Restriction.NO_TOOL): RuleKind.STAFF,
    (SubjectKind.TOOL, Restriction.NO_TOOL): RuleKind.TOOL,
    (SubjectKind.TOOL, Restriction.NO_TOOL_FUNCTION): RuleKind.FUNCTION,
    (SubjectKind.APP, Restriction.REVOKE_APP): RuleKind.APP,
    (SubjectKind.LURE, Restriction.REFUSE_LURE): RuleKind.LURE,
}


def _lure_rule(rule: Rule, hold: Hold, read: Reader) -> Rule:
    kind, _, value = hold.subject.id.partition(":")
    if LureKind(kind) is LureKind.TEXT:
        said = read(hold.text, ())
        return msgspec.structs.replace(rule, kind=RuleKind.TEXT, signature=said.signature, bands=tuple(said.bands))
    return msgspec.structs.replace(rule, key=lure_key(Lure(kind=LureKind(kind), value=value)))


def _fact(directory: Directory) -> Callable[[Leaf], Asks]:
    """What the leaves of cohorts ask of `directory`, which goes on changing."""
    row, reach = directory.row, directory.reach

    def fact(leaf: Leaf) -> Asks:
        match leaf:
            case Verified():
                verified = directory.verified_accounts
                return lambda account, _: account in verified
            case ReachAbove(reach=floor):
                return lambda account, _: (at := row(account)) is not None and bool(reach[at] > floor)
            case TouchedBy(factor=factor):
                return lambda account, _: account in directory.touched(factor)
            case CredentialChangedWithin(milliseconds=span):
                return lambda account, now: changed_within(directory.credential_changes.get(account), span, now)
            case _:
                assert_never(leaf)

    return fact
