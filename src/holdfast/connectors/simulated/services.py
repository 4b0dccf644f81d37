"""What can be done with an account from outside: sign in, reset, post, write, read, export, each only if it is allowed.

Holders and intruders use the same doors. Every deed asks the gate first: what stands on the account, then the guard.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict, Unpack

from holdfast.containment import Restriction, SubjectKind
from holdfast.events import (
    AppRevoked,
    CredentialChange,
    DataExport,
    DataRead,
    PostRemoved,
    ResetRequested,
    SessionEnded,
    SignIn,
    Tier,
)
from holdfast.guard import Action, Question

from .geography import Place
from .population import TIERS
from .streams import token
from .world import World

Method: TypeAlias = Literal["password", "passkey", "otp", "sms", "recovery", "token"]

NEEDS = {
    Action.POST: Restriction.NO_POSTING,
    Action.MESSAGE: Restriction.NO_MESSAGING,
    Action.SIGN_IN: Restriction.NO_SIGN_IN,
    Action.CREDENTIAL_CHANGE: Restriction.NO_CREDENTIAL_CHANGE,
    Action.EXPORT: Restriction.NO_EXPORT,
}


class Relations(TypedDict, total=False):
    """What a post stands in relation to (ids of posts), and the client it came from."""

    repost_of: str
    reply_to: str
    quote_of: str
    client: str


class Services:
    """The doors of the platform."""

    def __init__(self, world: World) -> None:
        """Open them onto `world`."""
        self._world = world

    def allowed(self, question: Question) -> bool:
        """Whether nothing stands against it: neither a restriction on the account nor the guard."""
        gate = self._world.gate
        free = gate.allows_account(question.account, NEEDS[question.action], question.time)
        return free and gate.guard_allows(question)

    def sign_in(self, row: int, place: Place, method: Method, time: int, *, intruder: bool = False) -> str | None:
        """A session, or None when the door is shut."""
        world = self._world
        session = None
        if self.allowed(Question(account=world.accounts.id(row), action=Action.SIGN_IN, time=time)):
            keys = world.keys(row)
            keys.count += 1
            session = f"s-{token(world.seed, 'session', row, keys.count)}"
            keys.sessions[session] = intruder
        world.tell(
            SignIn(
                account=world.accounts.id(row),
                time=time,
                outcome="ok" if session else "refused",
                session=session or "",
                ip=place.ip,
                asn=place.asn,
                country=place.country,
                device=place.device,
                client=place.client,
                method=method,
            )
        )
        return session

    def reset(self, row: int, channel: Literal["email", "sms"], time: int, *, intruder: bool = False) -> bool:
        """A new password through the mail or the phone now on file; False when that is shut."""
        world = self._world
        account = world.accounts.id(row)
        hint = token(world.seed, "hint", world.keys(row).email if channel == "email" else f"phone{row}")
        world.tell(ResetRequested(account=account, time=time, channel=channel, hint_hash=hint))
        if not self.allowed(Question(account=account, action=Action.CREDENTIAL_CHANGE, time=time)):
            return False
        world.keys(row).password_is_intruders = intruder
        world.tell(
            CredentialChange(account=account, time=time + 20_000, what="password", change="replaced", by="holder")
        )
        for session in world.sign_out(row, time + 20_000):
            world.tell(SessionEnded(account=account, session=session, time=time + 20_000, by="system"))
        return True

    def post(
        self, row: int, text: str, time: int, *, urls: tuple[str, ...] = (), app: str = "", **more: Unpack[Relations]
    ) -> str | None:
        """The id of the post, or None when it was refused; `app` is the third-party client that carries it."""
        gate = self._world.gate
        if app and (row in self._world.without_app or gate.stands(SubjectKind.APP, app, Restriction.REVOKE_APP, time)):
            return None
        account = self._world.accounts.id(row)
        question = Question(account=account, action=Action.POST, time=time, text=text, urls=urls, app=app)
        if not self.allowed(question):
            return None
        return self._world.say(row, text, time, urls=urls, **more)

    def post_as_holder(
        self, row: int, text: str, time: int, *, urls: tuple[str, ...] = (), **more: Unpack[Relations]
    ) -> str | None:
        """The same for an honest holder; a refusal counts as harm done to an innocent."""
        world = self._world
        if world.controlled[row]:
            return None  # locked out by the intruder, not by us
        post = self.post(row, text, time, urls=urls, **more)
        if post is None and not world.touched[row]:
            world.refused_to_innocents += 1
            world.alerts_refused += bool(world.accounts.emergency[row])
        return post

    def message(self, row: int, text: str, time: int) -> bool:
        """Send private messages that say `text`; False when that is shut. Nobody else learns of them."""
        account = self._world.accounts.id(row)
        return self.allowed(Question(account=account, action=Action.MESSAGE, time=time, text=text))

    def read_inbox(self, row: int, session: str, time: int) -> None:
        """Look through the private messages; reading is a thing that no restriction stops while a session lives."""
        draw = int(token(self._world.seed, "inbox", row), 16)
        self._world.tell(
            DataRead(
                account=self._world.accounts.id(row),
                time=time,
                what="messages",
                by="holder",
                session=session,
                count=20 + draw % 900,
                counterpart_count=3 + draw % 60,
            )
        )

    def export(self, row: int, stage: Literal["requested", "ready", "downloaded"], session: str, time: int) -> bool:
        """One stage of taking an archive away; False when that is shut."""
        account = self._world.accounts.id(row)
        if stage != "ready" and not self.allowed(Question(account=account, action=Action.EXPORT, time=time)):
            return False
        size = 40_000_000 + int(token(self._world.seed, "archive", row), 16) % 2_000_000_000
        self._world.tell(
            DataExport(
                account=account,
                time=time,
                stage=stage,
                by="system" if stage == "ready" else "holder",
                session="" if stage == "ready" else session,
                bytes=0 if stage == "requested" else size,
            )
        )
        return True

    def remove(self, post: str, by: Literal["holder", "platform", "staff"], time: int, reason: str = "") -> None:
        """Take a post away for good."""
        said = self._world.posts.get(post)
        if said is None or said.gone:
            return
        said.gone = True
        self._world.tell(PostRemoved(id=post, time=time, by=by, reason=reason))
        self._world.chronicle.removed(post, time)
        self._world.post_gone(post, time)

    def settle(self, post: str, time: int) -> None:
        """Hide a post from readers, or show it, as what stands on it and on its account would have it now.

        A post made in bulk has no readers who are counted.
        """
        world = self._world
        said = world.posts.get(post)
        if said is None:
            return
        account = world.accounts.id(said.row)
        hidden = world.gate.stands(SubjectKind.POST, post, Restriction.HIDE_POST, time) or not (
            world.gate.allows_account(account, Restriction.HIDE_ACCOUNT, time)
        )
        if hidden and not said.hidden:
            said.hidden = True
            world.chronicle.hidden(post, time)
            world.post_gone(post, time)
        elif said.hidden and not hidden:
            said.hidden = False
            world.chronicle.shown(post, time)

    def end_sessions(self, row: int, time: int) -> None:
        """Sign the account out everywhere, for the platform."""
        account = self._world.accounts.id(row)
        for session in self._world.sign_out(row, time):
            self._world.tell(SessionEnded(account=account, session=session, time=time, by="platform"))

    def revoke(self, app: str, rows: list[int], time: int) -> None:
        """Shut a third-party client out of the accounts in `rows`."""
        for row in rows:
            self._world.tell(AppRevoked(account=self._world.accounts.id(row), app=app, time=time, by="platform"))

    def tier(self, row: int) -> Tier:
        """The tier of an account."""
        return TIERS[int(self._world.accounts.tier[row])]
