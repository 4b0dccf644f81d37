"""What is remembered of one staff member: their own past, bounded, and the signs that stand."""

from __future__ import annotations

import enum
from collections.abc import Container, Iterable

import msgspec

from . import figures
from .tally import Tally

PLACES = 16  # networks and devices each
EARLIER = 7.0  # days that stand for what an earlier version knew, which did not count them
FUNCTIONS = 256
ACCOUNTS = 256  # of one day
PUSHES = 16
SHOWN = 32
HOURS = 24
ASKED, HELD, WATCHED = 1, 2, 3  # as stores have them; in the order of `TOLD`
TOLD = (0, ASKED, WATCHED, HELD)
_KEPT = 1 - 1 / 28  # of the own past, each day: about a month counts


@enum.unique
class Sign(enum.StrEnum):
    """The families of signs; two are needed for a hold, and within one family nothing is independent."""

    PLACE = "signed_in_elsewhere"
    PUSH = "push_accepted_after_refusals"
    LEARNING = "how_to_then_first_use"
    UNASKED = "looked_without_ticket"
    REACH = "unrelated_high_reach"
    VALUE = "same_recovery_value"
    AFTERMATH = "taken_over_afterwards"
    FLOOD = "refused_without_end"


_BY_SHIFT = (Sign.UNASKED, Sign.REACH)  # summed anew in each


class Standing(msgspec.Struct, kw_only=True):
    """A sign that counts until `until`: nats, since when, and in words."""

    nats: float
    since: int
    until: int
    note: str


