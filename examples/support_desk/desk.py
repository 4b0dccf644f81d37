"""What can the support desk do? Each function asks the gate about its very arguments before it does anything.

What proves a holder is not replaced at once: the new value waits beside the old one until the gate says that it counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from holdfast.client import Decision, Gate

from .records import Deed, Records, Waiting
from .waiting import counting

TOOL = "support_desk"
_WAITS = "it waits: the old value is told first, and can object"


class Desk(NamedTuple):
    """The functions that do something, and say what came of it. What only shows something the proxy guards."""

    replace_email: Callable[..., str]
    reset_second_factor: Callable[..., str]
    reset_password: Callable[..., str]


def desk(gate: Gate, records: Records) -> Desk:
    """The functions, guarded by `gate`."""

    @gate.guarded(TOOL, "account.email.replace", target="account")
    def replace_email(account: str, email: str, *, decision: Decision) -> str:
        new = Waiting(decision.id, account, "email", email, int(time.time()))
        records.keep_beside(new, _deed(decision, "e-mail to be replaced", account))
        return _WAITS

    @gate.guarded(TOOL, "account.mfa.reset", target="account")
    def reset_second_factor(account: str, *, decision: Decision) -> str:
        new = Waiting(decision.id, account, "second_factor", value=False, asked_at=int(time.time()))
        records.keep_beside(new, _deed(decision, "second factor to be reset", account))
        return _WAITS

    @gate.guarded(TOOL, "account.password.reset", target="account")
    def reset_password(account: str, *, decision: Decision) -> str:
        found = counting(gate, records, account)
        if found is None:
            return "there is no such account"
        email = found.account.email
        records.note(_deed(decision, f"link to a new password sent to {email}", account))
        return f"sent to {email}"

    return Desk(replace_email, reset_second_factor, reset_password)


def _deed(decision: Decision, what: str, account: str) -> Deed:
    return Deed(decision.id, decision.action_hash, decision.person, f"{what}: {account}")
