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
from holdfast.app.server.staff.sessions import session_of
from holdfast.app.server.staff.watching import WantedSeen, left, wanted, watched
from holdfast.app.signin.sessions import Sessions, SignedIn
from holdfast.app.terminal import printable
from holdfast.guard import Act
from holdfast.guard.staff import StaffReason
from holdfast.response.people import same

from .desk import MOST_SHOWN, Done, signed_in, visitor
from .second import BARRED
from .site import Site, moment

WATCH = "/console/watch"
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

    def __init__(self, site: Site, sessions: Sessions, ask: Ask) -> None:
        """Answer with these; `ask` asks the worker."""
        self._site, self._sessions, self._ask = site, sessions, ask

    def routes(self) -> list[Route]:
        """Where they are."""
        one = f"{WATCH}/{{id}}"
        return [
            Route(WATCH, self._page, methods=["GET"]),
            Route(one, self._one, methods=["GET"]),
            Route(f"{one}/attempts", self._look, methods=["GET"]),
            Route(f"{one}/presence", self._say, methods=["POST"]),
            Route(f"{one}/leave", self._leave, methods=["POST"]),
        ]

    async def _page(self, http: Request) -> Response:
        who = visitor(self._sessions, http)
        return self._site.page("watch", who, waiting=await self._ask(lambda run: _listed(run, who)), barred=BARRED)

    async def _one(self, http: Request) -> Response:
        who, id_ = visitor(self._sessions, http), http.path_params["id"]
        return self._site.page("watch_one", who, it=await self._ask(lambda run: _found(run, id_, who)))

    async def _look(self, http: Request) -> Response:
        who, id_ = signed_in(self._sessions, http), http.path_params["id"]
        after = number_of(http, "after", 0, 2**53, 0)

        def do(run: LiveWatch) -> Seen:
            _may_come(run, who)
            found = watched(run, id_, who.caller, after, _MOST)
            over = "" if found.over is None else _OVER.get(found.over, str(found.over))
            return Seen(lines=tuple(map(_line, found.items)), hidden=found.hidden, next=found.next, over=over)

        return shown(await self._ask(do))

    async def _say(self, http: Request) -> Response:
        who, id_ = signed_in(self._sessions, http), http.path_params["id"]

        def do(run: LiveWatch) -> None:
            _may_come(run, who)
            session_of(run, id_)
            run.response.staff.sessions.watch(id_, who.caller, run.clock.now())

        await self._ask(do)
        return shown(Done(next=""))

    async def _leave(self, http: Request) -> Response:
        who, id_ = signed_in(self._sessions, http), http.path_params["id"]
        await self._ask(lambda run: left(run, id_, who.caller))
        return shown(Done(next=""))


def _may_come(run: LiveWatch, who: SignedIn) -> None:
    run.response.entitled.check(who.caller, Act.USE_TOOLS)


def _listed(run: LiveWatch, who: SignedIn) -> list[WantedSeen]:
    """What wants a watcher.

    Raises:
        NotAllowedError: the policies do not let this person come to the gate of the tools.

    """
    _may_come(run, who)
    return wanted(run, who.person.id)[:MOST_SHOWN]


def _found(run: LiveWatch, id_: str, who: SignedIn) -> One:
    """One session.

    Raises:
        NotAllowedError: as for all of them.
        RefusedError: there is none.

    """
    _may_come(run, who)
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
