"""May this member of staff do that in an internal tool just now? Decided without IO, from what is given."""
