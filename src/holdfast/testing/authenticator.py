"""An authenticator in software: it makes passkeys and signs with them, by Web Authentication Level 3, section 6.

For tests and for trying things out: its key follows from a number, so it proves nothing about anybody.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "http://localhost:8321"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40  # flags of the authenticator data (section 6.1)


def b64(data: bytes) -> str:
    """Base64url without padding, as browsers write it."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Authenticator:
    """One device of somebody, used with one browser at `origin`. What it should not do can be asked of it, too."""

    def __init__(
        self,
        *,
        origin: str = ORIGIN,
        rp_id: str = "localhost",
        seed: int = 1,
        counts: bool = True,
        flags: int = PRESENT | VERIFIED,
    ) -> None:
        """`counts` false: it tells no counter, as passkeys that are synchronised."""
        self.origin, self.rp_id, self.counts, self.flags = origin, rp_id, counts, flags
        self.key = ec.derive_private_key(seed, ec.SECP256R1())
        self.id = hashlib.sha256(f"key {seed}".encode()).digest()
        self.count = 0
        self.handle = ""

    def create(self, options: dict[str, Any], **odd: object) -> dict[str, Any]:
        """The browser's answer to PublicKeyCredentialCreationOptionsJSON."""
        self.handle = options["user"]["id"]
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self._public()
        data = self._data(ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"], **odd)
        return self._answer({"clientDataJSON": b64(client), "attestationObject": b64(attestation)})

    def get(self, options: dict[str, Any], **odd: object) -> dict[str, Any]:
        """The browser's answer to PublicKeyCredentialRequestOptionsJSON."""
        client = self._client("webauthn.get", options["challenge"], **odd)
        data = self._data(0)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signed)}
        return self._answer({**response, "userHandle": self.handle})

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        return {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response}

    def _public(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}  # RFC 9053
        return cbor2.dumps(key)

    def _data(self, more: int) -> bytes:
        self.count += self.counts
        rp = hashlib.sha256(self.rp_id.encode()).digest()
        return rp + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, asked: str, **odd: object) -> bytes:
        said = {"type": kind, "challenge": asked, "origin": self.origin, "crossOrigin": False, **odd}
        return json.dumps(said).encode()
