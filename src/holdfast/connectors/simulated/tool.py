"""What can staff do to an account: the internal tool, who may use it, and what it writes down.

As in July 2020: it shows contact details, replaces the e-mail without telling the holder, and takes the second factor
away; it cannot post. Accounts of the tier `protected` are out of its reach. With a staff gate before it (`FrontGate`),
what the tool would have allowed is put to the gate, too.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal

from holdfast.containment import Restriction, SubjectKind
from holdfast.events import CredentialChange, DataRead, StaffAction, StaffSignIn
from holdfast.guard import Action, Question
from holdfast.guard.staff import StaffAnswer, ToolAction

from .frontgate import TOOL, Asking, FrontGate
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
    REPLACE_PHONE = "replace_phone"
    HAND_OUT = "hand_out"


CHANGES = frozenset({Function.REPLACE_EMAIL, Function.REPLACE_PHONE, Function.REMOVE_MFA})
CATALOGUED = {
    Function.VIEW: "account.look_up",
    Function.REPLACE_EMAIL: "account.email.replace",
    Function.REPLACE_PHONE: "account.phone.replace",
    Function.REMOVE_MFA: "account.mfa.reset",
    Function.VIEW_MESSAGES: "account.messages.read",
    Function.HAND_OUT: "account.export",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A staff member at the tool: the session, and where from. `passkey` and `honest` as in `Asking`."""

    staff: str
    session: str
    place: Place
    passkey: bool = True
    honest: bool = True

    @property
    def asking(self) -> Asking:
        """The same as the gate sees it."""
        return Asking(
            staff=self.staff, session=self.session, network=self.place.ip, passkey=self.passkey, honest=self.honest
        )


class AccountDesk:
    """The internal account tool."""

    def __init__(self, world: World) -> None:
        """Put it in front of `world`; everybody in support holds the right to it."""
        self._world = world
        self.front: FrontGate | None = None
        self.answer: StaffAnswer | None = None  # what the gate said of the latest deed; None: it was not asked
        self._ended: set[str] = set()
        self._opened: dict[str, list[str]] = {}

    def sit_down(  # noqa: PLR0913 - who sits down, and with what
        self,
        staff: str,
        place: Place,
        time: int,
        *,
        method: str = "push",
        rights: bool = True,
        passkey: bool = True,
        honest: bool = True,
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
        return Seat(staff=staff, session=session, place=place, passkey=passkey, honest=honest)

    def use(  # noqa: PLR0913 - a deed and what it is done with
        self, seat: Seat, function: Function, row: int, time: int, *, ticket: str = "", value: str = ""
    ) -> bool:
        """Do one thing to an account; False when it was refused."""
        self.answer = None
        refusal = self._refusal(seat, function, row, time) or self._at_the_gate(
            seat, self.action(function, row, value), row, ticket, time
        )
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

    def tier(self, row: int) -> int:
        """How much is at stake with an account, as `guard.staff.Tier` counts."""
        return int(self._world.accounts.tier[row])

    def action(self, function: Function, row: int, value: str = "") -> ToolAction:
        """The deed as the gate knows it; `value` is what is put on file."""
        account = self._world.accounts.id(row)
        payload = {"value": value} if value else {}
        return ToolAction(tool=TOOL, function=CATALOGUED[function], target=account, payload=payload)

    def replace_email(self, seat: Seat, row: int, new_hash: str, time: int, *, ticket: str = "") -> bool:
        """Put another e-mail on file; the holder is not told."""
        if not self.use(seat, Function.REPLACE_EMAIL, row, time, ticket=ticket, value=new_hash):
            return False
        self._world.keys(row).email = new_hash
        self._changed(seat, row, time, what="email", new_hash=new_hash)
        return True

    def replace_phone(self, seat: Seat, row: int, new_hash: str, time: int) -> bool:
        """Put another phone on file; the holder is not told."""
        if not self.use(seat, Function.REPLACE_PHONE, row, time, value=new_hash):
            return False
        self._changed(seat, row, time, what="phone", new_hash=new_hash)
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

    def _at_the_gate(self, seat: Seat, action: ToolAction, row: int, ticket: str, time: int) -> str:
        if self.front is None:
            return ""
        self.answer = self.front.ask(seat.asking, action, self.tier(row), ticket, time)
        return "" if self.answer.allowed else f"gate: {', '.join(self.answer.reasons)}"

    def _changed(
        self, seat: Seat, row: int, time: int, *, what: Literal["email", "phone", "mfa"], new_hash: str = ""
    ) -> None:
        self._world.tell(
            CredentialChange(
                account=self._world.accounts.id(row),
                time=time,
                what=what,
                change="removed" if what == "mfa" else "replaced",
                by="staff",
                staff=seat.staff,
                tool_session=seat.session,
                new_hash=new_hash,
            )
        )
