"""How does a tool know that the gate let just this request through? A signed line that the proxy hands on with it.

It is a JSON Web Token (RFC 7519) signed with Ed25519 (RFC 8037), so that every language can read it; it names the very
request and lasts for seconds. Whoever reaches the tool by another way has none.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from holdfast.errors import NotAllowedError

LIFETIME = 30  # seconds: a request is with its tool in one; the rest is for clocks that differ
LEEWAY = 5  # seconds by which the clock of a tool may be behind
DOMAIN = b"holdfast/gate-proof/1"
_LONGEST = 4_096  # bytes: what servers take of one header
_PART = re.compile(r"[A-Za-z0-9_-]+")


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What is signed, by the names of RFC 7519 and, for the request, of RFC 9449.

    `sub` (the person) in the session `sid` does `function` with the account `target` by the tool `aud`; the attempt is
    on record as `jti`. The request is `htm` (method) to `host`, and `uri` is the hash of its path and query, as
    `target_hash` makes it. `iat` and `exp` are seconds since 1970 UTC.
    """

    iss: str = "holdfast"
    aud: str
    sub: str
    sid: str
    jti: str
    function: str
    target: str = ""
    action: str
    htm: str
    host: str
    uri: str
    iat: int
    exp: int


class _Head(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    alg: str
    kid: str
    typ: str = ""
    crit: tuple[str, ...] = ()


class Prover:
    """Signs."""

    def __init__(self, secret: bytes) -> None:
        """`secret` has 32 bytes that are for this alone: `Signer.derived(DOMAIN)`."""
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.public = _b64(self._key.public_key().public_bytes_raw())
        self.kid = thumbprint(self.public)
        self._head = _b64(msgspec.json.encode(_Head(alg="EdDSA", typ="JWT", kid=self.kid)))
        self._encode = msgspec.json.Encoder().encode

    @property
    def keys(self) -> dict[str, list[dict[str, str]]]:
        """What tools check by: a JSON Web Key Set (RFC 7517)."""
        key = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": self.public}
        return {"keys": [key]}

    def sign(self, proof: Proof) -> str:
        """The line."""
        said = f"{self._head}.{_b64(self._encode(proof))}"
        return f"{said}.{_b64(self._key.sign(said.encode()))}"


def checked(line: str, keys: dict[str, str], now: int) -> Proof:
    """What the line says, signed by one of `keys` (`x` by `kid`) and not over at `now` (seconds since 1970 UTC).

    Raises:
        NotAllowedError: it is not signed by the gate, or is over.

    """
    parts = line.split(".")
    if len(line) > _LONGEST or len(parts) != 3 or not all(_PART.fullmatch(part) for part in parts):
        raise _no("it is no proof")
    try:
        head = msgspec.json.decode(_unb64(parts[0]), type=_Head)
        if head.alg != "EdDSA" or head.crit or head.kid not in keys:
            raise _no("it is signed by a key that is not the gate's")
        key = Ed25519PublicKey.from_public_bytes(_unb64(keys[head.kid]))
        key.verify(_unb64(parts[2]), f"{parts[0]}.{parts[1]}".encode())
        proof = msgspec.json.decode(_unb64(parts[1]), type=Proof)
    except (InvalidSignature, ValueError, msgspec.MsgspecError) as why:
        raise _no("the gate did not sign it") from why
    if proof.iss != "holdfast" or not proof.iat - LEEWAY <= now < proof.exp:
        raise _no("it is over, or not yet")
    return proof


def target_hash(target: bytes) -> str:
    """How a path with its query, as in the request line, is written in a proof."""
    return _b64(hashlib.sha256(target).digest())


def thumbprint(public: str) -> str:
    """The name of a key: RFC 7638."""
    return _b64(hashlib.sha256(b'{"crv":"Ed25519","kty":"OKP","x":"%s"}' % public.encode()).digest())


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _no(why: str) -> NotAllowedError:
    return NotAllowedError(f"no proof of the gate's leave: {why}", advice="Reach the tool through the gate's proxy.")
