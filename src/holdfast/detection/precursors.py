"""What was done to accounts before they posted? Security events as rows that the history kernel takes in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from holdfast.events import Account, AppAuthorised, CredentialChange, ResetRequested, SecurityEvent, SignIn
from holdfast.reading import PUBLIC, Lure, LureKind, hash_text, lure_key

from . import model
from .history import ABOUT, SIGN_IN

_STAFF, _CREDENTIAL, _PROTECTION, _RESET, _APP = 0, 1, 2, 3, 7
_TYPES = (np.uint64, np.int64, np.int64, np.uint64, np.uint64, np.uint64)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRows:
    """Six columns in order of time: account, time (ms), code, and three hashes whose meaning depends on the code."""

    columns: tuple[Any, Any, Any, Any, Any, Any]

    def split(self, times: Any) -> tuple[EventRows, EventRows]:
        """Those up to the latest of `times` (an Arrow column, ms), and the later ones."""
        latest = pc.max(times).as_py()
        at = 0 if latest is None else int(np.searchsorted(self.columns[1], latest, side="right"))
        one, two, three, four, five, six = self.columns
        return (
            EventRows(columns=(one[:at], two[:at], three[:at], four[:at], five[:at], six[:at])),
            EventRows(columns=(one[at:], two[at:], three[at:], four[at:], five[at:], six[at:])),
        )


_EMPTY = np.zeros(0, np.int64)
_NONE = EventRows(columns=(_EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY))


def rows_of(events: Iterable[SecurityEvent], key: bytes = PUBLIC) -> EventRows:
    """The events that say something about an account's safety, in order of time, whatever theirs; the others are left out.

    Accounts and organisations are hashed under `key`; of places only six bits count, so these are the same under every key.
    """
    found = (row for event in events if (row := _row(event, key)) is not None)
    rows = sorted(found, key=lambda row: (row[1:], row[0]))  # the account last: its number depends on the key
    if not rows:
        return _NONE
    columns: Sequence[Sequence[int]] = list(zip(*rows, strict=True))
    made = [np.array(column, kind).view(np.int64) for column, kind in zip(columns, _TYPES, strict=True)]
    return EventRows(columns=(made[0], made[1], made[2], made[3], made[4], made[5]))


def _row(event: SecurityEvent, key: bytes) -> tuple[int, int, int, int, int, int] | None:
    match event:
        case SignIn(outcome="ok"):
            places = (_hash(event.country), _hash(event.asn), _hash(event.device))
            return (hash_text(event.account, key), event.time, SIGN_IN, *places)
        case CredentialChange():
            return (hash_text(event.account, key), event.time, _credential(event), 0, 0, 0)
        case ResetRequested():
            return (hash_text(event.account, key), event.time, _RESET, 0, 0, 0)
        case AppAuthorised():
            return (hash_text(event.account, key), event.time, _APP, 0, 0, 0)
        case Account():
            handle = lure_key(Lure(kind=LureKind.HANDLE, value=event.handle), key) if event.handle else 0
            high = event.verified or event.reach >= model.HIGH_REACH or event.tier != "ordinary"
            return (
                hash_text(event.account, key),
                event.time,
                ABOUT,
                _hash(event.org and f"organisation {event.org}", key),
                handle,
                int(high),
            )
        case _:
            return None


def _credential(event: CredentialChange) -> int:
    if event.by == "staff":
        return _STAFF
    if event.change == "removed" or event.what in ("mfa", "passkey"):
        return _PROTECTION
    return _CREDENTIAL


def _hash(value: str, key: bytes = PUBLIC) -> int:
    return hash_text(value, key) if value else 0
