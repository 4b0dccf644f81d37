"""Since when may an account be in other hands, as far as is known? What came on file since then proves no owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from holdfast.containment import RECENT_MS

from .docket import Docket
from .incidents import Incidents
from .knowledge import Knowledge


class Onset:
    """Asks all that the response knows for the first signs of the attacks on accounts."""

    def __init__(self, docket: Docket, incidents: Incidents, knowledge: Knowledge) -> None:
        """Ask these."""
        self._docket, self._incidents, self._knowledge = docket, incidents, knowledge

    def of(self, accounts: Mapping[str, str], now: int) -> dict[str, int]:
        """When the attack on each account began at the latest (milliseconds since 1970 UTC).

        `accounts` maps it to the campaign or incident because of which it is held. The answer is a day before the first
        sign: that it was warned of, that what is behind the attack touched it, that it was used, or else that it is
        held.
        """
        first = dict.fromkeys(accounts, now)
        for account, time in (*self._warned(), *self._used(accounts), *self._touched(accounts)):
            if account in first:
                first[account] = min(time, first[account])
        return {account: time - RECENT_MS for account, time in first.items()}

    def took_no_part(self, account: str, about: str) -> bool:
        """Whether `account`, held because of the campaign `about`, only stood beside it, and nobody warned of it."""
        case = self._docket.cases.get(self._docket.whole(about))
        beside = case is not None and account in case.campaign.bystanders
        return beside and all(account != warned for warned, _ in self._warned())

    def _warned(self) -> Iterator[tuple[str, int]]:
        return ((each.account, each.changed_at) for each in self._incidents.takeovers.values())

    def _used(self, accounts: Mapping[str, str]) -> Iterator[tuple[str, int]]:
        for about in set(accounts.values()):
            case = self._docket.cases.get(self._docket.whole(about))
            yield from () if case is None else case.first_used.items()

    def _touched(self, accounts: Mapping[str, str]) -> Iterator[tuple[str, int]]:
        behind: dict[str, set[str]] = defaultdict(set)  # each campaign or incident, by the keys of factors
        for about in set(accounts.values()):
            case = self._docket.cases.get(self._docket.whole(about))
            behind[about] |= {self._incidents.hand(about), "" if case is None else case.factor}
        for account, touches in self._knowledge.touches.of_accounts(list(accounts)).items():
            factors = behind[accounts[account]]
            for touch in touches:
                if any(factor.key in factors for factor in touch.contents.factors):
                    yield account, touch.time
