"""Relays the schema of a provider to Terraform, with the types in use alone.

Each Terraform command begins with a request for the schema of its provider. That of AWS has 1,500
types of resources and 600 of data sources; to build, send and read them was half of the CPU of a
plan. Here a process of its own accepts the connection with that request, and responds with the
types whose names are in the configuration or in the state. Every later connection is one to the
provider itself: before the response, a link to the provider's socket replaces the socket. Any
other request is refused in the way after which gRPC repeats it on a new connection
(https://grpc.io/docs/guides/retry/, transparent retries).

The whole schema is requested once; the response is kept in the cache folder of the user. Whatever
goes wrong here, the request is refused as well. The messages are those of
https://github.com/hashicorp/terraform/tree/v1.11.4/docs/plugin-protocol.
"""

import ctypes
import hashlib
import os
import re
import signal
import socket
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

import platformdirs
from h2.events import RequestReceived
from h2.exceptions import H2Error

from harness.core import file_cache
from harness.terraform.provider_clock.grpc_connection import GrpcConnection, framed, unframed

_SUBSETS = (b"/tfplugin5.Provider/GetSchema", b"/tfplugin5.Provider/GetResourceIdentitySchemas")
_STREAMS_OF_GO_PLUGIN = b"/plugin."  # optional
_TYPE = re.compile(rb"\baws_\w+")
_FILES = ("*.tf*", "*.tofu*")
_MAX_CACHED = 4
_BEGINNING_BYTES = 4096  # with the build ID of a Go program
_PR_SET_PDEATHSIG = 1
_LENGTH_DELIMITED = 2
_FIRST_FIELD = 1 << 3 | _LENGTH_DELIMITED


def start_relay(provider: dict[str, Any]) -> dict[str, Any]:
    """Start a relay for a command in the current directory; return how Terraform connects to it.

    Args:
        provider: How Terraform connects to the provider, as in TF_REATTACH_PROVIDERS.

    Raises:
        OSError: It cannot be started.
    """
    address = provider["Addr"]["String"]
    relay = SchemaRelay(address, _cache_of(Path(f"/proc/{provider['Pid']}/exe")), Path())
    parent = os.getpid()
    if os.fork() == 0:
        try:
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
            # Ctrl-C is for Terraform; the others become errors.
            for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_IGN)
            if os.getppid() == parent:
                relay.serve()
        finally:
            os._exit(0)
    relay.listener.close()
    return {**provider, "Addr": {**provider["Addr"], "String": relay.path}}


def subset(schemas: bytes, types: Collection[bytes]) -> bytes:
    """Return a response to one of the requests without the types of AWS that are not in use.

    Both messages are maps by the names of types, and other fields, which are kept
    (https://protobuf.dev/programming-guides/encoding/).

    Raises:
        ValueError: It is not such a message.
    """
    kept, end = [], 0
    while end < len(schemas):
        begin = end
        tag, start = _varint(schemas, begin)
        length, start = _varint(schemas, start)
        end = start + length
        if tag & 7 != _LENGTH_DELIMITED or end > len(schemas):
            raise ValueError(f"unexpected field {tag} at byte {begin}")
        name = _key(schemas[start:end])
        if not name.startswith(b"aws_") or name in types:
            kept.append(schemas[begin:end])
    return b"".join(kept)


def _key(entry: bytes) -> bytes:
    """Return the key of an entry of a map; empty if it has none."""
    if entry[:1] != bytes([_FIRST_FIELD]):
        return b""
    length, start = _varint(entry, 1)
    return entry[start : start + length]


def _varint(data: bytes, start: int) -> tuple[int, int]:
    """Return the number at an index, and the index after it."""
    value = shift = 0
    for index, byte in enumerate(data[start : start + 10], start + 1):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:  # noqa: PLR2004 - the last byte
            return value, index
    raise ValueError(f"no number at byte {start}")


def _cache_of(program: Path) -> Path:
    """Return the folder for the responses of a program."""
    with program.open("rb") as file:
        beginning = file.read(_BEGINNING_BYTES)
    facts = f"{program.resolve().name} {program.stat().st_size}"
    digest = hashlib.sha256(facts.encode() + beginning).hexdigest()[:16]
    return platformdirs.user_cache_path("catalog-harness") / "provider-schema" / digest


class SchemaRelay:
    """Responds to the first connection of a Terraform command.

    Attributes:
        path: The socket to which Terraform connects.
    """

    def __init__(self, provider: str, cache: Path, directory: Path) -> None:
        self.path = f"{provider}s"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        self._provider, self._cache, self._directory = provider, cache, directory

    def serve(self) -> None:
        """Serve until a connection with a request for the provider has ended.

        Terraform connects once before, without a request, to test the socket.
        """
        try:
            while not self._serve(self.listener.accept()[0]):
                pass
        finally:
            self._hand_over()

    def _serve(self, accepted: socket.socket) -> bool:
        requested = False
        with accepted, suppress(OSError, H2Error):
            connection = GrpcConnection(accepted, client=False)
            for event in connection.events():
                if isinstance(event, RequestReceived):
                    path = dict(event.headers)[b":path"]
                    requested |= self._respond(connection, event.stream_id, path)
        return requested

    def _respond(self, connection: GrpcConnection, stream: int, path: bytes) -> bool:
        """Respond to a request; return whether it was one for the provider."""
        if path.startswith(_STREAMS_OF_GO_PLUGIN):
            connection.respond(stream, None)
            return False
        self._hand_over()
        with suppress(OSError, ValueError, H2Error):
            if path in _SUBSETS:
                connection.respond(stream, self._subset(path))
                return True
        connection.refuse(stream)
        return True

    def _hand_over(self) -> None:
        """Redirect later connections to the provider."""
        link = f"{self.path}l"
        os.symlink(os.path.basename(self._provider), link)
        os.replace(link, self.path)

    def _subset(self, path: bytes) -> bytes:
        cached = self._cache.with_suffix(f".{path.rpartition(b'/')[2].decode()}")
        types = self._types()
        with suppress(OSError, ValueError):
            return subset(unframed(cached.read_bytes()), types)
        whole = self._call(path)
        with suppress(OSError):
            file_cache.store(cached, framed(whole), keep=_MAX_CACHED)
        return subset(whole, types)

    def _types(self) -> set[bytes]:
        files = [path for pattern in _FILES for path in self._directory.glob(pattern)]
        return {name for path in files for name in _TYPE.findall(path.read_bytes())}

    def _call(self, path: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.connect(self._provider)
            return GrpcConnection(opened, client=True).call(path)
