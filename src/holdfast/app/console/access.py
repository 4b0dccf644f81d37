"""Who can do what with the internal tools, or could on a past date, by which policies, and what has changed since?"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, time_of
from holdfast.app.server.staff.access import AccessSeen, access_seen, wanted_of
from holdfast.app.server.staff.comparing import AccessCompared, access_compared
from holdfast.app.sheet import access_sheet
from holdfast.app.signin.sessions import Sessions, SignedIn
from holdfast.app.terminal import printable
from holdfast.events import format_time
from holdfast.guard import Act
from holdfast.guard.staff import Tier

from .desk import signed_in, visitor
from .lookups import address, asked_of, attached, command, fields
from .site import Site

ACCESS = "/console/access"
MOST_ROWS = 1_000  # of each table: some fifty sheets of paper
_FIELDS, _TIMES, _HOW = ("function", "person", "tier", "target"), ("at", "since"), ("texts", "show")
_LONGEST_LINE = 2_000  # characters of a policy's line
_OPTIONS = {"tier": "target-tier"}  # what a field is called on the command line


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows; `it` and `changes` are None where they were not asked for.

    `functions` and `tiers` are suggested in the form. `shown_at` stands on paper.
    """

    form: dict[str, str]
    functions: tuple[str, ...]
    tiers: tuple[str, ...]
    it: AccessSeen | None
    changes: AccessCompared | None
    texts: dict[str, str]
    command: str
    sheet: str
    shown_at: str


class AccessPages:
    """The page of rights, and the same as a table."""

    def __init__(self, site: Site, sessions: Sessions, ask: Ask) -> None:
        """Answer with these; `ask` asks the worker."""
        self._site, self._sessions, self._ask = site, sessions, ask

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(ACCESS, self._page, methods=["GET"]),
            Route(f"{ACCESS}.csv", self._sheet, methods=["GET"]),
        ]

    async def _page(self, http: Request) -> Response:
        who = visitor(self._sessions, http)
        asked = asked_of(http.query_params, (*_FIELDS, *_HOW), _TIMES)
        return self._site.page("access", who, page=await self._shown(who, asked), most=MOST_ROWS)

    async def _shown(self, who: SignedIn, asked: dict[str, str]) -> Shown:
        """What was asked for; without a question nothing is worked out."""
        functions, now = await self._ask(lambda run: (_functions(run, who), run.clock.now()))
        at, since, wanted = time_of(asked, "at"), time_of(asked, "since"), wanted_of(asked)
        found = await access_seen(self._ask, at, wanted, texts="texts" in asked) if asked else None
        changes = None if since is None else await access_compared(self._ask, since, at, wanted)
        query = {name: value for name, value in asked.items() if name not in _HOW and name != "since"}
        return Shown(
            form=fields(asked, (*_FIELDS, *_HOW), _TIMES),
            functions=functions,
            tiers=tuple(tier.word for tier in Tier),
            it=found,
            changes=changes,
            texts={} if found is None else {name: _lines(text) for name, text in (found.texts or {}).items()},
            command=command("gate who", {_OPTIONS.get(name, name): value for name, value in query.items()}),
            sheet=address(f"{ACCESS}.csv", query),
            shown_at=format_time(now),
        )

    async def _sheet(self, http: Request) -> Response:
        who, asked = signed_in(self._sessions, http), asked_of(http.query_params, _FIELDS, _TIMES)
        await self._ask(lambda run: _functions(run, who))
        found = await access_seen(self._ask, time_of(asked, "at"), wanted_of(asked))
        return attached(access_sheet(msgspec.to_builtins(found)), f"access-{found.at[:10]}.csv")


def _functions(run: LiveWatch, who: SignedIn) -> tuple[str, ...]:
    """The functions that there are.

    Raises:
        NotAllowedError: the policies do not let this person see what staff do.

    """
    run.response.entitled.check(who.caller, Act.SEE_STAFF)
    return tuple(sorted({function for _, function in run.response.staff.policy.functions}))


def _lines(text: str) -> str:
    """A policy's text line by line; whoever wrote it moves nothing on the page."""
    return "\n".join(printable(line, _LONGEST_LINE) for line in text.expandtabs(4).splitlines())
