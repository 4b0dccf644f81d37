"""What is the least that can give an account back? Owners who show what a test says, and a platform that obeys."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from holdfast.errors import PlatformError, PlatformUnreachableError
from holdfast.ports import Custody
from holdfast.recovery import Change, Credential, Door, Fact


class SmallCustody(Custody):
    """The platform's part in recovery cases. `reachable` set to False makes every call fail.

    `shows` are the facts shown so far and `sets` what was renewed, by account; a test fills both as time goes by.
    """

    def __init__(self, accounts: Collection[str], changes: Mapping[str, Sequence[Change]] | None = None) -> None:
        """A platform with these accounts, about which the intruder made these `changes`."""
        self._accounts = frozenset(accounts)
        self._changes = {account: list(made) for account, made in (changes or {}).items()}
        self.reachable = True
        self.doors: list[tuple[str, Door]] = []  # those shut, in order, repeats and all
        self.shows: dict[str, list[Fact]] = {}
        self.sets: dict[str, set[Credential]] = {}

    def shut(self, account: str, door: Door, attacked_at: int) -> None:  # noqa: ARG002 - nobody comes back here
        """Note it.

        Raises:
            PlatformError: there is no such account, or no answer.

        """
        self._answer(account)
        self.doors.append((account, door))

    def shown(self, account: str) -> Sequence[Fact]:
        """What the test lets somebody show.

        Raises:
            PlatformError: there is no such account, or no answer.

        """
        self._answer(account)
        return tuple(self.shows.get(account, ()))

    def renew(self, account: str) -> Collection[Credential]:
        """What the test lets the owner set; everything unless it says otherwise.

        Raises:
            PlatformError: there is no such account, or no answer.

        """
        self._answer(account)
        return frozenset(self.sets.get(account, set(Credential)))

    def changed(self, account: str, attacked_at: int) -> Sequence[Change]:
        """What is still changed.

        Raises:
            PlatformError: there is no such account, or no answer.

        """
        self._answer(account)
        return [change for change in self._changes.get(account, ()) if change.at >= attacked_at]

    def put_back(self, account: str, changes: Sequence[Change]) -> Sequence[Change]:
        """Undo them, but for deleted posts, which are gone.

        Raises:
            PlatformError: there is no such account, or no answer.

        """
        self._answer(account)
        lost = [change for change in changes if change.what.startswith("post:")]
        undone = {change.what for change in changes} - {change.what for change in lost}
        self._changes[account] = [each for each in self._changes.get(account, []) if each.what not in undone]
        return lost

    def _answer(self, account: str) -> None:
        if not self.reachable:
            raise PlatformUnreachableError("the platform does not answer")
        if account not in self._accounts:
            raise PlatformError(f"there is no account {account}")
