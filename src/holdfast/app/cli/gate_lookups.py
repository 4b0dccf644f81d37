"""`holdfast gate lookups`: who looked up what about staff and accounts?"""

from __future__ import annotations

import sys
from typing import Annotated, Any
from urllib.parse import urlencode

from cyclopts import Parameter

from holdfast.app.sheet import LOOKUP_COLUMNS, sheet

from .options import Json, check_shown
from .service import Service, Url, say

_PAGE = 1_000  # as many as the service answers at once


def lookups(  # noqa: PLR0913 - each is a word on the command line
    *,
    person: Annotated[str, Parameter(help="What this person looked up.")] = "",
    about: Annotated[str, Parameter(help="What was asked about this account or person, in any spelling.")] = "",
    since: Annotated[str, Parameter(help="From then on, RFC 3339, such as 2020-07-15T19:00:00Z.")] = "",
    until: Annotated[str, Parameter(help="Before then, RFC 3339.")] = "",
    limit: Annotated[int, Parameter(help="How many at most.")] = 100,
    csv: Annotated[bool, Parameter(negative="", help="Print CSV.")] = False,
    url: Url = None,
    json: Json = False,
) -> None:
    """Show who looked up attempts, rights, signals and the like, the newest first: who watched those who watch."""
    check_shown(limit, csv=csv, json=json)
    asked = {"person": person, "about": about, "since": since, "until": until}
    found = _found(Service(url), {name: value for name, value in asked.items() if value}, limit)
    if csv:
        rows = ({**each, "asked": _about(each)} for each in found["items"])
        sys.stdout.write(sheet(LOOKUP_COLUMNS, rows))
        return
    lines = [_line(each) for each in found["items"]] or ["nobody looked that up"]
    say([*lines, *(["there are more: --limit shows them"] if found["next"] else [])], found, json=json)


def _found(service: Service, asked: dict[str, str], limit: int) -> dict[str, Any]:
    """As many as are asked for, in one page."""
    items: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None and len(items) < limit:
        query = {**asked, "after": after, "limit": str(min(_PAGE, limit - len(items)))}
        page = service.get(f"/v1/gate/lookups?{urlencode(query)}")
        items += page["items"]
        after = page["next"]
    return {"items": items, "next": after}


def _line(each: dict[str, Any]) -> str:
    return (
        f"{each['id']}  {each['at']}  {each['person']}  {each['what']}  {_about(each) or 'all of it'}  ({each['via']})"
    )


def _about(each: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in each["asked"].items())
