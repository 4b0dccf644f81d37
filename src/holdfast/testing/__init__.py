"""For authors of connectors and backends: what their work must live up to."""

from .clock import SetClock
from .custody_contract import CustodyContract
from .faults import Crash, Faults, FaultyPlatform, FaultyStore, When
from .nearest_platform import NearestPlatform
from .notifier_contract import NotifierContract
from .platform_contract import PlatformContract
from .playbook import Playbook
from .small_custody import SmallCustody
from .small_engine import SmallEngine
from .small_platform import SmallPlatform
from .small_reader import small_read
from .small_response import SmallResponse
from .store_contract import StoreContract

__all__ = [
    "Crash",
    "CustodyContract",
    "Faults",
    "FaultyPlatform",
    "FaultyStore",
    "NearestPlatform",
    "NotifierContract",
    "PlatformContract",
    "Playbook",
    "SetClock",
    "SmallCustody",
    "SmallEngine",
    "SmallPlatform",
    "SmallResponse",
    "StoreContract",
    "When",
    "small_read",
]
