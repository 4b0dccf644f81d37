"""How might platforms look that the benchmark's author did not think of? Four of them, as rows of the event vocabulary.

Nothing is shared with `holdfast bench cause`: days have hours, activity is uneven, delays follow gamma laws, and a
platform says of itself only what such a platform would say (a small instance has no tool sessions, a forum no networks).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
import numpy as np

from holdfast.events import AppAuthorised, CredentialChange, ResetRequested, SignIn, StaffAction
from holdfast.investigation import Touches

MINUTE = 60_000  # milliseconds
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOW = 1_700_000_000_000
_HOURS = np.array([2, 1, 1, 1, 1, 2, 4, 6, 7, 7, 7, 7, 8, 7, 6, 6, 6, 7, 8, 9, 10, 9, 6, 4], dtype=float)
_ROWS = SignIn | ResetRequested | CredentialChange | AppAuthorised | StaffAction


@dataclass(frozen=True, kw_only=True)
class Platform:
    """What a platform is like. Rates are a day, of the whole platform for staff and of an account for the rest."""

    name: str
    people: int
    days: int
    sign_ins: float
    tickets: float
    helpers: tuple[str, ...]
    changes: float
    grants: float
    apps: int
    carriers: tuple[float, ...] = ()
    says_networks: bool = True
    session_hours: int = 0  # how long a helper's tool session lasts; 0 where the tool knows no sessions


FEDIVERSE = Platform(
    name="fediverse",
    people=2_000,
    days=21,
    sign_ins=0.12,
    tickets=9,
    helpers=("ines", "tomasz", "olu"),
    changes=0.002,
    grants=0.03,
    apps=14,
)
FORUM = Platform(
    name="forum",
    people=6_000,
    days=28,
    sign_ins=0.1,
    tickets=30,
    helpers=tuple(f"mod-{name}" for name in ("ash", "birch", "cedar", "elm", "fir", "larch", "oak", "yew")),
    changes=0.001,
    grants=0.002,
    apps=5,
    says_networks=False,
    session_hours=24,
)
STUDIO = Platform(
    name="studio",
    people=9_000,
    days=14,
    sign_ins=0.12,
    tickets=260,
    helpers=tuple(f"agent-{number:03}" for number in range(45)),
    changes=0.004,
    grants=0.015,
    apps=90,
    carriers=(0.4, 0.3, 0.2, 0.1),
    session_hours=8,
)
EXCHANGE = Platform(
    name="exchange",
    people=4_000,
    days=28,
    sign_ins=0.1,
    tickets=60,
    helpers=tuple(f"desk/{letter}" for letter in "abcdefghijkl"),
    changes=0.003,
    grants=0.004,
    apps=20,
    carriers=(0.55, 0.25, 0.15, 0.05),
    session_hours=1,
)
PLATFORMS = {each.name: each for each in (FEDIVERSE, FORUM, STUDIO, EXCHANGE)}


@dataclass(kw_only=True)
class World:
    """A platform over some weeks, the accounts that were used against their holders, and why they could be."""

    platform: Platform
    random: np.random.Generator
    rows: list[dict[str, object]] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    causes: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)

    def say(self, kind: str, time: float, **said: object) -> None:
        """One row."""
        self.rows.append({"type": kind, "time": int(time), **said})

    def touches(self) -> Touches:
        """The record of all rows."""
        touches = Touches()
        touches.observe(msgspec.convert(self.rows, list[_ROWS], strict=False))  # type: ignore[valid-type]
        return touches

    def whens(self, count: int) -> list[int]:
        """So many times of the past, more of them in the evening than at night."""
        days = self.random.integers(self.platform.days, size=count) * DAY
        hours = self.random.choice(24, size=count, p=_HOURS / _HOURS.sum()) * HOUR
        return (NOW - days - DAY + hours + self.random.integers(HOUR, size=count)).tolist()

    def somebody(self, count: int, *, uneven: float = 0.7) -> list[str]:
        """So many accounts, the busy ones oftener; with repeats."""
        share = self.random.random(count) ** (1 / uneven) if uneven < 1 else self.random.random(count)
        return [f"@{number}" for number in (share * self.platform.people).astype(int).tolist()]

    def wait(self, mean: float) -> float:
        """A delay whose mean is given."""
        return float(self.random.gamma(1.7, mean / 1.7))

    def enter(self, account: str, time: float, *, via: str = "", client: str = "browser") -> None:
        """Somebody signs in who never was there: from a rented line of his own, or through `via`."""
        line = via or f"AS-line-{self.random.integers(500)}"
        ip = f"185.7.7.{self.random.integers(250)}" if via else f"{self.random.integers(60, 120)}.{time % 251:.0f}.3.8"
        where = {"asn": line, "country": str(self.random.choice(["BG", "VN", "US", "NG"]))}
        if not self.platform.says_networks:
            where = {}
        self.say("sign_in", time, account=account, outcome="ok", ip=ip, client=client, **where)


def ordinary(world: World) -> None:
    """Weeks in which nothing is wrong, with a client's new release, a carrier's NAT and a mailing that all must reset."""
    here, random = world.platform, world.random
    count = int(here.people * here.sign_ins * here.days)
    released = NOW - random.uniform(1, 6) * DAY
    modern = random.random(count) < random.uniform(0.3, 0.8)
    at_home = random.random(count)
    natted = random.uniform(0.15, 0.4)
    for who, time, new, home in zip(world.somebody(count), world.whens(count), modern, at_home, strict=True):
        number = int(who[1:])
        asn, ip = f"AS-isp-{number % 23}", f"91.{number % 23}.{number % 199}.{number % 7}"
        if home < natted:
            asn, ip = "AS-mobile", f"100.70.{int(home * 997) % 6}.1"
        elif home > 0.97:
            asn, ip = f"AS-hotel-{int(home * 1e6) % 70}", f"62.{int(home * 1e6) % 70}.1.4"
        client = ("app/9.0" if new else "browser") if time > released else ("app/8.4" if number % 3 else "browser")
        where = {"asn": asn, "country": "FR" if number % 5 else "BE"} if here.says_networks else {}
        world.say("sign_in", time, account=who, outcome="ok", ip=ip, client=client, **where)
    for who, time in _events(world, here.people * here.grants):
        world.say("app_authorised", time, account=who, app=f"client-{int(random.pareto(0.9)) % here.apps}")
    for who, time in _events(world, here.people * here.changes):
        what = str(random.choice(["email", "phone", "password", "mfa"]))
        number = {"carrier": _carrier(world)} if what == "phone" and here.carriers else {}
        hashed = f"h{random.integers(1 << 60)}"
        world.say("credential_change", time, account=who, what=what, change="replaced", new_hash=hashed, **number)
    mailed = NOW - random.uniform(0.3, 4) * DAY
    for who in dict.fromkeys(world.somebody(int(here.people * random.uniform(0.1, 0.5)), uneven=1)):
        world.say("reset_requested", mailed + world.wait(5 * HOUR), account=who, channel="email")
    helped(world)


def helped(world: World) -> None:
    """Staff answer tickets; one of them answers a third, most of it from those who are known."""
    here, random = world.platform, world.random
    for who, time in _events(world, here.tickets):
        busy = random.random() < 0.35
        helper = here.helpers[0] if busy else str(random.choice(here.helpers))
        ticket = f"#{random.integers(10**6)}" if random.random() < 0.85 else ""
        action = str(random.choice(["lookup", "lookup", "reply", "resend_mail", "set_email"]))
        by_hand(world, who, time, helper, action, ticket=ticket)


def by_hand(
    world: World, who: str, time: float, helper: str, action: str, *, session: str = "", ticket: str = ""
) -> str:
    """A helper does something in the tool; the session in which it was done."""
    hours = world.platform.session_hours
    session = session or (f"{helper}:{int(time // (hours * HOUR))}" if hours else "")
    said = {"tool_session": session} if session else {}
    world.say("staff_action", time, staff=helper, tool="admin", action=action, target=who, ticket=ticket, **said)
    if action == "set_email":
        hashed = f"s{world.random.integers(1 << 60)}"
        change = {"what": "email", "change": "replaced", "by": "staff", "staff": helper, "new_hash": hashed, **said}
        world.say("credential_change", time + 900, account=who, **change)
    return session


def _events(world: World, a_day: float) -> list[tuple[str, int]]:
    """Who and when, at so many a day."""
    count = int(world.random.poisson(a_day * world.platform.days))
    return list(zip(world.somebody(count), world.whens(count), strict=True))


def _carrier(world: World) -> str:
    """One of the carriers, by its share."""
    shares = world.platform.carriers
    return f"carrier-{world.random.choice(len(shares), p=np.array(shares) / sum(shares))}"


Way = Callable[[World, str, float, int], float]


def stolen_session(world: World, who: str, time: float, turn: int, *, names: tuple[str, ...] = ("ghost",)) -> float:
    """An agent's session in a stranger's hands: a new e-mail, a reset, a sign-in."""
    name = names[turn % len(names)]
    helper = world.platform.helpers[1 + names.index(name)]
    by_hand(world, who, time - world.wait(2 * MINUTE), helper, "lookup", session=name)
    by_hand(world, who, time, helper, "set_email", session=name)
    world.say("reset_requested", time + MINUTE, account=who, channel="email")
    entered = time + MINUTE + world.wait(6 * MINUTE)
    world.enter(who, entered)
    world.causes.update({f"tool_session:{name}", f"staff:{helper}"})
    return entered


def two_stolen_sessions(world: World, who: str, time: float, turn: int) -> float:
    """Two agents were talked out of their sessions."""
    return stolen_session(world, who, time, turn, names=("ghost", "wraith"))


def bribed(world: World, who: str, time: float, turn: int) -> float:
    """A helper of the platform's own does it, in whatever session is open, and has done honest work as well."""
    helper = world.platform.helpers[2]
    session = by_hand(world, who, time, helper, "set_email")
    entered = time + world.wait(40 * MINUTE)
    world.enter(who, entered)
    world.causes.update({f"staff:{helper}"} | ({f"tool_session:{session}"} if session else set()))
    return entered


