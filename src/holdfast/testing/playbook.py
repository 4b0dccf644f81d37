"""How is the life of a hold told in a test: as news that come in (`>>`) and commands that go out (`<<`)."""

from __future__ import annotations

from holdfast.containment import Hold
from holdfast.response.conduct import Command, News, conduct, placed


class Playbook:
    """`assert Playbook(hold) << Intend(...) << Send(...) >> Done(how="pushed") << Conclude(...) << Settle()`.

    The play begins with the hold placed. News may only come when every command before it was foretold, and a play is
    only true when its last commands were, so nothing that the core does goes unmentioned.
    """

    def __init__(self, hold: Hold) -> None:
        """Place `hold`."""
        self.held, commands = placed(hold)
        self._waiting = list(commands)

    def __rshift__(self, news: News) -> Playbook:
        """Bring news."""
        assert not self._waiting, f"not foretold: {self._waiting}"
        self.held, commands = conduct(self.held, news)
        self._waiting = list(commands)
        return self

    def __lshift__(self, command: Command) -> Playbook:
        """Foretell the next command."""
        assert self._waiting, f"never came: {command}"
        came = self._waiting.pop(0)
        assert came == command, f"foretold {command}, came {came}"
        return self

    def __bool__(self) -> bool:
        """True when every command was foretold."""
        assert not self._waiting, f"not foretold: {self._waiting}"
        return True
