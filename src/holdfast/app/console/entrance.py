"""How does somebody come in with a passkey, make one, and leave?"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch, wall_time
from holdfast.app.server.answers import RefusedError
from holdfast.app.server.asking import Ask, body_of, shown
from holdfast.app.signin.challenges import Challenges
from holdfast.app.signin.limiter import Limiter
from holdfast.app.signin.passkeys import Answered, Passkeys, Registered, names_another, signature_of
from holdfast.app.signin.sessions import (
    Sessions,
    SignedIn,
    cookie_of,
    hashed,
    new_secret,
    new_session,
    set_cookie,
)
from holdfast.errors import SignatureError, SignInError
from holdfast.events import format_time, format_time_or_none
from holdfast.guard import Enrolment, Passkey, Person, Purpose, Via, challenge_of
from holdfast.response.entitled import CONFIRM

from .desk import SIGN_IN, Done, Options
from .pages import PASSKEYS, Visitors
from .site import Site

FRESH_MS = 10 * 60_000  # since signing in with a passkey: who walks up to an open screen cannot add a key of their own
_BROWSER = "browser"  # what the cookie is called that tells browsers apart until somebody is signed in


class Link(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The secret of a link to make a first passkey; empty for somebody who is signed in and makes another."""

    link: Annotated[str, Meta(max_length=100)] = ""


