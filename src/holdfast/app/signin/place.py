"""At which address do people sign in, and so to which domain do their passkeys belong?"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from holdfast.errors import SettingsError

LOCALHOST = "localhost"  # browsers take passkeys at this name without TLS, and at no IP address at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`origin` is scheme, host and port as browsers write them; `rp_id` the domain that passkeys belong to."""

    origin: str
    rp_id: str

    @property
    def secure(self) -> bool:
        """Whether it is reached by TLS."""
        return self.origin.startswith("https:")

    @property
    def host(self) -> str:
        """What a request's Host header says."""
        return urlsplit(self.origin).netloc

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; `__Host-` keeps other hosts of the domain from setting it."""
        return "__Host-holdfast" if self.secure else "holdfast"


def place_of(origin: str, rp_id: str, *, loopback: bool, port: int) -> Place | None:
    """The place that the settings name; on loopback `http://localhost:PORT` without any. None: nobody signs in.

    Raises:
        SettingsError: it is no place where a browser would take a passkey.

    """
    if not origin:
        if not loopback:
            return None
        origin = f"http://{LOCALHOST}:{port}"
    parts = urlsplit(origin)
    plain = parts.scheme == "http" and parts.hostname == LOCALHOST
    if (
        origin != f"{parts.scheme}://{parts.netloc}".lower()
        or not parts.hostname
        or not (parts.scheme == "https" or plain)
    ):
        raise SettingsError(
            f"signin.origin is no origin where passkeys work: {origin}",
            advice="Write https://HOST (with :PORT if it is not 443) as the browser shows it, or http://localhost:PORT.",
        )
    domain = rp_id or parts.hostname
    if parts.hostname != domain and not parts.hostname.endswith(f".{domain}"):
        raise SettingsError(
            f"signin.rp_id is neither {parts.hostname} nor a domain above it: {domain}",
            advice="Leave it out unless passkeys are shared with other hosts of your domain.",
        )
    return Place(origin=origin, rp_id=domain)


def private(url: str) -> bool:
    """Whether what is sent there can be read only there: by TLS, or because it stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"})