def evil_app(world: World, who: str, time: float, turn: int) -> float:
    """An app that holders let in over a fortnight posts for them; others let it in that nothing happened to yet."""
    world.say("app_authorised", time - world.random.uniform(0, 14) * DAY, account=who, app="who-viewed-me")
    world.causes.add("app:who-viewed-me")
    return time


def ported(world: World, who: str, time: float, turn: int) -> float:
    """One carrier's shop hands out numbers; a text message does the rest."""
    change = {"what": "phone", "change": "replaced", "carrier": "carrier-1", "new_hash": f"p{turn}"}
    world.say("credential_change", time, account=who, **change)
    world.say("reset_requested", time + world.wait(9 * MINUTE), account=who, channel="sms")
    entered = time + 10 * MINUTE + world.wait(9 * MINUTE)
    world.enter(who, entered)
    world.causes.add("carrier:carrier-1")
    return entered


def same_mailbox(world: World, who: str, time: float, turn: int) -> float:
    """Passwords from a leak; what is common is the mailbox that each account is given."""
    world.enter(who, time)
    change = {"what": "email", "change": "replaced", "by": "holder", "new_hash": "mailbox"}
    world.say("credential_change", time + world.wait(4 * MINUTE), account=who, **change)
    world.causes.add("recovery_value:mailbox")
    return time + 5 * MINUTE


