"""How often is the common cause named rightly, wrongly, or called unknown? Seeded worlds with one true cause, or none.

Every world has its ordinary traffic and all decoys at once: a client most people use, a carrier's NAT, VPN services
that holders and attackers share, a busy support agent, a desk that looks after the famous (whom attackers choose), a
publishing tool that a third of them use, a reset mailing to a quarter of all accounts, holders who share a recovery
value, and responders who look into every carrier after its first lure. Up to a quarter of the carriers are lost by
other means than the cause. There are 3,000, 6,000 or 12,000 accounts; 5 to 45 of them are used. The record reaches back
4 days, which leaves nothing to tell habits by, or 12.

    python -m benchmarks.cause [--worlds 400] [--seed 1]
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from holdfast.events import AppAuthorised, CredentialChange, ResetRequested, SecurityEvent, SignIn, StaffAction
from holdfast.investigation import Cause, Factor, FactorKind, Touches, common_cause_of, next_accounts

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOW = 1_600_000_000_000
RECORDS = (4 * DAY, 12 * DAY)
SIZES = (3_000, 6_000, 12_000)
FAMOUS_SHARE = 0.05
CLIENTS = (0.5, 0.2, 0.12, 0.08, 0.05, 0.03, 0.015, 0.005)  # shares, the most popular first
WITHOUT_CAUSE = ("session theft", "drainer kit", "independent")
TRUTHS = (
    "tool session",
    "staff member",
    "two sessions",
    "app",
    "network",
    "recovery value",
    "carrier",
    *WITHOUT_CAUSE,
)


@dataclass
class World:
    """What happened, and what was true: any of `accepted` is the right name; when there is none, unknown is right."""

    truth: str
    people: int
    events: list[SecurityEvent] = field(default_factory=list)
    first_used: dict[str, int] = field(default_factory=dict)
    accepted: frozenset[Factor] = frozenset()
    unused: frozenset[str] = frozenset()


class Maker:
    """Makes one world from a seed. Accounts are numbers; the first are the famous ones."""

    def __init__(self, seed: int, truth: str) -> None:
        self.random = np.random.default_rng(seed)
        people = SIZES[int(self.random.integers(len(SIZES)))]
        self.record = RECORDS[int(self.random.integers(len(RECORDS)))]
        self.world = World(truth, people)
        self.famous = int(people * FAMOUS_SHARE)
        self.homes = self.random.zipf(1.4, people) % 400
        self.clients = self.random.choice(len(CLIENTS), people, p=CLIENTS)
        self.behind_nat = self.random.random(people) < 0.08
        self.serial = 0

    def make(self) -> World:
        """The whole world, its events in an order that has nothing to do with time."""
        self.holders_sign_in()
        self.staff_work()
        self.holders_let_apps_in()
        self.holders_change_things()
        self.attack()
        order = self.random.permutation(len(self.world.events))
        self.world.events = [self.world.events[number] for number in order]
        return self.world

    def add(self, kind: Any, who: int, at: int, **said: Any) -> None:
        """One event of an account."""
        subject = "target" if kind is StaffAction else "account"
        self.world.events.append(kind(time=at, **{subject: f"a{who}"}, **said))

    def new(self, prefix: str) -> str:
        """A name used nowhere else."""
        self.serial += 1
        return f"{prefix}{self.serial}"

    def some(self, count: int, among: int = 0) -> list[int]:
        """Different accounts."""
        return self.random.choice(among or self.world.people, count, replace=False).tolist()

    def below(self, limit: int) -> int:
        """A whole number."""
        return int(self.random.integers(limit))

    def chance(self, share: float) -> bool:
        """Whether something of this probability comes about."""
        return bool(self.random.random() < share)

    def when(self) -> int:
        """Any time on record."""
        return NOW - self.below(self.record)

    def sign_in(self, who: int, at: int, asn: str, ip: str, **said: Any) -> None:
        """A session is opened."""
        said.setdefault("client", f"client-{self.clients[who]}")
        said.setdefault("country", "US")
        self.add(SignIn, who, at, outcome="ok", session=self.new("s"), asn=asn, ip=ip, **said)

    def desk(self, who: int, at: int, staff: str, **said: Any) -> None:
        """A staff member does something in the internal tool."""
        said.setdefault("tool_session", f"ts-{staff}-{at // DAY}")
        self.add(StaffAction, who, at, staff=staff, tool="desk", **{"action": "view", **said})

    def replace(self, who: int, at: int, what: str, value: str, **said: Any) -> None:
        """A credential is replaced."""
        said.setdefault("by", "holder")
        self.add(CredentialChange, who, at, what=what, change="replaced", new_hash=value, **said)

    def holders_sign_in(self) -> None:
        """From home, from behind a carrier's NAT, through a VPN or on the road."""
        for who in self.some(int(self.world.people * 0.7)):
            for _ in range(1 + self.below(3)):
                home = self.below(400) if self.chance(0.1) else int(self.homes[who])
                asn, ip = f"AS{home}", f"10.{home % 250}.{who % 40}.9"
                if self.behind_nat[who] and self.chance(0.6):
                    asn, ip = "AS64999", "100.64.0.7"
                elif self.chance(0.04):
                    asn, ip = self.vpn()
                self.sign_in(who, self.when(), asn, ip)

    def vpn(self) -> tuple[str, str]:
        """One of two services that many use."""
        number = self.below(2)
        return f"AS{9000 + number}", f"185.{number}.{self.below(6)}.1"

    def staff_work(self) -> None:
        """Forty agents work on tickets; one is very busy; a desk looks after the famous."""
        people = self.world.people
        for _ in range(people // 5):
            self.desk(self.below(people), self.when(), f"agent{self.below(40)}", ticket="t")
        for who in self.some(people // 8):
            self.desk(who, self.when(), "busy", ticket="t")
        for who in self.some(self.famous // 3, self.famous):
            self.desk(who, self.when(), "desk-for-the-famous", ticket="t")

    def holders_let_apps_in(self) -> None:
        """Apps of all sizes; a third of the famous use one to publish."""
        for who in self.some(self.world.people // 4):
            self.add(AppAuthorised, who, self.when(), app=f"app{int(self.random.zipf(1.5)) % 60}")
        for who in self.some(self.famous // 3, self.famous):
            self.add(AppAuthorised, who, self.when(), app="publisher")

    def holders_change_things(self) -> None:
        """New addresses, some shared as in families and offices; new numbers; resets, most of them after a mailing."""
        people = self.world.people
        for who in self.some(people // 24):
            value = f"shared{self.below(40)}" if self.chance(0.2) else self.new("own")
            self.replace(who, self.when(), "email", value)
        for who in self.some(people // 100):
            self.replace(who, self.when(), "phone", self.new("own"), carrier=f"carrier{self.below(4)}")
        for who in self.some(people // 40):
            self.add(ResetRequested, who, self.when(), channel="sms" if self.chance(0.3) else "email")
        for who in self.some(people // 4):
            self.add(ResetRequested, who, NOW - 2 * DAY + self.below(6 * HOUR), channel="email")

    def attack(self) -> None:
        """Targets are touched by the cause, a part of them is used, responders look into those."""
        world, count = self.world, 5 + self.below(41)
        targets = self.targets(count + int(count * self.random.uniform(0.5, 2.0)))
        begin = NOW - (21 + self.below(40)) * HOUR
        touched = {who: begin + self.below(8 * HOUR) for who in targets}
        carriers = targets[:count]
        world.first_used = {f"a{who}": touched[who] + 10 * MINUTE + self.below(12 * HOUR) for who in carriers}
        otherwise = frozenset(carriers[: int(count * self.random.uniform(0, 0.25))])
        getattr(self, "by_" + world.truth.replace(" ", "_"))(
            {who: at for who, at in touched.items() if who not in otherwise}
        )
        if world.accepted:
            world.unused = frozenset(f"a{who}" for who in targets[count:])
        if world.truth not in {"network", "app", "session theft"}:
            self.enter({who: touched[who] for who in carriers})
        for who in carriers:
            self.desk(who, world.first_used[f"a{who}"] + 2 * MINUTE, "responder")

    def targets(self, count: int) -> list[int]:
        """Attackers choose the famous half of the time."""
        famous = self.some(count // 2, self.famous)
        others = [who for who in self.some(2 * count) if who not in famous][: count - len(famous)]
        return self.random.permutation(famous + others).tolist()

    def enter(self, taken: dict[int, int]) -> None:
        """The attackers sign in with what they took: by services that many share, or each time from elsewhere."""
        by_vpn = self.chance(0.3)
        for who, at in taken.items():
            asn, ip = self.vpn() if by_vpn else (self.new("AS5"), f"{11 + self.below(80)}.{self.below(250)}.7.7")
            self.sign_in(who, at + MINUTE, asn, ip, client="client-0", country="RNBU"[self.below(4)])

    def accept(self, kind: FactorKind, *values: str) -> None:
        """State what was true."""
        self.world.accepted = frozenset(Factor(kind=kind, value=value) for value in values)

    def swap(self, touched: dict[int, int], staff: str, *sessions: str) -> None:
        """As staff, e-mail addresses are replaced, nineteen accounts to each new one, and resets asked for."""
        for turn, (who, at) in enumerate(touched.items()):
            session = sessions[turn % len(sessions)]
            self.desk(who, at - MINUTE, staff, tool_session=session)
            self.desk(who, at, staff, tool_session=session, action="change_email")
            self.replace(who, at, "email", f"intruder{turn // 19}", by="staff", staff=staff, tool_session=session)
            self.add(ResetRequested, who, at + MINUTE, channel="email")

    def by_tool_session(self, touched: dict[int, int]) -> None:
        """One stolen session of a staff member, who goes on working in others."""
        self.accept(FactorKind.TOOL_SESSION, "stolen")
        self.swap(touched, "agent3", "stolen")

    def by_staff_member(self, touched: dict[int, int]) -> None:
        """One staff member, in several sessions."""
        self.accept(FactorKind.STAFF, "agent5")
        self.swap(touched, "agent5", "stolen1", "stolen2", "stolen3")

    def by_two_sessions(self, touched: dict[int, int]) -> None:
        """The sessions of two staff members, each for a part of the targets."""
        self.accept(FactorKind.TOOL_SESSION, "stolen1", "stolen2")
        items = list(touched.items())
        self.swap(dict(items[::2]), "agent7", "stolen1")
        self.swap(dict(items[1::2]), "agent8", "stolen2")

    def by_app(self, touched: dict[int, int]) -> None:
        """An app that was let in long ago, and by as many whom the attackers left alone."""
        self.accept(FactorKind.APP, "calendar")
        for who in (*touched, *self.some(len(touched) // 4)):
            self.add(AppAuthorised, who, self.when() - 5 * DAY, app="calendar")

    def by_network(self, touched: dict[int, int]) -> None:
        """Guessed passwords from one network that has honest customers too."""
        self.accept(FactorKind.NETWORK, "AS65001", "203.0.113.0/24")
        for who in self.some(10):
            self.sign_in(who, self.when(), "AS65001", f"203.0.{90 + self.below(10)}.3")
        for who, at in touched.items():
            self.sign_in(who, at, "AS65001", "203.0.113.5", client="client-1", country="NL")

    def by_recovery_value(self, touched: dict[int, int]) -> None:
        """Stolen passwords; the same new address is set on all."""
        self.accept(FactorKind.RECOVERY_VALUE, "theirs")
        for who, at in touched.items():
            self.replace(who, at, "email", "theirs")

    def by_carrier(self, touched: dict[int, int]) -> None:
        """Numbers ported at one carrier, each to another number."""
        self.accept(FactorKind.CARRIER, "carrier1")
        for who, at in touched.items():
            self.replace(who, at, "phone", self.new("ported"), carrier="carrier1")
            self.add(ResetRequested, who, at + MINUTE, channel="sms")

    def by_session_theft(self, touched: dict[int, int]) -> None:
        """Stolen sessions leave nothing on record, until each is used from another place."""
        for who, at in touched.items():
            self.sign_in(who, at, self.new("AS6"), f"{11 + self.below(80)}.{self.below(250)}.3.3", method="token")

    def by_drainer_kit(self, touched: dict[int, int]) -> None:
        """Many hands with one kit: numbers ported, the kit's many apps let in, passwords reset, sessions stolen."""
        for who, at in touched.items():
            match self.below(4):
                case 0:
                    self.replace(who, at, "phone", self.new("ported"), carrier=f"carrier{self.below(4)}")
                case 1:
                    self.add(AppAuthorised, who, at, app=f"kit{self.below(12)}")
                case 2:
                    self.add(ResetRequested, who, at, channel="email")
                    self.replace(who, at, "email", self.new("theirs"))
                case _:
                    pass

    def by_independent(self, touched: dict[int, int]) -> None:
        """Each lost in its own way, and each holder helped by whichever agent was free before anything was posted."""
        for who, at in touched.items():
            self.add(ResetRequested, who, at, channel="email" if self.chance(0.7) else "sms")
            self.replace(who, at, "email", self.new("theirs"))
            self.desk(who, at + MINUTE, f"agent{self.below(40)}", ticket="t")


def verdict(cause: Cause, world: World) -> str:
    """How the answer stands to the truth."""
    if cause.named is None:
        return "unknown" if world.accepted else "right"
    return "right" if cause.named.factor in world.accepted else "wrong"


def measure(worlds: int = 400, seed: int = 1, *, quick: bool = False) -> dict[str, object]:
    """Rates over `worlds` seeded worlds: the cause right, wrong, unknown; next accounts; events a second."""
    worlds = 60 if quick else worlds
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    events, seconds, asking = 0, 0.0, []
    hits = named = wanted = 0
    for number in range(worlds):
        world = Maker(seed * 1_000_003 + number, TRUTHS[number % len(TRUTHS)]).make()
        touches = Touches()
        began = time.process_time()
        touches.observe(world.events)
        seconds += time.process_time() - began
        events += len(world.events)
        began = time.process_time()
        cause = common_cause_of(world.first_used, touches, world.people, NOW)
        asking.append(time.process_time() - began)
        verdicts[world.truth][verdict(cause, world)] += 1
        if world.accepted and verdict(cause, world) == "right":
            following = {each.account for each in next_accounts(cause, touches, world.first_used, NOW) if each.likely}
            hits += len(following & world.unused)
            named += len(following)
            wanted += len(world.unused)
    total = sum(verdicts.values(), Counter())
    return {
        "worlds": worlds,
        **{f"cause {name}": total[name] / worlds for name in ("right", "wrong", "unknown")},
        **{f"right: {truth}": counts["right"] / counts.total() for truth, counts in verdicts.items()},
        "next accounts: recall": hits / max(1, wanted),
        "next accounts: precision": hits / max(1, named),
        "events/s, a record begun from nothing": events / seconds,
        "asking for the cause, ms, median": 1000 * float(np.median(asking)),
        **long_record(100_000 if quick else 1_000_000),
    }


def long_record(count: int) -> dict[str, object]:
    """The rate at which a record takes events of accounts and networks it knows, and what one event costs it."""
    random = np.random.default_rng(0)
    who = random.integers(count // 10, size=count).tolist()
    events: list[SecurityEvent] = [
        SignIn(account=f"a{a}", time=NOW + n, outcome="ok", asn=f"AS{a % 300}", ip=f"10.{a % 250}.1.1", client="web")
        for n, a in enumerate(who)
    ]
    touches = Touches()
    touches.observe(events[: count // 2])
    began = time.process_time()
    touches.observe(events[count // 2 :])
    return {"events/s, a long record": (count - count // 2) / (time.process_time() - began)}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for name, value in measure(asked.worlds, asked.seed).items():
        print(f"{name:>40}  {value:,.4g}" if isinstance(value, float) else f"{name:>40}  {value}")


if __name__ == "__main__":
    main()
