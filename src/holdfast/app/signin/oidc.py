"""Who does the OpenID provider say that this is?

Authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9700). What the
provider answers is read as a stranger's word: with a time limit, a size limit, and no redirect followed.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import secrets
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from holdfast.errors import ProviderError, SettingsError, SignInError

from .backoff import Backoff
from .place import private

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")  # signatures; never `none`, never a shared secret
LARGEST = 262_144  # bytes of any answer: a discovery document has 5,000, keys of a large provider 20,000
KEPT_SECONDS = 300.0  # that discovery and keys are believed before they are fetched again
LEEWAY = 60  # seconds that the provider's clock may be apart from ours
_FOREIGN = (AuthlibBaseError, JoseError, httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, TypeError, KeyError)


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """What this service is at the provider `issuer`; `back` is the address here that it sends people to.

    The provider has `timeout` seconds for all that is asked of it at once. `secret` is empty for a public client.
    """

    issuer: str
    client_id: str
    secret: str
    scopes: str
    back: str
    timeout: float


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was sent to the provider: by these they are known again when they come back."""

    state: str
    nonce: str
    verifier: str


class Provider:
    """One provider. Its documents are fetched when they are needed, and kept for a few minutes.

    They are fetched once for all who need them, and while that fails more and more seldom: any stranger may begin.
    """

    def __init__(
        self,
        client: Client,
        transport: httpx2.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`transport` asks, over the network or not; `monotonic` gives seconds that never go back."""
        self._us, self._monotonic = client, monotonic
        self._backoff, self._fetching = Backoff(monotonic), asyncio.Lock()
        self._transport = _Bounded(transport or httpx2.AsyncHTTPTransport())
        self._metadata: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._fetched_at = float("-inf")

    async def leave(self) -> tuple[str, Journey]:
        """Where to send somebody, and what their browser is to keep for the way back.

        Raises:
            ProviderError: the provider does not say where.

        """
        journey = Journey(
            state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48)
        )
        with _ours():
            async with self._in_time(), self._client() as client:
                metadata = await self._known()
                url, _ = client.create_authorization_url(
                    metadata["authorization_endpoint"],
                    state=journey.state,
                    nonce=journey.nonce,
                    code_verifier=journey.verifier,
                )
        return str(url), journey

    async def arrive(self, journey: Journey, query: Mapping[str, str]) -> dict[str, Any]:
        """The claims that the provider vouches for, given the query with which somebody came back.

        Raises:
            SignInError: it is another journey's, or the provider sent them back without a code.
            ProviderError: the provider does not answer, or not as agreed.

        """
        if not secrets.compare_digest(query.get("state", "").encode(), journey.state.encode()):
            raise SignInError("this sign-in was begun elsewhere, or before")
        if query.get("error") or not query.get("code"):
            raise SignInError("the provider let nobody in", advice="Begin again, or sign in with a passkey.")
        with _ours():
            async with self._in_time(), self._client() as client:
                return await self._exchanged(client, journey, query)

    async def _exchanged(self, client: Any, journey: Journey, query: Mapping[str, str]) -> dict[str, Any]:  # noqa: ANN401
        metadata = await self._known()
        if query.get("iss", metadata["issuer"]) != metadata["issuer"]:  # RFC 9207
            raise ValueError("another issuer answered")
        token = await client.fetch_token(metadata["token_endpoint"], code=query["code"], code_verifier=journey.verifier)
        return self._claims(str(token["id_token"]), token.get("access_token"), journey.nonce)

    async def farewell(self, back: str) -> str:
        """Where to send somebody so that the provider ends its session, too; empty where it does not say.

        Raises:
            ProviderError: the provider does not answer.

        """
        with _ours():
            async with self._in_time():
                end = (await self._known()).get("end_session_endpoint")
            if not end:
                return ""
            query = {"client_id": self._us.client_id, "post_logout_redirect_uri": back}
            return str(httpx2.URL(str(end)).copy_merge_params(query))

    def _claims(self, id_token: str, access_token: str | None, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is for us, of now, and signed by the provider (Core 1.0, section 3.1.3.7)."""
        assert self._keys is not None, "`_known` fetched them"
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        decoded = jwt.decode(id_token, key=self._keys, registry=registry)
        client = self._us.client_id
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self._us.issuer},
                "aud": {"essential": True, "value": client},
                "sub": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            },
            {"nonce": nonce, "client_id": client, "access_token": access_token},
        )
        claims.validate(now=int(time.time()), leeway=LEEWAY)
        if isinstance(claims["aud"], list) and len(claims["aud"]) != 1:
            raise ValueError("the token is for others, too")
        return dict(claims)

    async def _known(self) -> Mapping[str, Any]:
        async with self._fetching:
            if self._monotonic() - self._fetched_at >= KEPT_SECONDS:
                if self._backoff.left:
                    raise ProviderError(
                        "the provider did not answer a moment ago",
                        advice=f"Try again in {math.ceil(self._backoff.left)} seconds, or sign in with a passkey.",
                    )
                try:
                    await self._fetch()
                except BaseException:  # being out of time among them: then nobody else need wait as long
                    self._backoff.failed()
                    raise
                self._backoff.answered()
            return self._metadata

    async def _fetch(self) -> None:
        metadata = await self._get(get_well_known_url(self._us.issuer, external=True))
        if metadata["issuer"] != self._us.issuer:
            raise ValueError("the discovery document is another issuer's")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not private(str(metadata[name])):
                raise ValueError(f"{name} can be read by others on the way")
        keys = await self._get(metadata["jwks_uri"])
        self._keys = KeySet.import_key_set({"keys": [each for each in keys["keys"] if each.get("kty") != "oct"]})
        self._metadata, self._fetched_at = metadata, self._monotonic()

    async def _get(self, url: str) -> dict[str, Any]:
        async with httpx2.AsyncClient(transport=self._transport, timeout=self._us.timeout) as client:
            answer = await client.get(url)
        if answer.status_code != httpx2.codes.OK:
            raise ValueError(f"the provider answered {answer.status_code}")
        return msgspec.json.decode(answer.content, type=dict[str, Any])

    def _in_time(self) -> asyncio.Timeout:
        """However slowly the provider answers, byte by byte, this is how long it is waited for."""
        return asyncio.timeout(self._us.timeout)

    def _client(self) -> Any:  # noqa: ANN401 - the library has no types
        return AsyncOAuth2Client(
            self._us.client_id,
            self._us.secret or None,
            token_endpoint_auth_method="client_secret_basic" if self._us.secret else "none",
            scope=self._us.scopes,
            redirect_uri=self._us.back,
            code_challenge_method="S256",
            transport=self._transport,
            timeout=self._us.timeout,
        )


