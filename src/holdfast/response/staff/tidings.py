"""What did staff do that detection has to hear of, in the vocabulary of events?"""

from __future__ import annotations

from collections import deque

from holdfast.events import CredentialChange, SecurityEvent, StaffAction, StaffReport, StaffSignIn
from holdfast.guard.staff import PendingChange, ToolSession

from .attempts import Attempt

_CHANGED = "gate-change-"
_KEPT = 10_000  # that nobody has taken yet; of more the newest, for the record has them all


class Tidings:
    """Events that wait to be taken, oldest first."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self._waiting: deque[SecurityEvent] = deque(maxlen=_KEPT)

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def take(self, most: int = _KEPT) -> tuple[SecurityEvent, ...]:
        """Up to `most` of them, which wait no longer."""
        return tuple(self._waiting.popleft() for _ in range(min(most, len(self._waiting))))

    def opened(self, session: ToolSession, method: str) -> None:
        """Somebody signed in to the tools."""
        self._waiting.append(
            StaffSignIn(
                id=f"gate-{session.id[:16]}",
                time=session.made_at,
                staff=session.person,
                outcome="ok",
                ip=session.network,
                device=session.device,
                method=method,
                tool_session=session.id,
            )
        )

    def refused(self, person: str, network: str, device: str, now: int) -> None:
        """Somebody showed what is no passkey of this person's."""
        self._waiting.append(
            StaffSignIn(
                id=f"gate-refused-{person}-{now}",
                time=now,
                staff=person,
                outcome="refused",
                ip=network,
                device=device,
                method="passkey",
            )
        )

    def changed(self, change: PendingChange) -> None:
        """Somebody had a holder's credential changed; it counts later, if at all."""
        self._waiting.append(_changed(change, change.id, change.new_hash))

    def named(self, change: PendingChange) -> None:
        """The account has another id than was told; its value is not told again, or it would look like that of two."""
        self._waiting.append(_changed(change, f"{change.id}/named", ""))

    def reported(self, report: StaffReport) -> None:
        """Somebody told what was tried on them."""
        self._waiting.append(report)

    def asked_for(self, action: StaffAction) -> None:
        """What somebody did was asked for, as the help desk told only later."""
        self._waiting.append(action)

    def tried(self, attempt: Attempt) -> None:
        """Somebody known tried something on an account, and was answered."""
        if not attempt.person or not attempt.target:
            return
        self._waiting.append(
            StaffAction(
                id=f"gate-{attempt.id}",
                time=attempt.time,
                staff=attempt.person,
                tool=attempt.tool,
                action=attempt.function,
                target=attempt.target,
                tool_session=attempt.session,
                outcome="allowed" if attempt.allowed else "refused",
                ticket=attempt.ticket,
                reason=attempt.reason,
                ip=attempt.network,
                approvals=attempt.agreed,
            )
        )


def is_of_a_change(event: SecurityEvent) -> bool:
    """Whether an event is one of ours about a change: the account's id in it may be no word of the platform's."""
    return event.id.startswith(_CHANGED)


def _changed(change: PendingChange, name: str, new_hash: str) -> CredentialChange:
    return CredentialChange(
        id=_CHANGED + name,
        time=change.asked_at,
        account=change.account,
        what=change.what,
        change="removed" if change.what == "mfa" else "replaced",
        by="staff",
        staff=change.person,
        tool_session=change.session,
        new_hash=new_hash,
    )
