"""A client of the Docker Engine API for tests, and a port for their containers."""

import socket
from typing import Any

import httpx

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    # Not in use by a program that listens on all addresses.
    PORT = int(probe.getsockname()[1])


class Docker:
    """A client of the engine's API that raises on nothing."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def create(self, *command: str, name: str = "", **body: Any) -> str:
        request = {"Image": "example/script:1.0", "Cmd": list(command), **body}
        response = await self.http.post("/containers/create", params={"name": name}, json=request)
        assert response.status_code == 201, response.text
        return str(response.json()["Id"])

    async def run(self, *command: str, name: str = "", **body: Any) -> str:
        key = await self.create(*command, name=name, **body)
        response = await self.post(f"/containers/{key}/start")
        assert response.status_code == 204, response.text
        return key

    async def inspect(self, key: str) -> Any:
        response = await self.http.get(f"/containers/{key}/json")
        assert response.status_code == 200, response.text
        return response.json()

    async def wait(self, key: str) -> int:
        response = await self.post(f"/containers/{key}/wait")
        return int(response.json()["StatusCode"])

    async def logs(self, key: str, **parameters: Any) -> bytes:
        query = {"stdout": 1, "stderr": 1, **parameters}
        response = await self.http.get(f"/containers/{key}/logs", params=query)
        return response.content

    async def post(self, path: str, **parameters: Any) -> httpx.Response:
        return await self.http.post(path, params=parameters)

    async def get(self, path: str, **parameters: Any) -> Any:
        return (await self.http.get(path, params=parameters)).json()


def unframed(content: bytes) -> list[tuple[int, str]]:
    """Split a multiplexed stream into (stream number, text)."""
    found = []
    while content:
        length = int.from_bytes(content[4:8])
        found.append((content[0], content[8 : 8 + length].decode()))
        content = content[8 + length :]
    return found
