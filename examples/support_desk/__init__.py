"""A small internal tool, guarded from outside (a proxy asks the gate) and from inside (its functions do)."""
