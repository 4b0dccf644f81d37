"""How is a world written down: accounts by number, events as they come, every choice from one seed?"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np

from holdfast.events import AppAuthorised, CredentialChange, ResetRequested, SecurityEvent, SignIn, StaffAction
from holdfast.investigation import Factor, FactorKind

from .terrain import NOW, Terrain

CLIENTS = (0.5, 0.2, 0.12, 0.08, 0.05, 0.03, 0.015, 0.005)  # shares of holders, the most popular first
CARRIERS = (0.5, 0.25, 0.15, 0.1)


class Attack(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the attackers took, and when. Accounts are numbers, times milliseconds since 1970 UTC.

    `touched` maps each target to the time at which it is lost by the way of this world; the carriers in `otherwise`
    are lost then too, each in a way of its own. `entered` maps each carrier to the time at which intruders come in: at
    most eight hours before its first lure post, whose time is in `used`.
    """

    touched: dict[int, int]
    otherwise: frozenset[int]
    entered: dict[int, int]
    used: dict[int, int]

    @property
    def by_cause(self) -> dict[int, int]:
        """The targets lost by the way of this world, and when."""
        return {who: at for who, at in self.touched.items() if who not in self.otherwise}


class Draft:
    """A world in the making. The first `famous` accounts are the famous ones."""

    def __init__(self, random: np.random.Generator, terrain: Terrain) -> None:
        """An empty world on `terrain`; every choice is drawn from `random`."""
        self.random = random
        self.terrain = terrain
        self.events: list[SecurityEvent] = []
        people = terrain.people
        self.famous = max(1, round(people * terrain.famous))
        self.homes = random.zipf(1.4, people) % terrain.homes
        self.clients = random.choice(len(CLIENTS), people, p=CLIENTS)
        self.carriers = random.choice(len(CARRIERS), people, p=CARRIERS)
        busy = random.zipf(1.6, terrain.agents).astype(np.float64).clip(max=20)
        self._busy = busy / busy.sum()
        self._serial = 0

    def new(self, prefix: str) -> str:
        """A name used nowhere else."""
        self._serial += 1
        return f"{prefix}{self._serial}"

    def some(self, count: float, among: int = 0) -> list[int]:
        """Different accounts, of all or of the first `among`."""
        among = among or self.terrain.people
        return [int(who) for who in self.random.choice(among, min(round(count), among), replace=False)]

    def below(self, limit: int) -> int:
        """A whole number from 0."""
        return int(self.random.integers(limit))

    def share(self, low: float, high: float) -> float:
        """A number in between."""
        return float(self.random.uniform(low, high))

    def chance(self, share: float) -> bool:
        """Whether something of this probability comes about."""
        return bool(self.random.random() < share)

    def when(self, since: int | None = None) -> int:
        """Any time on record, or since then."""
        return NOW - self.below(self.terrain.record if since is None else NOW - since)

    def agent(self) -> str:
        """One of the staff; some are busier than others."""
        return f"agent{int(self.random.choice(self.terrain.agents, p=self._busy))}"

    def sign_in(self, who: int, at: int, asn: str, ip: str, **said: Any) -> None:  # noqa: ANN401 - an event's own fields
        """A session is opened."""
        said = {"client": f"client-{self.clients[who]}", "country": "US", "session": self.new("s"), **said}
        self.events.append(SignIn(account=f"a{who}", time=at, outcome="ok", asn=asn, ip=ip, **said))

    def from_elsewhere(self, who: int, at: int, **said: Any) -> None:  # noqa: ANN401 - an event's own fields
        """A session is opened from a place where nobody else ever is."""
        ip = f"{11 + self.below(80)}.{self.below(250)}.{self.below(250)}.7"
        self.sign_in(who, at, self.new("AS7"), ip, **{"country": "RNBU"[self.below(4)], **said})

    def desk(self, who: int, at: int, staff: str, **said: Any) -> None:  # noqa: ANN401 - an event's own fields
        """A staff member does something in the internal tool."""
        said.setdefault("tool_session", f"ts-{staff}-{at // self.terrain.shift}")
        said.setdefault("action", "view")
        self.events.append(StaffAction(target=f"a{who}", time=at, staff=staff, tool="desk", **said))

    def ticket(self, who: int, at: int, staff: str) -> None:
        """A staff member works on a ticket, which may be on record."""
        self.desk(who, at, staff, ticket=self.new("t") if self.chance(self.terrain.written) else "")

    def replace(
        self,
        who: int,
        at: int,
        what: Literal["email", "phone", "password"],
        value: str,
        **said: Any,  # noqa: ANN401
    ) -> None:
        """A credential is replaced, by its holder if not said otherwise."""
        said.setdefault("by", "holder")
        self.events.append(
            CredentialChange(account=f"a{who}", time=at, what=what, change="replaced", new_hash=value, **said)
        )

    def port(self, who: int, at: int, carrier: str = "") -> None:
        """The number is taken to another card, at the holder's own carrier if not said otherwise."""
        carrier = carrier or f"carrier{self.carriers[who]}"
        self.replace(who, at, "phone", self.new("number"), carrier=carrier)

    def reset(self, who: int, at: int, channel: str) -> None:
        """A new password is asked for."""
        self.events.append(ResetRequested(account=f"a{who}", time=at, channel=channel))

    def let_in(self, who: int, at: int, app: str) -> None:
        """An app is authorised."""
        self.events.append(AppAuthorised(account=f"a{who}", time=at, app=app))


def named(kind: FactorKind, *values: str) -> frozenset[Factor]:
    """Factors of one kind."""
    return frozenset(Factor(kind=kind, value=value) for value in values)
