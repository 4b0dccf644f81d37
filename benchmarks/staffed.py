"""What would an earlier run of a service have left behind? Members of staff with a session each, and budgets that last."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.serve import ORIGIN
from holdfast.app.server.token import hashed
from holdfast.backends import SqlStore, load_or_create_signer
from holdfast.guard import ApiToken, Person, Role, Scope
from holdfast.guard.staff import ToolSession
from holdfast.response import shipped_texts

TOOL = "hf_" + "t" * 40  # what tools and proxies ask with
DESK = "support_desk"


def secret(place: int, tool: str = DESK) -> str:
    """Of the session of this tool that the member of staff at this place has."""
    return f"{tool}-{place:032d}"


def fill(
    folder: Path,
    tools: str,
    staff: int,
    *,
    sessions_of: Iterable[str] = (DESK,),
    network: str = "",
    settings: str = "",
    commanders: Iterable[tuple[str, str]] = (),
) -> None:
    """Write policies with these `tools`, settings, and a store with so many of staff and `commanders`.

    Each of staff has a session of each of `sessions_of`; a commander is a name and a token.
    """
    own = folder / "policies" / "staff"
    own.mkdir(parents=True)
    (own / "tools.toml").write_text(tools.replace("reads = 120", "reads = 10000", 1), encoding="utf-8")
    for name, text in shipped_texts().items():
        (own.parent / name).write_text(text, encoding="utf-8")
    (folder / "holdfast.toml").write_text(f'[policy]\nfolder = "policies"\n{settings}', encoding="utf-8")
    file = folder / "var" / "holdfast.db"
    file.parent.mkdir(mode=0o700)
    now = int(time.time() * 1_000)
    signer = load_or_create_signer(file.with_name(file.name + ".key"), origin=ORIGIN)
    with SqlStore(file, signer=signer) as store, store.begin() as transaction:
        for place in range(staff):
            person = Person(id=f"p{place}", roles=(Role.SPECIALIST,))
            transaction.put("people", person.id, person)
            for tool in sessions_of:
                id_ = hashlib.sha256(secret(place, tool).encode()).hexdigest()
                session = ToolSession(id=id_, person=person.id, revision=1, tool=tool, network=network, made_at=now)
                transaction.put("gate_sessions", id_, session)
        transaction.put("tokens", "t-", _token("", TOOL, Scope.GUARD_ASK))
        for name, token in commanders:
            transaction.put("people", name, Person(id=name, roles=(Role.COMMANDER,)))
            transaction.put("tokens", f"t-{name}", _token(name, token, Scope.READ, Scope.DECIDE))


def _token(whose: str, token: str, *scopes: Scope) -> ApiToken:
    return ApiToken(
        id=f"t-{whose}", person=whose, hash=hashed(token), scopes=scopes, made_by="-", made_at=0, expires_at=2**52
    )
