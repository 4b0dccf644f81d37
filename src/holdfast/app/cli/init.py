"""`holdfast init`: settings, a store, and the first administrator."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from holdfast.errors import UsageError

from .options import STORE_HELP, Json, store_address
from .serve import extra
from .service import say

_FIRST = 30  # days that the first token counts: time enough to register others, too short to forget about
SETTINGS = Path("holdfast.toml")


def init(  # noqa: PLR0913 - each is a word on the command line
    administrator: Annotated[
        str, Parameter(help="The id of the first administrator: letters, digits and . _ @ + -")
    ] = "",
    *,
    name: Annotated[str, Parameter(help="What others call them.")] = "",
    settings: Annotated[Path, Parameter(help="The settings file; made if it is not there.")] = SETTINGS,
    store: Annotated[str | None, Parameter(help=f"{STORE_HELP} Without it that of the settings.")] = None,
    key: Annotated[Path | None, Parameter(help="The record's signing key, for a store in a database.")] = None,
    new_token_for: Annotated[
        str, Parameter(help="Make a new token for an administrator who has lost theirs. The service must be stopped.")
    ] = "",
    days: Annotated[int, Parameter(help="How long the token counts.")] = _FIRST,
    json: Json = False,
) -> None:
    """Make the settings file, the store, and the first administrator, whose token is shown this once.

    From then on the service answers nobody without a token, on loopback neither. It refuses to run twice.
    """
    if bool(administrator) == bool(new_token_for):
        raise UsageError("name the first administrator: holdfast init ADMINISTRATOR")
    with extra():
        from holdfast.app.founding import Founding, found, rescue  # noqa: PLC0415 - an extra
        from holdfast.app.live import wall_time  # noqa: PLC0415 - an extra
        from holdfast.app.server.settings import draft, load  # noqa: PLC0415 - an extra
        from holdfast.app.server.token import hashed, new_token  # noqa: PLC0415 - an extra
    told = {
        "store.address": None if store is None else store_address(store),
        "store.key": None if key is None else str(key),
    }
    known = load(settings if settings.exists() else None, os.environ, told)
    place, secret = known.store, new_token()
    own_key = Path(place.key) if place.key else None
    if not settings.exists():
        settings.write_text(draft(known), encoding="utf-8")
    do = rescue if new_token_for else found
    who = administrator or new_token_for
    id_ = do(place.address, own_key, Founding(id=who, name=name, hash=hashed(secret), now=wall_time(), days=days))
    lines = [
        f"token     {secret}",
        f"          shown this once; it counts for {days} days, for reading and for registering people",
        f"settings  {settings}",
        f"store     {place.address}",
        f"next      holdfast serve --settings {settings}",
        "          HOLDFAST_TOKEN=... holdfast people add ID --role approver",
    ]
    what = {"token": secret, "id": id_, "settings": str(settings), "store": place.address}
    say(lines, what, json=json)
