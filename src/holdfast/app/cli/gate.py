"""`holdfast gate`: what stands before the internal tools."""

from __future__ import annotations

import cyclopts

from .gate_attempts import attempts
from .gate_desk import join
from .gate_lint import gate_lint
from .gate_lookups import lookups
from .gate_tickets import tickets
from .gate_watch import watch
from .gate_who import join as join_who

gate = cyclopts.App(name="gate", help="What stands before the internal tools.")
gate.command(gate_lint, name="lint")
join(gate)
gate.command(watch)
gate.command(attempts)
gate.command(tickets)
gate.command(lookups)
join_who(gate)
