"""A social platform in one process, attack and all, that reacts to what is done about it."""

from .chronicle import Figures, LurePost, Truth
from .controls import SHIPPED, Control, Way, controlled, lockdown_of
from .frontgate import Work
from .mirror import MirroredPlatform
from .platform import SimulatedPlatform
from .scenario import Scenario
from .scenarios import SCENARIOS, scenario

__all__ = [
    "SCENARIOS",
    "SHIPPED",
    "Control",
    "Figures",
    "LurePost",
    "MirroredPlatform",
    "Scenario",
    "SimulatedPlatform",
    "Truth",
    "Way",
    "Work",
    "controlled",
    "lockdown_of",
    "scenario",
]
