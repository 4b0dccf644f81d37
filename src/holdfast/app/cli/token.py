"""`holdfast token`: a new bearer token for the service."""

from __future__ import annotations

import sys

from holdfast.app.server.token import hashed, new_token


def token() -> None:
    """Make a bearer token for `holdfast serve`, and show it once.

    The first line is for those who ask; keep it as you keep a password. The second is for the settings file: who reads
    it there cannot ask.
    """
    made = new_token()
    sys.stdout.write(f'token       {made}\ntoken_hash = "{hashed(made)}"\n')
