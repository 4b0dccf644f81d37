"""Where do the holder's letters arrive? The platform takes notices by signed webhook, and sends them on."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from holdfast.connectors.webhook import signature

_LARGEST = 65_536  # bytes of a notice
_PATIENCE = 10.0  # seconds in which a notice has to come: the service tries again each second


class Letter(NamedTuple):
    """What a holder reads: what of their account is to be changed, and the link that undoes it."""

    account: str
    what: str
    link: str


class Mailbox:
    """The platform's address for notices, on a free port of loopback, and what was sent on from there."""

    def __init__(self) -> None:
        """Listen. `secret` signs the notices, `url` is where they are posted."""
        own = secrets.token_bytes(32)
        self.secret = f"whsec_{base64.b64encode(own).decode()}"
        self._letters: dict[str, tuple[str, Letter]] = {}
        self._news = threading.Condition()
        mailbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(min(int(self.headers["content-length"]), _LARGEST))
                id_, stamp = self.headers["webhook-id"], self.headers["webhook-timestamp"]
                ours = hmac.compare_digest(signature(own, id_, stamp, body), self.headers["webhook-signature"])
                if ours:
                    mailbox.send_on(id_, json.loads(body))
                self.send_response(204 if ours else 403)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Print nothing: the link is a secret."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/notices"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def send_on(self, id_: str, told: dict[str, Any]) -> None:
        """Put it into the holder's mailbox, once however often it comes."""
        kind, data = told["type"].rpartition(".")[2], told["data"]
        with self._news:
            self._letters[id_] = kind, Letter(data["account"], data["what"], data.get("link") or "")
            self._news.notify_all()

    def wait(self, kind: str, of: str) -> Letter:
        """The latest letter of this kind to the holder `of` an account, as soon as there is one.

        Raises:
            TimeoutError: none came.

        """
        with self._news:
            if not self._news.wait_for(lambda: self._latest(kind, of), _PATIENCE):
                raise TimeoutError(f"no letter came that says that a change of {of} was {kind}")
            return self._latest(kind, of)[-1]

    def _latest(self, kind: str, of: str) -> list[Letter]:
        return [letter for said, letter in self._letters.values() if (said, letter.account) == (kind, of)]

    def close(self) -> None:
        """Take nothing any more."""
        self._server.shutdown()
        self._server.server_close()
