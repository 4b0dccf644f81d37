"""`holdfast gate tickets`: which tickets does the gate know, and how are some told by hand?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import cyclopts
import msgspec
from cyclopts import Parameter

from holdfast.errors import InputError

from .options import Json
from .service import Service, Url, at, say

_PATH = "/v1/gate/tickets"
_AT_ONCE = 1_000  # as many as the service takes in one body
_BAD = 3  # the exit code of lines that are no tickets

Every = Annotated[bool, Parameter(name="--all", negative="", help="Those too that were closed in the last three days.")]
File = Annotated[Path, Parameter(help="JSON Lines, one ticket each (how-to: tell the gate of tickets).")]

tickets = cyclopts.App(name="tickets", help="The tickets that the help desk told the gate of.")


@tickets.command(name="list")
def list_tickets(*, every: Every = False, url: Url = None, json: Json = False) -> None:
    """Show the tickets that the gate was told of."""
    service = Service(url)
    head = service.get(f"{_PATH}?limit=1")
    for each in service.every(_PATH, all_=every):
        say([_line(each)], each, json=json)
    if not json:
        say([_heard(head)], head, json=False)


@tickets.command
def show(
    id: Annotated[str, Parameter(help="The ticket's id, in any spelling.")],  # noqa: A002 - the word people type
    *,
    url: Url = None,
    json: Json = False,
) -> None:
    """Show one ticket."""
    found = Service(url).get(at("gate/tickets", id))
    lines = [_line(found), f"  opened {found['opened_at']}, told {found['heard_at']}"]
    say([*lines, *(f"  about {each}" for each in found["accounts"])], found, json=json)


@tickets.command(name="import")
def import_file(file: File, *, url: Url = None, json: Json = False) -> int:
    """Tell the gate of the tickets in a file, with a token for `tickets:tell`. Exit code 3 where some were rejected.

    Where a line is no JSON, nothing in the file is told. An empty file says that the help desk is there. With a token
    of your own the tickets count as opened by you: others may work by them.
    """
    try:
        rows = [msgspec.Raw(row) for row in file.read_bytes().splitlines() if row.strip()]
        for number, row in enumerate(rows, 1):
            _checked(row, number)
    except OSError as why:
        raise InputError(f"{file} cannot be read: {why.strerror}") from why
    service, rejects = Service(url), 0
    for first in range(0, len(rows) or 1, _AT_ONCE):  # none is told, too: the help desk is there
        found = service.send("POST", _PATH, rows[first : first + _AT_ONCE])
        rejects += found["rejects"]
        wrong = [f"ticket {first + each['line']}: {each['reason']}" for each in found["rejected"]]
        taken = f"{found['taken']} taken in, {found['stale']} older than what is known, {found['rejects']} rejected"
        say([taken, *wrong], found, json=json)
    return _BAD if rejects else 0


def _checked(row: msgspec.Raw, number: int) -> None:
    try:
        msgspec.json.decode(row)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as why:
        advice = "Nothing was told. Write one JSON object on each line."
        raise InputError(f"ticket {number} is no JSON: {why}", advice=advice) from why


def _heard(head: dict[str, Any]) -> str:
    """When the help desk was last heard, and how much is kept of it."""
    if not head["heard_at"]:
        return "The help desk has not told of any ticket yet."
    late = ", which is too long ago" if head["silent"] else ""
    return f"The help desk was last heard at {head['heard_at']}{late}. {head['kept']} are kept."


def _line(found: dict[str, Any]) -> str:
    """A ticket in one line."""
    state = f"closed {found['closed_at']}" if found["closed_at"] else "open"
    about = f"{len(found['accounts'])} accounts" if len(found["accounts"]) > 1 else "".join(found["accounts"])
    workers = ", ".join(found["workers"]) or "a queue"
    opener = found["opener"] or "a holder"
    return f"{found['id']}  {state}  about {about or 'no account'}  with {workers}  opened by {opener}"
