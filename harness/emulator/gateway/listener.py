"""The one socket that the gateway takes calls on."""

import socket

from harness.core.errors import EmulatorError

_LOOPBACK = "127.0.0.1"


def bind(port: int) -> socket.socket:
    """Take a port of loopback at once; it refuses connections until it is served.

    Raises:
        EmulatorError: The port is in use.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise EmulatorError(
            f"port {port} of {_LOOPBACK} cannot be used: {error.strerror}",
            remedy="give the gateway a port that is free",
        ) from error
    return listener
