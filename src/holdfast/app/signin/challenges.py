"""Was this challenge given out here, to this browser, for this, and not used yet?

They live in memory: after a new start a ceremony is begun again. There is room for a bounded number of each purpose,
and for few by one browser, so that nobody can push out the challenges of others by asking for more, and a flood of
strangers who would sign in keeps nobody who has from approving.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from holdfast.errors import SignInError
from holdfast.guard import CHALLENGE_STANDS_MS, NONCE_BYTES, Purpose

MOST = 10_000  # of one purpose at once, some 4 MB: far more people than a platform's staff
MOST_EACH = 8  # by one browser: somebody may have some requests open side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """Somebody was asked to sign `value`. `browser` is who was asked, `about` what it is for.

    `until` is when it is over, in milliseconds since 1970 UTC.
    """

    purpose: Purpose
    browser: str
    about: str
    nonce: bytes
    value: bytes
    until: int


class Challenges:
    """Those that were given out; the event loop alone uses it."""

    def __init__(self, *, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        """Draw nonces from `random`."""
        self._random = random
        self._given: dict[tuple[str, Purpose, str], Challenge] = {}

    def give(
        self, purpose: Purpose, browser: str, about: str, value_of: Callable[[bytes], bytes], now: int
    ) -> Challenge:
        """A new challenge, in place of the one that this browser had for the same; `value_of` makes it of a nonce.

        Raises:
            SignInError: too many are waiting.

        """
        self._forget(now)
        self._given.pop((browser, purpose, about), None)
        mine = [key for key in self._given if key[0] == browser]
        for key in mine[: len(mine) + 1 - MOST_EACH]:
            del self._given[key]
        if sum(key[1] is purpose for key in self._given) >= MOST:
            raise SignInError("too many sign in just now", advice="Try again in a minute.")
        nonce = self._random(NONCE_BYTES)
        given = Challenge(
            purpose=purpose,
            browser=browser,
            about=about,
            nonce=nonce,
            value=value_of(nonce),
            until=now + CHALLENGE_STANDS_MS,
        )
        self._given[browser, purpose, about] = given
        return given

    def take(self, purpose: Purpose, browser: str, about: str, now: int) -> Challenge:
        """The challenge that was given for this; it is used up by that, whatever comes of it.

        Raises:
            SignInError: there is none, or it is over.

        """
        given = self._given.pop((browser, purpose, about), None)
        if given is None or not now < given.until:
            raise SignInError("this took too long, or was answered before", advice="Begin again.")
        return given

    def _forget(self, now: int) -> None:
        for key, given in list(self._given.items()):  # in order of giving, so the first that stands ends the look
            if now < given.until:
                break
            del self._given[key]
