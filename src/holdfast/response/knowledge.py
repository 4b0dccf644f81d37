"""What is known of each account just now: what touched it, when its credentials last changed, and who it is?"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec
import pyarrow as pa

from holdfast.containment import Directory, Exemption
from holdfast.events import (
    AppAuthorised,
    AppRevoked,
    CredentialChange,
    DataRead,
    ResetRequested,
    SecurityEvent,
    SignIn,
    StaffAction,
)
from holdfast.investigation import Factor, FactorKind, Touches

HOUR = 3_600_000  # milliseconds

_DEEDS = (StaffAction, CredentialChange, DataRead, AppAuthorised, AppRevoked)
_VISITS = (SignIn, ResetRequested)
_BY_VISIT = frozenset({FactorKind.NETWORK, FactorKind.CLIENT, FactorKind.COUNTRY_CHANGE, FactorKind.RESET_CHANNEL})


class Knowledge:
    """Fed by security events; read by the desk when it plans and by the gate at each question.

    Which accounts a factor touched is worked out once and kept until an event names that factor again, because a cohort
    of touched accounts is asked about at every post. Touches older than `window` milliseconds do not make a member.
    """

    def __init__(
        self,
        accounts: pa.RecordBatch,
        touches: Touches,
        *,
        window: int = 72 * HOUR,
        exempt: tuple[Exemption, ...] = (),
    ) -> None:
        """Know `accounts` (schema `events.ACCOUNTS`), what `touches` has on record, and whom no brake may hold."""
        self.exempt = exempt
        self.touches = touches
        self.window = window
        self._newest = 0
        self._touched: dict[str, frozenset[str]] = {}
        self._changes: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self.directory = Directory(accounts, credential_changes=self._changes, touched=self.touched)

    @property
    def population(self) -> int:
        """How many accounts the platform has."""
        return len(self.directory)

    def observe(self, events: Collection[SecurityEvent]) -> None:
        """Take in what happened, in any order."""
        if not events:
            return
        self.touches.observe(tuple(events))
        named: set[str] = set()
        visited = False
        for event in events:
            self._newest = max(self._newest, event.time)
            if isinstance(event, CredentialChange):
                self._changes[event.account] = max(event.time, self._changes.get(event.account, event.time))
            if self._touched and isinstance(event, _DEEDS):
                named.update(_names(event))
            visited |= isinstance(event, _VISITS)
        self._forget(named, visited=visited)

    def touched(self, factor: str) -> frozenset[str]:
        """The accounts that the factor of this key touched within the window up to the newest event."""
        known = self._touched.get(factor)
        if known is None:
            known = self._touched[factor] = frozenset(self._look(factor))
        return known

    def told(self, factor: str) -> int:
        """A number that grows whenever the accounts touched by this factor may have changed."""
        self.touched(factor)
        return self._told.get(factor, 0)

    def _look(self, key: str) -> Iterable[str]:
        kind, _, value = key.partition(":")
        return self.touches.accounts_of(Factor(kind=FactorKind(kind), value=value), self._newest - self.window)

    def _forget(self, named: set[str], *, visited: bool) -> None:
        for key in list(self._touched):
            kind, _, value = key.partition(":")
            if value in named or (visited and FactorKind(kind) in _BY_VISIT):
                del self._touched[key]
                self._told[key] = self._told.get(key, 0) + 1


def _names(event: msgspec.Struct) -> Iterable[str]:
    """Every name in the event that a factor of a deed may have for its value."""
    return (value for value in map(event.__getattribute__, event.__struct_fields__) if isinstance(value, str) and value)
