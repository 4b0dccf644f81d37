"""By which links do holders undo changes? Each follows from a key; what is kept of it makes none that works."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Container, Iterable, Mapping
from types import MappingProxyType

from holdfast.guard.staff import PendingChange

LINK = "/changes/"  # where a link leads, before its secret


class Links:
    """The links of the changes that are kept, by the hashes of their secrets."""

    def __init__(self, key: bytes, kept: Mapping[str, PendingChange]) -> None:
        """Of the changes in `kept`, as it goes on changing; secrets follow from `key`."""
        self._key, self._kept = key, kept
        self._changes: dict[str, str] = {}

    @property
    def known(self) -> Container[str]:
        """The hash of each link's secret; any thread may look into it."""
        return MappingProxyType(self._changes)

    def secret(self, id_: str, moment: int) -> str:
        """43 characters that nobody makes without the key: of change `id_`, back to `moment` (ms since 1970 UTC)."""
        made = hmac.digest(self._key, f"holdfast/change-link/1 {id_} {moment}".encode(), "sha256")
        return base64.urlsafe_b64encode(made).decode().rstrip("=")

    def made(self, id_: str, moments: Iterable[int]) -> dict[str, int]:
        """What is kept with a change of its links back to these moments."""
        return {link_hash(self.secret(id_, moment)): moment for moment in moments}

    def note(self, change: PendingChange) -> None:
        """Know the links of this change again."""
        self._changes.update(dict.fromkeys(change.links, change.id))

    def forget(self, change: PendingChange) -> None:
        """Know them no longer."""
        for link in change.links:
            self._changes.pop(link)

    def find(self, secret: str) -> tuple[PendingChange, int] | None:
        """The change that a link is about, and the moment it brings back; None where it is no link.

        Under another key than that of now it is none any more.
        """
        hashed = link_hash(secret)
        change = self._kept.get(self._changes.get(hashed, ""))
        if change is None:
            return None
        moment = change.links[hashed]
        same = hmac.compare_digest(hashed, link_hash(self.secret(change.id, moment)))
        return (change, moment) if same else None


def link_hash(secret: str) -> str:
    """By what a link is known again: SHA-256 (hex) of its secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
