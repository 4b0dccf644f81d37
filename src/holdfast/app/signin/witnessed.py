"""Whose passkey signed which approval, by the record alone?

Nothing of the service is asked: what was signed is worked out again from the request on record, and checked with the
public key that is on record for that passkey, at the address that the browser wrote into what it had signed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from holdfast.errors import SignatureError
from holdfast.guard import Passkey, Signature, approval_challenge
from holdfast.ledger import Entry, RecordKind

from .passkeys import Passkeys


class Witnessed(msgspec.Struct, frozen=True, kw_only=True):
    """An approval on record: by whom, of what, when (milliseconds since 1970 UTC), and if a signature bears it out.

    `passkey` and `origin` are empty where nothing was signed; `fault` says why a signature bears out nothing.
    """

    request: str
    action_hash: str
    by: str
    at: int
    passkey: str = ""
    origin: str = ""
    fault: str = ""


def approvals_of(entries: Iterable[Entry], request: str) -> Iterator[Witnessed]:
    """Each approval of `request` in the record's `entries`, in order, checked again."""
    keys: dict[str, tuple[str, str]] = {}
    asked = ""
    for entry in entries:
        record = entry.record
        if record.kind is not RecordKind.DECISION or entry.salt is None:
            continue
        what, _, rest = record.key.partition("/")
        if what == "passkey" and "/" not in rest:
            keys[rest] = (record.subject, str(record.body.get("public_key", "")))
        elif what == "passkey" and rest.endswith("/revoked"):
            keys.pop(rest.removesuffix("/revoked"), None)
        elif record.key == f"request/{request}":
            asked = str(record.body.get("action_hash", ""))
        elif what == "approval" and rest.startswith(f"{request}/"):
            yield _witnessed(entry, request, asked, keys)


def _witnessed(entry: Entry, request: str, asked: str, keys: dict[str, tuple[str, str]]) -> Witnessed:
    record = entry.record
    said = Witnessed(
        request=request, action_hash=str(record.body.get("action_hash", "")), by=record.actor, at=record.time
    )
    evidence = record.body.get("signature")
    if evidence is None:
        return said
    try:
        signature, public_key = _read(evidence)
        origin = _origin(signature.client_data)
        said = msgspec.structs.replace(said, passkey=signature.passkey, origin=origin)
        _check(said, signature, public_key, asked, keys)
    except SignatureError as error:
        return msgspec.structs.replace(said, fault=str(error))
    return said


def _check(
    said: Witnessed, signature: Signature, public_key: bytes, asked: str, keys: dict[str, tuple[str, str]]
) -> None:
    """Pass a signature of this person's passkey over what was asked for.

    Raises:
        SignatureError: it is none.

    """
    if keys.get(signature.passkey) != (said.by, _text(public_key)):
        raise SignatureError(f"no such passkey of {said.by} was on record by then")
    if said.action_hash != asked:
        raise SignatureError("it is not what was asked for")
    challenge = approval_challenge(signature.nonce, request=said.request, action_hash=said.action_hash, person=said.by)
    passkey = Passkey(id=signature.passkey, person=said.by, public_key=public_key, added_at=0)
    here = Passkeys(rp_id=_domain(said.origin, signature.authenticator_data), origin=said.origin)
    here.check(signature, passkey, challenge)


def _read(evidence: Any) -> tuple[Signature, bytes]:  # noqa: ANN401 - it comes from a record
    try:
        part = {name: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) for name, text in evidence.items()}
        signature = Signature(
            passkey=evidence["passkey"],
            nonce=part["nonce"],
            authenticator_data=part["authenticator_data"],
            client_data=part["client_data"],
            signature=part["signature"],
        )
        return signature, part["public_key"]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SignatureError("the evidence cannot be read") from error


def _origin(client_data: bytes) -> str:
    try:
        return str(msgspec.json.decode(client_data, type=dict[str, Any])["origin"])
    except (msgspec.MsgspecError, KeyError, UnicodeError) as error:
        raise SignatureError("the browser's data cannot be read") from error


def _domain(origin: str, authenticator_data: bytes) -> str:
    """The domain that the passkey belongs to: the host of `origin` or one above it, whichever has the hash told."""
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError as error:
        raise SignatureError("the browser's data names no address") from error
    labels = host.split(".")
    for start in range(len(labels)):
        domain = ".".join(labels[start:])
        if hashlib.sha256(domain.encode()).digest() == authenticator_data[:32]:
            return domain
    raise SignatureError("the passkey belongs to another domain")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
