"""What state is the platform in: who is signed in where, whose credentials are in whose hands, what has been posted."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from holdfast.events import POSTS, SecurityEvent
from holdfast.recovery import Change

from .agenda import Agenda
from .chronicle import Chronicle
from .gate import Gate
from .geography import client_of, mix
from .population import Accounts, Mask
from .scenario import Scenario
from .streams import token
from .traffic import ORDINAL_BITS, post_id
from .vocabulary import LANGUAGES

MADE_SINGLY = 1 << (ORDINAL_BITS - 1)  # the bit in a post's ordinal that no post in bulk has


@dataclass(slots=True, kw_only=True)
class Keys:
    """What opens one account, and who holds it. `sessions` maps an open session to whether an intruder opened it."""

    email: str
    email_is_intruders: bool = False
    phone_is_intruders: bool = False
    password_is_intruders: bool = False
    sessions: dict[str, bool] = field(default_factory=dict)
    count: int = 0

    @property
    def intruder_session(self) -> str | None:
        """An open session of the intruder's, if there is one."""
        return next((session for session, intruder in self.sessions.items() if intruder), None)

    @property
    def in_wrong_hands(self) -> bool:
        """Whether an intruder has a session, or what it takes to open one."""
        known = self.password_is_intruders or self.email_is_intruders or self.phone_is_intruders
        return known or self.intruder_session is not None


@dataclass(slots=True, kw_only=True)
class Said:
    """One post that was made one by one (not in bulk)."""

    row: int
    text: str
    urls: tuple[str, ...]
    hidden: bool = False
    gone: bool = False


class World:
    """The state, the queue of what is to come, and the outbox of what others may know."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        """The platform before anything happens."""
        self.scenario = scenario
        self.seed = seed
        self.accounts = Accounts(scenario, seed)
        self.agenda = Agenda()
        self.gate = Gate(self.accounts)
        self.chronicle = Chronicle(scenario.name, seed, scenario.cause)
        self.controlled: Mask = np.zeros(self.accounts.size, np.bool_)  # the holder is locked out
        self.touched: Mask = np.zeros(self.accounts.size, np.bool_)  # no longer innocent
        self.posts: dict[str, Said] = {}
        self.posts_of: dict[int, list[str]] = {}  # those of one row
        self.changes: dict[int, list[Change]] = {}  # what an intruder altered about a row
        self.without_app: set[int] = set()  # rows that the stolen app was shut out of, one by one
        self._records: list[tuple[int, int, SecurityEvent]] = []
        self.refused_to_innocents = 0
        self.alerts_refused = 0
        self.on_touched: list[Callable[[int], None]] = []  # told of each row that is no longer innocent
        self.on_gone: list[Callable[[str, int], None]] = []  # told of each post that readers see no longer
        self.on_signed_out: list[Callable[[int, int], None]] = []  # told of each row whose sessions were ended
        self.on_lure: list[Callable[[str, int], None]] = []  # told of each lure that readers see
        self.on_reply: list[Callable[[str, str, int], None]] = []  # told of each reply to a lure: the lure, the reply
        self._keys: dict[int, Keys] = {}
        self._fresh: list[dict[str, Any]] = []
        self._told = 0

    def keys(self, row: int) -> Keys:
        """What opens the account in `row`."""
        if row not in self._keys:
            session = f"s-{token(self.seed, 'session', row)}"
            self._keys[row] = Keys(email=token(self.seed, "email", row), sessions={session: False})
        return self._keys[row]

    def say(self, row: int, text: str, time: int, *, urls: tuple[str, ...] = (), **more: object) -> str:
        """Publish a post; answer its id. `more` are further fields of `events.POSTS`."""
        ordinal = MADE_SINGLY | mix(row) % MADE_SINGLY
        while str(post_id(time, ordinal)) in self.posts:
            ordinal = MADE_SINGLY | (ordinal + 1) % MADE_SINGLY
        identity = str(post_id(time, ordinal))
        accounts = self.accounts
        self.posts[identity] = Said(row=row, text=text, urls=urls)
        self.posts_of.setdefault(row, []).append(identity)
        self._fresh.append(
            {
                "id": identity,
                "time": time,
                "account": accounts.id(row),
                "text": text,
                "urls": list(urls),
                "lang": LANGUAGES[accounts.lang[row]].code,
                "client": client_of(row),
                "reach": int(accounts.reach[row]),
                "verified": bool(accounts.verified[row]),
                **more,
            }
        )
        return identity

    def tell(self, record: SecurityEvent) -> None:
        """Let a fact that is no post be known when its time comes."""
        self._told += 1
        heapq.heappush(self._records, (record.time, self._told, record))

    def take_posts(self) -> pa.RecordBatch | None:
        """The posts said since the last time, in order of time; None when there are none."""
        if not self._fresh:
            return None
        fresh, self._fresh = sorted(self._fresh, key=lambda post: int(post["time"])), []
        return pa.RecordBatch.from_pylist(fresh, schema=POSTS)

    def take_records(self, until: int) -> list[SecurityEvent]:
        """The records of the time before `until` that were not taken before, in order of time."""
        taken = []
        while self._records and self._records[0][0] < until:
            taken.append(heapq.heappop(self._records)[2])
        return taken

    def target(self, row: int, time: int) -> None:
        """The adversary went for this account."""
        self.chronicle.targeted.setdefault(self.accounts.id(row), time)

    def touch(self, row: int, time: int) -> None:
        """The adversary got hold of something of this account."""
        self.target(row, time)
        self.chronicle.touched.setdefault(self.accounts.id(row), time)
        self.touched[row] = True
        for watcher in self.on_touched:
            watcher(row)

    def post_gone(self, post: str, time: int) -> None:
        """Readers see the post no longer; whoever watches it is told."""
        for watcher in self.on_gone:
            watcher(post, time)

    def sign_out(self, row: int, time: int) -> list[str]:
        """End every session of the account; answer which."""
        keys = self.keys(row)
        ended = list(keys.sessions)
        keys.sessions.clear()
        for watcher in self.on_signed_out:
            watcher(row, time)
        return ended
