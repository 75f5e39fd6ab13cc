"""A gRPC connection: messages in HTTP/2.

https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
"""

import socket
from collections import deque
from collections.abc import Iterator

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, StreamEnded, StreamReset

_OK, _UNIMPLEMENTED = b"0", b"12"
_CONTENT = (b"content-type", b"application/grpc")
_PREFIX_BYTES = 5
_CHUNK_BYTES = 2**20


def framed(message: bytes) -> bytes:
    """Return a message with its prefix: not compressed, and its length in bytes."""
    return b"\0" + len(message).to_bytes(_PREFIX_BYTES - 1, "big") + message


def unframed(data: bytes) -> bytes:
    """Return the message in the data of a response.

    Raises:
        ValueError: It is not one whole message without compression.
    """
    message = data[_PREFIX_BYTES:]
    if framed(message) != data:
        raise ValueError(f"no whole message in {len(data)} bytes")
    return message


class GrpcConnection:
    """An HTTP/2 connection with gRPC messages."""

    def __init__(self, opened: socket.socket, *, client: bool) -> None:
        self._socket = opened
        self._http2 = H2Connection(H2Configuration(client_side=client, header_encoding=False))
        self._received: deque[Event] = deque()
        self._http2.initiate_connection()

    def events(self) -> Iterator[Event]:
        """Yield what is received, until the other side closes the connection."""
        while self._received or self._receive():
            while self._received:
                yield self._received.popleft()

    def call(self, path: bytes) -> bytes:
        """Return the message of the response to an empty one.

        Raises:
            ValueError: There is no whole one.
        """
        stream = self._http2.get_next_available_stream_id()
        method = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path)]
        more = [(b":authority", b"localhost"), (b"te", b"trailers"), _CONTENT]
        self._http2.send_headers(stream, method + more)
        self._http2.send_data(stream, framed(b""), end_stream=True)
        self._flush()
        data = bytearray()
        for event in self.events():
            if isinstance(event, DataReceived):
                data += event.data
            elif isinstance(event, StreamEnded | StreamReset):
                break
        return unframed(bytes(data))

    def respond(self, stream: int, message: bytes | None) -> None:
        """Send a message; None is sent as UNIMPLEMENTED."""
        self._http2.send_headers(stream, [(b":status", b"200"), _CONTENT])
        data = b"" if message is None else framed(message)
        while data:
            window = self._http2.local_flow_control_window(stream)
            size = min(window, self._http2.max_outbound_frame_size, len(data))
            if size:
                self._http2.send_data(stream, data[:size])
                data = data[size:]
                self._flush()
            elif not self._receive():
                return
        status = [(b"grpc-status", _UNIMPLEMENTED if message is None else _OK)]
        self._http2.send_headers(stream, status, end_stream=True)
        self._flush()

    def refuse(self, stream: int) -> None:
        """Close the connection: neither this request nor a later one was processed."""
        self._http2.close_connection(last_stream_id=max(0, stream - 2))
        self._flush()
        while self._socket.recv(_CHUNK_BYTES):
            pass

    def _receive(self) -> bool:
        if not (data := self._socket.recv(_CHUNK_BYTES)):
            return False
        for event in self._http2.receive_data(data):
            if isinstance(event, DataReceived):
                self._http2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            self._received.append(event)
        self._flush()
        return True

    def _flush(self) -> None:
        if data := self._http2.data_to_send():
            self._socket.sendall(data)
