"""May this member of staff do that in an internal tool just now? Decided without IO, from what is given."""

from __future__ import annotations

from .answer import Charge, StaffAnswer, StaffReason
from .budgets import charges, counted, free_at, spend
from .catalogue import Catalogue, Function, Kind, RecordFirst, Tool, not_there, read_catalogue
from .cooling import CHAIN, OPEN, TELL_WITHIN, Cooling, Credential, PendingChange, Stage, begins
from .decide import STALE_MS, StaffState, takes_signature
from .facts import WATCH_MS, Consent, Grant, Lock, Presence, StaffFacts, StaffHold, Tier, ToolSession, says_something
from .lockdown import LEVELS, SEALED, Joined, Level, Locks, checked, joined, lowered, may_lift
from .loosening import staff_looser
from .needs import Need
from .policy import Case, Doing, Ruling, StaffPolicy
from .protect import SIGNED_FROM, TierRule, Tiers
from .question import DEEPEST, ToolAction, ToolQuestion, too_deep
from .reach import Expectation, out_of_reach, takes, unmet
from .routes import Route
from .silent import silent
from .tickets import Look, Opener, Ticket, TicketRule, TicketSeen, ToldTickets, asked_for
from .value import value_hash

__all__ = [
    "CHAIN",
    "DEEPEST",
    "LEVELS",
    "OPEN",
    "SEALED",
    "SIGNED_FROM",
    "STALE_MS",
    "TELL_WITHIN",
    "WATCH_MS",
    "Case",
    "Catalogue",
    "Charge",
    "Consent",
    "Cooling",
    "Credential",
    "Doing",
    "Expectation",
    "Function",
    "Grant",
    "Joined",
    "Kind",
    "Level",
    "Lock",
    "Locks",
    "Look",
    "Need",
    "Opener",
    "PendingChange",
    "Presence",
    "RecordFirst",
    "Route",
    "Ruling",
    "StaffAnswer",
    "StaffFacts",
    "StaffHold",
    "StaffPolicy",
    "StaffReason",
    "StaffState",
    "Stage",
    "Ticket",
    "TicketRule",
    "TicketSeen",
    "Tier",
    "TierRule",
    "Tiers",
    "ToldTickets",
    "Tool",
    "ToolAction",
    "ToolQuestion",
    "ToolSession",
    "asked_for",
    "begins",
    "charges",
    "checked",
    "counted",
    "free_at",
    "joined",
    "lowered",
    "may_lift",
    "not_there",
    "out_of_reach",
    "read_catalogue",
    "says_something",
    "silent",
    "spend",
    "staff_looser",
    "takes",
    "takes_signature",
    "too_deep",
    "unmet",
    "value_hash",
]
