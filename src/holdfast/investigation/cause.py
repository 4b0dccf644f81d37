"""Why could it happen: what the hijacked accounts have in common that others have not."""

from __future__ import annotations

import enum

import msgspec


@enum.unique
class FactorKind(enum.StrEnum):
    """The kinds of thing that can touch many accounts."""

    STAFF = "staff"
    TOOL_SESSION = "tool_session"
    RECOVERY_VALUE = "recovery_value"
    APP = "app"
    NETWORK = "network"
    CLIENT = "client"
    COUNTRY_CHANGE = "country_change"
    RESET_CHANNEL = "reset_channel"
    CARRIER = "carrier"


class Factor(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One thing that touched accounts."""

    kind: FactorKind
    value: str

    @property
    def key(self) -> str:
        """The name by which cohorts and the ledger know it: `kind:value`."""
        return f"{self.kind}:{self.value}"


class Hypothesis(msgspec.Struct, frozen=True, kw_only=True):
    """One factor weighed as the common cause. Probabilities are of the exact test, corrected for factors tried."""

    factor: Factor
    touched: int
    of: int
    base_touched: int
    base_of: int
    p_value: float
    p_corrected: float
    unexplained: tuple[str, ...] = ()

    @property
    def coverage(self) -> float:
        """The share of the campaign's accounts that it explains."""
        return self.touched / self.of if self.of else 0.0


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: `named` is None when nothing stands out ("unknown"); the rest were weighed and lost, best first."""

    campaign: str
    at: int
    named: Hypothesis | None
    also: tuple[Hypothesis, ...] = ()
    tried: int = 0
