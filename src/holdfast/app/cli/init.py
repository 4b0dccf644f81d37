"""`holdfast init`: settings, a store, and the first administrators."""

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
    second: Annotated[
        str, Parameter(help="The id of a second administrator: whom one registers, the other confirms.")
    ] = "",
    confirm: Annotated[
        str,
        Parameter(
            help="Confirm this person, where no second administrator can. The service must be stopped, and the person "
            "have told you what theirs are called."
        ),
    ] = "",
    credential: Annotated[
        tuple[str, ...],
        Parameter(negative="", help="A token or passkey of whom you confirm, by its id.", allow_leading_hyphen=True),
    ] = (),
    days: Annotated[int, Parameter(help="How long the token counts.")] = _FIRST,
    json: Json = False,
) -> None:
    """Make the settings file, the store, and the first administrator or two, whose tokens are shown this once.

    One alone cannot make others who decide: each of two confirms whom the other registers. From then on the service
    answers nobody without a token, on loopback neither. It refuses to run twice.
    """
    if [bool(administrator), bool(new_token_for), bool(confirm)].count(True) != 1 or (second and not administrator):
        raise UsageError("name the first administrator: holdfast init ADMINISTRATOR")
    with extra():
        from holdfast.app.founding import Founding, found, rescue, vouch  # noqa: PLC0415 - an extra
        from holdfast.app.live import wall_time  # noqa: PLC0415 - an extra
        from holdfast.app.server.settings import draft, load  # noqa: PLC0415 - an extra
        from holdfast.app.server.token import hashed, new_token  # noqa: PLC0415 - an extra
    told = {
        "store.address": None if store is None else store_address(store),
        "store.key": None if key is None else str(key),
    }
    known = load(settings if settings.exists() else None, os.environ, told)
    address, own_key = known.store.address, Path(known.store.key) if known.store.key else None
    if confirm:
        vouch(address, own_key, confirm, credential, wall_time())
        say([f"{confirm} is confirmed"], {"person": confirm, "credentials": list(credential)}, json=json)
        return
    if not settings.exists():
        settings.write_text(draft(known), encoding="utf-8")
    secrets = [new_token() for _ in range(2 if second else 1)]
    founding = [
        Founding(id=who, name=called, hash=hashed(secret), now=wall_time(), days=days)
        for who, called, secret in zip((administrator or new_token_for, second), (name, ""), secrets, strict=False)
    ]
    ids = [rescue(address, own_key, *founding)] if new_token_for else found(address, own_key, *founding)
    lines = [
        *(
            f"token     {secret}" + (second and f"  for {each.id}")
            for each, secret in zip(founding, secrets, strict=True)
        ),
        f"          shown this once; it counts for {days} days, for reading and for registering people",
        f"settings  {settings}",
        f"store     {address}",
        f"next      holdfast serve --settings {settings}",
        "          HOLDFAST_TOKEN=... holdfast people add ID --role approver",
    ]
    what = {"token": secrets[0], "id": ids[0], "settings": str(settings), "store": address}
    say(lines, what | ({"second_token": secrets[1]} if second else {}), json=json)
