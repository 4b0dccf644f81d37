"""`holdfast approvals`: whose passkey signed what, checked again from the record."""

from __future__ import annotations

from typing import Annotated

import cyclopts
from cyclopts import Parameter

from holdfast.backends import LedgerFile, verify_store
from holdfast.errors import BrokenLedgerError, UsageError
from holdfast.events import format_time

from .options import STORE_HELP, Json, check_name, store_address
from .serve import extra
from .service import say

USUAL_STORE = "var/holdfast.db"  # where `holdfast serve` keeps its own
_EXIT_UNPROVEN = 1

approvals = cyclopts.App(name="approvals", help="Who agreed to what, by the record alone.")


@approvals.command
def verify(
    request: Annotated[str, Parameter(help="The id of a request.")],
    store: Annotated[str, Parameter(help=f"{STORE_HELP} Without it {USUAL_STORE}.")] = USUAL_STORE,
    *,
    json: Json = False,
) -> int:
    """Check each approval of a request again: whose passkey signed exactly this, and at which address.

    The record is checked first; no service has to run. Exit code 1 when a signature does not bear its approval out, 4
    when the record cannot vouch for itself. Approvals that did not have to be signed are listed as such.
    """
    with extra():
        from holdfast.app.signin.witnessed import approvals_of  # noqa: PLC0415 - an extra
    check_name(store)
    place = store_address(store)
    if not verify_store(place).ok:
        raise BrokenLedgerError(f"the record in {place} does not hold", advice="`holdfast ledger verify` says where.")
    with LedgerFile(place) as record:
        found = list(approvals_of(record.entries(), request))
    if not found:
        raise UsageError(
            f"no approval of {request} is on record", advice="`holdfast request list --all` names requests."
        )
    for each in found:
        if each.fault:
            how = f"NOT BORNE OUT: {each.fault}"
        elif each.passkey:
            how = f"signed with passkey {each.passkey} at {each.origin}"
        else:
            how = "not signed"
        say([f"{each.by}  {format_time(each.at)}  {each.action_hash}  {how}"], each, json=json)
    return _EXIT_UNPROVEN if any(each.fault for each in found) else 0
