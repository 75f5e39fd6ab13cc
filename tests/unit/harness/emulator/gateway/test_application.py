from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.application import Gateway
from harness.emulator.gateway.authentication import Authenticator
from harness.emulator.gateway.aws import Accounts
from harness.emulator.gateway.background import BackgroundService, TimeScale
from harness.emulator.gateway.cache import EdgeCache
from harness.emulator.gateway.caller import Signature, signature_of
from harness.emulator.gateway.data_plane import DataPlane
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.errors import Refused, RefusedError
from harness.emulator.gateway.http import Request, Response, read_request
from harness.emulator.gateway.patches.base import Call, CallNext, Patch
from harness.emulator.gateway.task_credentials import TaskCredentials
from tests.unit.harness.emulator.gateway.fake_aws import CALLER, FakeAws
from tests.unit.harness.emulator.sample_cloud_info import CREDENTIALS

pytestmark = pytest.mark.anyio


class Inner:
    """A fake MiniStack: records requests and the events of its lifespan."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.chunks: list[bytes] = []
        self.received: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "http":
            await self.serve(receive, send)

    async def live(self, receive: Receive, send: Send) -> None:
        while True:
            received = (await receive())["type"]
            self.received.append(received)
            await send({"type": f"{received}.complete"})
            if received == "lifespan.shutdown":
                return

    async def serve(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            self.chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        cors = [(b"Access-Control-Allow-Origin", b"*")]
        await send({"type": "http.response.start", "status": 200, "headers": cors})
        await send({"type": "http.response.body", "body": b"inner"})


class Recorder(Patch):
    """Matches two operations, and records its calls."""

    ministack = aws = documentation = "-"
    service = "ecs"
    operations = frozenset({"First", "Second"})

    def __init__(self, name: str, notes: list[str], *, onward: str = "") -> None:
        self._name = name
        self._notes = notes
        self._onward = onward

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        self._notes.append(f"{self._name} {call.operation}")
        response = await call_next(call)
        if self._onward:
            await call_next(call.to_json(self._onward, {}))
        return response.with_body(response.body + self._name.encode())


class Second(Recorder):
    operations = frozenset({"Second"})


class Background(BackgroundService):
    def __init__(self, inner: Inner) -> None:
        self._inner = inner
        self.events: list[tuple[str, list[str]]] = []

    async def start(self) -> None:
        self.events.append(("start", list(self._inner.received)))

    async def stop(self) -> None:
        self.events.append(("stop", list(self._inner.received)))

    async def _run(self) -> None:
        """Nothing to do: started and stopped only."""


class Trusting(Authenticator):
    """Accepts every access key with any signature."""

    async def authenticate(self, scope: Scope, receive: Receive) -> tuple[Request, Signature]:
        request = await read_request(scope, receive)
        signature = signature_of(request.header("authorization"))
        if signature is None:
            raise RefusedError(Refused.MISSING, "unsigned")
        return request, signature


def gateway(
    inner: Inner,
    *,
    patches: tuple[Patch, ...] = (),
    background: tuple[Background, ...] = (),
    state: dict[str, dict[Any, Any]] | None = None,
    distributions: Distributions | None = None,
) -> Gateway:
    aws = FakeAws().api
    all_distributions = distributions or Distributions(aws, {})
    registry = AlbRegistry(aws, TimeScale(1))
    cache = EdgeCache(inner, aws)
    return Gateway(
        inner,
        authenticator=Trusting(CREDENTIALS, {}),
        task_credentials=TaskCredentials(aws, {}),
        accounts=Accounts(aws),
        patches=patches,
        data_plane=DataPlane(
            inner,
            registry,
            all_distributions,
            cache=cache,
            act_as=lambda account: None,
            port=4566,
        ),
        distributions=all_distributions,
        cache=cache,
        background=background,
        state=state or {},
    )


def client(app: Gateway) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4566")


def signed(service: str, operation: str = "First") -> dict[str, str]:
    return {"Authorization": CALLER.authorization(service), "X-Amz-Target": f"X.{operation}"}


async def test_a_call_passes_through_the_patches_in_order() -> None:
    notes: list[str] = []
    app = gateway(Inner(), patches=(Recorder("a", notes), Second("-", notes), Recorder("b", notes)))

    async with client(app) as http:
        response = await http.post("/", headers=signed("ecs"))

    assert notes == ["a First", "b First"]
    assert response.text == "innerba"


async def test_the_call_of_a_patch_passes_through_later_patches() -> None:
    notes: list[str] = []
    patches = (Recorder("a", notes, onward="Second"), Second("b", notes))

    async with client(gateway(Inner(), patches=patches)) as http:
        await http.post("/", headers=signed("ecs"))

    assert notes == ["a First", "b Second"]


async def test_a_call_that_is_sent_again_is_served_once_by_patches_and_ministack() -> None:
    notes: list[str] = []
    inner = Inner()
    invocation = {"amz-sdk-invocation-id": "1-2"}
    async with client(gateway(inner, patches=(Recorder("a", notes),))) as http:
        for service in ("ecs", "sqs"):
            first, second = [
                await http.post("/", headers=signed(service) | invocation) for _ in range(2)
            ]
            assert (first.status_code, first.text) == (second.status_code, second.text)

    assert notes == ["a First"]
    assert len(inner.scopes) == 2


async def test_unsigned_requests_are_refused_but_for_public_paths() -> None:
    notes: list[str] = []
    inner = Inner()
    async with client(gateway(inner, patches=(Recorder("a", notes),))) as http:
        assert (await http.get("/_ministack/ready")).text == "inner"
        assert (await http.get("/v4/token-of-a-task/task")).text == "inner"
        for path in ("/", "/_ministack/config", "/_ministack/reset", "/v2/credentials/1"):
            assert (await http.post(path)).status_code == 403
        assert (await http.post("/_ministack/ready")).status_code == 403

    assert notes == []
    assert len(inner.scopes) == 2


async def test_calls_to_cloudfront_invalidate_the_distributions() -> None:
    noted: list[str] = []
    distributions = Distributions(FakeAws().api, {})
    distributions.invalidate = noted.append  # type: ignore[assignment]

    async with client(gateway(Inner(), distributions=distributions)) as http:
        response = await http.get("/2020-05-31/distribution", headers=signed("cloudfront"))

    assert response.text == "inner"
    assert not [name for name in response.headers if name.startswith("access-control")]
    assert noted == [CALLER.account]


async def test_background_services_start_after_and_stop_before_ministack() -> None:
    inner = Inner()
    part = Background(inner)
    messages: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await gateway(inner, background=(part,))({"type": "lifespan"}, _from(messages), send)

    assert part.events == [("start", ["lifespan.startup"]), ("stop", ["lifespan.startup"])]
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


async def test_a_reset_clears_the_state_and_restarts_background_services() -> None:
    inner = Inner()
    part = Background(inner)
    stored = {"y": 1}

    async with client(gateway(inner, background=(part,), state={"x": stored})) as http:
        await http.post("/_ministack/reset", headers=signed("iam"))

    assert stored == {}
    assert [event for event, _ in part.events] == ["stop", "start"]


async def test_a_client_that_disconnects_is_ignored() -> None:
    inner = Inner()
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "headers": [
            (b"authorization", CALLER.authorization("ecs").encode()),
            (b"host", b"127.0.0.1:4566"),
        ],
    }

    app = gateway(inner, patches=(Recorder("a", []),))
    await app(scope, _from([{"type": "http.disconnect"}]), _ignore)

    assert inner.scopes == []


def _from(messages: list[Message]) -> Receive:
    pending = list(messages)

    async def receive() -> Message:
        return pending.pop(0)

    return receive


async def _never() -> Message:
    raise AssertionError("unexpected receive")


async def _ignore(message: Message) -> None:
    raise AssertionError(f"unexpected message {message}")
