"""Are new passwords asked for of far more accounts than usual just now? Then that one is says little: anybody can ask.

The form is open to all. Who floods it must not make each change that waits look like a takeover.
"""

from __future__ import annotations

from holdfast.events import ResetRequested
from holdfast.reading import hash_text

from .model import HOUR

_PAST = 24  # hours that are compared with: a day has its ups and downs
_TIMES = 5
"""As many as usual, and five times: a day's busiest hour has some three times the mean. [judged]"""

_LEAST = 50  # accounts in an hour, below which nothing is a flood
_COUNTED = 100_000  # accounts of an hour that are told apart; more are a flood anywhere


class Resets:
    """Of how many accounts a new password was asked for, by the hour."""

    def __init__(self) -> None:
        """Nothing was heard."""
        self._hours: dict[int, set[int]] = {}

    def heard(self, event: ResetRequested) -> None:
        """Somebody asks for one."""
        hour = event.time // HOUR
        accounts = self._hours.setdefault(hour, set())
        if len(accounts) < _COUNTED:
            accounts.add(hash_text(event.account))
        if len(self._hours) > _PAST + 1:
            del self._hours[min(self._hours)]

    def are_many(self, event: ResetRequested) -> bool:
        """Whether they are, in the hour of `event`; not as long as no hour before it was heard of."""
        hour = event.time // HOUR
        known = [each for each in self._hours if hour - _PAST <= each < hour]
        if not known:
            return False
        usual = sum(len(self._hours[each]) for each in known) / (hour - min(known))
        return len(self._hours.get(hour, ())) > max(_LEAST, _TIMES * usual)
