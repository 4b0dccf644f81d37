"""Which previews can still be asked for, when only so many are kept? Whoever looks most loses their own first."""

from __future__ import annotations

from .scope import Undo

KEPT = 100  # of all who look together: more than people look at in an hour


class Previews:
    """Undos that were shown, by hash, each for whoever looked at it last."""

    def __init__(self) -> None:
        """None was."""
        self._by_caller: dict[str, dict[str, Undo]] = {}

    def keep(self, undo: Undo, caller: str) -> None:
        """Remember that `caller` was shown `undo`; beyond `KEPT`, whoever has most of them loses their oldest."""
        own = self._by_caller.setdefault(caller, {})
        own.pop(undo.hash, None)
        own[undo.hash] = undo
        while sum(map(len, self._by_caller.values())) > KEPT:
            most = max(self._by_caller, key=lambda each: len(self._by_caller[each]))
            theirs = self._by_caller[most]
            del theirs[next(iter(theirs))]
            if not theirs:
                del self._by_caller[most]

    def find(self, hash_: str) -> Undo | None:
        """The undo of this hash, whoever was shown it; None where nobody was, or too long ago."""
        return next((own[hash_] for own in reversed(self._by_caller.values()) if hash_ in own), None)
