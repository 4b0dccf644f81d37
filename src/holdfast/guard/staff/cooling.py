"""May a value that staff put on an account be used already? Not before the old value was told and had time to object.

    asked -> (the old value is told) -> cooling -> in force

Out of `asked` and `cooling` it can be reversed by the holder or ended by a hold; out of `asked` it ends by itself when
nobody could be told. How far it has come is read off the time that the question brings; nothing has to run for it.
"""

from __future__ import annotations

import enum
from itertools import pairwise
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from .facts import Tier

MINUTE, HOUR = 60_000, 3_600_000  # milliseconds

TELL_WITHIN = 24 * HOUR
"""If the old value cannot be told in a day, the change is off: it would be silent."""

CHAIN = 7 * 24 * HOUR
"""Changes of one account that follow each other within a week are one chain, and whoever was there before it is told:
who swaps an address twice would otherwise be the old value of the second swap. A week: most people read mail once."""

Credential: TypeAlias = Literal["email", "phone", "mfa", "passkey", "recovery"]
Minutes = Annotated[int, Meta(ge=1, le=30 * 24 * 60)]  # a month: longer is no waiting but a refusal


class Cooling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many minutes a change waits after the old value was told, by the tier of the account. [judged]

    An hour for anybody: 2 h 58 went by between the first and the last post in July 2020, and support still helps the
    same day. A day where many read: somebody of the team is awake. Three days where a state speaks: a weekend passes.
    """

    ordinary: Minutes = 60
    high_reach: Minutes = 24 * 60
    official: Minutes = 72 * 60
    protected: Minutes = 72 * 60

    def __post_init__(self) -> None:
        """Refuse times by which less is waited where more is at stake."""
        if any(lower > higher for lower, higher in pairwise(msgspec.structs.astuple(self))):
            raise ValueError("a higher tier never cools for a shorter time")

    def of(self, tier: Tier) -> int:
        """How long a change of an account of this tier cools, in milliseconds."""
        minutes: tuple[int, ...] = msgspec.structs.astuple(self)
        return minutes[tier] * MINUTE


@enum.unique
class Stage(enum.StrEnum):
    """How far a change has come."""

    ASKED = "asked"  # the old value has not been told yet
    COOLING = "cooling"  # it has been, and can object
    IN_FORCE = "in_force"  # the new value counts
    REVERSED = "reversed"  # the holder said no
    ENDED = "ended"  # a hold came in between, or nobody could be told


OPEN = frozenset({Stage.ASKED, Stage.COOLING})


class PendingChange(msgspec.Struct, frozen=True, kw_only=True):
    """That `person` had `what` of `account` changed by a function of a tool; times are milliseconds since 1970 UTC.

    `id` is the attempt's. `since` is when the chain of changes began that it belongs to. It cools for `cools` ms, as
    was written when it was asked for. `links` maps the SHA-256 (hex) of the secret of a link to the moment to which
    that link brings the account back. `signal` says what made it look like a takeover at `signal_at`.

    `account` is the platform's own id once it is `named`: the tool may spell it otherwise, and until then its spelling
    stands here, and in `spelt` always. `others` are the platform's ids that are spelt alike and are meant, too.
    `new_hash` is the salted hash of the new value (`value_hash`), "" where it is not known. It cools for
    `asleep` ms more, in which no link worked.
    """

    id: str
    account: str
    what: Credential
    tool: str
    function: str
    person: str
    session: str
    tier: Tier
    asked_at: int
    since: int
    cools: int
    links: dict[str, int] = {}
    told_at: int | None = None
    reversed_at: int | None = None
    ended_at: int | None = None
    why: str = ""
    closed: bool = False
    signal: str = ""
    signal_at: int | None = None
    named: bool = False
    spelt: str = ""
    others: tuple[str, ...] = ()
    new_hash: str = ""
    asleep: int = 0

    @property
    def ids(self) -> tuple[str, ...]:
        """Each id that is meant."""
        return self.account, *self.others

    @property
    def links_until(self) -> int:
        """When its links end: as soon as it counts, or would have."""
        return self.asked_at + TELL_WITHIN if self.until is None else self.until

    @property
    def until(self) -> int | None:
        """When the new value counts, if nothing comes in between; None while the old one has not been told."""
        return None if self.told_at is None else self.told_at + self.cools + self.asleep

    def stage(self, now: int) -> Stage:
        """How far it has come at `now`, to the millisecond."""
        if self.reversed_at is not None:
            return Stage.REVERSED
        if self.ended_at is not None:
            return Stage.ENDED
        if self.until is None:
            return Stage.ASKED if now - self.asked_at < TELL_WITHIN else Stage.ENDED
        return Stage.COOLING if now < self.until else Stage.IN_FORCE

    def told(self, now: int) -> PendingChange:
        """The same once the old value was told; being told again does not make it wait longer."""
        if self.stage(now) is not Stage.ASKED:
            return self
        return msgspec.structs.replace(self, told_at=now)

    def slept(self, since: int, now: int) -> PendingChange:
        """The same once nobody could object from `since` to `now`: that time does not count."""
        if self.stage(since) is not Stage.COOLING:
            return self
        return msgspec.structs.replace(self, asleep=self.asleep + max(0, now - since))

    def reversed(self, now: int) -> PendingChange:
        """The same once the holder said no; what has ended stays ended."""
        if self.stage(now) in {Stage.REVERSED, Stage.ENDED}:
            return self
        return msgspec.structs.replace(self, reversed_at=now, why="the holder said no")

    def ended(self, now: int, why: str) -> PendingChange:
        """The same once something else ended it; only what does not count yet can be ended."""
        if self.stage(now) not in OPEN:
            return self
        return msgspec.structs.replace(self, ended_at=now, why=why)


def begins(earlier: tuple[PendingChange, ...], now: int) -> int:
    """When the chain began that a change asked for at `now` belongs to: who was there then is told.

    `earlier` are the changes of the same account; those that never counted and never will are passed over.
    """
    off = {Stage.REVERSED, Stage.ENDED}
    linked = [each.since for each in earlier if each.stage(now) not in off and now - each.asked_at < CHAIN]
    return min([now, *linked])  # a clock that was ahead must not make what came since look as if it had been there
