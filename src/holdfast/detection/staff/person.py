"""What is remembered of one staff member: their own past, bounded, and the signs that stand."""

from __future__ import annotations

import enum

import msgspec

from holdfast.detection.bounded import remember

from . import figures

PLACES = 16  # networks and devices each
FUNCTIONS = 256
ACCOUNTS = 256  # of one day
PUSHES = 16
SHOWN = 32
HOURS = 24
ASKED, HELD = 1, 2
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
    networks: dict[str, None] = {}
    devices: dict[str, None] = {}
    functions: dict[str, None] = {}
    hours: list[float] = msgspec.field(default_factory=lambda: [0.0] * HOURS)
    accounts_before: float = 0.0
    unasked_before: float = 0.0
    famous_before: float = 0.0
    taken_before: float = 0.0  # of high reach that nobody asked for
    taken_lately: int = 0
    # today
    new_networks: dict[str, None] = {}
    new_devices: dict[str, None] = {}
    hours_today: int = 0  # one bit for each
    accounts: dict[str, None] = {}
    bodies: dict[str, None] = {}  # that run accounts of high reach which they looked at
    unasked: int = 0
    famous: int = 0
    taken: int = 0
    actions: int = 0
    changed: dict[str, int] = {}  # accounts whose credentials they changed, and when
    # lately
    refused: list[int] = []
    pages: int = 0
    paged_at: int = 0
    worked_at: int = 0  # at a place of their own
    reported_at: int = 0
    patience: float = 0.0  # of the slow sum, over days
    days_taken: int = 0  # that it is made of
    session: str = ""
    signs: dict[Sign, Standing] = {}
    told: int = 0  # `ASKED` about, or `HELD`: it was proposed
    told_at: int = 0
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
        if self.told < HELD:
            networks = [each for each in self.new_networks if each not in self.networks]
            for into, new in ((self.networks, self.new_networks), (self.devices, self.new_devices)):
                for each in new:
                    remember(into, each, None, PLACES)
            self.hours = [hour * keep + (self.hours_today >> number & 1) for number, hour in enumerate(self.hours)]
            self.accounts_before = self.accounts_before * keep + len(self.accounts)
            self.unasked_before = self.unasked_before * keep + self.unasked
            self.famous_before = self.famous_before * keep + self.famous
            self.taken_lately += self.taken
            self.days += bool(self.actions or self.new_networks or self.new_devices or self.hours_today)
        self.day = day
        self.new_networks, self.new_devices, self.hours_today = {}, {}, 0
        self.accounts, self.bodies, self.unasked, self.famous, self.taken, self.actions = {}, {}, 0, 0, 0, 0
        self.changed = {}
        self.taken_before *= keep
        return networks

    def past_taken(self) -> None:
        """What was weighed for some days and came to nothing is their past now; not before, or it would hide itself."""
        self.taken_before, self.taken_lately, self.days_taken = self.taken_before + self.taken_lately, 0, 0

    def forget(self, now: int) -> None:
        """Let signs go that count no more."""
        for sign in [sign for sign, standing in self.signs.items() if now >= standing.until]:
            del self.signs[sign]
        if not self.signs:
            self.counted = 0
        if self.told and now - self.told_at >= figures.AGAIN:
            self.told = 0

    def raise_sign(self, sign: Sign, nats: float, now: int, note: str, stands: int = figures.STANDS) -> None:
        """A sign counts as much as its strongest showing that still stands."""
        known = self.signs.get(sign)
        if known is None:
            self.signs[sign] = Standing(nats=nats, since=now, until=now + stands, note=note)
        elif nats >= known.nats:
            known.nats, known.until, known.note = nats, now + stands, note
