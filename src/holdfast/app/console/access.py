"""Who can do what with the internal tools, or could on a past date, by which policies, and what has changed since?"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, time_of
from holdfast.app.server.staff.access import AccessSeen, access_seen, wanted_of
from holdfast.app.server.staff.comparing import AccessCompared, access_compared
from holdfast.app.server.staff.lookups import looked_up
from holdfast.app.sheet import access_sheet
from holdfast.app.terminal import printable
from holdfast.events import format_time
from holdfast.guard.staff import Tier

from .forms import address, asked_of, attached, command, fields
from .pages import ACCESS, Visitors
from .site import Site

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

    def __init__(self, site: Site, visitors: Visitors, ask: Ask) -> None:
        """Answer with these; `ask` asks the worker."""
        self._site, self._visitors, self._ask = site, visitors, ask

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(ACCESS.path, self._page, methods=["GET"]),
            Route(f"{ACCESS.path}.csv", self._sheet, methods=["GET"]),
        ]

    async def _page(self, http: Request) -> Response:
        visit = await self._visitors.enter(http, ACCESS)
        asked = asked_of(http.query_params, (*_FIELDS, *_HOW), _TIMES)
        shown = await self._shown(asked)
        if asked:
            await looked_up(self._ask, visit.who.caller, _what(asked), _about(asked))
        return self._site.page("access", visit, page=shown, most=MOST_ROWS)

    async def _shown(self, asked: dict[str, str]) -> Shown:
        """What was asked for; without a question nothing is worked out."""
        functions, now = await self._ask(lambda run: (_functions(run), run.clock.now()))
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
            sheet=address(f"{ACCESS.path}.csv", query),
            shown_at=format_time(now),
        )

    async def _sheet(self, http: Request) -> Response:
        visit, asked = await self._visitors.enter(http, ACCESS), asked_of(http.query_params, _FIELDS, _TIMES)
        found = await access_seen(self._ask, time_of(asked, "at"), wanted_of(asked))
        await looked_up(self._ask, visit.who.caller, "rights, as a table", _about(asked))
        return attached(access_sheet(msgspec.to_builtins(found)), f"access-{found.at[:10]}.csv")


def _what(asked: Mapping[str, str]) -> str:
    return "changes of rights" if "since" in asked else "rights"


def _about(asked: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if name not in _HOW}


def _functions(run: LiveWatch) -> tuple[str, ...]:
    """The functions that there are."""
    return tuple(sorted({function for _, function in run.response.staff.policy.functions}))


def _lines(text: str) -> str:
    """A policy's text line by line; whoever wrote it moves nothing on the page."""
    return "\n".join(printable(line, _LONGEST_LINE) for line in text.expandtabs(4).splitlines())
