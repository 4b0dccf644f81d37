"""What keeps the records and what runs the operators."""

from .keys import load_or_create_signer
from .store import SqlStore

__all__ = ["SqlStore", "load_or_create_signer"]
