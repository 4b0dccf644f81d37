"""What a post says: its normal form, its lures, its fingerprint; kernels over columnar batches."""

from .lure import Lure, LureKind

__all__ = ["Lure", "LureKind"]
