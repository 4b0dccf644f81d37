"""A real nginx, for as long as a test lasts, with a gate and a tool of the test's own behind it."""

import socket
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.app.gate.holes import DONE
from tests.real.running import PATIENCE, program, running

HEAD = "daemon off; master_process off; pid %(folder)s/nginx.pid; error_log %(folder)s/error.log info; worker_processes 1;\n"
TEMPORARY = "".join(
    f"    {name}_temp_path %(folder)s/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
)


@contextmanager
def nginx(folder, text, port):
    """It runs by `text` and listens on `port`; everything of its own lies in `folder`."""
    where = {"folder": folder}
    file, log = folder / "running.conf", folder / "error.log"
    file.write_text(HEAD % where + text.replace("http {", "http {\n" + TEMPORARY % where, 1), encoding="utf-8")
    words = [program("nginx", "/usr/sbin"), "-p", str(folder), "-c", str(file), "-e", str(log)]
    with running(words, port, log) as process:
        yield process


def send(port, data):
    """What comes back for these bytes, until the line is closed or silent."""
    with closing(socket.create_connection(("127.0.0.1", port), PATIENCE)) as line:
        line.sendall(data)
        parts = []
        while part := line.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def get(port, path, headers=None, method="GET", body=b"", host="localhost"):
    """The status, the headers as text and the body of the answer to one request, of which nothing is made nicer."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Connection: close",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    lines += [] if "Host" in (headers or {}) else [f"Host: {host}"]
    lines += [f"Content-Length: {len(body)}"] if body else []
    head, _, rest = send(port, "\r\n".join([*lines, "", ""]).encode("latin-1") + body).partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head.decode("latin-1"), rest.decode("latin-1")


class Server:
    """An HTTP server of the test's own; it keeps what it was asked, as (method, path, headers)."""

    def __init__(self, answer):
        """`answer` gives status, headers and body for a handler's request."""
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self):
                outer.asked.append((self.command, self.path, list(self.headers.items())))
                self.rfile.read(int(self.headers.get("content-length") or 0))
                chunked = "chunked" in self.headers.get("transfer-encoding", "")  # Traefik asks a gate so, too
                while chunked and self._chunk():
                    pass  # what stays unread would be the next request
                status, headers, body = answer(self)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 101:
                    self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def _chunk(self):
                size = int(self.rfile.readline() or b"0", 16)
                self.rfile.read(size + 2)  # and its end of line
                return size

            def log_message(self, *_):
                """Say nothing."""

        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
            setattr(Handler, f"do_{method}", Handler.do)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        """Be gone; its port refuses."""
        self._server.shutdown()
        self._server.server_close()


def tool():
    """A tool that does whatever it is asked, and takes an upgrade of the line for one."""

    def answer(handler):
        if handler.headers.get("upgrade"):
            return 101, {"upgrade": handler.headers["upgrade"], "connection": "upgrade"}, ""
        return 200, {"content-type": "text/plain"}, DONE

    return Server(answer)
