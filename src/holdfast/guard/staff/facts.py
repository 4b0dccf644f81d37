"""What does the gate know when it is asked: sessions, grants, who is protected, what was agreed to, what is locked?

These are the records that the response keeps and hands to the gate; times are milliseconds since 1970 UTC.
"""

from __future__ import annotations

import enum

import msgspec

from holdfast.guard.people import Person
from holdfast.guard.rule import RuleKind
from holdfast.guard.session import SessionLimits

WATCH_MS = 60_000  # whoever watches confirms it this often


@enum.unique
class Tier(enum.IntEnum):
    """How much is at stake with an account; the higher, the tighter."""

    ORDINARY = 0
    HIGH_REACH = 1
    OFFICIAL = 2  # heads of state, agencies, emergency services
    PROTECTED = 3  # named: no single person touches it

    @classmethod
    def named(cls, word: str) -> Tier:
        """The tier that programs call so, in any capitals.

        Raises:
            KeyError: there is none of that name.

        """
        return cls[word.upper()]

    @property
    def word(self) -> str:
        """What programs call it: `high_reach`."""
        return self.name.lower()

    @property
    def phrase(self) -> str:
        """What a sentence calls it: `high reach`."""
        return self.word.replace("_", " ")


def says_something(text: str) -> bool:
    """Whether it is a reason, or a ticket, at all: blanks and dots are none."""
    return any(character.isalnum() for character in text)


class ToolSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session of one `tool` that the gate opened for `person` (whose `revision` it was) when they signed in.

    `id` is 64 hex of the secret's SHA-256. `stepped_up` says when a passkey was used last, by class of function.
    `seen_at` is when it was used last; None: not since it was made. One without a tool was kept by an earlier version,
    in which it was good for every tool: it is over.
    """

    id: str
    person: str
    revision: int
    tool: str = ""
    network: str = ""
    device: str = ""
    made_at: int
    seen_at: int | None = None
    ended_at: int | None = None
    stepped_up: dict[str, int] = {}

    @property
    def used_at(self) -> int:
        """When it was used last, or made."""
        return self.made_at if self.seen_at is None else self.seen_at

    def goes_on(self, limits: SessionLimits, now: int) -> bool:
        """Whether it is one at `now`, by itself: of a tool, not ended, neither idle for too long nor too old."""
        ended = not self.tool or (self.ended_at is not None and self.ended_at <= now)
        return not ended and limits.allow(self.made_at, self.used_at, now)


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Time-boxed leave for `person` to use `function` (`*`: each) of `tool` up to this tier, with why and what for.

    It counts while whoever gave it and whoever has it are who they were then, by `giver_revision` and `revision`; None:
    that was not noted.
    """

    id: str
    person: str
    tool: str
    function: str = "*"
    tier: Tier = Tier.ORDINARY
    starts: int
    until: int
    reason: str
    ticket: str
    granted_by: str
    giver_revision: int | None = None
    revision: int | None = None
    revoked_at: int | None = None

    def in_force(self, now: int) -> bool:
        """Whether it stands at `now`, to the millisecond."""
        return self.starts <= now < self.until and (self.revoked_at is None or now < self.revoked_at)

    def reaches(self, tool: str, function: str, tier: Tier) -> bool:
        """Whether it is leave for that on accounts of this tier, and says why and what for."""
        fits = self.tool == tool and self.function in {function, "*"} and tier <= self.tier
        return fits and says_something(self.reason) and says_something(self.ticket)


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """That `by`, who is not `person`, agreed that `person` does exactly the action of this hash, once, until then.

    `signed` says that a passkey signed it; `used_at` when it was done, `ended_at` when it was taken away undone.
    """

    id: str
    person: str
    action_hash: str
    by: str
    at: int
    until: int
    signed: bool = False
    used_at: int | None = None
    ended_at: int | None = None

    def waits(self, now: int) -> bool:
        """Whether it can still be used at `now`."""
        return self.used_at is None and self.ended_at is None and self.at <= now < self.until


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """A lockdown of `level` on whatever fits every part that is named (empty: any), from `starts` until `until`.

    `function` and `tool` name what is locked, `role`, `person` and `network` (a block of addresses too) for whom.
    `named` are the responders whom level 3 leaves in. Locks join: of several that fit, the strictest counts.
    """

    id: str
    level: int
    tool: str = ""
    function: str = ""
    role: str = ""
    person: str = ""
    network: str = ""
    named: tuple[str, ...] = ()
    starts: int
    until: int | None = None
    lifted_at: int | None = None
    why: str
    placed_by: str

    def in_force(self, now: int) -> bool:
        """Whether it stands at `now`, to the millisecond."""
        return (
            self.starts <= now
            and (self.until is None or now < self.until)
            and (self.lifted_at is None or now < self.lifted_at)
        )


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """That `by` (whose `revision` it was; None: not noted) watches this session, and last confirmed it at `at`.

    `ended_at` is when what they had said it with was taken from them.
    """

    session: str
    by: str
    at: int
    revision: int | None = None
    ended_at: int | None = None

    def counts(self, now: int) -> bool:
        """Whether they are there at `now`, as far as they have said."""
        return 0 <= now - self.at < WATCH_MS and (self.ended_at is None or now < self.ended_at)


class StaffHold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold on a staff member, tool session, tool, or function (`tool/function`), as the gate needs it."""

    id: str
    kind: RuleKind
    subject: str
    starts: int
    until: int | None = None

    def in_force(self, now: int) -> bool:
        """Whether it stands at `now`, to the millisecond."""
        return self.starts <= now and (self.until is None or now < self.until)


class StaffFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known as of this `version`, or what has changed since the one before: each record takes its own's place.

    A tier of `ORDINARY` takes an account off the list. `lifted` are ids of holds that stand no more.
    """

    version: int
    persons: tuple[Person, ...] = ()
    sessions: tuple[ToolSession, ...] = ()
    grants: tuple[Grant, ...] = ()
    consents: tuple[Consent, ...] = ()
    presences: tuple[Presence, ...] = ()
    locks: tuple[Lock, ...] = ()
    holds: tuple[StaffHold, ...] = ()
    tiers: dict[str, Tier] = {}
    lifted: tuple[str, ...] = ()
