"""Messages of gRPC over a connection of HTTP/2."""

import socket
from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection

from harness.terraform.provider_clock.grpc_connection import GrpcConnection

STATUS = [(b":status", b"200"), (b"content-type", b"application/grpc")]


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\0\0\0\0\3abc", b"abc"),
        (b"\0\0\0\0\0", b""),
        (b"\0\0\0\0\4abc", None),  # cut off
        (b"\1\0\0\0\3abc", None),  # compressed
        (b"", None),
    ],
)
def test_a_response_is_a_whole_message(
    sockets: tuple[socket.socket, socket.socket], data: bytes, message: bytes | None
) -> None:
    ours, theirs = sockets
    server = H2Connection(H2Configuration(client_side=False))
    server.initiate_connection()
    client = H2Connection(H2Configuration())  # opens the stream that the response is for
    client.initiate_connection()
    request = [(":method", "POST"), (":scheme", "http"), (":path", "/"), (":authority", "a")]
    client.send_headers(1, request)
    server.receive_data(client.data_to_send())
    server.send_headers(1, STATUS)
    server.send_data(1, data, end_stream=True)
    theirs.sendall(server.data_to_send())

    with nullcontext() if message is not None else pytest.raises(ValueError, match="no whole"):
        assert GrpcConnection(ours, client=True).call(b"/") == message


def test_a_connection_that_ends_has_no_message(
    sockets: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = sockets
    theirs.shutdown(socket.SHUT_WR)

    with pytest.raises(ValueError, match="no whole message in 0 bytes"):
        GrpcConnection(ours, client=True).call(b"/")
