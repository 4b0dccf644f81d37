"""Was this challenge given out here, to this browser, for this, and not used yet?

They live in memory: after a new start a ceremony is begun again. There is room for a bounded number, and for few by one
browser, so that nobody can push out the challenges of others by asking for more. Strangers can call themselves as many
browsers as they like: those of one address push out each other, and those of many never whoever has signed in.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from holdfast.errors import SignInError
from holdfast.guard import CHALLENGE_STANDS_MS, NONCE_BYTES, Purpose

MOST = 10_000  # at once, some 4 MB: far more people than a platform's staff
MOST_BY_ADDRESS = 200  # of strangers: a company's people behind one address, on a bad morning
MOST_EACH = 8  # by one browser: somebody may have some requests open side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """Somebody was asked to sign `value`. `browser` is who was asked, `about` what it is for.

    `until` is when it is over, in milliseconds since 1970 UTC. `stranger` is the address of somebody of whom nothing is
    known yet, else empty.
    """

    purpose: Purpose
    browser: str
    about: str
    nonce: bytes
    value: bytes
    until: int
    stranger: str = ""


class Challenges:
    """Those that were given out; the event loop alone uses it."""

    def __init__(self, *, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        """Draw nonces from `random`."""
        self._random = random
        self._given: dict[tuple[str, Purpose, str], Challenge] = {}

    def give(  # noqa: PLR0913 - what it is for, and for whom
        self,
        purpose: Purpose,
        browser: str,
        about: str,
        value_of: Callable[[bytes], bytes],
        now: int,
        *,
        stranger: str = "",
        beside: bool = False,
    ) -> Challenge:
        """A new challenge, in place of the one that this browser had for the same; `value_of` makes it of a nonce.

        `stranger` is the address of whoever has not shown yet who they are. With `beside` it takes nobody's place, and
        is about its own `value`: where anybody can say that they are this browser, nothing else tells them apart.

        Raises:
            SignInError: too many people who have signed in are asked something.

        """
        self._forget(now)
        nonce = self._random(NONCE_BYTES)
        value = value_of(nonce)
        about = value.hex() if beside else about
        self._given.pop((browser, purpose, about), None)
        if not beside:
            self._make_room([key for key in self._given if key[0] == browser], MOST_EACH)
        if stranger:
            self._make_room([key for key, each in self._given.items() if each.stranger == stranger], MOST_BY_ADDRESS)
        if len(self._given) >= MOST:
            strangers = [key for key, each in self._given.items() if each.stranger]
            if not strangers:
                raise SignInError("too many sign just now", advice="Try again in a minute.")
            self._make_room(strangers, len(strangers))
        given = Challenge(
            purpose=purpose,
            browser=browser,
            about=about,
            nonce=nonce,
            value=value,
            until=now + CHALLENGE_STANDS_MS,
            stranger=stranger,
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

    def _make_room(self, waiting: list[tuple[str, Purpose, str]], most: int) -> None:
        """Have one more fit beside those that are waiting, by forgetting the oldest of them."""
        for key in waiting[: len(waiting) + 1 - most]:
            del self._given[key]

    def _forget(self, now: int) -> None:
        for key, given in list(self._given.items()):  # in order of giving, so the first that stands ends the look
            if now < given.until:
                break
            del self._given[key]
