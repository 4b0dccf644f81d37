"""What do people see in a browser, and what can they do there?"""

from .console import Console, console

__all__ = ["Console", "console"]
