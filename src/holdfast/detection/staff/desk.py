"""What do all staff members do together? The ground against which each is compared, so that a busy day is nobody's sign."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log, sqrt

from holdfast.detection.bounded import remember

from . import figures
from .person import Person

_NETWORKS = 10_000
_FUNCTIONS = 10_000
_VALUES = 100_000
_SAMPLE = 8  # people or accounts remembered for each
_LOOK_AT_DESK = 16  # accounts between two looks at whether the desk is busy with something
_LEAST = {"unasked": figures.LEAST_UNASKED, "famous": figures.LEAST_FAMOUS}
_MINUTE = 60_000  # milliseconds
_MOST = 0.95
_RATE = log(2) / figures.RECENT
_MONTH = log(2) / (28 * figures.DAY)


@dataclass(slots=True)
class Shares:
    """Accounts looked at, those nobody asked for, those of high reach; older ones count less, as of `at`."""

    rate: float
    step: int  # milliseconds for which all count alike
    at: int = 0
    accounts: float = 0.0
    unasked: float = 0.0
    famous: float = 0.0

    def fade(self, now: int) -> None:
        """It is later."""
        kept = exp((self.at - now) * self.rate)
        self.accounts, self.unasked, self.famous = self.accounts * kept, self.unasked * kept, self.famous * kept
        self.at = now


@dataclass(slots=True)
class Desk:
    """All staff members together; bounded, the oldest goes first."""

    networks: dict[str, set[str]] = field(default_factory=dict)
    first_uses: dict[str, dict[str, int]] = field(default_factory=dict)
    values: dict[str, dict[str, bool]] = field(default_factory=dict)  # value -> holder or body -> of high reach
    lately: Shares = field(default_factory=lambda: Shares(_RATE, _MINUTE // 4))
    month: Shares = field(default_factory=lambda: Shares(_MONTH, 60 * _MINUTE))
    looks: int = 0
    busy: frozenset[str] = frozenset()

    def own(self, staff: str, network: str) -> None:
        """`network` has become one of their own."""
        people = self.networks.get(network) or set()
        if len(people) < _SAMPLE:
            people.add(staff)
        remember(self.networks, network, people, _NETWORKS)

    def recall(self, staff: str, person: Person) -> None:
        """Know again what the past of one of them tells of all."""
        for network in person.networks:
            self.own(staff, network)
        self.month.accounts += person.accounts_before
        self.month.unasked += person.unasked_before
        self.month.famous += person.famous_before
        self.month.at = max(self.month.at, person.day * figures.DAY)

    def of_colleagues(self, network: str) -> bool:
        """Whether several work from there."""
        return len(self.networks.get(network, ())) >= figures.COLLEAGUES

    def first_use(self, staff: str, function: str, now: int) -> int:
        """`staff` uses it for the first time; how many others did so lately."""
        users = self.first_uses.get(function) or {}
        others = sum(now - at <= figures.LEARNERS_WITHIN for other, at in users.items() if other != staff)
        remember(users, staff, now, _SAMPLE)
        remember(self.first_uses, function, users, _FUNCTIONS)
        return others

    def given(self, value: str, account: str, org: str, high: bool) -> tuple[int, int]:  # noqa: FBT001 - as it is known
        """`account` was given this recovery value: how many unrelated accounts have it by now, and how many of high reach.

        Accounts that the body `org` runs are one.
        """
        holders = self.values.get(value) or {}
        remember(holders, org or account, high or holders.get(org, False), _SAMPLE)
        remember(self.values, value, holders, _VALUES)
        return len(holders), sum(holders.values())

    def add(self, now: int, *, unasked: bool, famous: bool) -> None:
        """One more account that somebody looked at."""
        for shares in (self.lately, self.month):
            if now - shares.at > shares.step:
                shares.fade(now)
            shares.accounts += 1.0
            if unasked or famous:
                shares.unasked += unasked
                shares.famous += famous
        self.looks += 1
        if self.looks % _LOOK_AT_DESK == 0:
            self.busy = frozenset(which for which in _LEAST if self._now(which, 0.0, 0.0))

    def usual(self, person: Person) -> None:
        """What is usual of them, as of the day that begins."""
        person.usual = {which: self._own(which, person) for which in _LEAST}

    def share(self, which: str, person: Person) -> float:
        """The share of somebody's accounts that honest work has: their own past, and what all others do just now.

        The larger of both, with room for doubt: neither a job nor a busy hour is a sign. What others do counts while
        it is clearly more than in their month; their ordinary hour says nothing of somebody whose job is another one.
        """
        own = person.usual.get(which) or self._own(which, person)
        return min(_MOST, max(own, self._others(which, person))) if which in self.busy else own

    def busy_with(self, which: str, person: Person) -> bool:
        """Whether all others do clearly more of it just now than in their month."""
        return which in self.busy and self._others(which, person) > 0

    def _others(self, which: str, person: Person) -> float:
        # Their own day is taken out whole: at night, or at a small desk, they would hide behind themselves.
        return self._now(which, getattr(person, which), person.touched)

    def _own(self, which: str, person: Person) -> float:
        usual = getattr(self.month, which) / max(self.month.accounts, 1.0)
        own = getattr(person, f"{which}_before") + figures.PRIOR * usual
        return min(_MOST, max(_LEAST[which], _at_most(own, person.accounts_before + figures.PRIOR)))

    def _now(self, which: str, theirs: float, accounts: float) -> float:
        usual = getattr(self.month, which) / max(self.month.accounts, 1.0)
        others = max(0.0, getattr(self.lately, which) - theirs)
        return clearly_above(others, max(0.0, self.lately.accounts - accounts), usual, figures.RECENT_PRIOR)


def clearly_above(part: float, whole: float, usual: float, prior: float) -> float:
    """A share, with room for doubt, where there is none that it is above the usual one; else 0.

    What is `usual` counts as much as `prior` more of them.
    """
    share = min(1.0, (part + prior * usual) / (whole + prior))
    doubt = figures.DOUBT * sqrt(max(0.0, share * (1 - share)) / (whole + prior))
    return share + doubt if share - doubt > usual else 0.0


def _at_most(part: float, whole: float) -> float:
    """A share that may well be so large, its standard deviation counted `figures.DOUBT` times."""
    share = min(1.0, part / whole)
    return share + figures.DOUBT * sqrt(max(0.0, share * (1 - share)) / whole)
