"""The seam to whoever can tell whether a passkey signed something."""

from __future__ import annotations

from typing import Protocol

from holdfast.errors import SignatureError
from holdfast.guard import Passkey, Signature


class Signatures(Protocol):
    """Checks what passkeys sign."""

    def check(self, signature: Signature, passkey: Passkey, challenge: bytes) -> int:
        """The sign counter that the passkey told, if it signed `challenge` here and its owner was verified.

        Whether that counter went on is for whoever asks to see: old signatures are checked again with old counters.

        Raises:
            SignatureError: it did not, or not here, or nobody can tell.

        """
        ...


class NoSignatures:
    """Nobody can tell: where the extra `serve` is not installed, and in drills, nothing is signed."""

    def check(self, signature: Signature, passkey: Passkey, challenge: bytes) -> int:  # noqa: ARG002 - none counts
        """Refuse each.

        Raises:
            SignatureError: always.

        """
        raise SignatureError("nothing here can check a signature", advice="Approve at the service: holdfast serve.")
