"""How is somebody asked over HTTP to sign something with a passkey, and is what their browser answers an answer to it?

What was asked is used up by the answer, whatever that is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import msgspec

from holdfast.app.live import wall_time
from holdfast.app.server.answers import RefusedError
from holdfast.app.server.asking import refusal_of
from holdfast.app.signin.challenges import Challenges
from holdfast.app.signin.passkeys import Answered, Passkeys, answered_value, signature_of
from holdfast.app.signin.place import Place
from holdfast.errors import SignInError
from holdfast.guard import Passkey, Purpose, Signature


class OptionsTold(msgspec.Struct, frozen=True, kw_only=True):
    """`PublicKeyCredentialRequestOptionsJSON`, for `navigator.credentials.get` at the console's own address."""

    options: dict[str, Any]


class Ceremony:
    """Asks, and takes answers, for all routes that let programs do so."""

    def __init__(self, place: Place | None) -> None:
        """Passkeys are used at `place`, or nowhere."""
        self._place, self._challenges = place, Challenges()

    def ask(  # noqa: PLR0913 - who is asked, for what
        self,
        purpose: Purpose,
        browser: str,
        about: str,
        value_of: Callable[[bytes], bytes],
        known: Iterable[Passkey],
        *,
        stranger: str = "",
    ) -> OptionsTold:
        """What the browser is to be asked, of somebody whose passkeys are `known`; the rest is as with `Challenges`.

        Strangers who are asked for the same person are asked side by side: none can keep another from answering.

        Raises:
            RefusedError: passkeys are used nowhere, or too many people are asked something.

        """
        if self._place is None:
            raise RefusedError(
                HTTPStatus.CONFLICT,
                "passkeys are not set up at this service",
                advice="Set signin.origin (reference: sign-in).",
            )
        try:
            given = self._challenges.give(
                purpose, browser, about, value_of, wall_time(), stranger=stranger, beside=bool(stranger)
            )
        except SignInError as error:
            raise refusal_of(error) from error
        passkeys = Passkeys(rp_id=self._place.rp_id, origin=self._place.origin)
        return OptionsTold(options=passkeys.to_sign(given.value, known))

    def waits(self, purpose: Purpose, browser: str, about: str, told: Answered, *, stranger: str = "") -> bool:
        """Whether somebody was asked what this answers, all else as it was asked with, and can still answer.

        Raises:
            RefusedError: it is no answer.

        """
        try:
            return self._challenges.waits(purpose, browser, _about(about, told, stranger), wall_time())
        except SignInError as error:
            raise refusal_of(error) from error

    def answer(
        self, purpose: Purpose, browser: str, about: str, told: Answered, *, stranger: str = ""
    ) -> tuple[Signature, bytes]:
        """The signature, and what it is to be over; all else as it was asked with.

        Raises:
            RefusedError: nobody was asked, it took too long, or it is no answer.

        """
        try:
            given = self._challenges.take(purpose, browser, _about(about, told, stranger), wall_time())
            return signature_of(told, given.nonce), given.value
        except SignInError as error:
            raise refusal_of(error) from error


def _about(about: str, told: Answered, stranger: str) -> str:
    """What tells a challenge from others of the same browser: of strangers only its own value."""
    return answered_value(told).hex() if stranger else about
