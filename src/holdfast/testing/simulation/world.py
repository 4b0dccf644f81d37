"""What is there for a schedule to happen to: a small town, its platform, and the one process that protects it?

Everything in it is real but the platform, the engine and the clock, which are small: the store is a database, a killed
process is a response that is thrown away and made anew on that database, and the events are told again. Nothing is
drawn here, so a schedule always ends the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

from holdfast.backends import SqlStore
from holdfast.containment import Restriction, Subject
from holdfast.errors import GuardError, HoldError, RecoveryError, StoreError, UsageError
from holdfast.events import POSTS, Batch, SecurityEvent
from holdfast.guard import Person, Role
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.response import Pace, Response, ResponseSettings
from holdfast.testing.faults import Crash, Faults, FaultyPlatform, FaultyStore, When
from holdfast.testing.small_custody import SmallCustody
from holdfast.testing.small_engine import SmallEngine
from holdfast.testing.small_reader import small_read

from .failing import FailingStore
from .unruly import STARS, MachineClock, UnrulyPlatform

START = 1_594_840_380_000  # milliseconds: 15 July 2020, 19:13 UTC
SECOND, MINUTE = 1_000, 60_000  # milliseconds
AGAIN = 30 * SECOND  # after what could not be kept, the response is asked again
ROUNDS = 5_000  # more than three hours of a busy response take
SETTINGS = ResponseSettings(pace=Pace(tries=3), dead_every=2 * MINUTE)  # dead letters come up, and come alive, often
# The last two are the first two, spelt so that a careless eye takes them for others.
PEOPLE = (
    *(Person(id=name, roles=(Role.RESPONDER, Role.APPROVER)) for name in ("ann", "bob", "cid")),
    Person(id="dan", roles=(Role.COMMANDER,)),
    *(Person(id=name, roles=(Role.APPROVER,)) for name in ("ANN", "bo\N{ZERO WIDTH JOINER}b")),
)
CALM = 20 * MINUTE  # everything that waits for a look or a retry has come up by then


class World:
    """The town, and what is wrong with it. `foreign` are the restrictions of rivals, `wrong` what must never be."""

    def __init__(self, where: str | Path, seed: int) -> None:
        """A quiet town whose record lies at `where` (as for `SqlStore`), which must be empty.

        Raises:
            StoreError: it cannot be made there.

        """
        self.where = where
        self.signer = seeded_signer(seed)
        self.clock = MachineClock(START)
        self.platform = UnrulyPlatform(self.clock, self.size, counts_holds=seed % 2 == 1)
        self.custody = SmallCustody(STARS)
        self.response: Response | None = None
        self.foreign: set[tuple[Subject, Restriction]] = set()
        self.wrong: list[str] = []
        self._salts = seeded_salts(seed)
        self._kill = Faults()
        self._heard: list[Batch] = []
        self._untold: list[Batch] = []
        self._events = 0
        self.store = FailingStore(self._open())
        self.start()

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def size(self) -> int:
        """How many entries the record has."""
        return self.store.checkpoint().size

    def start(self) -> None:
        """A new process in place of the one there was: what it knows is in the store, or is told again."""
        self.response = None
        self.platform.life += 1
        self.store.inner.close()
        self.store.inner = self._open()
        self.attempt(self._begin)

    def kill_at(self, at: int, when: When) -> None:
        """Have the process killed at the `at`-th call across a seam from here."""
        self._kill.arm(self._kill.calls + at, when)

    def attempt(self, deed: Callable[[], None]) -> None:
        """Do it; a killed process is started again, what could not be kept is tried again later."""
        try:
            deed()
        except Crash:
            self.start()
        except StoreError:
            self.platform.life += 1  # what was done and could not be written down may be done once more
        except (UsageError, GuardError, HoldError, RecoveryError):
            pass  # what somebody asked for cannot be, and they are told
        except Exception as error:  # noqa: BLE001 - whatever it is, it must never come to this
            self.wrong.append(f"{type(error).__name__}: {error}")

    def hear(self, posts: Sequence[tuple[str, str, int]] = (), others: Sequence[SecurityEvent] = ()) -> None:
        """Posts (account, text, time) and security events come in.

        Raises:
            StoreError: what follows from them was not kept.

        """
        rows = []
        for account, text, time in posts:
            self._events += 1
            rows.append({"id": f"post-{self._events}", "time": time, "account": account, "text": text})
        self._deliver(Batch(posts=pa.RecordBatch.from_pylist(rows, schema=POSTS), others=tuple(others)))

    def hear_again(self, count: int) -> None:
        """The last deliveries come once more, the latest first.

        Raises:
            StoreError: what follows from them was not kept.

        """
        self._untold += self._heard[-count:][::-1]
        self._tell()

    def run(self, lasting: int) -> None:
        """Have the process work whenever it wants to, for so long (milliseconds)."""
        until = self.clock.now() + lasting
        for _ in range(ROUNDS):
            again = self._work()
            self.clock.set(max(self.clock.now(), min(again, until)))
            if again > until:
                return
        self.wrong.append(f"it never came to rest in {lasting // MINUTE} minutes")

    def calm(self) -> None:
        """Nothing goes wrong any more: the process is there, has heard everything, and has the time it needs."""
        self._kill.arm(0)
        self.platform.calm_down()
        self.store.calm_down()
        self.clock.catch_up()
        self.run(CALM)

    def _open(self) -> SqlStore:
        return SqlStore(self.where, signer=self.signer, salt=self._salts)

    def _begin(self) -> None:
        self.response = Response(
            FaultyPlatform(self.platform, self._kill),
            FaultyStore(self.store, self._kill),
            SmallEngine(),
            self.clock,
            SETTINGS,
            read=small_read,
            key=bytes(16),
            custody=self.custody,
            people=PEOPLE,
        )
        self._untold = list(self._heard)
        self._tell()

    def _deliver(self, batch: Batch) -> None:
        self._heard.append(batch)
        self._untold.append(batch)
        self._tell()

    def _tell(self) -> None:
        while self._untold and self.response is not None:
            self.response.observe(self._untold[0], self.clock.now())
            del self._untold[0]

    def _work(self) -> int:
        """Have it do what is due; when to come back (milliseconds since 1970 UTC)."""
        found: list[int] = []

        def work() -> None:
            self._tell()
            assert self.response is not None
            again = self.response.work(self.clock.now())
            found.append(max(again, self.clock.now() + 1) if again is not None else self.clock.now() + AGAIN)

        if self.response is None:
            self.start()
        if self.response is not None:
            self.attempt(work)
        return found[0] if found else self.clock.now() + AGAIN
