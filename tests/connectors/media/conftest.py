"""A picture, and a server on this machine that behaves as it is told."""

from __future__ import annotations

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import zxingcpp
from PIL import Image

ADDRESS = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A PNG file with a scene, and a QR code that says an address."""
    coarse = np.random.default_rng(1).integers(0, 256, (12, 12, 3)).astype(np.uint8)
    scene = Image.fromarray(coarse).resize((480, 320), Image.Resampling.BICUBIC)
    made = zxingcpp.create_barcode(f"bitcoin:{ADDRESS}", zxingcpp.BarcodeFormat.QRCode)
    scene.paste(Image.fromarray(np.asarray(made.to_image(scale=5))), (120, 60))
    held = io.BytesIO()
    scene.save(held, "PNG")
    return held.getvalue()


class _Handler(BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self):
        self.server.asked.append(self.path)
        answer = getattr(self, f"_{self.path[1:].split('.')[0]}", None)
        if answer is None:
            self.send_error(404)
            return
        try:
            answer()
        except OSError:  # whoever asked has heard enough
            self.close_connection = True

    def log_message(self, *words):
        """Say nothing."""

    def _head(self, status=200, **more):
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _sound(self):
        self._head(Content_Length=str(len(self.server.picture)))
        self.wfile.write(self.server.picture)

    def _redirect(self):
        self._head(302, Location="http://192.0.2.1/picture.png")

    def _endless(self):
        self._head()
        while True:
            self.wfile.write(b"\x89PNG" * 16_384)

    def _promised(self):
        self._head(Content_Length=str(10**12))

    def _dripping(self):
        self._head()
        while True:
            self.wfile.write(b"x")

    def _silent(self):
        self.server.over.wait()

    def _garbage(self):
        self.wfile.write(b"\0\1\2 this is not HTTP\r\n\r\n")

    def _header(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-Header: 1\r\n" * 100_000)


@pytest.fixture
def server(picture):
    """A running server; `origin` is its address, `asked` the paths it was asked for."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    made.daemon_threads = True
    made.picture, made.asked, made.over = picture, [], threading.Event()
    made.origin = f"http://127.0.0.1:{made.server_port}"
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.over.set()
    made.shutdown()
    made.server_close()
    thread.join()
