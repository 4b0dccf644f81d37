"""Who is on the platform: every account in columns, from the few known by name to a million others.

An account's *row* is its place in these columns and in `accounts()`; its id is opaque and says nothing of the row.
"""

from __future__ import annotations

from functools import cached_property
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfast.errors import PlatformError
from holdfast.events import ACCOUNTS, Account, Tier

from . import vocabulary
from .scenario import DAY, Scenario
from .streams import stream

Rows: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]

TIERS: tuple[Tier, ...] = ("ordinary", "high_reach", "official", "protected")
HIGH_REACH = 100_000  # followers from which the platform itself counts an account as of high reach
OFFICIAL_SHARE = 0.008  # of verified accounts: governments, ministries, agencies
EMERGENCY_SHARE = 0.0015  # of verified accounts: weather offices, police, fire, health
VERIFIED_TRAFFIC = 0.3  # the share of all posts that verified accounts write
ID_SPACE = 10_000_000  # ids are `a` and seven digits
ID_FACTOR = 7_368_787  # odd and not divisible by five, so that multiplying by it permutes the id space
ID_SHIFT = 4_271_993


class Accounts:
    """All accounts of a scenario. Rows are ordered: those known by name, other verified ones, ordinary ones."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        """Draw everybody; 1.4 million accounts take a fraction of a second."""
        cast, people = scenario.cast, scenario.population
        rng = stream(seed, "accounts")
        named = len(cast)
        others = people.verified - sum(member.verified for member in cast)
        self.size = named + others + people.ordinary
        self.cast = {member.handle: row for row, member in enumerate(cast)}
        self._members = cast
        self._seed = seed
        self.verified: Mask = np.zeros(self.size, np.bool_)
        self.verified[named : named + others] = True
        self.reach = self._draw_reach(rng, named, others)
        self.tier = np.where(self.reach >= HIGH_REACH, 1, 0).astype(np.uint8)
        self.emergency: Mask = np.zeros(self.size, np.bool_)
        lot = rng.random(others)
        official = slice(named, named + others)
        self.tier[official][lot < OFFICIAL_SHARE] = TIERS.index("official")
        self.emergency[official] = lot < EMERGENCY_SHARE
        self.lang = rng.choice(
            len(vocabulary.LANGUAGES), self.size, p=[language.share for language in vocabulary.LANGUAGES]
        ).astype(np.uint8)
        self.created = scenario.start - rng.integers(30 * DAY, 4_000 * DAY, self.size)
        self.rate = self._draw_rate(rng, named, others, people.posts_per_second)
        for row, member in enumerate(cast):
            self.verified[row] = member.verified
            self.reach[row] = member.reach
            self.emergency[row] = member.emergency
            self.lang[row] = vocabulary.language_row(member.lang)
            self.rate[row] = member.rate
            stated = TIERS.index(member.tier)
            self.tier[row] = stated or int(member.reach >= HIGH_REACH)

    def _draw_reach(self, rng: np.random.Generator, named: int, others: int) -> NDArray[np.int64]:
        reach = np.empty(self.size)
        reach[: named + others] = rng.lognormal(9.3, 1.9, named + others)
        reach[named + others :] = rng.lognormal(4.6, 1.7, self.size - named - others)
        limit: NDArray[np.int64] = np.minimum(reach, 20_000_000).astype(np.int64)
        return limit

    def _draw_rate(
        self, rng: np.random.Generator, named: int, others: int, posts_per_second: float
    ) -> NDArray[np.float32]:
        rate = rng.lognormal(0.0, 1.4, self.size)
        known = named + others
        per_hour = posts_per_second * 3_600
        rate[:known] *= VERIFIED_TRAFFIC * per_hour / max(rate[:known].sum(), 1.0)
        rate[known:] *= (1 - VERIFIED_TRAFFIC) * per_hour / max(rate[known:].sum(), 1.0)
        result: NDArray[np.float32] = rate.astype(np.float32)
        return result

    @cached_property
    def ids(self) -> pa.Array:
        """The id of each row, an Arrow string array."""
        digits = np.empty((self.size, 8), np.uint8)
        digits[:, 0] = ord("a")
        number = (np.arange(self.size, dtype=np.int64) * ID_FACTOR + ID_SHIFT) % ID_SPACE
        for place in range(7, 0, -1):
            digits[:, place] = ord("0") + number % 10
            number //= 10
        offsets = np.arange(self.size + 1, dtype=np.int32) * 8
        return pa.StringArray.from_buffers(self.size, pa.py_buffer(offsets), pa.py_buffer(digits))

    @cached_property
    def handles(self) -> pa.Array:
        """The handle of each row, an Arrow string array."""
        rng = stream(self._seed, "handles")
        count = self.size - len(self._members)
        words = pa.array(vocabulary.HANDLE_WORDS)
        first = words.take(pa.array(rng.integers(0, len(words), count)))
        second = words.take(pa.array(rng.integers(0, len(words), count)))
        number = pc.cast(pa.array(rng.permutation(count)), pa.string())
        drawn = pc.binary_join_element_wise(first, second, number, "")
        return pa.concat_arrays([pa.array([member.handle for member in self._members], pa.string()), drawn])

    def id(self, row: int) -> str:
        """The id of the account in `row`."""
        return f"a{(row * ID_FACTOR + ID_SHIFT) % ID_SPACE:07d}"

    def handle(self, row: int) -> str:
        """The handle of the account in `row`."""
        return self._members[row].handle if row < len(self._members) else str(self.handles[row])

    def row(self, account: str) -> int:
        """The row of the account with this id.

        Raises:
            PlatformError: there is no such account.

        """
        if len(account) == 8 and account[0] == "a" and account[1:].isdecimal() and account.isascii():
            row = (int(account[1:]) - ID_SHIFT) * pow(ID_FACTOR, -1, ID_SPACE) % ID_SPACE
            if row < self.size:
                return row
        raise PlatformError(f"There is no account {account!r} here.", advice="Take ids from accounts() or from events.")

    def noteworthy(self, time: int) -> list[Account]:
        """Introduces at `time` (ms) the accounts of a tier above the ordinary and those that a body runs."""
        rows = np.union1d(np.flatnonzero(self.tier), [row for row, member in enumerate(self._members) if member.org])
        handles = self.handles.take(pa.array(rows)).to_pylist()
        return [
            Account(
                account=self.id(row),
                time=time,
                handle=handle,
                verified=bool(self.verified[row]),
                reach=int(self.reach[row]),
                tier=TIERS[self.tier[row]],
                created=int(self.created[row]),
                org=self.org(row),
            )
            for row, handle in zip(rows.tolist(), handles, strict=True)
        ]

    def org(self, row: int) -> str:
        """The body that runs the account in `row` among others; empty when its holder runs it alone."""
        return self._members[row].org if row < len(self._members) else ""

    @cached_property
    def directory(self) -> pa.RecordBatch:
        """Every account in columns, schema `events.ACCOUNTS`, one row each in order of row."""
        org = np.zeros(self.size, np.int32)
        bodies = [""]
        for row, member in enumerate(self._members):
            if member.org:
                bodies.append(member.org)
                org[row] = len(bodies) - 1
        columns = [
            self.ids,
            self.handles,
            pa.array(self.verified),
            pa.array(self.reach),
            pa.array(TIERS).take(pa.array(self.tier)),
            pa.array([None, *bodies[1:]], pa.string()).take(pa.array(org)),
            pa.array(self.emergency),
            pa.array(self.created),
            pa.array(self.rate),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=ACCOUNTS)
