"""Does this nginx let a request reach a tool without asking the gate first?"""

from .finding import Finding, Grade
from .lint import CODES, lint

__all__ = ["CODES", "Finding", "Grade", "lint"]
