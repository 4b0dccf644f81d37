"""What keeps the records and what runs the operators."""

from .copying import copy_store
from .embedded import EmbeddedEngine
from .evidence import LedgerFile, verify_store
from .keys import load_or_create_signer
from .looking import Look
from .parquet import ParquetArchive
from .places import discard_file, file_of, names_password, stands
from .roll import load_roll, save_roll
from .store import SqlStore

__all__ = [
    "EmbeddedEngine",
    "LedgerFile",
    "Look",
    "ParquetArchive",
    "SqlStore",
    "copy_store",
    "discard_file",
    "file_of",
    "load_or_create_signer",
    "load_roll",
    "names_password",
    "save_roll",
    "stands",
    "verify_store",
]
