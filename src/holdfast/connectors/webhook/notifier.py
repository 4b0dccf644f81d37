"""How does a platform hear, over HTTP, what its holders are to be told, and know that it comes from here?

One POST for each notice, signed as Standard Webhooks 1.0 says (standardwebhooks.com): HMAC-SHA256 over id, time and
body. No redirect is followed and no proxy asked. What is not answered 2xx was not taken, and comes again under its id.
"""

from __future__ import annotations

import base64
import hmac
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx2
import msgspec

from holdfast.errors import PlatformError, SettingsError
from holdfast.events import format_time, format_time_or_none
from holdfast.ports import Clock, HolderNotice

SHORTEST = 24  # bytes of the secret, as Standard Webhooks has it
_LONGEST = 64
_PREFIX = "whsec_"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_FOREIGN = (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError)


class WebhookNotifier:
    """Posts notices to one address. Use it in a `with` block, or call `close`."""

    def __init__(self, url: str, secret: bytes, clock: Clock, *, seconds: float = 5.0) -> None:
        """Post to `url`, each within `seconds`; `clock` gives the time that is signed.

        Raises:
            SettingsError: the address is none, or neither https nor of this machine.

        """
        if not _keeps_secrets(url):
            raise SettingsError(
                "Notices to holders would go to an address that is neither https nor of this machine.",
                advice="Write https://HOST/PATH, or http://127.0.0.1:PORT/PATH. Their links are secrets.",
            )
        self._url, self._secret, self._clock = url, secret, clock
        self._client = httpx2.Client(timeout=seconds, follow_redirects=False, trust_env=False)

    def __enter__(self) -> Self:
        """The notifier itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let go of the connections."""
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def tell(self, notice: HolderNotice) -> None:
        """Post `notice`.

        Raises:
            PlatformError: it was not taken.

        """
        body = msgspec.json.encode(_shown(notice))
        stamp = str(self._clock.now() // 1000)
        headers = {
            "content-type": "application/json",
            "webhook-id": notice.id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(self._secret, notice.id, stamp, body),
        }
        try:
            with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
                status = answer.status_code  # what else it says is not read
        except _FOREIGN as error:
            raise PlatformError(f"notice {notice.id} was not taken: {type(error).__name__}") from error
        if not 200 <= status < 300:
            raise PlatformError(f"notice {notice.id} was not taken: it was answered {status}")


def _keeps_secrets(url: str) -> bool:
    """Whether nobody on the way, or who reads the settings, hears what is sent there."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # it is no address
        return False
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or plain) and parts.username is None


def signature(secret: bytes, id_: str, stamp: str, body: bytes) -> str:
    """The `webhook-signature` of a body sent at `stamp` (seconds since 1970 UTC), version 1."""
    made = hmac.digest(secret, f"{id_}.{stamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(made).decode()}"


def secret_of(text: str) -> bytes:
    """The secret as it is written: `whsec_` and base64.

    Raises:
        SettingsError: it is written otherwise, or too short.

    """
    try:
        found = base64.b64decode(text.removeprefix(_PREFIX), validate=True) if text.startswith(_PREFIX) else b""
    except ValueError:
        found = b""
    if not SHORTEST <= len(found) <= _LONGEST:
        raise SettingsError(
            "The secret that signs notices to holders is none.",
            advice=f"Write {_PREFIX} and the base64 of {SHORTEST} to {_LONGEST} random bytes.",
        )
    return found


def _shown(notice: HolderNotice) -> dict[str, object]:
    """As it is posted: times in RFC 3339."""
    return {
        "type": f"account.credential_change.{notice.kind}",
        "timestamp": format_time(notice.at),
        "data": {
            "change": notice.change,
            "account": notice.account,
            "what": notice.what,
            "values_on_file_at": format_time(notice.as_of),
            "sessions_open_since_before": format_time(notice.as_of),
            "until": format_time_or_none(notice.until),
            "link": notice.link or None,
        },
    }
