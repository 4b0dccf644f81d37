"""The seams: every way in which the outside meets Holdfast."""

from .archive import Archive
from .clock import Clock
from .custody import Custody
from .engine import Engine
from .notifier import HolderNotice, NoticeKind, Notifier
from .platform import Capability, Platform, Standing
from .signatures import NoSignatures, Signatures
from .store import Store, Transaction

__all__ = [
    "Archive",
    "Capability",
    "Clock",
    "Custody",
    "Engine",
    "HolderNotice",
    "NoSignatures",
    "NoticeKind",
    "Notifier",
    "Platform",
    "Signatures",
    "Standing",
    "Store",
    "Transaction",
]
