"""What does the gate know when it is asked: sessions, grants, who is protected, what was agreed to, what is locked?

These are the records that the response keeps and hands to the gate; times are milliseconds since 1970 UTC.
"""

from __future__ import annotations

import enum

import msgspec

from holdfast.guard.people import Person
from holdfast.guard.rule import RuleKind


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


class ToolSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session of the tools that the gate opened for `person` (whose `revision` it was) when they signed in.

    `id` is 64 hex of the secret's SHA-256. `stepped_up` says when a passkey was used last, by class of function.
    `seen_at` is when it was used last; None: not since it was made.
    """

    id: str
    person: str
    revision: int
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


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Time-boxed leave for `person` to use `function` (`*`: each) of `tool` up to this tier, with why and what for.

    It counts while whoever gave it is who they were then, by their `giver_revision`; None: that was not noted.
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
    revoked_at: int | None = None

    def in_force(self, now: int) -> bool:
        """Whether it stands at `now`, to the millisecond."""
        return self.starts <= now < self.until and (self.revoked_at is None or now < self.revoked_at)


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """That `by`, who is not `person`, agreed that `person` does exactly the action of this hash, once, until then.

    `signed` says that a passkey signed it; `used_at` when it was done.
    """

    id: str
    person: str
    action_hash: str
    by: str
    at: int
    until: int
    signed: bool = False
    used_at: int | None = None


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
    """That `by` watches this session, and last confirmed it at `at`."""

    session: str
    by: str
    at: int


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
