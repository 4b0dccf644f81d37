"""Did this passkey sign that, here, with its owner before it? The library answers; its errors stay in here."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import cbor2
import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from msgspec import Meta
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from holdfast.errors import SignatureError
from holdfast.guard import CHALLENGE_STANDS_MS, Passkey, Person, Signature

NAME = "Holdfast"  # what an authenticator shows beside the address
_VERIFIED = UserVerificationRequirement.REQUIRED  # a passkey that anybody who holds it can use proves no person
_FOREIGN = (
    WebAuthnException,
    UnsupportedAlgorithm,
    cbor2.CBORError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    RecursionError,
)
"""What the library lets through of hostile bytes, besides its own errors."""

Base64 = Annotated[str, Meta(max_length=65_536)]  # base64url, as browsers write it
Id = Annotated[str, Meta(min_length=1, max_length=1_400)]  # of a credential: at most 1,023 bytes (section 5.1)

_LEAST_ID = 16  # bytes (section 4, "Credential ID"); the name of a token is shorter, so that no key can bear one


class Attested(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`AuthenticatorAttestationResponseJSON`, as far as it is looked at."""

    client_data_json: Base64 = msgspec.field(name="clientDataJSON")
    attestation_object: Base64


class Asserted(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`AuthenticatorAssertionResponseJSON`, as far as it is looked at."""

    client_data_json: Base64 = msgspec.field(name="clientDataJSON")
    authenticator_data: Base64
    signature: Base64
    user_handle: Base64 | None = None


class Registered(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a browser gives back when a passkey was made: `RegistrationResponseJSON`."""

    id: Id
    response: Attested


class Answered(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a browser gives back when a passkey has signed: `AuthenticationResponseJSON`."""

    id: Id
    response: Asserted


class _ClientData(msgspec.Struct):
    challenge: str


class Passkeys:
    """The ceremonies at one address. It answers `ports.Signatures`."""

    def __init__(self, *, rp_id: str, origin: str) -> None:
        """Passkeys belong to the domain `rp_id`; they are used at `origin`, and nowhere else."""
        self._rp_id, self._origin = rp_id, origin

    def to_register(self, person: Person, known: Iterable[Passkey], challenge: bytes) -> dict[str, Any]:
        """What a browser is asked, so that a passkey is made for `person`: `PublicKeyCredentialCreationOptionsJSON`."""
        options = generate_registration_options(
            rp_id=self._rp_id,
            rp_name=NAME,
            user_id=handle_of(person.id),
            user_name=person.id,
            user_display_name=person.name or person.id,
            challenge=challenge,
            timeout=CHALLENGE_STANDS_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
            ),
            exclude_credentials=[_descriptor(each) for each in known],
        )
        return options_to_json_dict(options)

    def to_sign(self, challenge: bytes, known: Iterable[Passkey] = ()) -> dict[str, Any]:
        """What a browser is asked, so that one of the passkeys signs; any that belongs here, when none are named."""
        options = generate_authentication_options(
            rp_id=self._rp_id,
            challenge=challenge,
            timeout=CHALLENGE_STANDS_MS,
            allow_credentials=[_descriptor(each) for each in known],
            user_verification=_VERIFIED,
        )
        return options_to_json_dict(options)

    def registered(self, answer: Registered, person: str, challenge: bytes, *, at: int, label: str) -> Passkey:
        """The passkey that was made, at `at` (milliseconds since 1970 UTC), for this challenge.

        Raises:
            SignatureError: it was made for something else, elsewhere, or by nobody in particular.

        """
        with _ours("no passkey was made"):
            raw = base64url_to_bytes(answer.id)
            client_data = base64url_to_bytes(answer.response.client_data_json)
            _same_page(client_data)
            made = verify_registration_response(
                credential=RegistrationCredential(
                    id=answer.id,
                    raw_id=raw,
                    response=AuthenticatorAttestationResponse(
                        client_data_json=client_data,
                        attestation_object=base64url_to_bytes(answer.response.attestation_object),
                    ),
                ),
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                require_user_verification=True,
            )
            if made.credential_id != raw or bytes_to_base64url(raw) != answer.id or len(raw) < _LEAST_ID:
                raise ValueError("two ids, or another's")
        return Passkey(
            id=answer.id,
            person=person,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            added_at=at,
            label=label,
        )

    def check(self, signature: Signature, passkey: Passkey, challenge: bytes) -> int:
        """The sign counter that the passkey told, if it signed `challenge` here and its owner was verified.

        Raises:
            SignatureError: it did not, or not here.

        """
        if signature.passkey != passkey.id:
            raise SignatureError("another passkey signed it")
        with _ours("this is not signed as it should be"):
            _same_page(signature.client_data)
            found = verify_authentication_response(
                credential=AuthenticationCredential(
                    id=passkey.id,
                    raw_id=base64url_to_bytes(passkey.id),
                    response=AuthenticatorAssertionResponse(
                        client_data_json=signature.client_data,
                        authenticator_data=signature.authenticator_data,
                        signature=signature.signature,
                    ),
                ),
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=0,  # the register looks at the counter: it has to tell when it went back
                require_user_verification=True,
            )
        return found.new_sign_count


def signature_of(answer: Answered, nonce: bytes) -> Signature:
    """What is kept of an answer to a challenge with this nonce.

    Raises:
        SignatureError: it is no base64url.

    """
    with _ours("this is no answer of a passkey"):
        return Signature(
            passkey=answer.id,
            nonce=nonce,
            authenticator_data=base64url_to_bytes(answer.response.authenticator_data),
            client_data=base64url_to_bytes(answer.response.client_data_json),
            signature=base64url_to_bytes(answer.response.signature),
        )


def answered_value(answer: Answered) -> bytes:
    """The challenge that it says it answers; whether that is so is for its signature to show.

    Raises:
        SignatureError: it says none.

    """
    with _ours("this is no answer of a passkey"):
        said = msgspec.json.decode(base64url_to_bytes(answer.response.client_data_json), type=_ClientData)
        return base64url_to_bytes(said.challenge)


def names_another(answer: Answered, person: str) -> bool:
    """Whether the authenticator says that it signed for somebody else (section 7.2, step 6)."""
    return bool(answer.response.user_handle) and answer.response.user_handle != bytes_to_base64url(handle_of(person))


def handle_of(person: str) -> bytes:
    """The 32 bytes by which an authenticator knows a person: it may show them to anybody, so they name nobody."""
    return hashlib.sha256(f"holdfast/person/{person}".encode()).digest()


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.id))


def _same_page(client_data: bytes) -> None:
    """Refuse what was signed in a frame of another site's page (section 7.2, step 10): the library does not look."""
    if msgspec.json.decode(client_data, type=dict[str, Any]).get("crossOrigin") is True:
        raise ValueError("asked for by another site")


@contextlib.contextmanager
def _ours(what: str) -> Iterator[None]:
    """Say it in our words, with the library's behind them.

    Raises:
        SignatureError: the library refused.

    """
    try:
        yield
    except _FOREIGN as error:
        raise SignatureError(f"{what}: {error}") from error