class Made(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The passkey that was made."""

    link: Annotated[str, Meta(max_length=100)] = ""
    label: Annotated[str, Meta(max_length=60)] = ""
    credential: Registered


class Shown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a passkey answered."""

    credential: Answered


class Revoked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The passkey to be revoked."""

    passkey: Annotated[str, Meta(min_length=1, max_length=1_400)]


_link = msgspec.json.Decoder(Link)
_made = msgspec.json.Decoder(Made)
_shown = msgspec.json.Decoder(Shown)
_revoked = msgspec.json.Decoder(Revoked)


class Entrance:
    """The pages before the desk, and one's own passkeys."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a ceremony
        self,
        site: Site,
        sessions: Sessions,
        visitors: Visitors,
        challenges: Challenges,
        passkeys: Passkeys,
        limiter: Limiter,
        ask: Ask,
        forwarded: str,
    ) -> None:
        """`forwarded` is the header in which a proxy names the caller's address; empty where none is believed."""
        self._site, self._sessions, self._challenges, self._passkeys = site, sessions, challenges, passkeys
        self._visitors = visitors
        self._limiter, self._ask, self._forwarded = limiter, ask, forwarded

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(SIGN_IN, self._page, methods=["GET"]),
            Route(f"{SIGN_IN}/options", self._to_sign_in, methods=["POST"]),
            Route(f"{SIGN_IN}/finish", self._sign_in, methods=["POST"]),
            Route("/console/signout", self._sign_out, methods=["POST"]),
            Route("/console/enrol", self._enrol_page, methods=["GET"]),
            Route(PASSKEYS.path, self._own_page, methods=["GET"]),
            Route("/console/passkeys/options", self._to_register, methods=["POST"]),
            Route("/console/passkeys/finish", self._register, methods=["POST"]),
            Route("/console/passkeys/revoke", self._revoke, methods=["POST"]),
        ]

    def enter(self, run: LiveWatch, person: Person, via: Via, *, credential: str = "") -> str:
        """Begin a session of `person`; its secret. In the worker's thread."""
        session, secret = new_session(person, via, wall_time(), credential=credential)
        run.response.signin.begin(session, self._sessions.limits, run.clock.now())
        return secret

    def cookie(self, secret: str) -> str:
        """The Set-Cookie header by which a browser shows that secret from now on."""
        return set_cookie(self._sessions.place.cookie, secret, secure=self._sessions.place.secure)

    async def _page(self, http: Request) -> Response:
        if self._sessions.who(http.scope) is not None:
            return RedirectResponse("/console", HTTPStatus.SEE_OTHER)
        return self._site.page("signin", None)

    async def _enrol_page(self, http: Request) -> Response:  # noqa: ARG002 - a handler's
        return self._site.page("enrol", None)

    async def _own_page(self, http: Request) -> Response:
        visit = await self._visitors.enter(http, PASSKEYS)
        who = visit.who
        own = await self._ask(lambda run: run.response.people.passkeys_of(who.person.id))
        keys = [
            {
                "id": each.id,
                "label": each.label,
                "added": format_time(each.added_at),
                "used": format_time_or_none(each.used_at),
                "this": each.id == who.session.credential,
                "word": each.on_word_of or who.person.on_word_of,
            }
            for each in sorted(own, key=lambda each: each.added_at)
        ]
        return self._site.page("passkeys", visit, keys=keys, fresh=_fresh(who))

    async def _to_sign_in(self, http: Request) -> Response:
        self._sessions.from_our_page(http.scope)
        self._slow(http, "")
        browser, fresh = self._browser(http)
        given = self._challenges.give(
            Purpose.SIGN_IN,
            hashed(browser),
            "",
            lambda nonce: challenge_of(Purpose.SIGN_IN, nonce, {}),
            wall_time(),
            stranger=self._address(http),
        )
        answer = shown(Options(options=self._passkeys.to_sign(given.value)))
        self._set_browser(answer, fresh)
        return answer

    async def _sign_in(self, http: Request) -> Response:
        self._sessions.from_our_page(http.scope)
        self._slow(http, "")  # before anybody else is kept busy with it
        told = (await body_of(http, _shown)).credential
        owner = await self._ask(lambda run: run.response.people.passkeys.get(told.id))
        person = "" if owner is None else owner.person
        self._slow(http, person)
        try:
            browser, _ = self._browser(http)
            given = self._challenges.take(Purpose.SIGN_IN, hashed(browser), "", wall_time())
            if names_another(told, person):
                raise SignatureError("this passkey belongs to somebody else")
            secret = await self._ask(lambda run: self._let_in(run, told, given.nonce, given.value))
        except (SignInError, RefusedError):
            self._limiter.failed(self._address(http), person, wall_time())
            raise
        answer = shown(Done(next="/console"))
        answer.headers.append("set-cookie", self.cookie(secret))
        return answer

    def _let_in(self, run: LiveWatch, told: Answered, nonce: bytes, challenge: bytes) -> str:
        signin, now = run.response.signin, run.clock.now()
        passkey = signin.signed(signature_of(told, nonce), "", challenge, now, at=wall_time())
        signin.keep_used(passkey, now)
        return self.enter(run, run.response.people.persons[passkey.person], Via.PASSKEY, credential=passkey.id)

    async def _sign_out(self, http: Request) -> Response:
        who = self._visitors.signed_in(http)
        await self._ask(lambda run: run.response.signin.end(who.session.id, run.clock.now()))
        self._sessions.forget([who.session.id])
        place = self._sessions.place
        answer = shown(Done(next="/console/oidc/leave" if who.session.via is Via.OIDC else SIGN_IN))
        answer.headers.append("set-cookie", set_cookie(place.cookie, "", secure=place.secure, seconds=0))
        return answer

    async def _to_register(self, http: Request) -> Response:
        told = await body_of(http, _link)
        person, browser, fresh, known = await self._who_registers(http, told.link)
        given = self._challenges.give(
            Purpose.REGISTER,
            browser,
            person.id,
            lambda nonce: challenge_of(Purpose.REGISTER, nonce, {"person": person.id}),
            wall_time(),
        )
        answer = shown(Options(options=self._passkeys.to_register(person, known, given.value)))
        self._set_browser(answer, fresh)
        return answer

    async def _register(self, http: Request) -> Response:
        told = await body_of(http, _made)
        person, browser, _, _ = await self._who_registers(http, told.link)
        given = self._challenges.take(Purpose.REGISTER, browser, person.id, wall_time())
        made = self._passkeys.registered(told.credential, person.id, given.value, at=wall_time(), label=told.label)
        link = hashed(told.link) if told.link else ""
        await self._ask(lambda run: run.response.signin.add(made, person.id, run.clock.now(), link=link))
        return shown(Done(next=SIGN_IN if told.link else PASSKEYS.path))

    async def _revoke(self, http: Request) -> Response:
        who, told = self._visitors.signed_in(http), await body_of(http, _revoked)

        def do(run: LiveWatch) -> Passkey:
            own = {each.id for each in run.response.people.passkeys_of(who.person.id)}
            if told.passkey not in own:
                raise RefusedError(HTTPStatus.NOT_FOUND, "you have no such passkey")
            return run.response.signin.revoke(told.passkey, who.person.id, run.clock.now(), at=wall_time())

        await self._ask(do)
        return shown(Done(next=PASSKEYS.path))

    async def _who_registers(self, http: Request, link: str) -> tuple[Person, str, str, list[Passkey]]:
        """Whose passkey is made, in which browser (and its new cookie, if any), and what they have already.

        Raises:
            SignInError: the link counts for nothing, or whoever is signed in has not been for long enough by a passkey.

        """
        if not link:
            who = self._visitors.signed_in(http)
            if not who.caller.confirmed:
                raise SignInError("this passkey is not confirmed yet, and cannot vouch for another", advice=CONFIRM)
            if not _fresh(who):
                raise SignInError(
                    "to add a passkey, sign in with another one first", advice="Sign out, and in again with a passkey."
                )
            known = await self._ask(lambda run: run.response.people.passkeys_of(who.person.id))
            return who.person, who.session.id, "", known
        self._sessions.from_our_page(http.scope)
        self._slow(http, "")
        found = await self._ask(lambda run: _of_link(run, hashed(link)))
        if found is None:
            self._limiter.failed(self._address(http), "", wall_time())
            raise SignInError("this link counts for nothing: it was used, it is over, or there is a newer one")
        person, known = found
        browser, fresh = self._browser(http)
        return person, hashed(browser), fresh, known

    def _browser(self, http: Request) -> tuple[str, str]:
        """What tells this browser from others, and the same again where it has to be told."""
        known = cookie_of(http.scope["headers"], self._browser_cookie)
        if known:
            return known, ""
        made = new_secret()
        return made, made

    @property
    def _browser_cookie(self) -> str:
        return f"{self._sessions.place.cookie}-{_BROWSER}"

    def _set_browser(self, answer: Response, fresh: str) -> None:
        if fresh:
            secure = self._sessions.place.secure
            answer.headers.append("set-cookie", set_cookie(self._browser_cookie, fresh, secure=secure))

    def _slow(self, http: Request, person: str) -> None:
        wait = self._limiter.wait(self._address(http), person, wall_time())
        if wait:
            seconds = -(-wait // 1_000)
            raise RefusedError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too many have failed to sign in from your address",
                advice=f"Try again in {seconds} seconds.",
                headers=[(b"retry-after", b"%d" % seconds)],
            )

    def _address(self, http: Request) -> str:
        return named_address(http, self._forwarded) or (http.client.host if http.client else "")


def named_address(http: Request, forwarded: str) -> str:
    """The address that a proxy names in the header `forwarded`; empty where it names none, or none is believed."""
    return http.headers.get(forwarded, "").rpartition(",")[2].strip() if forwarded else ""


def _fresh(who: SignedIn) -> bool:
    return who.session.via is Via.PASSKEY and 0 <= wall_time() - who.session.made_at <= FRESH_MS


def _of_link(run: LiveWatch, id_: str) -> tuple[Person, list[Passkey]] | None:
    enrolment: Enrolment | None = run.response.signin.enrolments.get(id_)
    person = None if enrolment is None else run.response.people.persons.get(enrolment.person)
    if enrolment is None or person is None or not enrolment.counts(person, wall_time()):
        return None
    return person, run.response.people.passkeys_of(person.id)
