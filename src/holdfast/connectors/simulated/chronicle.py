"""What really happened: kept while a drill runs, for its scoreboard alone; no defender may read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .scenario import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class LurePost:
    """One lure post. `refused` ones were never seen; the others are live from `made_at` until removed or hidden.

    `hidden` are the stretches (from, until or None) in which readers did not see it though it was not removed.
    """

    id: str
    account: str
    lure: str
    made_at: int
    refused: bool = False
    removed_at: int | None = None
    hidden: tuple[tuple[int, int | None], ...] = ()

    def live(self, until: int) -> Iterable[tuple[int, int]]:
        """The stretches of time before `until` in which readers could see it, in order."""
        if self.refused:
            return
        end = min(until, until if self.removed_at is None else self.removed_at)
        begin = self.made_at
        for start, stop in self.hidden:
            if begin < min(start, end):
                yield begin, min(start, end)
            begin = end if stop is None else max(begin, stop)
        if begin < end:
            yield begin, end


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What was true of a drill so far. Accounts are ids in order of happening; times are milliseconds since 1970 UTC.

    `cause` holds the factor keys any of which is right; it is empty when the hijacked accounts have nothing in common,
    and then "unknown" is right. `touched` accounts had their credentials, sessions or private data in the adversary's
    hands; `targeted` adds those that were tried in vain. `amplified` are reposts of lures by hijacked accounts;
    `refusals` are the adversary's refused deeds as (time, account, what). `looked_at` had their contact details shown
    to it by the tool; `harmed_at` is when each account was touched, posted from, read or exported.
    """

    scenario: str
    seed: int
    cause: tuple[str, ...]
    told: str
    targeted: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    posted: tuple[str, ...] = ()
    lure_posts: tuple[LurePost, ...] = ()
    amplified: tuple[str, ...] = ()
    inboxes_read: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    messages_sent: int = 0
    touched_at: tuple[int, ...] = ()
    looked_at: tuple[str, ...] = ()
    harmed_at: tuple[int, ...] = ()
    refusals: tuple[tuple[int, str, str], ...] = ()

    @property
    def first_lure_at(self) -> int | None:
        """When readers first saw a lure; None when none ever was."""
        return min((post.made_at for post in self.lure_posts if not post.refused), default=None)

    def last_lure_live_at(self, until: int) -> int | None:
        """The last moment up to `until` at which any lure could be seen."""
        return max((end for post in self.lure_posts for _, end in post.live(until)), default=None)

    def right(self, named: str | None) -> bool:
        """Whether the cause `named` (a factor's key, None for "unknown") is the true one."""
        return named in self.cause if self.cause else named is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a scoreboard needs. `live_seconds` sums over lure posts; `innocent_account_minutes` over accounts held.

    `held_unused` are the targeted accounts that were kept from posting and never carried a lure. Innocent is whom the
    adversary never touched. `refused_to_innocents` counts posts, `alerts_refused` those among them that warn of danger.
    """

    targeted: int
    touched: int
    posted: int
    held_unused: int
    innocent_held: int
    lures_made: int
    lures_refused: int
    lures_removed: int
    live_seconds: float
    window_seconds: float
    inboxes_read: int
    exports: int
    first_lure_at: int | None
    last_lure_live_at: int | None
    innocent_account_minutes: float
    refused_to_innocents: int
    alerts_refused: int


@dataclass(slots=True)
class _Track:
    id: str
    account: str
    lure: str
    made_at: int
    refused: bool
    removed_at: int | None = None
    hidden: list[tuple[int, int | None]] = field(default_factory=list)


class Chronicle:
    """The notes from which `Truth` is made."""

    def __init__(self, scenario: str, seed: int, cause: Cause) -> None:
        """A clean sheet."""
        self._scenario, self._seed, self._cause = scenario, seed, cause
        self.sessions: dict[str, list[str]] = {}  # the tool sessions that the adversary opened, by staff member
        self.targeted: dict[str, int] = {}
        self.touched: dict[str, int] = {}
        self.looked_at: dict[str, int] = {}
        self.inboxes: dict[str, int] = {}
        self.exports: dict[str, int] = {}
        self.amplified: list[str] = []
        self.refusals: list[tuple[int, str, str]] = []
        self.messages = 0
        self._lures: dict[str, _Track] = {}

    def lure(self, post: str, account: str, lure: str, time: int, *, refused: bool = False) -> None:
        """A lure was posted, or would have been."""
        self._lures[post] = _Track(post, account, lure, time, refused)

    def is_lure(self, post: str) -> bool:
        """Whether `post` is a lure that readers got to see."""
        return post in self._lures and not self._lures[post].refused

    def removed(self, post: str, time: int) -> None:
        """The post is gone for good."""
        if post in self._lures and self._lures[post].removed_at is None:
            self._lures[post].removed_at = time

    def hidden(self, post: str, time: int) -> None:
        """Readers see the post no longer."""
        track = self._lures.get(post)
        if track is not None and not (track.hidden and track.hidden[-1][1] is None):
            track.hidden.append((time, None))

    def shown(self, post: str, time: int) -> None:
        """Readers see the post again."""
        track = self._lures.get(post)
        if track is not None and track.hidden and track.hidden[-1][1] is None:
            track.hidden[-1] = (track.hidden[-1][0], time)

    def lures_of(self, account: str) -> list[str]:
        """The lures that `account` got to post, oldest first."""
        return [track.id for track in self._lures.values() if track.account == account and not track.refused]

    def truth(self) -> Truth:
        """What is true so far."""
        posts = tuple(
            LurePost(
                id=track.id,
                account=track.account,
                lure=track.lure,
                made_at=track.made_at,
                refused=track.refused,
                removed_at=track.removed_at,
                hidden=tuple(track.hidden),
            )
            for track in self._lures.values()
        )
        return Truth(
            scenario=self._scenario,
            seed=self._seed,
            cause=self._named(),
            told=self._cause.told,
            targeted=tuple(self.targeted),
            touched=tuple(self.touched),
            touched_at=tuple(self.touched.values()),
            looked_at=tuple(self.looked_at),
            harmed_at=self._harmed_at(),
            posted=tuple(dict.fromkeys(post.account for post in posts if not post.refused)),
            lure_posts=posts,
            amplified=tuple(self.amplified),
            inboxes_read=tuple(self.inboxes),
            exports=tuple(self.exports),
            messages_sent=self.messages,
            refusals=tuple(self.refusals),
        )

    def _harmed_at(self) -> tuple[int, ...]:
        lures = [track.made_at for track in self._lures.values() if not track.refused]
        others = [*self.touched.values(), *self.inboxes.values(), *self.exports.values()]
        return tuple(sorted([*lures, *others]))

    def _named(self) -> tuple[str, ...]:
        sessions = [f"tool_session:{session}" for opened in self.sessions.values() for session in opened]
        staff = [f"staff:{name}" for name in self.sessions]
        return (*sessions, *staff, *self._cause.accepted)
