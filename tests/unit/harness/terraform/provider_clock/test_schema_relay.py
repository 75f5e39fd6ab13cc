"""The schema that Terraform receives, and the connections that it makes afterwards."""

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    TrailersReceived,
)

from harness.terraform.configuration import CONFIGURATION, STATE
from harness.terraform.provider_clock.grpc_connection import GrpcConnection, framed
from harness.terraform.provider_clock.schema_relay import SchemaRelay, _cache_of, subset

SCHEMA = b"/tfplugin5.Provider/GetSchema"
IDENTITIES = b"/tfplugin5.Provider/GetResourceIdentitySchemas"
STREAM = b"/plugin.GRPCStdio/StreamStdio"
PLAN = b"/tfplugin5.Provider/PlanResourceChange"


def field(number: int, content: bytes) -> bytes:
    """Return a length-delimited field of protobuf."""
    length, size = len(content), b""
    while length > 127:
        size, length = size + bytes([length & 127 | 128]), length >> 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + content


def entry(number: int, name: bytes, size: int = 3) -> bytes:
    """Return an entry of a map from a name to a schema of some bytes."""
    return field(number, field(1, name) + field(2, b"s" * size))


PROVIDER, META = field(1, field(2, b"aws_vpc is no name here")), field(6, b"\x08\x01")
VPC, SUBNET, ZONES = entry(2, b"aws_vpc"), entry(2, b"aws_subnet"), entry(3, b"aws_zones")
FUNCTION = entry(7, b"arn_parse")
Relay = Callable[[], str]
WHOLE = PROVIDER + VPC + SUBNET + ZONES + META + FUNCTION


class Provider:
    """A provider that counts the requests to it."""

    def __init__(self, path: str) -> None:
        self.responses = {SCHEMA: WHOLE}
        self.requests: Counter[bytes] = Counter()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()

    def serve(self) -> None:
        """Serve one connection after the other, until one without a request."""
        with self._listener:
            while self._serve(self._listener.accept()[0]):
                pass

    def _serve(self, accepted: socket.socket) -> bool:
        requested = False
        with accepted:
            connection = GrpcConnection(accepted, client=False)
            for event in connection.events():
                if isinstance(event, RequestReceived):
                    requested = True
                    path = dict(event.headers)[b":path"]
                    self.requests[path] += 1
                    connection.respond(event.stream_id, self.responses.get(path))
        return requested


