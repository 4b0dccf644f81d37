"""What keeps the records and what runs the operators."""

from .embedded import EmbeddedEngine
from .evidence import LedgerFile, verify_store
from .keys import load_or_create_signer
from .parquet import ParquetArchive
from .store import SqlStore

__all__ = ["EmbeddedEngine", "LedgerFile", "ParquetArchive", "SqlStore", "load_or_create_signer", "verify_store"]