def one_host(world: World, who: str, time: float, turn: int) -> float:
    """Passwords guessed from one rented machine, and nothing else in common."""
    world.enter(who, time, via="AS-rented")
    world.causes.update({"network:AS-rented", "network:185.7.7.0/24"})
    return time


def leaked(world: World, who: str, time: float, turn: int) -> float:
    """Passwords from a leak, used through homes all over the world: nothing in common."""
    world.enter(who, time)
    return time


def drained(world: World, who: str, time: float, turn: int) -> float:
    """Buyers of the same kit, each with victims and means of his own; only the payload is one."""
    match turn % 3:
        case 0:
            world.enter(who, time)
            change = {"what": "email", "change": "replaced", "by": "holder", "new_hash": f"buyer-{turn}"}
            world.say("credential_change", time + 3 * MINUTE, account=who, **change)
        case 1:
            world.say("app_authorised", time, account=who, app=f"mint-{turn}")
        case _:
            world.say("reset_requested", time - 20 * MINUTE, account=who, channel="email")
            world.enter(who, time)
    return time + 4 * MINUTE


WAYS: dict[str, Way] = {
    way.__name__: way
    for way in (
        stolen_session,
        two_stolen_sessions,
        bribed,
        evil_app,
        ported,
        same_mailbox,
        one_host,
        leaked,
        drained,
    )
}


def ways_of(platform: Platform) -> list[str]:
    """The ways that can be on this platform's record."""
    impossible = set() if platform.carriers else {"ported"}
    if not platform.session_hours:
        impossible |= {"stolen_session", "two_stolen_sessions"}
    return [name for name in WAYS if name not in impossible]


def make(platform: Platform, way: str, seed: int, most: int = 40) -> World:
    """A world in which between five and `most` accounts were used, of those that were taken over in one way."""
    world = World(platform=platform, random=np.random.default_rng([seed, len(way), platform.people]))
    random = world.random
    ordinary(world)
    accounts = int(random.integers(5, most + 1))
    waiting = int(accounts * random.uniform(0, 1.5))
    known = random.choice(platform.people // (1 if random.random() < 0.5 else 4), accounts + waiting, replace=False)
    lasts = float(np.exp(random.uniform(np.log(20), np.log(3_000)))) * MINUTE
    pause = float(np.exp(random.uniform(np.log(1), np.log(400)))) * MINUTE
    together = NOW - random.uniform(0, 3) * HOUR
    in_one_go = random.random() < 0.4
    for turn, number in enumerate(known.tolist()):
        who = f"@{number}"
        taken = together - HOUR - random.uniform(0, lasts) - 0.2 * DAY
        entered = WAYS[way](world, who, taken, turn)
        if turn >= accounts:
            world.waiting |= {who} if world.causes else set()
            continue
        posted = together + random.uniform(0, 20) * MINUTE if in_one_go else entered + world.wait(pause)
        world.used[who] = int(min(posted, NOW))
        if random.random() < 0.5:  # the busy helper knows these well: before, and when they ask what happened
            time = taken - world.wait(DAY) if random.random() < 0.5 else entered + world.wait(HOUR)
            by_hand(world, who, min(time, NOW), platform.helpers[0], "lookup", ticket="#1")
    if way == "evil_app":
        for who in world.somebody(int(platform.people * random.uniform(0, 0.02)), uneven=1):
            world.say("app_authorised", NOW - random.uniform(0, 14) * DAY, account=who, app="who-viewed-me")
    return world
