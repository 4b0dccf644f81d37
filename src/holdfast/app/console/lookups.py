"""Who looked up what about staff and accounts: who watched those who watch?"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from holdfast.app.server.asking import Ask, key_of
from holdfast.app.server.staff.lookups import ITSELF, LookupSeen, looked_up, lookups_seen
from holdfast.app.signin.sessions import refreshes

from .forms import address, asked_of, command, fields, names_of
from .pages import LOOKUPS, Visitors
from .site import Site

MOST_SHOWN = 100  # lookups on a page
_FIELDS, _TIMES = ("person", "about"), ("since", "until")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows; `form` stands in the form, the links ask the same again."""

    form: dict[str, str]
    items: tuple[LookupSeen, ...]
    names: dict[str, str]
    command: str
    older: str
    first: str
    moves: bool


class LookupPages:
    """The page of lookups."""

    def __init__(self, site: Site, visitors: Visitors, ask: Ask) -> None:
        """Answer with these; `ask` asks the worker."""
        self._site, self._visitors, self._ask = site, visitors, ask

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route(LOOKUPS.path, self._page, methods=["GET"])]

    async def _page(self, http: Request) -> Response:
        visit = await self._visitors.enter(http, LOOKUPS)
        asked, after = asked_of(http.query_params, _FIELDS, _TIMES), key_of(http)
        answer = self._site.live(http, "lookups", visit, it=await self._shown(asked, after))
        anew = refreshes(http.scope)  # else two who have it open would each show the other something new, for ever
        await looked_up(self._ask, visit.who.caller, ITSELF, asked, anew=anew)
        return answer

    async def _shown(self, asked: dict[str, str], after: str) -> Shown:
        found = await lookups_seen(self._ask, asked, after, MOST_SHOWN)
        people = {each.person for each in found.items}
        return Shown(
            form=fields(asked, _FIELDS, _TIMES),
            items=found.items,
            names=await self._ask(lambda run: names_of(run, people)),
            command=command("gate lookups", asked),
            older=address(LOOKUPS.path, asked, after=found.next) if found.next else "",
            first=address(LOOKUPS.path, asked) if after else "",
            moves=not after and "until" not in asked,
        )
