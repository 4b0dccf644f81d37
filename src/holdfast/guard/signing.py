"""What does a passkey sign when somebody agrees, and what is kept of it?

A passkey signs a challenge of 32 bytes (Web Authentication Level 3, sections 5.8.1 and 13.4.3). Here the challenge is
the hash of what it is for, so that a signature for one thing is none for another, and what was signed can be worked out
again from what is on record: a nonce, the request, its action hash and the person.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Mapping

import msgspec
import rfc8785

NONCE_BYTES = 32  # random ones: twice the 16 that section 13.4.3 asks for
CHALLENGE_STANDS_MS = 5 * 60_000  # five minutes: the longest that section 15.1 recommends for a ceremony
_DOMAIN = "holdfast/passkey/1"


@enum.unique
class Purpose(enum.StrEnum):
    """What somebody is asked to use a passkey for."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    APPROVE = "approve"
    TOOL_SIGN_IN = "tool_sign_in"
    STEP_UP = "step_up"


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """What a passkey answered: enough to check it again years later, with its public key.

    `passkey` is its id; `nonce` the 32 random bytes in the challenge; the others are `authenticatorData`,
    `clientDataJSON` and `signature` as they came (Web Authentication Level 3, section 5.2.2).
    """

    passkey: str
    nonce: bytes
    authenticator_data: bytes
    client_data: bytes
    signature: bytes


def challenge_of(purpose: Purpose, nonce: bytes, facts: Mapping[str, str]) -> bytes:
    """The 32 bytes to be signed: SHA-256 over the RFC 8785 form of what it is for, a list in this order."""
    named = [[name, fact] for name, fact in sorted(facts.items())]
    return hashlib.sha256(rfc8785.dumps([_DOMAIN, str(purpose), nonce.hex(), named])).digest()


def approval_challenge(nonce: bytes, *, request: str, action_hash: str, person: str) -> bytes:
    """What `person` signs to agree to exactly this action, asked for in this request."""
    facts = {"request": request, "action_hash": action_hash, "person": person}
    return challenge_of(Purpose.APPROVE, nonce, facts)
