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

    MiniStack sets an Aurora endpoint as the alias of the container of the database. None if no
    running container has that alias.

    Raises:
        TargetError: The engine is not on a Unix socket, or does not respond.

    See https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container
    """
    for container in _get(docker_host, "/containers/json")[1] or ():
        path = f"/containers/{container['Id']}/json"
        status, detail = _get(docker_host, path, HTTPStatus.NOT_FOUND)
        if status == HTTPStatus.NOT_FOUND:
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
    if _get(docker_host, f"/images/{name}/json", HTTPStatus.NOT_FOUND)[0] == HTTPStatus.OK:
        return ""
    status, body = _get(docker_host, f"/distribution/{name}/json", *_REFUSALS)
    return "" if status == HTTPStatus.OK else str(body["message"])


def _get(docker_host: str, path: str, *accept: HTTPStatus) -> tuple[int, Any]:
    """Return status, 200 or one of ``accept``, and JSON body of a response of the engine."""
    scheme, _, socket_path = docker_host.partition("://")
    if scheme != "unix":
        raise TargetError(
            f"container engine {docker_host} is not on a Unix socket",
            remedy="use an address such as unix:///path/to/socket",
        )
    request = f"container engine {docker_host}: GET {path}"
    connection = _UnixConnection(socket_path)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        status, body = response.status, json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise TargetError(f"{request}: {error}") from error
    finally:
        connection.close()
    if status not in (HTTPStatus.OK, *accept):
        raise TargetError(f"{request}: status {status}: {json.dumps(body)[:_MAX_SHOWN]}")
    return status, body


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_TIMEOUT_SECONDS)
        self.sock.connect(self._path)
