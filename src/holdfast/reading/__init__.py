"""What a post says: its normal form, its lures, its fingerprint; kernels over columnar batches."""

from .fingerprint import agreement
from .flags import LURE_CODES, Flag
from .hashing import KEY_BYTES, PUBLIC, hash_column, hash_text
from .kernel import kernel
from .lure import Lure, LureKind, most_telling
from .reader import Reader, Readings
from .text import FoundLure, TextReading, lure_key, lures_of, read_text

__all__ = [
    "KEY_BYTES",
    "LURE_CODES",
    "PUBLIC",
    "Flag",
    "FoundLure",
    "Lure",
    "LureKind",
    "Reader",
    "Readings",
    "TextReading",
    "agreement",
    "hash_column",
    "hash_text",
    "kernel",
    "lure_key",
    "lures_of",
    "most_telling",
    "read_text",
]
