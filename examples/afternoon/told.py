"""How is the story shown on a terminal? A line for what somebody does, and one for what comes of it."""

from __future__ import annotations

from rich.console import Console

from holdfast.app.terminal import plain


class Told:
    """Prints as it happens."""

    def __init__(self, screen: Console) -> None:
        """Print on `screen`."""
        self._screen = screen

    def scene(self, title: str) -> None:
        """A new part of the afternoon."""
        self._screen.print()
        self._screen.print(plain(title, "bold"))

    def note(self, text: str) -> None:
        """What the reader should know."""
        self._screen.print(plain(text, "dim"))

    def act(self, who: str, does: str) -> None:
        """What somebody does."""
        self._screen.print(plain(f"  {who:<9} {does}"))

    def yes(self, text: str) -> None:
        """It was allowed, or done."""
        self._screen.print(plain(f"            yes  {text}", "green"))

    def no(self, text: str) -> None:
        """It was refused, and why."""
        self._screen.print(plain(f"            no   {text}", "red"))

    def lines(self, text: str) -> None:
        """What a command printed."""
        for line in text.splitlines():
            self._screen.print(plain(f"            {line}"))
