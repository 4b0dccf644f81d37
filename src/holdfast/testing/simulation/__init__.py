"""Whatever goes wrong, in whatever order: does the response end as it must? One seed is one schedule of trouble."""

from .draw import schedule
from .run import Outcome, Place, play, shrink, simulate

__all__ = ["Outcome", "Place", "play", "schedule", "shrink", "simulate"]
