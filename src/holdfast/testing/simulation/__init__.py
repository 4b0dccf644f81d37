"""Whatever goes wrong, in whatever order: does the response end as it must? One seed is one schedule of trouble."""

from .draw import schedule
from .many import in_memory, outcomes
from .run import Outcome, Place, play, shrink, simulate

__all__ = ["Outcome", "Place", "in_memory", "outcomes", "play", "schedule", "shrink", "simulate"]
