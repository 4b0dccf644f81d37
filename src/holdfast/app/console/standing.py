"""Which lockdowns are in force, what would loosen something, and which changes of holders' credentials wait?

Whoever may place lockdowns can propose there that one goes down, or agree to what somebody else proposed.
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask
from holdfast.app.server.staff.changing import ChangeSeen, change_seen
from holdfast.app.server.staff.lockdowns import LockSeen, LooserSeen, lock_seen, looser_seen
from holdfast.guard.staff import LEVELS, OPEN
from holdfast.response.people import same

from .desk import MOST_SHOWN
from .pages import LOCKDOWN, STANDING, Visit, Visitors
from .site import Site


class Loosens(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal that waits, and whether whoever looks made it: then somebody else has to agree."""

    seen: LooserSeen
    mine: bool


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What stands: the strictest lockdown first, the change that counts soonest first; `count` is of all changes.

    `leads`: whoever looks may place lockdowns and loosen them.
    """

    leads: bool
    locks: tuple[LockSeen, ...]
    proposals: tuple[Loosens, ...]
    changes: tuple[ChangeSeen, ...]
    count: int


class StandingPages:
    """The page of what stands."""

    def __init__(self, site: Site, visitors: Visitors, ask: Ask) -> None:
        """Answer with these; `ask` asks the worker."""
        self._site, self._visitors, self._ask = site, visitors, ask

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route(STANDING.path, self._page, methods=["GET"])]

    async def _page(self, http: Request) -> Response:
        visit = await self._visitors.enter(http, STANDING)
        it = await self._ask(lambda run: _standing(run, visit))
        return self._site.live(http, "standing", visit, it=it, words=[level.words for level in LEVELS])


def _standing(run: LiveWatch, visit: Visit) -> Standing:
    """What stands now."""
    changing, now = run.response.staff.changing, run.clock.now()
    register = run.response.staff.locks
    locks = [each for each in register.kept.values() if each.in_force(now)]
    staged = [(each, changing.stage(each, now)) for each in changing.kept.values() if not each.closed]
    waiting = [(each, stage) for each, stage in staged if stage in OPEN]
    waiting.sort(key=lambda row: (row[0].until is None, row[0].until or row[0].asked_at))
    proposals = (each for each in register.proposals.values() if register.waits(each, now))
    proposed = sorted(proposals, key=lambda each: each.until)
    return Standing(
        leads=LOCKDOWN in visit.links,
        proposals=tuple(Loosens(seen=looser_seen(each), mine=same(each.by, visit.who.person.id)) for each in proposed),
        locks=tuple(lock_seen(each, now) for each in sorted(locks, key=lambda lock: (-lock.level, lock.starts))),
        changes=tuple(change_seen(*row) for row in waiting[:MOST_SHOWN]),
        count=len(waiting),
    )
