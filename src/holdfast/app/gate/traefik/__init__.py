"""Does this Traefik let a request reach a tool without asking the gate first?"""

from .lint import CODES, lint

__all__ = ["CODES", "lint"]
