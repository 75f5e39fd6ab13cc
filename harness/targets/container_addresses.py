"""Look-up of the loopback address of a container in the embedded cloud."""

import http.client
import json
import socket
from http import HTTPStatus
from typing import Any

from harness.core.errors import TargetError

_TIMEOUT_SECONDS = 10.0
_MAX_SHOWN = 300


def container_address(docker_host: str, host: str) -> str | None:
    """Return the address of the running container with a network alias.

    Args:
        docker_host: Address of the container engine, ``unix:///path``.
        host: Host name, such as an Aurora endpoint, which MiniStack sets as an alias of the
            container of the database.

    Returns:
        The IP address; None if no running container has that alias.

    Raises:
        TargetError: The engine is not on a Unix socket, or does not respond.

    See https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container
    """
    for container in _get(docker_host, "/containers/json") or ():
        detail = _get(docker_host, f"/containers/{container['Id']}/json")
        if detail is None:
            continue  # it has ended meanwhile
        for network in detail["NetworkSettings"]["Networks"].values():
            if host in (network.get("Aliases") or ()):
                return str(network["IPAddress"])
    return None


def _get(docker_host: str, path: str) -> Any:
    """Return the response of the engine as JSON; None for 404."""
    scheme, _, socket_path = docker_host.partition("://")
    if scheme != "unix":
        raise TargetError(
            f"container engine {docker_host} is not on a Unix socket",
            remedy="use an address such as unix:///path/to/socket",
        )
    connection = _UnixConnection(socket_path)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        if response.status == HTTPStatus.NOT_FOUND:
            return None
        if response.status != HTTPStatus.OK:
            raise TargetError(
                f"container engine {docker_host}: GET {path}: status {response.status}: "
                f"{body[:_MAX_SHOWN].decode(errors='replace')}"
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
