"""What a provider says is believed only when it is signed, meant for us, of now, and answers what we asked."""

import asyncio
import base64
import gzip
import json
import time
from urllib.parse import parse_qs, urlsplit

import httpx2
import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from holdfast.app.signin.oidc import LARGEST, Client, Provider, client_secret
from holdfast.errors import ProviderError, SettingsError, SignInError

ISSUER = "https://id.example"
SECRET = "a secret of the client, of these tests alone"
CLIENT = Client(
    issuer=ISSUER, client_id="holdfast", secret=SECRET, scopes="openid", back="https://h.example/back", timeout=5
)
KEY = RSAKey.generate_key(2048, {"kid": "k1"}, auto_kid=True)
OTHER = RSAKey.generate_key(2048, {"kid": "k1"}, auto_kid=True)


class SmallProvider(httpx2.AsyncBaseTransport):
    """A provider in this process; `claims`, `key`, `header` and `answers` are what it is to say otherwise."""

    def __init__(self):
        self.claims, self.key, self.header, self.answers, self.asked = {}, KEY, {"alg": "RS256", "kid": "k1"}, {}, []
        self.nonce = ""

    async def handle_async_request(self, request):
        """Answer it."""
        self.asked.append(request)
        path = request.url.path
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            found = {"issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/auth", "token_endpoint": f"{ISSUER}/token",
                     "jwks_uri": f"{ISSUER}/keys", "end_session_endpoint": f"{ISSUER}/end"}  # fmt: skip
        elif path == "/keys":
            found = {"keys": [KEY.as_dict(private=False)]}
        else:
            now = int(time.time())
            usual = {"iss": ISSUER, "aud": "holdfast", "sub": "anna", "iat": now, "exp": now + 60, "nonce": self.nonce}
            claims = {name: value for name, value in {**usual, **self.claims}.items() if value is not None}
            token = (
                unsigned(claims)
                if self.key is None
                else jwt.encode(self.header, claims, self.key, algorithms=["RS256", "HS256"])
            )
            found = {"id_token": token, "access_token": "a", "token_type": "Bearer"}
        return httpx2.Response(200, json=found, request=request)


def unsigned(claims):
    """A token that says that it needs no signature."""
    parts = (
        base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in ({"alg": "none"}, claims)
    )
    return f"{'.'.join(parts)}."


def run(what):
    """What comes of it."""
    return asyncio.run(what)


def journey(small, **query):
    """Somebody goes and comes back; the claims."""

    async def go():
        provider = Provider(CLIENT, small)
        url, there = await provider.leave()
        small.nonce, small.sent = there.nonce, parse_qs(urlsplit(url).query)
        return await provider.arrive(there, {"code": "c", "state": there.state, "iss": ISSUER, **query})

    return run(go())


def test_a_journey_there_and_back():
    """Code, PKCE, state and nonce are sent; the claims come back."""
    small = SmallProvider()
    assert "anna" == journey(small)["sub"]
    assert ["code"] == small.sent["response_type"]
    assert ["S256"] == small.sent["code_challenge_method"]
    exchange = parse_qs(small.asked[-1].content.decode())
    assert {"code_verifier", "code", "redirect_uri", "grant_type"} <= set(exchange)
    assert SECRET not in small.asked[-1].content.decode()


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "another"},
        {"aud": ["holdfast", "another"], "azp": "holdfast"},
        {"azp": "another"},
        {"exp": 1},
        {"iat": 4_000_000_000},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"at_hash": "another"},
    ],
    ids=str,
)
def test_an_id_token_that_is_not_for_this_is_refused(claims):
    """Another issuer, audience, time, nonce, access token, or nobody."""
    small = SmallProvider()
    small.claims = claims
    with pytest.raises(ProviderError):
        journey(small)


