"""What can happen to a response, as steps that can be drawn, replayed, and left out one by one?

Each step carries the numbers it was drawn with and nothing else. Where it picks one of several things, it does so by
`pick` modulo how many there are then, so that a schedule still means something when other steps are left out of it.
Times are milliseconds, of what was drawn: a duration, or how far back something lies.
"""

from __future__ import annotations

import enum
from typing import TypeAlias

import msgspec

from holdfast.containment import Restriction
from holdfast.testing.faults import When


class _Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happens."""


class Swap(_Step, frozen=True, kw_only=True):
    """A tool session replaces the e-mail of `count` stars, from the one numbered `first` on."""

    first: int
    count: int


class Lure(_Step, frozen=True, kw_only=True):
    """A star posts the scam of this number; the event says that it was `ago` before now."""

    star: int
    scam: int
    ago: int = 0


class Talk(_Step, frozen=True, kw_only=True):
    """A fan says something harmless, or quotes the scam."""

    fan: int
    quotes: bool


class Redeliver(_Step, frozen=True, kw_only=True):
    """The last `count` deliveries come once more, the latest first."""

    count: int


class Ask(_Step, frozen=True, kw_only=True):
    """A person asks for one of the plans on the desk."""

    by: int
    pick: int


class AskLift(_Step, frozen=True, kw_only=True):
    """A person asks to lift `count` of the holds ever placed."""

    by: int
    pick: int
    count: int


class AskRelease(_Step, frozen=True, kw_only=True):
    """A person asks to give the accounts back whose cases are ready."""

    by: int


class Agree(_Step, frozen=True, kw_only=True):
    """A person agrees to one of the requests ever filed, open or not."""

    by: int
    pick: int


class Deny(_Step, frozen=True, kw_only=True):
    """A person says no to one of the requests ever filed."""

    by: int
    pick: int


class Alone(_Step, frozen=True, kw_only=True):
    """A person has one of the plans carried out alone, as in an emergency."""

    by: int
    pick: int


class Retry(_Step, frozen=True, kw_only=True):
    """A person has a dead letter tried again."""

    by: int
    pick: int


class Prove(_Step, frozen=True, kw_only=True):
    """The owner of a star shows what was on file before the attack."""

    star: int


class Run(_Step, frozen=True, kw_only=True):
    """The response works for so long."""

    lasting: int


class Suspend(_Step, frozen=True, kw_only=True):
    """The clock leaps forward, and nothing was done meanwhile: the machine slept."""

    lasting: int


class SetBack(_Step, frozen=True, kw_only=True):
    """The process is stopped, the machine's clock set back, the process started."""

    by: int


class Restart(_Step, frozen=True, kw_only=True):
    """The process is stopped and started again; everything it knew but the store did not is gone."""


class Kill(_Step, frozen=True, kw_only=True):
    """The process is killed at the `at`-th call across a seam from here, on this side of it."""

    at: int
    when: When


@enum.unique
class Trouble(enum.StrEnum):
    """How a store fails: full, out of reach, or reached while its answer is lost after everything was kept."""

    FULL = "full"
    GONE = "gone"
    UNHEARD = "unheard"


class StoreFails(_Step, frozen=True, kw_only=True):
    """The store fails at the `at`-th call to it from here; the answer to a commit is the only one that can be lost."""

    at: int
    trouble: Trouble


class StoreGone(_Step, frozen=True, kw_only=True):
    """The store is out of reach for every call from here on, or is back."""

    gone: bool


@enum.unique
class Mood(enum.StrEnum):
    """What a platform does with a call instead of what it was asked."""

    PRESSED = "429"
    BROKEN = "500"
    TIMEOUT = "timeout"  # does it, and the answer is lost
    LIE = "lie"  # does nothing, and says that it did
    SLOW = "slow"  # does it, and takes its time


class Moody(_Step, frozen=True, kw_only=True):
    """The platform treats its next `calls` so; `lasting` is how long a slow one takes, or a pressed one asks for."""

    mood: Mood
    calls: int
    lasting: int


class Outage(_Step, frozen=True, kw_only=True):
    """The platform does not answer any more, or does again."""

    out: bool


class RivalPlaces(_Step, frozen=True, kw_only=True):
    """Another administrator restricts a star, or a fan."""

    account: int
    restriction: Restriction


class RivalLifts(_Step, frozen=True, kw_only=True):
    """Another administrator clears a restriction, whoever placed it."""

    account: int
    restriction: Restriction


Step: TypeAlias = (
    Swap
    | Lure
    | Talk
    | Redeliver
    | Ask
    | AskLift
    | AskRelease
    | Agree
    | Deny
    | Alone
    | Retry
    | Prove
    | Run
    | Suspend
    | SetBack
    | Restart
    | Kill
    | StoreFails
    | StoreGone
    | Moody
    | Outage
    | RivalPlaces
    | RivalLifts
)
