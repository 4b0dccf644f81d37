"""A client of HTTP/2 that says whatever it is told to, without TLS and without asking first (RFC 9113, 3.3)."""

import socket
from contextlib import closing

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, ResponseReceived, StreamEnded, StreamReset
from tests.real.running import PATIENCE

RUDE = H2Configuration(
    client_side=True,
    header_encoding="latin-1",
    validate_outbound_headers=False,
    normalize_outbound_headers=False,
)


def asked(port, headers, body=b"", trailers=()):
    """The status and the body of the answer to one request; 0 where the proxy ends the line or the stream instead."""
    status, said = 0, b""
    with closing(socket.create_connection(("127.0.0.1", port), PATIENCE)) as line:
        talk = H2Connection(RUDE)
        talk.initiate_connection()
        talk.send_headers(1, headers, end_stream=not body and not trailers)
        if body:
            talk.send_data(1, body, end_stream=not trailers)
        if trailers:
            talk.send_headers(1, trailers, end_stream=True)
        line.sendall(talk.data_to_send())
        while received := line.recv(1 << 16):
            for event in talk.receive_data(received):
                match event:
                    case ResponseReceived():
                        status = int(dict(event.headers)[":status"])
                    case DataReceived():
                        said += event.data
                    case StreamEnded() | StreamReset() | ConnectionTerminated():
                        return status, said.decode()
            line.sendall(talk.data_to_send())
    return status, said.decode()
