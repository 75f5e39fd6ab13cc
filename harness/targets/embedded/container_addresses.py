"""Which loopback address a host name of the embedded cloud belongs to."""

import http.client
import json
import socket
from http import HTTPStatus
from typing import Any

from harness.core.errors import TargetError

_TIMEOUT_SECONDS = 10.0
_LONGEST_ANSWER = 300


def container_address(docker_host: str, host: str) -> str | None:
    """Ask a container engine for the address of the container that carries a network alias.

    Args:
        docker_host: Address of the engine, ``unix:///path``.
        host: Host name, such as an Aurora endpoint: MiniStack gives it to the database's
            container as an alias.

    Returns:
        The IP address; None when no running container has that name.

    Raises:
        TargetError: The engine is not on a Unix socket, or does not answer.

    See https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container
    """
    for container in _get(docker_host, "/containers/json") or ():
        detail = _get(docker_host, f"/containers/{container['Id']}/json")
        if detail is None:
            continue  # it has ended since
        for network in detail["NetworkSettings"]["Networks"].values():
            if host in (network.get("Aliases") or ()):
                return str(network["IPAddress"])
    return None


def _get(docker_host: str, path: str) -> Any:
    """Return the engine's answer as JSON; None if there is no such thing."""
    scheme, _, socket_path = docker_host.partition("://")
    if scheme != "unix":
        raise TargetError(
            f"container engine {docker_host} is not on a Unix socket",
            remedy="give it as unix:///path/to/socket",
        )
    connection = _UnixConnection(socket_path)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if answer.status != HTTPStatus.OK:
            raise TargetError(
                f"container engine {docker_host}: GET {path}: status {answer.status}: "
                f"{body[:_LONGEST_ANSWER].decode(errors='replace')}"
            )
        return json.loads(body)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise TargetError(f"container engine {docker_host}: GET {path}: {error}") from error
    finally:
        connection.close()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_TIMEOUT_SECONDS)
        self.sock.connect(self._path)
