"""Holdfast: find, stop and undo a takeover campaign on a social platform, and prove what was done."""

__version__ = "0.1.0"
