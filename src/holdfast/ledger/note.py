"""Who signed this text? (C2SP signed-note: Ed25519 signatures, signer and verifier keys)"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from holdfast.errors import BrokenLedgerError, SettingsError

_ED25519 = b"\x01"  # signed-note: the type byte of plain Ed25519 signatures
_KEY_BYTES = 32
_ID_BYTES = 4
_DASH = "\u2014 "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")  # all but the newline
_PRIVATE = "PRIVATE+KEY+"
# signed-note asks for room for sixteen signatures, post-quantum ones of nearly 5 kB among them.
MAX_NOTE_CHARACTERS = 131_072


class VerifierKey:
    """The public half: a name and an Ed25519 key; `str()` gives it as `name+id+base64`, to be published."""

    __slots__ = ("_key", "encoded", "id", "name")

    def __init__(self, name: str, public: bytes) -> None:
        """Take the key's name and its 32 bytes (RFC 8032)."""
        _check_name(name)
        self.name = name
        self.encoded = _ED25519 + public
        self.id = hashlib.sha256(name.encode() + b"\n" + self.encoded).digest()[:_ID_BYTES]
        self._key = Ed25519PublicKey.from_public_bytes(public)

    @classmethod
    def parse(cls, vkey: str) -> VerifierKey:
        """Read `name+id+base64`.

        Raises:
            SettingsError: it is no such key, or its parts do not belong together.

        """
        name, public = _parse_key(vkey, "verifier key")
        try:
            key = cls(name, public)
        except ValueError as why:
            raise SettingsError(f"This is not an Ed25519 verifier key: {vkey!r}") from why
        if str(key) != vkey:
            raise SettingsError(f"The parts of this verifier key do not belong together: {vkey!r}")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.encoded).decode()}"

    def __repr__(self) -> str:
        return f"VerifierKey.parse({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifierKey) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def signed(self, text: str, signature: bytes) -> bool:
        """Whether `signature` (64 bytes) over `text` is this key's."""
        try:
            self._key.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


class Signer:
    """The secret half. `secret()` gives it as text to be kept in a file that nobody else can read."""

    __slots__ = ("_key", "vkey")

    def __init__(self, name: str, secret: bytes) -> None:
        """Take the key's name and its 32 secret bytes (RFC 8032)."""
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.vkey = VerifierKey(name, self._key.public_key().public_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Signer:
        """Read `PRIVATE+KEY+name+id+base64`, the form that signed-note tools share.

        Raises:
            SettingsError: it is no such key, or its parts do not belong together; the message does not repeat it.

        """
        if not text.startswith(_PRIVATE):
            raise SettingsError("This is not a signing key.")
        name, secret = _parse_key(text.removeprefix(_PRIVATE), "signing key")
        signer = cls(name, secret)
        if not hmac.compare_digest(signer.secret().encode(), text.encode()):
            raise SettingsError(f"The parts of the signing key of {name!r} do not belong together.")
        return signer

    def secret(self) -> str:
        """The key as text."""
        encoded = base64.b64encode(_ED25519 + self._key.private_bytes_raw()).decode()
        return f"{_PRIVATE}{self.vkey.name}+{self.vkey.id.hex()}+{encoded}"

    def derived(self, label: bytes) -> bytes:
        """32 bytes that follow from the secret and tell nothing of it, for another use (HKDF-SHA256, RFC 5869)."""
        kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=label)
        return kdf.derive(self._key.private_bytes_raw())

    def __repr__(self) -> str:
        return f"<Signer {self.vkey.name}>"

    def sign(self, text: str) -> str:
        """The signed note: `text` (which ends in a newline), a blank line, and one signature line."""
        signature = base64.b64encode(self.vkey.id + self._key.sign(text.encode())).decode()
        return f"{text}\n{_DASH}{self.vkey.name} {signature}\n"


def open_note(note: str, key: VerifierKey) -> str:
    """The text of a signed note that `key` signed. Lines of other signers (witnesses, newer keys) are passed over.

    Raises:
        BrokenLedgerError: it is no signed note, or `key` did not sign it.

    """
    text, signatures = _parse_note(note)
    ours = [
        signature[_ID_BYTES:]
        for name, signature in signatures
        if name == key.name and hmac.compare_digest(signature[:_ID_BYTES], key.id)
    ]
    if not ours:
        raise BrokenLedgerError(f"No signature here is by the key {key.name}+{key.id.hex()}.")
    if not all(key.signed(text, signature) for signature in ours):
        raise BrokenLedgerError(f"The signature by the key {key.name}+{key.id.hex()} is wrong.")
    return text


def _parse_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    head, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n") or len(note) > MAX_NOTE_CHARACTERS:
        raise BrokenLedgerError("This is not a signed note.")
    if _CONTROL.search(note):
        raise BrokenLedgerError("A signed note has no control characters; this one has.")
    signatures = []
    for line in tail[:-1].split("\n"):
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        signature = _unbase64(encoded)
        if not line.startswith(_DASH) or not name or signature is None or len(signature) <= _ID_BYTES:
            raise BrokenLedgerError(f"This is not a signature line: {line[:200]!r}")
        signatures.append((name, signature))
    return head + "\n", signatures


def _parse_key(text: str, what: str) -> tuple[str, bytes]:
    name, _, rest = text.partition("+")
    _, _, encoded = rest.partition("+")
    key = _unbase64(encoded)
    if not name or key is None or len(key) != 1 + _KEY_BYTES or key[:1] != _ED25519:
        raise SettingsError(f"This is not an Ed25519 {what} in the form name+id+base64.")
    _check_name(name)
    return name, key[1:]


def _check_name(name: str) -> None:
    if not name or "+" in name or any(c.isspace() or ord(c) < 0x20 for c in name):
        raise SettingsError(
            f"A key cannot be named {name!r}.",
            advice="Name it like a web address without scheme, spaces or plus, for example example.org/ledger.",
        )


def _unbase64(text: str) -> bytes | None:
    """The bytes, or None when `text` is not exactly what base64 writes (RFC 4648, section 4)."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None
