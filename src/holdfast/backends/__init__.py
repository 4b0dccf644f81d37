"""What keeps the records and what runs the operators."""

from .embedded import EmbeddedEngine
from .evidence import LedgerFile, verify_store
from .keys import load_or_create_signer
from .places import names_password
from .store import SqlStore

__all__ = ["EmbeddedEngine", "LedgerFile", "SqlStore", "load_or_create_signer", "names_password", "verify_store"]
