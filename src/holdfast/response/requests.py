"""What was asked for, who has said what to it, and can it still come to something?"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from holdfast.containment import Hold, cohort_key
from holdfast.errors import NotAllowedError, SignatureError, UsageError
from holdfast.guard import (
    Act,
    Approval,
    Caller,
    Denial,
    Passkey,
    Refusal,
    RefusalCode,
    Signature,
    Standing,
    Via,
    action_hash,
    approval_challenge,
    person_key,
    quorum,
)
from holdfast.ledger import RecordKind

from .book import Book, Shelf
from .case import Filed, RequestState
from .emergency import MINUTE, reason
from .entitled import Entitled
from .signin import SignIn, evidence
from .timeline import HappeningKind

OPEN_AT_ONCE = 100  # of one person: more than others could look at while it matters
ID_HEX = 16  # of the action hash: enough to tell requests apart, short enough to say on the telephone
_FINAL = frozenset({RefusalCode.POLICY_CHANGED, RefusalCode.REQUESTER_BARRED})


class Requests:
    """The requests ever filed, each with every word that was said to it. What follows from them is the desk's."""

    def __init__(self, book: Book, entitled: Entitled, signin: SignIn) -> None:
        """As kept in the book's store; `signin` knows the passkeys that approvals are signed with."""
        self._book, self._entitled, self._signin = book, entitled, signin
        self.kept = Shelf(book, "requests", Filed)

    def file(self, draft: Filed, by: Caller | str, text: str, now: int, *, alone: str = "") -> Filed:
        """The request for this action: the one that lies here already, or `draft`, filed now.

        Raises:
            NotAllowedError: whoever asks may not; or it is not to be done `alone`, and too few people may agree, or
                whoever asks has too many requests open.

        """
        caller = self._entitled.check(by, Act.REQUEST, draft.request.asked)
        id_, before = self._place(draft.request.action_hash)
        if before is not None:
            return before
        if not alone:
            self._bounded(caller)
        policy = self._entitled.policy.version
        request = msgspec.structs.replace(draft.request, id=id_, policy=policy, credential=caller.credential)
        if not alone:
            self._entitled.reach(request)
        filed = msgspec.structs.replace(draft, request=request, filed_at=now)
        with self._book.change(now) as page:
            self.kept.put(page, id_, filed)
            body = {
                "action_hash": request.action_hash,
                "kind": request.kind,
                "accounts": request.accounts,
                "policy": policy,
                "cohort": filed.cohort,
                "preview": None if filed.plan is None else msgspec.to_builtins(filed.plan.preview),
            }
            page.record(RecordKind.DECISION, f"request/{id_}", filed.about, body, actor=request.by)
            page.note(HappeningKind.REQUEST, f"{request.by} {text}", filed.about)
        return filed

    def agree(
        self, request: str, by: Caller | str, now: int, *, seen: str | None = None, signature: Signature | None = None
    ) -> Filed:
        """The request with the word of `by` that they agree to it, to what has the hash `seen` if that is given.

        `signature` is a passkey's over exactly this; whoever hands it over has made its nonce and used it up.

        Raises:
            UsageError: there is no such request.
            NotAllowedError: whoever asks may not agree to it, or agrees to something else.
            SignatureError: the signature is none of this person's over this.
            StoreError: the approval was not kept.

        """
        filed = self.known(request)
        caller = self._voter(filed, by)
        if seen not in {None, filed.request.action_hash}:
            raise NotAllowedError(
                f"{seen} is not what {request} asks for",
                code=RefusalCode.APPROVED_ANOTHER_PLAN,
                advice="Look at the request again, and approve its action_hash.",
            )
        standing = self._entitled.standing(filed)
        reached = quorum(filed.request, filed.approvals, now, standing)
        if filed.state is not RequestState.OPEN or caller.person in reached.agreed:
            return filed
        if signature is None and _said_before(filed, caller.person, now, standing):
            return filed
        return self._note_approval(filed, caller, signature, now)

    def deny(self, request: str, by: Caller | str, why: str, now: int) -> Filed:
        """The request, closed by somebody's no.

        Raises:
            UsageError: there is no such request.
            NotAllowedError: whoever asks may not, gives no reason, or it is carried out or closed already.
            StoreError: nothing was kept.

        """
        filed = self.open(request)
        caller = self._entitled.check(by, Act.DENY, filed.request.asked)
        denial = Denial(by=caller.person, at=now, why=reason(why))
        filed = msgspec.structs.replace(filed, denials=(*filed.denials, denial), state=RequestState.DENIED)
        with self._book.change(now) as page:
            self.kept.put(page, request, filed)
            body = {"request": request, "action_hash": filed.request.action_hash, "why": denial.why}
            page.record(RecordKind.DECISION, f"denial/{request}", filed.about, body, actor=denial.by)
            text = f"{denial.by} said no to what {filed.request.by} asked for: {denial.why}"
            page.note(HappeningKind.DENIAL, text, filed.about)
        return filed

    def undenied(self, action: str) -> None:
        """Pass an action of this hash to which nobody said no, in whichever request; a withdrawal is no such no.

        Raises:
            NotAllowedError: somebody did.

        """
        no = [
            denial.by
            for filed in self.kept.values()
            if filed.request.action_hash == action
            for denial in filed.denials
            if person_key(denial.by) != person_key(filed.request.by)
        ]
        if no:
            raise NotAllowedError(
                f"{no[-1]} said no to exactly this",
                code=RefusalCode.DENIED,
                advice="Ask anew, and have others agree: what somebody said no to is not done alone.",
            )

    def void(self, filed: Filed, refusal: Refusal, now: int) -> None:
        """Close a request that no approval can help any more."""
        if filed.state is not RequestState.OPEN or refusal.code not in _FINAL:
            return
        with self._book.change(now) as page:
            self.kept.put(page, filed.request.id, msgspec.structs.replace(filed, state=RequestState.VOID))
            body = {"code": str(refusal.code)}
            page.record(RecordKind.DECISION, f"void/{filed.request.id}", filed.about, body)
            page.note(HappeningKind.REFUSAL, f"what {filed.request.by} asked for is void: {refusal.code}", filed.about)

    def known(self, request: str) -> Filed:
        """One of them.

        Raises:
            UsageError: there is none of that id.

        """
        filed = self.kept.get(request)
        if filed is None:
            raise UsageError(f"there is no request {request}")
        return filed

    def open(self, request: str) -> Filed:
        """One of them that is not closed.

        Raises:
            UsageError: there is none of that id.
            NotAllowedError: it was carried out, denied, overtaken, or is void.

        """
        filed = self.known(request)
        if filed.state is not RequestState.OPEN:
            raise NotAllowedError(
                f"the request {request} is {filed.state} already",
                code=RefusalCode.REQUEST_CLOSED,
                advice="Ask anew, if it is still to be done.",
            )
        return filed

    def _bounded(self, caller: Caller) -> None:
        """Pass who has few enough requests open. What a program brought along asks by itself, and answers by itself.

        Raises:
            NotAllowedError: they have too many.

        """
        if caller.via is Via.WIRED:
            return
        own = person_key(caller.person)
        is_open = (filed for filed in self.kept.values() if filed.state is RequestState.OPEN)
        if sum(person_key(filed.request.by) == own for filed in is_open) >= OPEN_AT_ONCE:
            raise NotAllowedError(
                f"{caller.person} has {OPEN_AT_ONCE} requests open already",
                code=RefusalCode.TOO_MANY_OPEN,
                advice="Withdraw what is not wanted any more (holdfast deny), or have others answer. An emergency is "
                "never kept back by this.",
            )

    def _voter(self, filed: Filed, by: Caller | str) -> Caller:
        """Who agrees, if they may. The requester's own word is written down and does not count."""
        caller = self._entitled.caller(by)
        if person_key(caller.person) == person_key(filed.request.by):
            self._entitled.person(caller)
            return caller
        return self._entitled.check(caller, Act.APPROVE, filed.request.asked)

    def _note_approval(self, filed: Filed, caller: Caller, signature: Signature | None, now: int) -> Filed:
        passkey = None if signature is None else self._signed(filed, caller, signature, now)
        approval = Approval(
            by=caller.person,
            action_hash=filed.request.action_hash,
            at=now,
            via=caller.via,
            credential=caller.credential if passkey is None else passkey.id,
            signature=signature,
        )
        filed = msgspec.structs.replace(filed, approvals=(*filed.approvals, approval))
        request = filed.request
        with self._book.change(now) as page:
            self.kept.put(page, request.id, filed)
            body: dict[str, object] = {"request": request.id, "action_hash": approval.action_hash}
            body["via"] = str(approval.via)
            if signature is not None and passkey is not None:
                self._signin.used(page, passkey)
                body["signature"] = evidence(signature, passkey)
            key = f"approval/{request.id}/{approval.by}/{now}"
            page.record(RecordKind.DECISION, key, filed.about, body, actor=approval.by)
            page.note(HappeningKind.APPROVAL, f"{approval.by} approved what {request.by} asked for", filed.about)
        return filed

    def _signed(self, filed: Filed, caller: Caller, signature: Signature, now: int) -> Passkey:
        if any(each.signature is not None and each.signature.nonce == signature.nonce for each in filed.approvals):
            raise SignatureError("this signature was given before")
        challenge = approval_challenge(
            signature.nonce, request=filed.request.id, action_hash=filed.request.action_hash, person=caller.person
        )
        return self._signin.signed(signature, caller.person, challenge, now, at=now)

    def _place(self, action: str) -> tuple[str, Filed | None]:
        """The id that a request for this action has, and the request, if one lies here that is not over."""
        id_, number = action[:ID_HEX], 1
        while (filed := self.kept.get(id_)) is not None and self._over(filed):
            number += 1
            id_ = f"{action[:ID_HEX]}-{number}"
        return id_, filed

    def _over(self, filed: Filed) -> bool:
        """Whether the same may be asked for anew: this was refused for good, or done for a short while only."""
        if filed.state is RequestState.DONE:
            return filed.permit is not None and bool(filed.permit.emergency)
        changed = filed.state is RequestState.OPEN and filed.request.policy != self._entitled.policy.version
        return changed or filed.state in {RequestState.DENIED, RequestState.VOID}


def _said_before(filed: Filed, person: str, now: int, standing: Standing) -> bool:
    """Whether their word, unsigned, stands there already: saying it again would only make the record longer."""
    since = now - standing.table.times.approval * MINUTE
    return any(
        each.by == person and each.signature is None and since < each.at <= now and each not in standing.barred
        for each in filed.approvals
    )


def cohorts_hash(holds: Iterable[Hold]) -> str:
    """The hash of the cohorts that these holds are about; empty when none is about one."""
    keys = sorted({cohort_key(hold.cohort) for hold in holds if hold.cohort is not None})
    return action_hash(keys) if keys else ""
