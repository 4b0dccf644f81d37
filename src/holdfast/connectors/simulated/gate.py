"""May this be done just now: the restrictions that stand on the platform, and the guard whom it asks besides.

What was pushed is enforced here, to the millisecond, whether Holdfast placed it or somebody else did. What cannot be
pushed (cohorts, lures) is known to the guard alone, so every write that matters is put to it as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from holdfast.containment import EFFECTS, Hold, Restriction, Subject, SubjectKind
from holdfast.errors import RateLimitedError, UnsupportedRestrictionError
from holdfast.guard import Answer, Question
from holdfast.ports import Capability, Standing

from .population import Accounts, Mask, Rows
from .scenario import SECOND

Ask: TypeAlias = Callable[[Question], Answer]
HeldAccounts: TypeAlias = Callable[[Rows, int], Mask]

PUSHES_PER_SECOND = 50.0  # of each kind; servers of real platforms took 40 to 200 a second when measured

NATIVE = {
    Restriction.HIDE_POST: "tombstone",
    Restriction.NO_POSTING: "read_only",
    Restriction.NO_MESSAGING: "messages_off",
    Restriction.NO_SIGN_IN: "lock",
    Restriction.NO_CREDENTIAL_CHANGE: "freeze_credentials",
    Restriction.NO_EXPORT: "archive_off",
    Restriction.END_SESSIONS: "sign_out_everywhere",
    Restriction.REVOKE_APP: "revoke_tokens",
    Restriction.HIDE_ACCOUNT: "suspend",
    Restriction.NO_TOOL: "desk_off",
    Restriction.NO_TOOL_FUNCTION: "desk_function_off",
}
FINAL = frozenset({Restriction.END_SESSIONS, Restriction.REVOKE_APP})  # what they end stays ended when they are lifted
MOMENTARY = frozenset({Restriction.END_SESSIONS})  # done in a moment: nothing is left standing
SILENCING = frozenset({Restriction.NO_POSTING, Restriction.HIDE_ACCOUNT})  # what keeps an account from being heard
CAPABILITIES: Mapping[Restriction, Capability] = {
    restriction: Capability(native=native, reversible=restriction not in FINAL, per_second=PUSHES_PER_SECOND)
    for restriction, native in NATIVE.items()
}


class Gate:
    """Everything that stands on the platform. `ask` and `held_accounts` lead to the guard, when there is one."""

    def __init__(self, accounts: Accounts) -> None:
        """Nothing is restricted."""
        self.ask: Ask | None = None
        self.held_accounts: HeldAccounts | None = None
        self._accounts = accounts
        self._holds: dict[Subject, dict[Restriction, dict[str, Hold]]] = {}
        self._foreign: set[tuple[Subject, Restriction]] = set()
        self._apps: set[str] = set()  # third-party apps that anything was ever placed on
        self._tokens: dict[Restriction, tuple[float, int]] = {}

    def check(self, hold: Hold) -> None:
        """Refuse what this platform never claimed.

        Raises:
            UnsupportedRestrictionError: it has no such restriction, or not on such a subject.
            PlatformError: there is no such account.

        """
        pushed = hold.restriction in CAPABILITIES and hold.subject.kind is not SubjectKind.COHORT
        if not pushed or hold.subject.kind not in EFFECTS[hold.restriction].subjects:
            raise UnsupportedRestrictionError(
                f"The simulated platform cannot push {hold.restriction} on a {hold.subject.kind}."
            )
        if hold.subject.kind is SubjectKind.ACCOUNT:
            self._accounts.row(hold.subject.id)

    def spend(self, restriction: Restriction, now: int) -> None:
        """Count one push; a second's worth may be saved up.

        Raises:
            RateLimitedError: too many for this moment.

        """
        left, since = self._tokens.get(restriction, (PUSHES_PER_SECOND, now))
        left = min(PUSHES_PER_SECOND, left + (now - since) / SECOND * PUSHES_PER_SECOND)
        if left < 1:
            wait = int((1 - left) / PUSHES_PER_SECOND * SECOND) + 1
            raise RateLimitedError(f"Too many {restriction} pushes just now.", retry_at=now + wait)
        self._tokens[restriction] = (left - 1, now)

    def place(self, hold: Hold) -> None:
        """Let `hold` stand; twice is the same as once."""
        if hold.restriction not in MOMENTARY:
            self._holds.setdefault(hold.subject, {}).setdefault(hold.restriction, {})[hold.id] = hold
            self._note_app(hold.subject)

    def remove(self, hold: Hold) -> None:
        """Take `hold` away; harmless when it never stood."""
        self._holds.get(hold.subject, {}).get(hold.restriction, {}).pop(hold.id, None)

    def place_foreign(self, subject: Subject, restriction: Restriction) -> None:
        """Somebody else restricts `subject`."""
        self._foreign.add((subject, restriction))
        self._note_app(subject)

    def standing(self, subject: Subject, now: int) -> Sequence[Standing]:
        """What stands on `subject` at `now`, ours first."""
        ours = [
            Standing(restriction=restriction, ours=True)
            for restriction, holds in sorted(self._holds.get(subject, {}).items())
            if any(hold.in_force(now) for hold in holds.values())
        ]
        foreign = [
            Standing(restriction=restriction, ours=False, note="placed by the platform's own staff")
            for on, restriction in sorted(self._foreign)
            if on == subject
        ]
        return [*ours, *foreign]

    def stands(self, kind: SubjectKind, subject: str, restriction: Restriction, now: int) -> bool:
        """Whether `restriction` stands on the subject at `now`, whoever placed it."""
        on = Subject(kind=kind, id=subject)
        holds = self._holds.get(on, {}).get(restriction, {})
        return (on, restriction) in self._foreign or any(hold.in_force(now) for hold in holds.values())

    def allows_account(self, account: str, restriction: Restriction, now: int) -> bool:
        """Whether `account` is free of `restriction` at `now`."""
        return not self.stands(SubjectKind.ACCOUNT, account, restriction, now)

    def allows_tool(self, staff: str, session: str, tool: str, function: str, now: int) -> bool:
        """Whether the staff member may use `function` of `tool` in this session; `TOOL/FUNCTION` names a function."""
        subjects = (
            (SubjectKind.STAFF, staff),
            (SubjectKind.TOOL_SESSION, session),
            (SubjectKind.TOOL, tool),
        )
        if any(self.stands(kind, subject, Restriction.NO_TOOL, now) for kind, subject in subjects):
            return False
        return not self.stands(SubjectKind.TOOL, f"{tool}/{function}", Restriction.NO_TOOL_FUNCTION, now)

    def revoked_apps(self, now: int) -> list[str]:
        """The third-party apps that are shut out at `now`."""
        return [app for app in sorted(self._apps) if self.stands(SubjectKind.APP, app, Restriction.REVOKE_APP, now)]

    def guard_allows(self, question: Question) -> bool:
        """What the guard says; without a guard, yes."""
        return self.ask is None or self.ask(question).verdict == "allow"

    def silences(self, account: str, now: int) -> tuple[bool, int | None]:
        """Whether a pushed hold keeps `account` from being heard at `now`, and when that changes of itself."""
        placed = self._holds.get(Subject(kind=SubjectKind.ACCOUNT, id=account), {})
        holds = [hold for restriction in SILENCING & placed.keys() for hold in placed[restriction].values()]
        edges = [edge for hold in holds for edge in (hold.starts, hold.until) if edge is not None and edge > now]
        return any(hold.in_force(now) for hold in holds), min(edges, default=None)

    def silenced_by_others(self, account: str) -> bool:
        """Whether somebody else keeps `account` from being heard."""
        subject = Subject(kind=SubjectKind.ACCOUNT, id=account)
        return any((subject, restriction) in self._foreign for restriction in SILENCING)

    def _note_app(self, subject: Subject) -> None:
        if subject.kind is SubjectKind.APP:
            self._apps.add(subject.id)
