"""`holdfast serve`: the guard, the way in for events, and what people look at, as one process."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from holdfast.errors import SettingsError

from .options import STORE_HELP, Auto, auto_seconds, store_address


@contextmanager
def extra() -> Iterator[None]:
    """Import what only the service needs.

    Raises:
        SettingsError: it is not installed.

    """
    try:
        yield
    except ImportError as error:
        raise SettingsError(
            f"The service is not installed ({error.name} is missing).", advice="Run: pip install 'holdfast[serve]'"
        ) from error


SettingsFile = Annotated[
    Path | None, Parameter(help="A TOML file (docs/reference/settings.md). HOLDFAST_SETTINGS may name it, too.")
]


def serve(  # noqa: PLR0913 - each is a word on the command line
    *,
    settings: SettingsFile = None,
    store: Annotated[str | None, Parameter(help=f"{STORE_HELP} Without it var/holdfast.db.")] = None,
    key: Annotated[
        Path | None, Parameter(help="The record's signing key, made if it is not there. For a file: beside it.")
    ] = None,
    archive: Annotated[
        str | None,
        Parameter(help="Keep what was seen in this folder (var/events), so that a new start knows it again."),
    ] = None,
    host: Annotated[str | None, Parameter(help="Where to listen. Beyond loopback it takes a token.")] = None,
    port: Annotated[int | None, Parameter(help="8321 unless said otherwise; 0 takes a free one and tells it.")] = None,
    auto: Auto = None,
) -> int:
    """Run the service until SIGTERM or Ctrl-C.

    A platform asks POST /v1/guard/posts and /v1/guard/actions before it lets something happen, and tells
    POST /v1/events what has happened. People look at /v1/campaigns, /v1/proposals, /v1/holds, /v1/timeline and
    /v1/ledger/checkpoint. For those who run it: /health, /ready, /metrics, and /openapi.json with all of it.

    Nothing listens beyond loopback unless told so, and then only with a token: `holdfast token` makes one. Its hash
    goes into the settings, or the token itself into HOLDFAST_TOKEN; it is never an argument. Settings come from a
    file, from HOLDFAST_SECTION_NAME in the environment over it, and from these options over both. `holdfast doctor`
    checks them.

    The log is one JSON object a line on standard error, and says nothing of the people on the platform. After
    SIGTERM what is under way is finished; exit code 0 when all of it was.
    """
    with extra():
        from holdfast.app.console import console  # noqa: PLC0415 - an extra
        from holdfast.app.server import service  # noqa: PLC0415 - an extra
        from holdfast.app.server.settings import (  # noqa: PLC0415 - an extra
            CLIENT_SECRET_VARIABLE,
            NOTICE_SECRET_VARIABLE,
            TOKEN_VARIABLE,
            load,
        )
        from holdfast.app.signin.oidc import client_secret  # noqa: PLC0415 - an extra
    told = {
        "store.address": None if store is None else store_address(store),
        "store.key": None if key is None else str(key),
        "store.archive": archive,
        "server.host": host,
        "server.port": port,
        "response.auto_seconds": auto_seconds(auto),
    }
    chosen = load(settings, os.environ, told)
    secret = client_secret(chosen.oidc.client_secret_file, os.environ.get(CLIENT_SECRET_VARIABLE) or "")
    return service.serve(
        chosen,
        os.environ.get(TOKEN_VARIABLE) or None,
        pages=functools.partial(console, secret=secret),
        notice_secret=os.environ.get(NOTICE_SECRET_VARIABLE) or "",
    )
