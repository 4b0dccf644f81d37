"""A small town of accounts with ordinary traffic, in which a test can make things happen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from holdfast.events import AppAuthorised, CredentialChange, ResetRequested, SecurityEvent, SignIn, StaffAction
from holdfast.investigation import Cause, CauseSettings, Touches, common_cause_of

HOUR = 3_600_000
DAY = 24 * HOUR
NOW = 1_600_000_000_000
PEOPLE = 2_000


class Town:
    """2,000 accounts `a0`..`a1999`; time `NOW`; ten days on record."""

    def __init__(self) -> None:
        self.events: list[SecurityEvent] = []
        random = np.random.default_rng(7)
        for who in range(PEOPLE):
            for days in random.uniform(0, 10, size=2).tolist():
                self.sign_in(who, NOW - int(days * DAY), asn=f"AS{who % 90}", ip=f"10.{who % 90}.{who % 7}.4")
        for turn, who in enumerate(random.choice(PEOPLE, 400, replace=False).tolist()):
            at = NOW - int(random.uniform(0, 10) * DAY)
            self.desk(who, at, staff=f"agent{turn % 20}", ticket="t")

    def sign_in(self, who: int, at: int, **said: Any) -> None:
        """A session is opened."""
        said = {"outcome": "ok", "client": "web", "country": "US", **said}
        self.events.append(SignIn(account=f"a{who}", time=at, **said))

    def desk(self, who: int, at: int, **said: Any) -> None:
        """Staff do something in the tool."""
        said = {"staff": "agent1", "tool": "desk", "action": "view", **said}
        self.events.append(StaffAction(target=f"a{who}", time=at, **said))

    def change(self, who: int, at: int, **said: Any) -> None:
        """A credential is replaced."""
        said = {"what": "email", "change": "replaced", **said}
        self.events.append(CredentialChange(account=f"a{who}", time=at, **said))

    def let_in(self, who: int, at: int, app: str) -> None:
        """An app is authorised."""
        self.events.append(AppAuthorised(account=f"a{who}", time=at, app=app))

    def reset(self, who: int, at: int, channel: str) -> None:
        """A reset is asked for."""
        self.events.append(ResetRequested(account=f"a{who}", time=at, channel=channel))

    def swap_by_staff(self, who: int, at: int, session: str = "stolen", staff: str = "agent3") -> None:
        """The way of July 2020: view, replace the e-mail, reset, sign in from elsewhere."""
        self.desk(who, at - 60_000, staff=staff, tool_session=session)
        self.change(who, at, by="staff", staff=staff, tool_session=session, new_hash=f"theirs{who % 3}")
        self.reset(who, at + 60_000, "email")
        self.sign_in(who, at + 120_000, asn="AS666", ip="203.0.113.8", country="RU")

    def touches(self) -> Touches:
        """The record of all this."""
        touches = Touches()
        touches.observe(self.events)
        return touches

    def cause(
        self, first_used: dict[str, int], settings: CauseSettings | None = None, population: int = PEOPLE
    ) -> Cause:
        """The common cause as far as is known now."""
        return common_cause_of(first_used, self.touches(), population, NOW, settings or CauseSettings())


@pytest.fixture
def town() -> Town:
    """A town on an ordinary day."""
    return Town()


@pytest.fixture
def used() -> dict[int, int]:
    """Twelve accounts by number, and when each is first used."""
    return {who * 131: NOW - HOUR - who * 60_000 for who in range(1, 13)}
