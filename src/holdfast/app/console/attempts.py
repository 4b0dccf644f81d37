"""Was this account reached, or tried? By whom, when, with what, and why not?"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, key_of
from holdfast.app.server.staff.attempting import (
    AttemptsSeen,
    AttemptsSummed,
    attempts_seen,
    attempts_summed,
    sought_of,
)
from holdfast.app.sheet import ATTEMPT_COLUMNS, sheet
from holdfast.app.signin.sessions import Sessions, SignedIn
from holdfast.events import format_time
from holdfast.guard import Act
from holdfast.guard.staff import StaffReason, TicketSeen

from .desk import signed_in, visitor
from .lookups import address, asked_of, attached, command, fields, names_of
from .site import Site

ATTEMPTS = "/console/attempts"
MOST_SHOWN = 50  # attempts on a page
MOST_IN_SHEET = 5_000  # some megabytes, and seconds of the worker's time
_FIELDS, _TIMES = ("target", "person", "tool", "outcome"), ("since", "until")

WHY: Mapping[StaffReason, str] = {
    StaffReason.NO_SESSION: "the gate knew no such session",
    StaffReason.SESSION_OVER: "the session was over",
    StaffReason.OTHER_TOOL: "the session was opened for another tool",
    StaffReason.PERSON_GONE: "they were registered no more, or otherwise",
    StaffReason.STAFF_HELD: "their access was held",
    StaffReason.TOOL_SESSION_HELD: "the session was cut",
    StaffReason.TOOL_HELD: "the tool was held for everybody",
    StaffReason.UNKNOWN_FUNCTION: "the catalogue had no such function",
    StaffReason.NOT_PERMITTED: "no policy lets their role do it",
    StaffReason.FORBIDDEN: "a policy forbids it",
    StaffReason.GRANT_NEEDED: "they had no grant",
    StaffReason.REASON_NEEDED: "no reason was given",
    StaffReason.TICKET_NEEDED: "no ticket was named",
    StaffReason.TICKET_UNKNOWN: "the help desk had told of no such ticket",
    StaffReason.TICKET_UNFIT: "the ticket was not for this",
    StaffReason.STEP_UP_NEEDED: "the passkey had not been shown again",
    StaffReason.SECOND_PERSON_NEEDED: "nobody else had agreed to it",
    StaffReason.WATCHER_NEEDED: "nobody watched",
    StaffReason.BUDGET_SPENT: "their budget of the hour was spent",
    StaffReason.LOCKED_DOWN: "a lockdown shut them out",
    StaffReason.STATE_UNSEEN: "the gate could not see what was in force",
}
SEEN: Mapping[TicketSeen, str] = {
    TicketSeen.STANDS: "told by the help desk, for this account",
    TicketSeen.BY_STAFF: "told by the help desk, opened by a colleague",
    TicketSeen.UNKNOWN: "not told by the help desk",
    TicketSeen.CLOSED: "closed by then",
    TicketSeen.ABOUT_OTHERS: "about other accounts",
    TicketSeen.ABOUT_NONE: "about no account",
    TicketSeen.OF_OTHERS: "worked by others",
    TicketSeen.OWN: "opened by themselves",
}


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows; `came` is what they come to, None where nothing was asked for.

    `form` stands in the form, `tools` may be chosen there; the links ask the same again. `shown_at` stands on paper.
    """

    form: dict[str, str]
    tools: tuple[str, ...]
    came: AttemptsSummed | None
    found: AttemptsSeen
    names: dict[str, str]
    command: str
    sheet: str
    older: str
    first: str
    allowed: str
    shown_at: str


class AttemptPages:
    """The page of attempts, and the same as a table."""

    def __init__(self, site: Site, sessions: Sessions, ask: Ask) -> None:
        """Answer with these; `ask` asks the worker."""
        self._site, self._sessions, self._ask = site, sessions, ask

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(ATTEMPTS, self._page, methods=["GET"]),
            Route(f"{ATTEMPTS}.csv", self._sheet, methods=["GET"]),
        ]

    async def _page(self, http: Request) -> Response:
        who = visitor(self._sessions, http)
        asked, after = asked_of(http.query_params, _FIELDS, _TIMES), key_of(http)
        return self._site.page("attempts", who, it=await self._looked(who, asked, after), why=WHY, seen=SEEN)

    async def _looked(self, who: SignedIn, asked: dict[str, str], after: str) -> Looked:
        tools, now = await self._ask(lambda run: (_tools(run, who), run.clock.now()))
        sought = sought_of(asked)
        came = await attempts_summed(self._ask, sought) if asked and not after else None
        found = await attempts_seen(self._ask, sought, after, MOST_SHOWN)
        people = {each.person for each in found.items} | {by for each in found.items for by in each.agreed}
        people |= set() if came is None else {*came.people, *came.reached_by}
        return Looked(
            form=fields(asked, _FIELDS, _TIMES),
            tools=tuple(sorted({*tools, asked["tool"]} if "tool" in asked else tools)),
            came=came,
            found=found,
            names=await self._ask(lambda run: names_of(run, people)),
            command=command("gate attempts", asked),
            sheet=address(f"{ATTEMPTS}.csv", asked),
            older=address(ATTEMPTS, asked, after=found.next) if found.next else "",
            first=address(ATTEMPTS, asked) if after else "",
            allowed=address(ATTEMPTS, asked | {"outcome": "allowed"}),
            shown_at=format_time(now),
        )

    async def _sheet(self, http: Request) -> Response:
        who = signed_in(self._sessions, http)
        asked = asked_of(http.query_params, _FIELDS, _TIMES)
        await self._ask(lambda run: _tools(run, who))
        found = await attempts_seen(self._ask, sought_of(asked), "", MOST_IN_SHEET)
        return attached(sheet(ATTEMPT_COLUMNS, map(msgspec.to_builtins, found.items)), "attempts.csv")


def _tools(run: LiveWatch, who: SignedIn) -> tuple[str, ...]:
    """The tools that there are.

    Raises:
        NotAllowedError: the policies do not let this person see what staff do.

    """
    run.response.entitled.check(who.caller, Act.SEE_STAFF)
    return tuple(sorted({tool for tool, _ in run.response.staff.policy.functions}))
