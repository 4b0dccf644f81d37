"""`holdfast gate attempts`: was this account reached, or tried?"""

from __future__ import annotations

import sys
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from cyclopts import Parameter

from holdfast.app.sheet import ATTEMPT_COLUMNS, sheet

from .options import Json, check_shown
from .service import Service, Url, say

_PAGE = 1_000  # as many as the service answers at once


def attempts(  # noqa: PLR0913 - each is a word on the command line
    *,
    target: Annotated[str, Parameter(help="On this account, in any spelling: was it reached or tried?")] = "",
    person: Annotated[str, Parameter(help="By this person.")] = "",
    tool: Annotated[str, Parameter(help="With this tool.")] = "",
    outcome: Annotated[Literal["refused", "allowed"] | None, Parameter(help="Only what was so answered.")] = None,
    since: Annotated[str, Parameter(help="From then on, RFC 3339, such as 2020-07-15T19:00:00Z.")] = "",
    until: Annotated[str, Parameter(help="Before then, RFC 3339.")] = "",
    limit: Annotated[int, Parameter(help="How many at most.")] = 100,
    csv: Annotated[bool, Parameter(negative="", help="Print CSV.")] = False,
    url: Url = None,
    json: Json = False,
) -> None:
    """Show what was tried with internal tools: what was refused first, of each kind the newest first."""
    check_shown(limit, csv=csv, json=json)
    asked = {"target": target, "person": person, "tool": tool, "outcome": outcome or ""}
    asked |= {"since": since, "until": until}
    asked = {name: value for name, value in asked.items() if value}
    service = Service(url)
    found = _found(service, asked, limit)
    if csv:
        sys.stdout.write(sheet(ATTEMPT_COLUMNS, found["items"]))
        return
    if json:
        say([], found, json=True)
        return
    summed = service.get(f"/v1/gate/attempts/summary?{urlencode(asked)}")
    say([summed["says"], f"{summed['refused']} refused, {summed['allowed']} allowed"], summed, json=False)
    say([attempt_line(each) for each in found["items"]], found, json=False)
    say([*(["there are more: --limit shows them"] if found["next"] else []), summed["counted"]], summed, json=False)


def _found(service: Service, asked: dict[str, str], limit: int) -> dict[str, Any]:
    """As many as are asked for, in one page."""
    items: list[dict[str, Any]] = []
    after: str | None = ""
    while True:
        query = {**asked, "after": after, "limit": str(min(_PAGE, limit - len(items)))}
        page = service.get(f"/v1/gate/attempts?{urlencode(query)}")
        items += page["items"]
        after = page["next"]
        if after is None or len(items) >= limit:
            return {**page, "items": items}


def attempt_line(found: dict[str, Any]) -> str:
    """An attempt in one line."""
    said = "allowed" if found["allowed"] else f"refused ({', '.join(found['reasons'])})"
    if found["times"] > 1:
        said += f" {found['times']:,} times until {found['last_at']}"
    agreed = f", agreed to by {', '.join(found['agreed'])}" if found["agreed"] else ""
    tier = f" ({found['tier']})" if found["tier"] else ""
    what = f"{found['function']} of {found['tool']} on {found['target'] or 'nobody'}{tier}"
    return f"{found['id']}  {found['at']}  {said}  {found['person'] or 'nobody known'}  {what}{agreed}"
