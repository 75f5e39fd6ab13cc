"""Requests to the container engine of an embedded cloud, built-in or Docker."""

import http.client
import json
import socket
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from harness.core.errors import TargetError

_TIMEOUT_SECONDS = 10.0
_MAX_SHOWN = 300
# A reference that is malformed, needs a login, is forbidden, or does not exist.
_REFUSALS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
)


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


def image_problem(docker_host: str, reference: str) -> str:
    """Return why the engine can neither run nor pull an image; empty if it can.

    Raises:
        TargetError: The engine, or the registry of the image, does not respond.

    See https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Distribution
    """
    name = quote(reference, safe="/:@")
    if _get(docker_host, f"/images/{name}/json") is not None:
        return ""
    path = f"/distribution/{name}/json"
    status, body = _request(docker_host, path)
    if status in _REFUSALS:
        return str(body["message"])
    if status != HTTPStatus.OK:
        raise _unexpected(docker_host, path, status, body)
    return ""


def _get(docker_host: str, path: str) -> Any:
    """Return the response of the engine as JSON; None for 404."""
    status, body = _request(docker_host, path)
    if status == HTTPStatus.NOT_FOUND:
        return None
    if status != HTTPStatus.OK:
        raise _unexpected(docker_host, path, status, body)
    return body


def _request(docker_host: str, path: str) -> tuple[int, Any]:
    """Return status and JSON body of a response of the engine."""
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
        return response.status, json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise TargetError(f"container engine {docker_host}: GET {path}: {error}") from error
    finally:
        connection.close()


def _unexpected(docker_host: str, path: str, status: int, body: Any) -> TargetError:
    shown = json.dumps(body)[:_MAX_SHOWN]
    return TargetError(f"container engine {docker_host}: GET {path}: status {status}: {shown}")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_TIMEOUT_SECONDS)
        self.sock.connect(self._path)