class _Bounded(httpx2.AsyncBaseTransport):
    """Passes on what another transport answers, up to `LARGEST` bytes of it; it stays open for the next one."""

    def __init__(self, within: httpx2.AsyncBaseTransport) -> None:
        self._within = within

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Ask for an answer that is not packed: one that unpacks without end would pass the limit."""
        request.headers["accept-encoding"] = "identity"
        answer = await self._within.handle_async_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise httpx2.ReadError("the answer is packed")
        assert isinstance(answer.stream, httpx2.AsyncByteStream), "an asynchronous transport answers so"
        return httpx2.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_BoundedStream(answer.stream),
            extensions=answer.extensions,
        )


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, within: httpx2.AsyncByteStream) -> None:
        self._within = within

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._within:
            size += len(part)
            if size > LARGEST:
                raise httpx2.ReadError(f"the answer has more than {LARGEST:,} bytes")
            yield part

    async def aclose(self) -> None:
        await self._within.aclose()


def client_secret(file: str, told: str) -> str:
    """The client's secret: `told` by the environment, or what the file holds; empty without either.

    Raises:
        SettingsError: the file cannot be read, or others than its owner can read it.

    """
    if told or not file:
        return told
    try:
        if stat.S_IMODE(Path(file).stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            raise SettingsError(f"{file} can be read by others", advice=f"chmod 600 {file}")
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the client's secret {file} cannot be read: {error}") from error


@contextlib.contextmanager
def _ours() -> Iterator[None]:
    """Say it in our words, without the provider's: they may hold secrets, and are nobody's business here.

    Raises:
        ProviderError: something foreign went wrong.

    """
    try:
        yield
    except _FOREIGN as error:
        raise ProviderError(f"the provider does not answer as agreed ({type(error).__name__})") from error
