"""Which sessions want somebody to look on, and how does somebody do it in a browser?

It counts while the page is open and in front: the page says so again and again, and says when it is left.
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, number_of, shown
from holdfast.app.server.staff.attempting import AttemptSeen
from holdfast.app.server.staff.lookups import looked_up
from holdfast.app.server.staff.sessions import session_of
from holdfast.app.server.staff.watching import WantedSeen, left, wanted, watched
from holdfast.app.signin.sessions import SignedIn
from holdfast.app.terminal import printable
from holdfast.guard import Act
from holdfast.guard.staff import StaffReason
from holdfast.response.people import same

from .desk import MOST_SHOWN, Done
from .pages import WATCH, Visitors
from .second import BARRED
from .site import Site, moment

_MOST = 200  # attempts at a look: the page comes back within seconds
_OVER = {
    StaffReason.SESSION_OVER: "The session is over: it was ended, or has run out.",
    StaffReason.PERSON_GONE: "The session is over: its person has changed, or is there no more.",
}


class One(msgspec.Struct, frozen=True, kw_only=True):
    """A session that somebody may look on at: what it wanted, if it wants something, and why it would not count."""

    id: str
    person: str
    wants: WantedSeen | None
    over: str
    mine: bool
    barred: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt as the page shows it, with nothing left in it that moves letters about."""

    at: str
    allowed: bool
    what: str
    because: str


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is new: the oldest first; `next` is where to go on, and `over` says why there is nothing to look on at."""

    lines: tuple[Line, ...]
    hidden: int
    next: int
    over: str


class WatchPages:
    """The page of all that want a watcher, and of one session."""

    def __init__(self, site: Site, visitors: Visitors, ask: Ask) -> None:
        """Answer with these; `ask` asks the worker."""
        self._site, self._visitors, self._ask = site, visitors, ask

    def routes(self) -> list[Route]:
        """Where they are."""
        one = f"{WATCH.path}/{{id}}"
        return [
            Route(WATCH.path, self._page, methods=["GET"]),
            Route(one, self._one, methods=["GET"]),
            Route(f"{one}/attempts", self._look, methods=["GET"]),
            Route(f"{one}/presence", self._say, methods=["POST"]),
            Route(f"{one}/leave", self._leave, methods=["POST"]),
        ]

    async def _page(self, http: Request) -> Response:
        visit = await self._visitors.enter(http, WATCH)
        waiting = await self._ask(lambda run: wanted(run, visit.who.person.id)[:MOST_SHOWN])
        return self._site.live(http, "watch", visit, waiting=waiting, barred=BARRED)

    async def _one(self, http: Request) -> Response:
        visit, id_ = await self._visitors.enter(http, WATCH), http.path_params["id"]
        return self._site.page("watch_one", visit, it=await self._ask(lambda run: _found(run, id_, visit.who)))

    async def _look(self, http: Request) -> Response:
        who, id_ = self._visitors.signed_in(http), http.path_params["id"]
        after = number_of(http, "after", 0, 2**53, 0)

        def do(run: LiveWatch) -> Seen:
            _may_come(run, who)
            found = watched(run, id_, who.caller, after, _MOST)
            over = "" if found.over is None else _OVER.get(found.over, str(found.over))
            return Seen(lines=tuple(map(_line, found.items)), hidden=found.hidden, next=found.next, over=over)

        found = await self._ask(do)
        await looked_up(self._ask, who.caller, "what a session does", {"id": id_})
        return shown(found)

    async def _say(self, http: Request) -> Response:
        who, id_ = self._visitors.signed_in(http), http.path_params["id"]

        def do(run: LiveWatch) -> None:
            _may_come(run, who)
            session_of(run, id_)
            run.response.staff.sessions.watch(id_, who.caller, run.clock.now())

        await self._ask(do)
        return shown(Done(next=""))

    async def _leave(self, http: Request) -> Response:
        who, id_ = self._visitors.signed_in(http), http.path_params["id"]
        await self._ask(lambda run: left(run, id_, who.caller))
        return shown(Done(next=""))


def _may_come(run: LiveWatch, who: SignedIn) -> None:
    run.response.entitled.check(who.caller, Act.USE_TOOLS)


def _found(run: LiveWatch, id_: str, who: SignedIn) -> One:
    """One session.

    Raises:
        RefusedError: there is none.

    """
    session, now = session_of(run, id_), run.clock.now()
    wants = next((each for each in wanted(run, who.person.id) if each.session == id_), None)
    fault = run.response.staff.sessions.fault(session, now)
    return One(
        id=id_,
        person=session.person,
        wants=wants,
        over="" if fault is None else _OVER.get(fault, str(fault)),
        mine=same(session.person, who.person.id),
        barred="" if wants is None or wants.barred is None else BARRED[wants.barred],
    )


def _line(attempt: AttemptSeen) -> Line:
    on = f" on {attempt.target}" if attempt.target else ""
    why = "" if attempt.allowed else f" ({', '.join(attempt.reasons).replace('_', ' ')})"
    return Line(
        at=moment(attempt.at),
        allowed=attempt.allowed,
        what=printable(f"{attempt.function}{on}{why}"),
        because=printable(f"{attempt.reason or 'no reason said'}, {attempt.ticket or 'no ticket'}"),
    )
