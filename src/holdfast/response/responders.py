"""Who answers when nobody is there: people as a rule that drills can run?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from holdfast.guard import Person, Role

from .case import Concern, RequestState
from .desk import Desk

SECOND = 1_000  # milliseconds
RELEASES_EVERY = 15 * 60 * SECOND  # cases are looked through together, a few times an hour


class Responder(Protocol):
    """Somebody at the desk."""

    people: Sequence[Person]
    """Whom the desk has to know for it."""

    def act(self, desk: Desk, now: int) -> int | None:
        """Do what is due at `now`; answer when to be asked again (ms since 1970 UTC), None when nothing waits."""
        ...


class NoResponder:
    """Nobody answers: what would have happened without a response."""

    people: Sequence[Person] = ()

    def act(self, desk: Desk, now: int) -> int | None:  # noqa: ARG002 - nobody looks at the desk
        """Do nothing."""
        return None


class AutoResponder:
    """Requests the suggested plan as soon as it is offered; others approve it `seconds` later.

    So it does with the release of accounts whose cases are ready, every quarter of an hour.

    They are as many different people as the guard asks for, the requester never among them. For drills: it decides
    nothing that a person should, it only takes as long as people would. Offers about other concerns than those in
    `answers` wait until a campaign was answered: then an attack is known, and every warning may belong to it.
    """

    def __init__(
        self,
        seconds: float,
        *,
        answers: Collection[Concern] = frozenset(Concern),
        requester: str = "responder",
        approvers: tuple[str, ...] = ("approver", "commander"),
    ) -> None:
        """Approve after `seconds` what is offered, at first only about the concerns in `answers`."""
        self._wait = int(seconds * SECOND)
        self._answers = frozenset(answers)
        self._requester = requester
        self._approvers = approvers
        self._releases_at = 0
        self.people: Sequence[Person] = (
            Person(id=requester, roles=(Role.RESPONDER,)),
            *(Person(id=each, roles=(Role.APPROVER,)) for each in approvers),
        )
        self._asked: set[tuple[str, int]] = set()  # offers that were answered; after a restart asking again is harmless

    def act(self, desk: Desk, now: int) -> int | None:
        """Request what is offered, approve what was requested `seconds` ago."""
        self._ask(desk, now)
        if now >= self._releases_at and (ready := desk.ready):
            desk.request_release(ready, self._requester, now)
            self._releases_at = now + RELEASES_EVERY
        for filed in [each for each in desk.requests.values() if each.state is RequestState.OPEN]:
            if filed.filed_at + self._wait > now:
                continue
            for approver in self._approvers:
                desk.approve(filed.request.id, approver, now)
                if desk.requests[filed.request.id].state is not RequestState.OPEN:
                    break
        self._ask(desk, now)  # what was overtaken is offered again, and an attack may be known only now
        waiting = (each.filed_at + self._wait for each in desk.requests.values() if each.state is RequestState.OPEN)
        return min((due for due in waiting if due > now), default=None)

    def _ask(self, desk: Desk, now: int) -> None:
        for offer in desk.offers:
            asked = (offer.about, offer.number)
            if not offer.wanted or asked in self._asked:
                continue
            if offer.concern in self._answers or desk.answered:
                desk.request(offer.recommended, self._requester, now)
                self._asked.add(asked)