class Person(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One staff member, as kept. What was seen today becomes their past tomorrow, unless a hold of their tools was proposed."""

    day: int = -1
    days: int = 0  # on which they were seen, before today
    networks: dict[str, float | None] = {}  # on how many days each was used; older ones count less
    devices: dict[str, float | None] = {}
    functions: dict[str, None] = {}
    hours: list[float] = msgspec.field(default_factory=lambda: [0.0] * HOURS)
    accounts_before: float = 0.0
    unasked_before: float = 0.0
    famous_before: float = 0.0
    # today
    new_networks: dict[str, None] = {}
    new_devices: dict[str, None] = {}
    used: dict[str, None] = {}  # of their own networks and devices
    hours_today: int = 0  # one bit for each
    accounts: dict[str, None] = {}
    uncalled: dict[str, tuple[bool, bool]] = {}  # those that nobody asked for: in a run, of high reach
    bodies: dict[str, None] = {}  # that run accounts of high reach which they looked at
    usual: dict[str, float] = {}  # shares of their accounts, with room for doubt
    touched: int = 0  # accounts, which may be more than are remembered
    unasked: int = 0
    famous: int = 0
    taken: int = 0
    actions: int = 0
    changed: dict[str, int] = {}  # accounts whose credentials they changed, and when
    changed_in: dict[str, str] = {}  # and by which tool session, of those that they have at a time
    # this shift, which midnight does not end
    looked_at: int = 0
    shift: Tally = msgspec.field(default_factory=Tally)
    week: Tally = msgspec.field(default_factory=Tally)
    asked_since: int = 0  # accounts since the last look that says more
    usual_since: float = 0.0  # the honest shares of others, at each of these
    unasked_at: int = 0  # when the last run began of accounts that nobody asked for
    chosen_at: int = 0  # when the last run began of such of high reach
    bursts: dict[Sign, float] = {}
    carried: dict[Sign, float] = {}  # from the shifts before
    # lately
    read: float = 0.0  # accounts that nobody asked for; older ones count less
    read_at: int = 0
    lost: dict[str, int] = {}  # those of them that were taken over since, and when
    refused: list[int] = []
    pages: int = 0
    paged_at: int = 0
    worked_at: int = 0  # at a place of their own
    reported_at: int = 0
    session: str = ""
    signs: dict[Sign, Standing] = {}
    recalled: dict[Sign, Standing] = {}  # the strongest of their look-ups in the last days: some of it may show later
    told: int = 0  # one of `TOLD`: asked about, or what was proposed
    told_at: int = 0
    forgot_at: int = 0
    counted: int = 0  # actions since the oldest sign that stands

    @property
    def settled(self) -> bool:
        """Whether their own past tells anything."""
        return self.days >= figures.SETTLED

    def learn(self, day: int) -> list[str]:
        """A new day has come: take the last one into the past. Answer the networks that became their own."""
        passed = day - self.day if self.day >= 0 else 0
        networks: list[str] = []
        keep = _KEPT ** min(passed, 365)
        if self.told != HELD:
            networks = _learn_places(self.networks, self.new_networks, self.used, keep)
            _learn_places(self.devices, self.new_devices, self.used, keep)
            self.hours = [hour * keep + (self.hours_today >> number & 1) for number, hour in enumerate(self.hours)]
            # A campaign of thousands of changes is one day, not a year of them.
            part = min(1.0, ACCOUNTS / max(1, self.touched))
            self.accounts_before = self.accounts_before * keep + self.touched * part
            self.unasked_before = self.unasked_before * keep + self.unasked * part
            self.famous_before = self.famous_before * keep + self.famous * part
            self.days += bool(self.actions or self.new_networks or self.new_devices or self.hours_today)
        self.day = day
        self.new_networks, self.new_devices, self.used, self.hours_today = {}, {}, {}, 0
        self.accounts, self.uncalled, self.bodies, self.usual = {}, {}, {}, {}
        self.touched, self.unasked, self.famous, self.taken, self.actions = 0, 0, 0, 0, 0
        self.changed, self.changed_in = {}, {}
        return networks

    def begin_shift(self) -> None:
        """They look at accounts again after a long rest."""
        self.shift = Tally()
        self.week.fade(figures.WEEK)
        self.bursts, self.asked_since, self.usual_since = {}, 0, 0.0
        self.carried = {sign: self.signs[sign].nats for sign in _BY_SHIFT if sign in self.signs}

    def forget(self, now: int) -> None:
        """Let signs go that count no more."""
        self.forgot_at = now
        for sign in [sign for sign, standing in self.signs.items() if now >= standing.until]:
            del self.signs[sign]
            self.carried.pop(sign, None)
        for sign in [sign for sign, standing in self.recalled.items() if now >= standing.until]:
            del self.recalled[sign]
        if not self.signs:
            self.counted = 0
        if self.told and now - self.told_at >= figures.AGAIN:
            self.told = 0

    def stand(self, sign: Sign, nats: float, now: int, note: str, *, unasked: bool = True) -> bool:
        """A sign counts as much as it does now, be it less than before, or as in shifts that still count; if it grew.

        What is about accounts that nobody asked for is recalled when they are taken over.
        """
        nats = max(nats, self.carried.get(sign, 0.0))
        known = self.signs.get(sign)
        grew = nats > (0.0 if known is None else known.nats)
        if known is not None and nats <= 0:
            del self.signs[sign]
        elif known is not None:
            known.nats = nats
        if grew:
            self.raise_sign(sign, nats, now, note)
            before = self.recalled.get(sign)
            if unasked and (before is None or nats >= before.nats):
                self.recalled[sign] = Standing(nats=nats, since=now, until=now + figures.AFTER, note=note)
        return grew

    def raise_sign(self, sign: Sign, nats: float, now: int, note: str, stands: int = figures.STANDS) -> None:
        """A sign counts as much as its strongest showing that still stands."""
        known = self.signs.get(sign)
        if known is None:
            self.signs[sign] = Standing(nats=nats, since=now, until=now + stands, note=note)
        elif nats >= known.nats:
            known.nats, known.until, known.note = nats, now + stands, note


def _learn_places(own: dict[str, float | None], new: Iterable[str], used: Container[str], keep: float) -> list[str]:
    """Take a day's networks or devices into their own: which became so. The least used go where there are too many.

    A day with more new ones than work has teaches none: what comes and goes all day neither becomes known by that nor
    pushes out what is.
    """
    for each, days in own.items():
        own[each] = (EARLIER if days is None else days) * keep + (each in used)
    learnt = [each for each in new if each not in own]
    if len(learnt) > figures.FEW_NEW:
        return []
    own |= dict.fromkeys(learnt, 1.0)
    for each in sorted(own, key=lambda each: own[each] or 0.0)[: max(0, len(own) - PLACES)]:
        del own[each]
    return [each for each in learnt if each in own]
