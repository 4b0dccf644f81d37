"""Who may do this just now, and who of those that agreed to it still may?"""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from holdfast.errors import NotAllowedError
from holdfast.guard import (
    ONLY_LOOKS,
    Act,
    Asked,
    Caller,
    Person,
    Policy,
    RefusalCode,
    Request,
    Standing,
    approvers,
    required_of,
    unreachable,
    wired,
)
from holdfast.guard.staff import StaffPolicy

from .case import Filed
from .people import People, Roll

_POLICIES = "policies"
_STAFF = "staff"


@cache
def shipped_policy() -> Policy:
    """The policies that come with Holdfast, which hold where a deployment has none of its own."""
    return Policy(shipped_texts())


def shipped_texts() -> dict[str, str]:
    """Their texts, by the names of their files."""
    return _texts(resources.files("holdfast.guard") / _POLICIES)


@cache
def shipped_staff_policy() -> StaffPolicy:
    """The policies and the catalogue of the staff gate, which hold where a deployment has none of its own."""
    return StaffPolicy(shipped_staff_texts())


def shipped_staff_texts() -> dict[str, str]:
    """Their texts, by the names of their files."""
    return _texts(resources.files("holdfast.guard") / _POLICIES / _STAFF)


def _texts(folder: Traversable) -> dict[str, str]:
    return {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.is_file()}


class Entitled:
    """The policies of now, asked about the people of now. Every face's questions come here."""

    def __init__(self, policy: Policy, people: People) -> None:
        """Ask `policy` about `people`."""
        self.policy, self.people = policy, people
        self._counted: Roll | None = None  # the roll for which it was counted
        self._unreachable = 0

    def follow(self, policy: Policy) -> None:
        """Ask `policy` from now on."""
        self.policy, self._counted = policy, None

    @property
    def unreachable(self) -> int:
        """How many rows of the table take more people than there are, none while nobody is registered."""
        people = self.people.persons
        if self._counted is not self.people.roll:
            self._counted = self.people.roll
            self._unreachable = len(unreachable(self.policy, people.values())) if people else 0
        return self._unreachable

    def caller(self, by: Caller | str) -> Caller:
        """Who asks. A bare name is enough only for those whom the program itself brought along.

        Raises:
            NotAllowedError: it is the name of nobody, or of somebody who has to show a credential.

        """
        if isinstance(by, Caller):
            return by
        person = self.people.wired.get(by)
        if person is None:
            raise _refused(f"{by!r} is nobody that this program brought along", RefusalCode.NOT_A_PERSON, _WHO)
        return wired(person)

    def person(self, caller: Caller) -> Person:
        """The person who asks, as they are registered now.

        Raises:
            NotAllowedError: it is a program, somebody who is there no more, or their token was revoked.

        """
        person = self.people.person(caller.person) if caller.person else None
        if person is None or not person.active or self.revoked(caller.credential):
            raise _refused("only a person who is registered and there can do that", RefusalCode.NOT_A_PERSON, _WHO)
        return person

    def check(self, by: Caller | str, act: Act, asked: Asked | None = None) -> Caller:
        """Who asks, if they may do it.

        Raises:
            NotAllowedError: they may not; it says which roles may.

        """
        caller = self.caller(by)
        person = self.person(caller)
        if act not in ONLY_LOOKS:
            self._sure(person, caller.credential)
        if not self.policy.may(person, act, asked):
            roles = " or ".join(self.policy.roles_for(act, asked)) or "nobody, by these policies"
            has = ", ".join(person.roles) or "no role"
            raise _refused(
                f"{person.id} ({has}) may not {act.words}",
                RefusalCode.ROLE_MISSING,
                f"Allowed for: {roles}.",
            )
        return caller

    def _sure(self, person: Person, credential: str) -> None:
        """Pass whoever is this person on more than one administrator's word.

        Raises:
            NotAllowedError: they are not.

        """
        word = self.people.word_for(person, credential)
        if word:
            raise _refused(
                f"that this is {person.id} stands on the word of {word} alone", RefusalCode.UNCONFIRMED, CONFIRM
            )

    def revoked(self, credential: str) -> bool:
        """Whether this is a token or a passkey that was revoked."""
        token, passkey = self.people.tokens.get(credential), self.people.passkeys.get(credential)
        return (token is not None and token.revoked) or (passkey is not None and passkey.revoked_at is not None)

    def standing(self, filed: Filed) -> Standing:
        """How things stand for this request: the table, the version, and who does not count any more."""
        request = filed.request
        barred = frozenset(
            each for each in filed.approvals if not self._still(each.by, each.credential, Act.APPROVE, request, each.at)
        )
        return Standing(
            table=self.policy.table,
            policy=self.policy.version,
            barred=barred,
            requester_barred=not self._still(request.by, request.credential, Act.REQUEST, request, filed.filed_at),
        )

    def reach(self, request: Request) -> None:
        """Pass a request that enough people may agree to.

        Raises:
            NotAllowedError: there are too few of them.

        """
        size = required_of(request, Standing(table=self.policy.table, policy=self.policy.version))
        others = self.others(request)
        if len(others) < size.approvals:
            names = ", ".join(each.id for each in others) or "nobody"
            raise _refused(
                f"{size.approvals} people besides {request.by} must agree ({size.reason}), and only {len(others)} may",
                RefusalCode.QUORUM_UNREACHABLE,
                f"Besides {request.by} these may: {names}. Register more, or ask for less.",
            )

    def others(self, request: Request) -> list[Person]:
        """Whoever may agree to it, the requester aside."""
        return approvers(self.policy, request.asked, self.people.known.values())

    def _still(self, person: str, credential: str, act: Act, request: Request, said_at: int) -> bool:
        """Whether what they said at `said_at` still counts, and has since they were last brought back."""
        found = self.people.person(person)
        if found is None or self.revoked(credential) or self.people.word_for(found, credential):
            return False
        gone = found.back is not None and said_at <= found.back
        return not gone and self.policy.may(found, act, request.asked)


CONFIRM = "Have another administrator confirm it: `holdfast people confirm`."
_WHO = "Ask somebody with a role for it; whoever administers people registers them."


def _refused(message: str, code: RefusalCode, advice: str) -> NotAllowedError:
    return NotAllowedError(message, code=code, advice=advice)
