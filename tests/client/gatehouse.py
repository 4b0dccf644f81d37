"""A gate that answers whatever a test wants, about the very action that it was asked about."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from holdfast.guard.staff import ToolAction


class Gatehouse:
    """Says yes, unless it is to be `wrong`."""

    def __init__(self):
        """Begin."""
        self.asked, self.headers, self.files = [], [], {}
        self.answer, self.wrong, self.meanwhile = {}, {}, lambda: None
        self._ended, self._open = threading.Event(), True
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.reply(self, 200, outer.files.get(self.path, b""))

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.asked.append(asked)
                outer.headers.append({name.lower(): value for name, value in self.headers.items()})
                outer.say(self, asked)

            def log_message(self, *_):
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def say(self, handler, asked):
        """Answer one question."""
        self.meanwhile()
        names = ("tool", "function", "target", "payload")
        action = ToolAction(**{name: asked[name] for name in names})
        told = {"allowed": True, "attempt": f"a-{len(self.asked)}", "person": "ana", "action_hash": action.hash}
        body = json.dumps({**told, **self.answer, **self.wrong.get("answer", {})}).encode()
        body += b" " * self.wrong.get("spaces", 0)
        if self.wrong.get("slow"):
            self._ended.wait(30)
        self.reply(
            handler, self.wrong.get("status", 200), self.wrong.get("body", body), cut=self.wrong.get("cut", False)
        )

    def reply(self, handler, status, body, *, cut=False):
        """Send it, or half of it."""
        handler.send_response(status)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        body = body[: len(body) // 2] if cut else body
        step = len(body) // 10 + 1 if self.wrong.get("drips") else len(body) + 1
        with contextlib.suppress(OSError):  # whoever asked has had enough
            for at in range(0, len(body), step):
                handler.wfile.write(body[at : at + step])
                self._ended.wait(0.1 if self.wrong.get("drips") else 0)
        handler.close_connection = True

    def close(self):
        """End, once."""
        self._ended.set()
        if self._open:
            self._open = False
            self._server.shutdown()
            self._server.server_close()
