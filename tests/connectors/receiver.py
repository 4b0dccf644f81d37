"""A platform that takes notices to holders by HTTP."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Platform:
    """What a platform does with notices: it checks who sent them, and sends each on once."""

    def __init__(self, status=204):
        """Listen at a free port of loopback, and answer `status`."""
        self.status, self.got, self.bodies = status, [], []
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                """One notice."""
                body = self.rfile.read(int(self.headers["content-length"]))
                if platform.status == 204 and self.headers["webhook-id"] not in platform.got:
                    platform.got.append(self.headers["webhook-id"])
                    platform.bodies.append((self.headers, body))
                self.send_response(platform.status)
                if platform.status == 302:
                    self.send_header("location", "http://127.0.0.1:1/")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Nothing is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/notices"

    def close(self):
        """Take nothing any more."""
        self.server.shutdown()
        self.server.server_close()
