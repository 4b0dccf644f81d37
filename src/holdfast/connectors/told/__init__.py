"""A platform that Holdfast cannot call, and that tells what it has done."""

from .custody import Told, ToldCustody

__all__ = ["Told", "ToldCustody"]
