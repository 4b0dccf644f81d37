"""A guard that answers whatever a test wants: http.server on a free port of loopback."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Loopback:
    """Serves `body` with `status` in steps of `step` bytes, `pause` seconds apart."""

    def __init__(self):
        """Begin; nothing is served yet."""
        self.status, self.body, self.step, self.pause, self.age = 200, b"", 1 << 20, 0.0, "0.000"
        self.time = None
        self.asked, self.headers = [], []
        self.told, self.hears = [], 200  # what was posted, and how that is answered
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                outer.headers.append(dict(self.headers))
                outer.serve(self)

            def do_POST(self):
                told = self.rfile.read(int(self.headers["content-length"]))
                outer.told.append((self.path, json.loads(told)))
                self.send_response(outer.hears)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def serve(self, handler):
        """Answer one request."""
        body = self.body
        try:
            handler.send_response(self.status)
            handler.send_header("content-length", str(len(body)))
            handler.send_header("holdfast-state-age", self.age)
            if self.time is not None:
                handler.send_header("holdfast-time", str(self.time))
            handler.end_headers()
            for at in range(0, len(body), self.step):
                handler.wfile.write(body[at : at + self.step])
                time.sleep(self.pause)
            if self.status == 304:
                time.sleep(0.05)
        except OSError:
            pass  # the client has had enough

    def close(self):
        """End."""
        self._server.shutdown()
        self._server.server_close()
