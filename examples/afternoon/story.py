"""What would have happened at the support desk on 15 July 2020? Told by doing it, against a real service.

Sam's sign-in was talked out of Sam: everything that is asked of one person, the intruder has.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from examples.support_desk.desk import Desk
from examples.support_desk.records import Records
from examples.support_desk.waiting import counting

from holdfast.client import Gate
from holdfast.errors import RefusedByGateError
from holdfast.guard.staff import ToolAction

from .house import HELP_DESK, House
from .mailbox import Mailbox
from .told import Told

ANA, PRESIDENT = "1001", "1002"
THIEF = "thief@example.net"
TICKETS = {"T-1": ANA, "T-2": PRESIDENT, "T-3": PRESIDENT, "T-4": ANA, "T-5": ANA}
OPENED = "2020-07-15T18:00:00Z"
SOON = 30.0  # seconds within which a plan is proposed, or something is wrong
_LOOK = 0.1  # seconds between looks at the proposals


class Afternoon:
    """The house, the tool with its records, the holder's mailbox, and who tells it."""

    def __init__(  # noqa: PLR0913, PLR0917 - the cast
        self, house: House, gate: Gate, tool: str, desk: Desk, records: Records, mailbox: Mailbox, told: Told
    ) -> None:
        """Everybody is there, and nothing has happened."""
        self._house, self._gate, self._tool, self._desk = house, gate, tool, desk
        self._records, self._mailbox, self._told = records, mailbox, told

    def tell(self) -> None:
        """The whole story."""
        hers = self._honest_work()
        stolen = self._talked_out()
        self._nobody_alone(stolen)
        self._two_people()
        self._not_silent(stolen)
        self._a_call(hers)
        self._what_was_reached()

    def _honest_work(self) -> str:
        self._told.scene("1. Honest work")
        self._told.act("the help desk", "tells the gate of its tickets: who asks for help with which account")
        for ticket, account in TICKETS.items():
            told = {"accounts": [account], "opened_at": OPENED, "opened_by": "holder"}
            self._house.ask("PUT", f"/v1/gate/tickets/{ticket}", told, by=HELP_DESK)
        session = self._house.sign_in("alice")
        self._told.act("alice", "signs in to the tools with her passkey, and looks up @ana for ticket T-1")
        self._try(session, "account.look_up", ANA, ticket="T-1")
        self._told.act("alice", "looks up @ana for no ticket")
        self._try(session, "account.look_up", ANA)
        self._told.act("alice", "looks up @ana for ticket T-99, which there is not")
        self._try(session, "account.look_up", ANA, ticket="T-99")
        self._told.act("alice", "changes @ana's e-mail, for which her passkey has to be shown again")
        self._try(session, "account.email.replace", ANA, ticket="T-1", payload={"email": THIEF})
        return session

    def _talked_out(self) -> str:
        self._told.scene("2. Sam is called: 'this is IT, please sign in once more'")
        tier = {"tier": "official", "why": "head of state"}
        self._house.ask("PUT", f"/v1/gate/protected/{PRESIDENT}", tier, by="cora")
        self._told.note(
            "  @president is guarded as an official account. The intruder has Sam's session, with a fresh passkey."
        )
        session = self._house.sign_in("sam")
        self._house.step_up("sam", session, "credentials")
        return session

    def _nobody_alone(self, stolen: str) -> None:
        self._told.act("intruder", f"replaces @president's e-mail with {THIEF}, with a reason and a ticket")
        self._try(stolen, "account.email.replace", PRESIDENT, ticket="T-2", payload={"email": THIEF})
        self._told.act("intruder", "asks for somebody to agree, and agrees as Sam")
        asking = self._asked(stolen, "account.email.replace", PRESIDENT, ticket="T-2", payload={"email": THIEF})
        answer = self._house.signs("sam", asking)
        self._told.no(answer.json()["detail"])
        self._told.act("cora", "reads what exactly is asked for, calls Sam back, and says no")
        self._house.ask("POST", f"/v1/gate/requests/{asking['id']}/denials", {"why": "Sam knows of nothing"}, by="cora")
        self._told.yes("denied, on record, and nothing was changed")

    def _two_people(self) -> None:
        self._told.scene("3. The office really has a new address")
        session, new = self._house.sign_in("sam"), "press@example.gov"
        self._house.step_up("sam", session, "credentials")
        self._told.act("sam", f"asks for somebody to agree to exactly {new}; carl signs that with his passkey")
        self._house.signs(
            "carl", self._asked(session, "account.email.replace", PRESIDENT, ticket="T-3", payload={"email": new})
        ).raise_for_status()
        self._told.act("sam", "replaces it, but with another address than carl saw")
        self._try(session, "account.email.replace", PRESIDENT, ticket="T-3", payload={"email": THIEF})
        self._told.act("sam", f"replaces it with {new}")
        with self._gate.acting(session=session, reason="the office moved", ticket="T-3"):
            self._told.yes(self._desk.replace_email(PRESIDENT, new))
        self._told.act("sam", "once more, by the same agreement")
        self._try(session, "account.email.replace", PRESIDENT, ticket="T-3", payload={"email": new})

    def _not_silent(self, stolen: str) -> None:
        self._told.scene("4. @ana is an ordinary account: one person may change its e-mail, but not silently")
        self._told.act("intruder", f"replaces @ana's e-mail with {THIEF}")
        with self._gate.acting(session=stolen, reason="the holder called", ticket="T-4"):
            self._told.yes(self._desk.replace_email(ANA, THIEF))
        letter = self._mailbox.wait("asked", of=ANA)
        self._told.act("ana", f"finds a letter at ana@example.org: your {letter.what} is to be changed")
        self._told.lines(f"a reset would go to {self._email(ANA)}: the new address does not count yet")
        self._house.open(letter.link, press=False)
        self._told.act("a scanner", "opens the link in her mail: nothing happens. Ana presses its button")
        self._house.open(letter.link, press=True)
        self._mailbox.wait("reversed", of=ANA)
        self._told.yes(f"undone; her e-mail is {self._email(ANA)}")
        plan = self._proposed()
        self._told.act("cora", f"finds a plan on her desk: {', then '.join(plan['steps'])}. She asks for it")
        done = self._house.ask("POST", "/v1/requests", {"plan": plan["id"]}, by="cora")
        self._told.yes(f"{done['state']}: {done['needs_because']}")
        self._told.act("intruder", "looks up @ana")
        self._try(stolen, "account.look_up", ANA, ticket="T-4")

    def _a_call(self, session: str) -> None:
        self._told.scene("5. Alice was called, too, and says so")
        report = {"kind": "vishing", "text": "he knew my name and wanted a code"}
        self._house.ask("POST", "/v1/staff/reports", report, by="alice")
        self._told.act("cora", "locks the tools down to level 3: she and carl, and both of them together")
        lock = {"level": 3, "named": ["cora", "carl"], "minutes": 60, "why": "staff are called for codes"}
        since = time.perf_counter()
        self._house.ask("POST", "/v1/gate/locks", lock, by="cora")
        answered = time.perf_counter() - since
        self._told.yes(f"in force after {answered * 1_000:.0f} ms; live sessions have ended")
        self._told.act("alice", "goes on with her work, and looks up @ana")
        self._try(session, "account.look_up", ANA, ticket="T-5")
        self._told.act("cora", "looks up @ana, which carl has agreed to: they are not locked out")
        session = self._house.sign_in("cora")
        asked = self._asked(session, "account.look_up", ANA, ticket="T-5")
        self._house.ask(
            "POST", f"/v1/gate/requests/{asked['id']}/approvals", {"action_hash": asked["action_hash"]}, by="carl"
        )
        self._try(session, "account.look_up", ANA, ticket="T-5")

    def _what_was_reached(self) -> None:
        self._told.scene("6. Was the President's account reached, or tried?")
        self._told.act("olga", f"holdfast gate attempts --target {PRESIDENT}")
        self._told.lines(self._house.command("gate", "attempts", "--target", PRESIDENT, by="olga"))
        self._told.act("olga", "holdfast ledger verify var/holdfast.db")
        self._told.lines(self._house.command("ledger", "verify", "var/holdfast.db", by="olga"))

    def _try(
        self,
        session: str,
        function: str,
        target: str,
        *,
        ticket: str = "",
        payload: Mapping[str, str] | None = None,
    ) -> None:
        action = ToolAction(tool=self._tool, function=function, target=target, payload=payload or {})
        try:
            with self._gate.acting(session=session, reason="the holder called", ticket=ticket):
                self._told.yes(f"allowed, on record as {self._gate.ask(action).id}")
        except RefusedByGateError as refused:
            self._told.no("; ".join(refused.reasons))
            self._told.lines("\n".join(refused.needs))

    def _asked(
        self, session: str, function: str, target: str, *, ticket: str, payload: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        action = {"tool": self._tool, "function": function, "target": target, "payload": payload or {}}
        body = {**action, "session": session, "reason": "the office moved", "ticket": ticket}
        asking: dict[str, str] = self._house.ask("POST", "/v1/gate/tool-requests", body)
        return asking

    def _proposed(self) -> dict[str, Any]:
        """The plan that takes the tools from whoever did it, as soon as it is proposed.

        Raises:
            TimeoutError: it was not.

        """
        ends = time.monotonic() + SOON
        while time.monotonic() < ends:
            for each in self._house.ask("GET", "/v1/proposals", by="cora")["items"]:
                for plan in each["plans"]:
                    if plan["kind"] == "staff":
                        return dict(plan)
            time.sleep(_LOOK)
        raise TimeoutError("no plan was proposed")

    def _email(self, account: str) -> str:
        found = counting(self._gate, self._records, account)
        return "" if found is None else found.account.email
