"""The way in: what happens on a platform becomes news that somebody should hear of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from holdfast.detection import Campaign
from holdfast.detection.staff import Person, ReportWave, StaffAlarm, StaffWatch
from holdfast.detection.takeover import Takeover
from holdfast.events import Batch, OnceOnly
from holdfast.investigation import ReadAbuse, staff_outliers
from holdfast.ports import Engine

from .knowledge import Knowledge

MINUTE = 60_000  # milliseconds


class CampaignSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign has come to light, has grown, or is surer than before.

    `posts` are those of its posts that were in this batch: account, time (milliseconds since 1970 UTC) and text.
    """

    campaign: Campaign
    posts: tuple[tuple[str, int, str], ...] = ()


class StaffSuspected(msgspec.Struct, frozen=True, kw_only=True):
    """A staff member or tool session works unlike the colleagues: a reason to ask, before or without any post."""

    suspicion: ReadAbuse


class TakeoverSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An account looks taken over through a staff tool; it has not posted yet."""

    takeover: Takeover


class AccessAbused(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else's hands seem to use a staff member's access, or theirs seem to be paid for."""

    alarm: StaffAlarm


class StaffTargeted(msgspec.Struct, frozen=True, kw_only=True):
    """Many of the staff report calls or messages: somebody works on all of them."""

    wave: ReportWave


News: TypeAlias = CampaignSeen | StaffSuspected | TakeoverSeen | AccessAbused | StaffTargeted


def no_warnings() -> Sequence[Takeover]:
    """An engine that gives no warnings before the first post."""
    return ()


class Watch:
    """Takes batches, lets each event count once, and tells the news. It keeps no event."""

    def __init__(  # noqa: PLR0913  (what it feeds, and what it knows)
        self,
        engine: Engine,
        knowledge: Knowledge,
        *,
        key: bytes,
        warnings: Callable[[], Sequence[Takeover]] = no_warnings,
        look_every: int = 15 * MINUTE,
        staff: Mapping[str, Person] = MappingProxyType({}),
    ) -> None:
        """Feed `engine` and `knowledge`; `key` is the secret of the once-only filter (`events.OnceOnly`).

        `warnings` gives the takeovers that the engine has seen since it was last called. Staff are compared with each
        other every `look_every` milliseconds, and each with their own past, of which `staff` is what was kept.
        """
        self._engine = engine
        self._knowledge = knowledge
        self._warnings = warnings
        self._once = OnceOnly(key=key)
        self._look_every = look_every
        self._looked_at = 0
        self.staff = StaffWatch(staff)

    def take(self, batch: Batch, now: int) -> list[News]:
        """The news in `batch`, which came at `now` (milliseconds since 1970 UTC).

        Security events are heard before posts are judged, so that what was done to an account counts against its posts.
        """
        fresh = self._once.batch(batch)
        self._knowledge.observe(fresh.others)
        news: list[News] = [
            CampaignSeen(campaign=campaign, posts=_posts_of(campaign, fresh.posts))
            for campaign in self._engine.run([fresh])
        ]
        self.staff.observe(fresh.others, now)
        warnings = [*self._warnings(), *self.staff.take_precursors()]
        news += [TakeoverSeen(takeover=takeover) for takeover in warnings]
        news += [AccessAbused(alarm=alarm) for alarm in self.staff.take_alarms()]
        news += [StaffTargeted(wave=wave) for wave in self.staff.take_waves()]
        return news + self._outliers(now)

    def _outliers(self, now: int) -> list[News]:
        if now - self._looked_at < self._look_every:
            return []
        self._looked_at = now
        found = staff_outliers(self._knowledge.touches, now, self._knowledge.directory.reach_of)
        return [StaffSuspected(suspicion=suspicion) for suspicion in found]


def _posts_of(campaign: Campaign, posts: pa.RecordBatch) -> tuple[tuple[str, int, str], ...]:
    """Account, time and text of those posts of the campaign that are in the batch; its bystanders' are left out."""
    wanted = pa.array([post for post in campaign.posts if post not in campaign.bystander_posts], pa.string())
    rows = posts.filter(pc.is_in(posts.column("id"), value_set=wanted))
    columns = (rows.column(name).to_pylist() for name in ("account", "time", "text"))
    return tuple(zip(*columns, strict=True))