@pytest.mark.parametrize(
    ("key", "header"),
    [
        (OTHER, {"alg": "RS256", "kid": "k1"}),
        (OctKey.import_key(SECRET), {"alg": "HS256"}),
        (OctKey.import_key(json.dumps(KEY.as_dict(private=False))), {"alg": "HS256", "kid": "k1"}),
        (KEY, {"alg": "RS256", "kid": "another"}),
        (None, {}),
    ],
    ids=["key", "client's secret", "public key as secret", "unknown", "none"],
)
def test_an_id_token_that_the_provider_did_not_sign_is_refused(key, header):
    """Neither by another key, nor with the client's secret or the public key as a shared one, nor not at all."""
    small = SmallProvider()
    small.key, small.header = key, header
    with pytest.raises(ProviderError):
        journey(small)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"state": "another"}, SignInError),
        ({"code": ""}, SignInError),
        ({"error": "access_denied"}, SignInError),
        ({"iss": "https://other.example"}, ProviderError),
    ],
    ids=str,
)
def test_whoever_comes_back_otherwise_is_refused(query, error):
    """Another browser's journey, no code, a refusal, an answer in another provider's name (RFC 9207)."""
    small = SmallProvider()
    with pytest.raises(error):
        journey(small, **query)
    assert 0 == sum(each.url.path == "/token" for each in small.asked)


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(500),
        httpx2.Response(302, headers={"location": f"{ISSUER}/other"}),
        httpx2.Response(200, content=b"[" * 100_000),
        httpx2.Response(200, content=b" " * (LARGEST + 1)),
        httpx2.Response(200, json={"issuer": ISSUER}),
        httpx2.Response(200, json={"issuer": "https://other.example", "jwks_uri": f"{ISSUER}/keys"}),
        httpx2.Response(
            200,
            json={"issuer": ISSUER, "authorization_endpoint": "http://id.example/auth", "token_endpoint": ISSUER,
                  "jwks_uri": ISSUER},
        ),
    ],
    ids=["fault", "redirect", "nested", "large", "incomplete", "another", "plain"],
)  # fmt: skip
def test_a_provider_that_answers_otherwise_is_an_error_of_ours(answer):
    """A fault, a redirect, nonsense, too much, too little, another's document, or one that anybody on the way reads."""
    small = SmallProvider()
    small.answers["/.well-known/openid-configuration"] = answer
    with pytest.raises(ProviderError):
        journey(small)


def test_packed_answers_are_refused():
    """A small one could unpack to more than there is memory."""
    small = SmallProvider()
    small.answers["/keys"] = httpx2.Response(
        200, headers={"content-encoding": "gzip"}, stream=httpx2.ByteStream(gzip.compress(b" " * 10_000_000))
    )
    with pytest.raises(ProviderError):
        journey(small)
    assert {"identity"} == {each.headers["accept-encoding"] for each in small.asked}


def test_a_provider_that_never_ends_is_waited_for_a_while():
    """However slowly it answers, it is an error within the time that the settings give."""

    class Silent(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request):
            await asyncio.Event().wait()

    provider = Provider(msgspec.structs.replace(CLIENT, timeout=0.05), Silent())
    with pytest.raises(ProviderError):
        run(provider.leave())


def test_what_is_said_of_errors_holds_no_secret():
    """Neither the code nor the client's secret."""
    small = SmallProvider()
    small.answers["/token"] = httpx2.Response(400, json={"error": SECRET})
    with pytest.raises(ProviderError) as caught:
        journey(small)
    assert SECRET not in str(caught.value)


def test_a_secret_in_a_file_is_its_owners_alone(tmp_path):
    """Others who can read it could be this service at the provider."""
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    file.chmod(0o644)
    with pytest.raises(SettingsError):
        client_secret(str(file), "")
    file.chmod(0o600)
    assert SECRET == client_secret(str(file), "")
    assert "told" == client_secret(str(file), "told")
    with pytest.raises(SettingsError):
        client_secret(str(tmp_path / "absent"), "")
    assert not client_secret("", "")


class Gone(httpx2.AsyncBaseTransport):
    """A provider that does not answer until it is `back`."""

    def __init__(self):
        self.back, self.asked = None, 0

    async def handle_async_request(self, request):
        """Refuse the connection, or pass it on."""
        self.asked += 1
        await asyncio.sleep(0)
        if self.back is None:
            raise httpx2.ConnectError("nobody there")
        return await self.back.handle_async_request(request)


def test_a_provider_that_is_gone_is_asked_more_and_more_seldom():
    """However many strangers begin to sign in: at once, then after a second, two, four, a minute at most."""
    now, gone = [0.0], Gone()

    async def story():
        provider = Provider(CLIENT, gone, lambda: now[0])

        async def refused():
            many = await asyncio.gather(*(provider.leave() for _ in range(20)), return_exceptions=True)
            assert {ProviderError} == {type(each) for each in many}
            return many[-1]

        asked_at = []
        for second in range(200):
            now[0], before = float(second), gone.asked
            told = await refused()
            if gone.asked != before:
                assert 1 == gone.asked - before
                asked_at.append(second)
        assert [0, 1, 3, 7, 15, 31, 63, 123, 183] == asked_at
        assert "Try again in 44 seconds" in told.advice
        gone.back, now[0] = SmallProvider(), 250.0
        assert (await provider.leave())[0].startswith(f"{ISSUER}/auth")
        gone.back, now[0] = None, 1_250.0
        await refused()
        gone.back, now[0] = SmallProvider(), 1_251.0
        assert await provider.leave()

    run(story())


def test_many_who_come_at_once_ask_the_provider_once():
    """Its documents are fetched for all of them."""
    small = Gone()
    small.back = SmallProvider()
    provider = Provider(CLIENT, small)

    async def many():
        await asyncio.gather(*(provider.leave() for _ in range(20)))

    run(many())
    assert 2 == small.asked  # the documents and the keys
