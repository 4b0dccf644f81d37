"""What is a scenario made of: who is on the platform, what the adversary means to do, and what was true in the end.

A scenario is data. Times are milliseconds since 1970-01-01 UTC. Nothing here knows how a platform works.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from holdfast.events import Tier

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def moment(text: str) -> int:
    """The milliseconds since 1970 UTC that an RFC 3339 time such as `2020-07-15T19:13:00Z` names."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def names(text: str) -> tuple[str, ...]:
    """The names in `text`, which stand apart by white space."""
    return tuple(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One account known by name. `reach` counts followers; `rate` is its usual posts per hour."""

    handle: str
    reach: int
    verified: bool = True
    tier: Tier = "ordinary"
    org: str = ""
    emergency: bool = False
    lang: str = "en"
    rate: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Everybody else. `verified` counts all verified accounts, those known by name among them."""

    ordinary: int
    verified: int
    posts_per_second: float
    staff: int = 1_200  # "over 1,000" held the tools in July 2020 (NYDFS)


@enum.unique
class Deed(enum.StrEnum):
    """What an adversary can do to one account, with the powers that its way in gives."""

    VIEW = "view"  # by staff tool
    SWAP_EMAIL = "swap_email"  # by staff tool, the second factor with it
    READ_AS_STAFF = "read_as_staff"  # by staff tool
    PORT_NUMBER = "port_number"  # at the carrier
    RESET = "reset"
    SIGN_IN = "sign_in"
    USE_STOLEN_SESSION = "use_stolen_session"
    USE_APP = "use_app"
    POST = "post"
    REPOST = "repost"
    PIN = "pin"
    MESSAGE = "message"
    READ_INBOX = "read_inbox"
    EXPORT = "export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing the adversary means to do at `at` or up to `jitter` later; `what` names a lure, or whom it reposts."""

    at: int
    deed: Deed
    what: str = ""
    jitter: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One account the adversary is after, and the plan for it; `spare` ones may stand in for another that was held."""

    handle: str
    steps: tuple[Step, ...]
    batch: str = ""
    spare: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LureText:
    """What a hijacked account is made to say. `urls` are the links in it."""

    text: str
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StolenStaff:
    """A staff member in whose name the adversary acts from `at` on: talked out of a credential, or `willing` (bribed).

    Without `rights` the tool does not let them in.
    """

    staff: str
    at: int
    rights: bool = True
    willing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """The platform's own moderators (or the holder) take the first lure of `handle` away `after` milliseconds."""

    handle: str
    after: int
    by: Literal["holder", "platform"] = "platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """The adversary's means and plan.

    `networks` are the autonomous systems it signs in from; none of them: a household line in each holder's own country.
    `app` is a third-party app whose tokens it stole, which `audience` ordinary accounts let in as well; `carrier` names
    the desk that moves phone numbers for it.
    """

    targets: tuple[Target, ...]
    lures: Mapping[str, LureText] = field(default_factory=dict)
    staff: tuple[StolenStaff, ...] = ()
    networks: tuple[str, ...] = ()
    app: str = ""
    audience: int = 0
    carrier: str = ""
    removals: tuple[Removal, ...] = ()
    vishing: tuple[tuple[int, str], ...] = ()  # when, and which staff member reported the call


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What was true: factor keys any of which is right, besides the tool sessions and staff in whose name it was done.

    None at all: the hijacked accounts have nothing in common.
    """

    accepted: tuple[str, ...] = ()
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What bystanders do around an attack. `warn_from` is when the first of them sees through it."""

    warn_from: int = 0
    copycat_share: float = 0.15  # six of the forty that outsiders listed in 2020 were trolls
    alerts: tuple[tuple[int, str, str], ...] = ()  # when, handle, text: what officials must be able to say


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One run of the simulated platform, as data; `history` holds what is known of the real one, keyed as a scoreboard.

    Security events begin at `opens`, posts at `start`; both go on to `end`. `on_shift` are support staff who work every
    shift. `heeds_warnings` is whether those on the desk act on what is told before any campaign is seen.
    """

    name: str
    title: str
    opens: int
    start: int
    end: int
    population: Population
    cast: tuple[Member, ...] = ()
    on_shift: tuple[str, ...] = ()
    attack: Attack | None = None
    cause: Cause = field(default_factory=Cause)
    crowd: Crowd = field(default_factory=Crowd)
    history: Mapping[str, Any] = field(default_factory=dict)
    heeds_warnings: bool = True
