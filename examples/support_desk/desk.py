"""What can the support desk do? Each function asks the gate about its very arguments before it does anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from holdfast.client import Decision, Gate

from .records import Deed, Records

TOOL = "support_desk"


class Desk(NamedTuple):
    """The functions that change something. What only shows something is guarded by the proxy in front."""

    replace_email: Callable[..., None]
    reset_second_factor: Callable[..., None]


def desk(gate: Gate, records: Records) -> Desk:
    """The functions, guarded by `gate`."""

    @gate.guarded(TOOL, "account.email.replace", target="account")
    def replace_email(account: str, email: str, *, decision: Decision) -> None:
        records.replace_email(account, email, _deed(decision, "email replaced", account))

    @gate.guarded(TOOL, "account.mfa.reset", target="account")
    def reset_second_factor(account: str, *, decision: Decision) -> None:
        records.reset_second_factor(account, _deed(decision, "second factor reset", account))

    return Desk(replace_email, reset_second_factor)


def _deed(decision: Decision, what: str, account: str) -> Deed:
    return Deed(decision.id, decision.action_hash, decision.person, f"{what}: {account}")
