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
from holdfast.app.server.staff.lookups import looked_up
from holdfast.app.server.staff.searching import exact
from holdfast.app.sheet import ATTEMPT_COLUMNS, sheet
from holdfast.guard.staff import StaffReason, TicketSeen
from holdfast.response.staff.sought import Sought

from .forms import address, asked_of, attached, command, fields, names_of
from .pages import ATTEMPTS, Visitors
from .site import Site

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

    `form` stands in the form, `tools` may be chosen there; the links ask the same again.
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


class AttemptPages:
    """The page of attempts, and the same as a table."""

    def __init__(self, site: Site, visitors: Visitors, ask: Ask) -> None:
        """Answer with these; `ask` asks the worker."""
        self._site, self._visitors, self._ask = site, visitors, ask

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(ATTEMPTS.path, self._page, methods=["GET"]),
            Route(f"{ATTEMPTS.path}.csv", self._sheet, methods=["GET"]),
        ]

    async def _page(self, http: Request) -> Response:
        visit = await self._visitors.enter(http, ATTEMPTS)
        asked, after = asked_of(http.query_params, _FIELDS, _TIMES), key_of(http)
        sought = sought_of(asked)
        tools, stands = await self._ask(lambda run: (_tools(run), _stands(run, sought)))
        tag = self._site.tag("attempts", visit, [asked, after, tools, stands])
        if (same := self._site.unchanged(http, tag)) is not None:  # nothing is new: nothing is looked through
            return same
        it = await self._looked(asked, after, tools)
        await looked_up(self._ask, visit.who.caller, "attempts", asked)
        moves = not after and "until" not in asked
        return self._site.tagged(tag, "attempts", visit, it=it, why=WHY, seen=SEEN, moves=moves)

    async def _looked(self, asked: dict[str, str], after: str, tools: tuple[str, ...]) -> Looked:
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
            sheet=address(f"{ATTEMPTS.path}.csv", asked),
            older=address(ATTEMPTS.path, asked, after=found.next) if found.next else "",
            first=address(ATTEMPTS.path, asked) if after else "",
            allowed=address(ATTEMPTS.path, asked | {"outcome": "allowed"}),
        )

    async def _sheet(self, http: Request) -> Response:
        visit, asked = await self._visitors.enter(http, ATTEMPTS), asked_of(http.query_params, _FIELDS, _TIMES)
        found = await attempts_seen(self._ask, sought_of(asked), "", MOST_IN_SHEET)
        await looked_up(self._ask, visit.who.caller, "attempts, as a table", asked)
        return attached(sheet(ATTEMPT_COLUMNS, map(msgspec.to_builtins, found.items)), "attempts.csv")


def _stands(run: LiveWatch, sought: Sought) -> tuple[int, int, str, str]:
    """What the page follows from besides what is asked: where none of it has changed nothing is new.

    How many attempts there are of those among which these are looked for, how often any was tried again, of which tier
    the account is, and by which catalogue something was changed or only looked at.
    """
    staff = run.response.staff
    tier = staff.state.tier_of(sought.target).word if sought.target else ""
    return staff.attempts.count(*exact(run, sought).chain), staff.repeats.again, tier, staff.policy.version


def _tools(run: LiveWatch) -> tuple[str, ...]:
    """The tools that there are."""
    return tuple(sorted({tool for tool, _ in run.response.staff.policy.functions}))
