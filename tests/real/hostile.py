"""What somebody sends who wants one thing judged and another done, and what a gate says that is none."""

import socket
import threading

from tests.real.nginx import send

PATHS = [
    "//accounts/1001", "/accounts//1001", "/x/../accounts/1001", "/accounts/./1001", "/accounts%2f1001", "/accounts/1001%2fexport",
    "/accounts/%2e%2e/accounts/1001", "/accounts/1001;x", "/ACCOUNTS/1001", "/accounts/1001/", "/accounts/1001%00", "/accounts/1001?a=1&a=2",
    "/accounts/1001?_method=POST", "/accounts\\1001", "/accounts/%31001%252f", "http://other.example/x", "/accounts/1001%0d%0aX-A:b",
]  # fmt: skip

FRAMING = [
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "Content-Length: 4\r\nContent-Length: 0\r\n\r\n",
    "Content-Length: +4\r\n\r\nabcd",
    "Content-Length: 0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "X: a\n b\r\n\r\n",
]

NONSENSE = [
    b"",
    b"garbage\r\n\r\n",
    b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 302 X\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n",
]


def framed(front, secret, framing):
    """The accounts of whatever the gate allowed, and the paths of whatever the tool heard, of a request framed like this."""
    head = f"Host: {front.host}\r\nCookie: __Host-holdfast-tool={secret}\r\nX-Holdfast-Ticket: T-1\r\n"
    hidden = f"GET /accounts/1002/export HTTP/1.1\r\nHost: {front.host}\r\nConnection: close\r\n\r\n"
    send(front.port, f"GET /accounts/1001 HTTP/1.1\r\n{head}{framing}{hidden}".encode())
    allowed = [subject for *_, subject, outcome in front.stand.attempts() if outcome == "allowed"]
    return allowed, [scope["raw_path"] for scope in front.stand.asked]


class Saying:
    """A server that answers whatever it is asked by `answer`, byte for byte; None is silence. `asked` has what it was sent."""

    def __init__(self):
        """On a free port."""
        self.answer, self.asked = b"", []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line:
                self.asked.append(_whole(line))
                if self.answer is None:
                    line.recv(1)  # until the proxy has had enough
                else:
                    line.sendall(self.answer)

    def close(self):
        """Be gone."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def _whole(line):
    """A request, with what comes after its last chunk where it comes in chunks."""
    data = line.recv(1 << 16)
    while b"chunked" in data and not (b"\r\n0\r\n" in data and data.endswith(b"\r\n\r\n")):
        data += line.recv(1 << 16)
    return data
