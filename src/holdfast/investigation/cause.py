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
    """One factor weighed as the common cause. Probabilities are of the exact test, corrected for factors tried.

    `of` counts all the accounts asked about; the test drew `tested` of them from `base_of` (those for which the
    question makes sense: only accounts that signed in can have signed in from a network). `explained` and
    `unexplained` share them out. `log_p` is the logarithm (nats) of `p_corrected`, which may be too small for a float.
    `log_likelihood` (nats) compares "this is the cause" with "it touched them at its base rate".
    `habit_touched` of `habit_of` accounts were touched by it in as long a stretch of ordinary time, up to a day before
    it first touched any of these; (0, 0) when the record does not reach back, or for standing grants.
    For a carrier, `market_touched` of the `market_of` accounts whose number was changed in ordinary time are its own;
    `market_tested` of those asked about had theirs changed; so had `meanwhile_of` others in the same hours, of whom
    `meanwhile_usual` may be expected on any day and `meanwhile_touched` are its own.
    Of `home_of` others who are new to a client and seen elsewhere before, `home_touched` had it where they always were.
    `manner` is what a staff member or tool session did to them, when that tells more than that they touched them.
    `sole` says of an app that nothing opened its accounts before they were entered, and that nothing else that could be
    named touched most of those asked about.
    `before` is the evidence (nats) that break-ins followed the touches, or (networks, clients) that others came by it
    in the same hours and hardly at other times; `after` that the touches followed break-ins, or (networks, clients,
    apps) that they, or the entries, followed what opened the accounts.
    `late` says that it touched none of the first accounts to be used, though it touched most of the others.
    `asked` says of a staff member or tool session that a ticket asked for whatever it did to most of its accounts, and
    that this opened none; `opened` that it changed credentials of most.
    `since` says of each of those explained when it was first touched (milliseconds since 1970 UTC).
    `symptom` marks what takeovers bring about rather than what brings them about; it is never named.
    `objection` says why it was not named, in words for a person; empty when nothing speaks against it.
    """

    factor: Factor
    manner: str = ""
    touched: int
    of: int
    base_touched: int
    base_of: int
    p_value: float
    p_corrected: float
    unexplained: tuple[str, ...] = ()
    explained: tuple[str, ...] = ()
    since: tuple[int, ...] = ()
    tested: int = 0
    habit_touched: int = 0
    habit_of: int = 0
    log_p: float = 0.0
    log_likelihood: float = 0.0
    market_touched: int = 0
    market_of: int = 0
    market_tested: int = 0
    meanwhile_touched: int = 0
    meanwhile_of: int = 0
    meanwhile_usual: float = 0.0
    home_touched: int = 0
    home_of: int = 0
    before: float = 0.0
    after: float = 0.0
    late: bool = False
    asked: bool = False
    opened: bool = False
    sole: bool = False
    symptom: bool = False
    objection: str = ""

    @property
    def lift(self) -> float:
        """How many times more often it touched these accounts than others (and one other more, to be careful)."""
        others = (self.base_touched - self.touched + 1) / (self.base_of - self.tested + 1)
        return self.touched / self.tested / others if self.tested else 0.0

    @property
    def lift_over_habit(self) -> float | None:
        """How many times more often it touched these accounts than is its habit; None when that is not known."""
        if not (self.habit_of and self.tested):
            return None
        return self.touched / self.tested / ((self.habit_touched + 1) / (self.habit_of + 1))

    @property
    def coverage(self) -> float:
        """The share of the campaign's accounts that it explains."""
        return self.touched / self.of if self.of else 0.0


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: `named` is None when nothing stands out ("unknown"); the rest were weighed and lost, best first.

    `parts` are the factors that share the accounts out between them when no single one explains enough (several staff
    members at once): the largest is `named`, the others stand in `also` too. `why` says the answer in one sentence.
    `window` is how long before its first use (milliseconds) an account's touches were looked at for this answer.
    """

    campaign: str
    at: int
    named: Hypothesis | None
    also: tuple[Hypothesis, ...] = ()
    tried: int = 0
    parts: tuple[Factor, ...] = ()
    why: str = ""
    window: int = 0
