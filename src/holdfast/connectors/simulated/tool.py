"""What can staff do to an account: the internal tool, who may use it, and what it writes down.

As in July 2020: it shows contact details, replaces the e-mail without telling the holder, and takes the second factor
away; it cannot post. Accounts of the tier `protected` are out of its reach.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from holdfast.containment import Restriction, SubjectKind
from holdfast.events import CredentialChange, DataRead, StaffAction, StaffSignIn
from holdfast.guard import Action, Question

from .geography import Place
from .population import TIERS
from .streams import token
from .world import World

DESK = "account-desk"
INTRANET = "intranet"
PROTECTED = "protected account"


@enum.unique
class Function(enum.StrEnum):
    """What the tool can do."""

    VIEW = "view_account"
    REPLACE_EMAIL = "replace_email"
    REMOVE_MFA = "remove_mfa"
    VIEW_MESSAGES = "view_messages"


CHANGES = frozenset({Function.REPLACE_EMAIL, Function.REMOVE_MFA})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A staff member at the tool: the session, and where from."""

    staff: str
    session: str
    place: Place


class AccountDesk:
    """The internal account tool."""

    def __init__(self, world: World) -> None:
        """Put it in front of `world`; everybody in support holds the right to it."""
        self._world = world
        self._ended: set[str] = set()
        self._opened: dict[str, list[str]] = {}

    def sit_down(
        self, staff: str, place: Place, time: int, *, method: str = "push", rights: bool = True
    ) -> Seat | None:
        """Sign a staff member in; None when they may not."""
        gate = self._world.gate
        opened = self._opened.setdefault(staff, [])
        session = f"ts-{token(self._world.seed, 'tool session', staff, len(opened))}"
        allowed = rights and gate.allows_tool(staff, session, DESK, "sign_in", time)
        self._world.tell(
            StaffSignIn(
                staff=staff,
                time=time,
                outcome="ok" if allowed else "refused",
                ip=place.ip,
                asn=place.asn,
                device=place.device,
                method=method,
                tool_session=session if allowed else "",
            )
        )
        if not allowed:
            return None
        opened.append(session)
        return Seat(staff=staff, session=session, place=place)

    def use(self, seat: Seat, function: Function, row: int, time: int, *, ticket: str = "") -> bool:
        """Do one thing to an account; False when it was refused."""
        refusal = self._refusal(seat, function, row, time)
        account = self._world.accounts.id(row)
        self._world.tell(
            StaffAction(
                staff=seat.staff,
                time=time,
                tool=DESK,
                action=function,
                target=account,
                tool_session=seat.session,
                outcome="refused" if refusal else "ok",
                ticket=ticket,
                reason=refusal,
                ip=seat.place.ip,
                device=seat.place.device,
            )
        )
        if refusal:
            return False
        if function is Function.VIEW_MESSAGES:
            self._world.tell(
                DataRead(
                    account=account,
                    time=time,
                    what="messages",
                    by="staff",
                    staff=seat.staff,
                    session=seat.session,
                    count=50,
                )
            )
        return True

    def replace_email(self, seat: Seat, row: int, new_hash: str, time: int, *, ticket: str = "") -> bool:
        """Put another e-mail on file; the holder is not told."""
        if not self.use(seat, Function.REPLACE_EMAIL, row, time, ticket=ticket):
            return False
        self._world.keys(row).email = new_hash
        self._changed(seat, row, time, what="email", new_hash=new_hash)
        return True

    def remove_mfa(self, seat: Seat, row: int, time: int, *, ticket: str = "") -> bool:
        """Take the second factor away."""
        if not self.use(seat, Function.REMOVE_MFA, row, time, ticket=ticket):
            return False
        self._changed(seat, row, time, what="mfa")
        return True

    def end(self, session: str) -> None:
        """End a tool session."""
        self._ended.add(session)

    def end_all(self, staff: str) -> None:
        """End every tool session of a staff member."""
        self._ended.update(self._opened.get(staff, ()))

    def _refusal(self, seat: Seat, function: Function, row: int, time: int) -> str:
        gate = self._world.gate
        account = self._world.accounts.id(row)
        if seat.session in self._ended or gate.stands(
            SubjectKind.TOOL_SESSION, seat.session, Restriction.NO_TOOL, time
        ):
            return "session ended"
        if not gate.allows_tool(seat.staff, seat.session, DESK, function, time):
            return "held"
        if TIERS[self._world.accounts.tier[row]] == "protected":
            return PROTECTED
        action = Action.CREDENTIAL_CHANGE if function in CHANGES else Action.TOOL
        if action is Action.CREDENTIAL_CHANGE and not gate.allows_account(
            account, Restriction.NO_CREDENTIAL_CHANGE, time
        ):
            return "held"
        question = Question(
            account=account,
            action=action,
            time=time,
            staff=seat.staff,
            tool_session=seat.session,
            tool=DESK,
            function=function,
        )
        return "" if gate.guard_allows(question) else "held"

    def _changed(self, seat: Seat, row: int, time: int, *, what: str, new_hash: str = "") -> None:
        self._world.tell(
            CredentialChange(
                account=self._world.accounts.id(row),
                time=time,
                what="email" if what == "email" else "mfa",
                change="replaced" if what == "email" else "removed",
                by="staff",
                staff=seat.staff,
                tool_session=seat.session,
                new_hash=new_hash,
            )
        )
