"""The way in: what happens on a platform becomes news that somebody should hear of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from holdfast.detection import Campaign, CampaignTier
from holdfast.detection.staff import Person, ReportWave, StaffAlarm, StaffWatch
from holdfast.detection.takeover import Takeover
from holdfast.events import Batch, OnceOnly
from holdfast.ports import Engine

from .knowledge import Knowledge
from .staff.repeats import Flood


class CampaignSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign has come to light, has grown, or is surer than before.

    `posts` are those of its posts that were in this batch: account, time (milliseconds since 1970 UTC) and text.
    """

    campaign: Campaign
    posts: tuple[tuple[str, int, str], ...] = ()


class TakeoverSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An account looks taken over through a staff tool; it has not posted yet."""

    takeover: Takeover


class AccessAbused(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else's hands seem to use a staff member's access, or theirs seem to be paid for."""

    alarm: StaffAlarm


class StaffTargeted(msgspec.Struct, frozen=True, kw_only=True):
    """Many of the staff report calls or messages: somebody works on all of them."""

    wave: ReportWave


News: TypeAlias = CampaignSeen | TakeoverSeen | AccessAbused | StaffTargeted


def no_warnings() -> Sequence[Takeover]:
    """An engine that gives no warnings before the first post."""
    return ()


class Watch:
    """Takes batches, lets each event count once, and tells the news. It keeps no event."""

    def __init__(
        self,
        engine: Engine,
        knowledge: Knowledge,
        *,
        key: bytes,
        warnings: Callable[[], Sequence[Takeover]] = no_warnings,
        staff: Mapping[str, Person] = MappingProxyType({}),
    ) -> None:
        """Feed `engine` and `knowledge`; `key` is the secret of the once-only filter (`events.OnceOnly`).

        `warnings` gives the takeovers that the engine has seen since it was last called. Staff are weighed
        against their own past, of which `staff` is what was kept.
        """
        self._engine = engine
        self._knowledge = knowledge
        self._warnings = warnings
        self._once = OnceOnly(key=key)
        self.staff = StaffWatch(staff, knowledge.directory.body_of)

    def take(self, batch: Batch, now: int) -> list[News]:
        """The news in `batch`, which came at `now` (milliseconds since 1970 UTC).

        Security events are heard before posts are judged, so that what was done to an account counts against its posts.
        """
        fresh = self._once.batch(batch)
        self._knowledge.observe(fresh.others)
        campaigns = [
            CampaignSeen(campaign=campaign, posts=_posts_of(campaign, fresh.posts))
            for campaign in self._engine.run([fresh])
        ]
        news: list[News] = [*campaigns]
        self.staff.observe(fresh.others, now)
        warnings = [*self._warnings()]
        for account, at in _taken_over(campaigns, warnings):
            self.staff.taken_over(account, min(at, now))
        warnings += self.staff.take_precursors()
        news += [TakeoverSeen(takeover=takeover) for takeover in warnings]
        news += self._alarms()
        news += [StaffTargeted(wave=wave) for wave in self.staff.take_waves()]
        return news

    def flooded(self, floods: Iterable[Flood]) -> list[News]:
        """The news in it that the gate has refused these without end."""
        for each in floods:
            self.staff.flooded(each.person, each.session, each.at, each.refused, each.rows)
        return self._alarms()

    def _alarms(self) -> list[News]:
        return [AccessAbused(alarm=alarm) for alarm in self.staff.take_alarms()]


def _taken_over(campaigns: Iterable[CampaignSeen], warnings: Iterable[Takeover]) -> Iterator[tuple[str, int]]:
    """The accounts seen to be in other hands, and when: those that post for a campaign, and those warned of."""
    for seen in campaigns:
        if seen.campaign.tier is CampaignTier.CONTAIN:
            yield from ((account, time) for account, time, _ in seen.posts)
    yield from ((takeover.account, takeover.warned_at) for takeover in warnings)


def _posts_of(campaign: Campaign, posts: pa.RecordBatch) -> tuple[tuple[str, int, str], ...]:
    """Account, time and text of those posts of the campaign that are in the batch; its bystanders' are left out."""
    wanted = pa.array([post for post in campaign.posts if post not in campaign.bystander_posts], pa.string())
    rows = posts.filter(pc.is_in(posts.column("id"), value_set=wanted))
    columns = (rows.column(name).to_pylist() for name in ("account", "time", "text"))
    return tuple(zip(*columns, strict=True))