class Terraform:
    """A connection of Terraform to a socket."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(path)
        self._http2 = H2Connection(H2Configuration(header_encoding=False))
        self._http2.initiate_connection()

    def __enter__(self) -> "Terraform":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def events(self, path: bytes) -> list[Event]:
        """Send a request; return what is received until its response or the connection ends."""
        stream = self._http2.get_next_available_stream_id()
        method = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path)]
        self._http2.send_headers(stream, [*method, (b":authority", b"unused")])
        self._http2.send_data(stream, bytes(5), end_stream=True)
        found: list[Event] = []
        while not any(isinstance(event, StreamEnded | ConnectionTerminated) for event in found):
            self._socket.sendall(self._http2.data_to_send())
            for event in self._http2.receive_data(self._socket.recv(1000)):
                found.append(event)
                if isinstance(event, DataReceived):
                    length = event.flow_controlled_length
                    self._http2.acknowledge_received_data(length, event.stream_id)
        return found

    def call(self, path: bytes) -> tuple[bytes, bytes]:
        """Return the message and the status of the response to a request."""
        events = self.events(path)
        data = b"".join(event.data for event in events if isinstance(event, DataReceived))
        assert not data or data[:5] == b"\0" + (len(data) - 5).to_bytes(4, "big")
        [status] = [
            dict(e.headers)[b"grpc-status"] for e in events if isinstance(e, TrailersReceived)
        ]
        return data[5:], status


@contextmanager
def running(target: Callable[[], None], path: str) -> Iterator[None]:
    """Run what serves a socket in a thread, which a connection without a request ends."""
    thread = threading.Thread(target=target)
    thread.start()
    yield
    Terraform(path).__exit__()
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.chdir(tmp_path)  # the address of a socket is short
    provider = Provider("plugin")
    with running(provider.serve, "plugin"):
        yield provider


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / CONFIGURATION).write_text(json.dumps({"resource": {"aws_vpc": {"main": {}}}}))
    return folder


@pytest.fixture
def relay(provider: Provider, workspace: Path) -> Iterator[Relay]:
    relays: list[tuple[SchemaRelay, threading.Thread]] = []

    def start() -> str:
        for _, earlier in relays:
            earlier.join(10)
        Path("plugins").unlink(missing_ok=True)
        relay = SchemaRelay("plugin", Path("cache", "digest"), workspace)
        thread = threading.Thread(target=relay.serve)
        thread.start()
        relays.append((relay, thread))
        return relay.path

    yield start
    for relay, thread in relays:
        thread.join(10)
        relay.listener.close()
        assert not thread.is_alive(), "it ends with the connection"


def call(path: str, method: bytes) -> tuple[bytes, bytes]:
    """Return the message and the status of the response on a new connection."""
    with Terraform(path) as terraform:
        return terraform.call(method)


def test_the_types_in_use_remain_and_all_that_is_no_type() -> None:
    assert subset(WHOLE, {b"aws_vpc"}) == PROVIDER + VPC + META + FUNCTION
    assert subset(WHOLE, {b"aws_zones", b"aws_other"}) == PROVIDER + ZONES + META + FUNCTION


@pytest.mark.parametrize("damaged", [WHOLE[:-1], WHOLE + b"\x08\x01", b"\xff" * 20, b"\x12"])
def test_another_message_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="byte"):
        subset(damaged, {b"aws_vpc"})


def test_terraform_receives_the_types_of_configuration_and_state(
    relay: Relay, workspace: Path
) -> None:
    (workspace / STATE).write_text(json.dumps({"resources": [{"type": "aws_subnet"}]}))

    message, status = call(relay(), SCHEMA)

    assert message == PROVIDER + VPC + SUBNET + META + FUNCTION
    assert status == b"0"


def test_the_schema_is_requested_once(relay: Relay, provider: Provider) -> None:
    assert call(relay(), SCHEMA) == call(relay(), SCHEMA)

    assert provider.requests == {SCHEMA: 1}


@pytest.mark.parametrize(
    "damaged",
    [b"", WHOLE, framed(WHOLE)[:-1], framed(WHOLE)[: -len(FUNCTION)], framed(b"\x08\x01")],
    ids=["empty", "without a length", "cut off", "cut off behind a field", "another message"],
)
def test_a_damaged_response_in_the_cache_is_replaced(
    relay: Relay, provider: Provider, damaged: bytes
) -> None:
    first = call(relay(), SCHEMA)
    [cached] = Path("cache").iterdir()
    cached.write_bytes(damaged)

    assert call(relay(), SCHEMA) == first
    assert provider.requests == {SCHEMA: 2}
    assert cached.read_bytes() == framed(WHOLE)


def test_without_a_cache_folder_the_schema_is_requested_from_the_provider(relay: Relay) -> None:
    Path("cache").write_text("not a folder")

    assert call(relay(), SCHEMA)[0] == PROVIDER + VPC + META + FUNCTION


def test_a_schema_larger_than_the_window_of_the_receiver_is_sent_whole(
    relay: Relay, provider: Provider
) -> None:
    large = entry(2, b"aws_vpc", size=300_000)
    provider.responses[SCHEMA] = large + SUBNET

    assert call(relay(), SCHEMA)[0] == large


def test_identities_have_the_types_of_the_schema(relay: Relay, provider: Provider) -> None:
    vpc, subnet = entry(1, b"aws_vpc"), entry(1, b"aws_subnet")
    provider.responses[IDENTITIES] = vpc + subnet

    with Terraform(relay()) as terraform:
        terraform.call(SCHEMA)
        assert terraform.call(IDENTITIES) == (vpc, b"0")


@pytest.mark.parametrize("response", [None, b"\x08\x01", WHOLE[:-1]])
def test_a_request_without_a_usable_response_is_refused_for_a_new_connection(
    relay: Relay, provider: Provider, response: bytes | None
) -> None:
    provider.responses = {} if response is None else {SCHEMA: response}
    path = relay()

    with Terraform(path) as terraform:
        assert isinstance(terraform.events(SCHEMA)[-1], ConnectionTerminated)
        assert call(path, SCHEMA) == (response or b"", b"12" if response is None else b"0")


def test_a_connection_without_http_2_is_closed(relay: Relay) -> None:
    path = relay()
    with socket.socket(socket.AF_UNIX) as other:
        other.connect(path)
        other.sendall(b"GET / HTTP/1.0\r\n\r\n" + bytes(100))
        other.settimeout(10)
        while other.recv(1000):
            pass

    assert call(path, SCHEMA)[1] == b"0"


def test_later_connections_are_made_to_the_provider(relay: Relay, provider: Provider) -> None:
    provider.responses[PLAN] = b"planned"
    path = relay()

    with Terraform(path) as terraform:
        terraform.call(SCHEMA)
        assert call(path, PLAN) == (b"planned", b"0")


def test_another_request_is_refused_for_a_new_connection(relay: Relay, provider: Provider) -> None:
    provider.responses[PLAN] = b"planned"
    path = relay()

    with Terraform(path) as terraform:
        terraform.call(STREAM)
        ended = terraform.events(PLAN)[-1]
        assert isinstance(ended, ConnectionTerminated)
        assert ended.last_stream_id == 1, "the request was not processed; the number must be odd"
        assert call(path, PLAN) == (b"planned", b"0")


def test_the_streams_of_go_plugin_do_not_count_as_a_request(relay: Relay) -> None:
    path = relay()

    assert call(path, STREAM) == (b"", b"12")
    assert call(path, SCHEMA)[1] == b"0"


def test_terraform_may_connect_before_without_a_request(relay: Relay) -> None:
    path = relay()
    Terraform(path).__exit__()

    assert call(path, SCHEMA)[1] == b"0"


def test_another_provider_has_a_cache_of_its_own(tmp_path: Path) -> None:
    def cached(name: str, content: bytes) -> Path:
        program = tmp_path / name
        program.write_bytes(content)
        return _cache_of(program)

    first = cached("provider_v5", b"build one")

    assert cached("provider_v5", b"build one") == first
    assert cached("provider_v6", b"build one") != first
    assert cached("provider_v5", b"build two") != first
    assert cached("provider_v5", b"build one" + bytes(5000)) != first
